from __future__ import annotations

import pytest

from crampstats.core.errors import CrampstatsError, DataError, DesignError, DownloadError, OptionError, unknown_name


def test_an_unknown_name_is_answered_with_the_nearest_and_all_valid_ones():
    assert str(unknown_name("interval", "wilsn", ["beta", "wilson"])) == (
        "unknown interval 'wilsn' (did you mean 'wilson'?); valid: beta, wilson."
    )


def test_an_unknown_name_without_a_near_one_or_without_any_valid_one_guesses_nothing():
    assert str(unknown_name("outcome", "x", ["cramps"])) == "unknown outcome 'x'; valid: cramps."
    assert str(unknown_name("outcome", 3, [])) == "unknown outcome '3'; valid: none."


@pytest.mark.parametrize("kind", [DataError, DesignError, OptionError, DownloadError])
def test_every_error_is_one_the_command_line_can_catch(kind):
    assert issubclass(kind, CrampstatsError)
    assert issubclass(kind, OSError if kind is DownloadError else ValueError)

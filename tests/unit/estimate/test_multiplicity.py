from __future__ import annotations

import numpy as np
import pytest

from crampstats.core.errors import DataError
from crampstats.estimate.multiplicity import control_false_discovery, control_family_wise

# Benjamini & Hochberg 1995, table of 15 p-values of a trial of thrombolysis; at q = .05 they reject the first four
PUBLISHED = [.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1.0]


def test_the_published_example_rejects_four_hypotheses_by_false_discovery_and_three_by_holm():
    """Holm by hand: 15 x .0001, 14 x .0004, 13 x .0019 = .0247 are <= .05; 12 x .0095 = .114 is not."""
    assert (control_false_discovery(PUBLISHED) <= 0.05).sum() == 4
    family_wise = control_family_wise(PUBLISHED)
    assert (family_wise <= 0.05).sum() == 3
    assert family_wise[:4] == pytest.approx([0.0015, 0.0056, 0.0247, 0.114])


def test_a_false_discovery_p_is_that_of_the_next_larger_test_where_that_is_smaller():
    """By hand: 4 x .02 / 1 = .08, 4 x .03 / 2 = .06, 4 x .035 / 3 = .0467, .9; each takes the smallest from its place on."""
    assert control_false_discovery([0.9, 0.02, 0.035, 0.03]) == pytest.approx([0.9, 0.14 / 3, 0.14 / 3, 0.14 / 3])


def test_what_was_not_tested_does_not_count():
    for adjust in (control_false_discovery, control_family_wise):
        found = adjust([0.02, np.nan, 0.04])
        np.testing.assert_allclose(found, [0.04, np.nan, 0.04])
        assert np.isnan(adjust([np.nan])).all()
        assert len(adjust([])) == 0


def test_impossible_p_values_are_refused():
    with pytest.raises(DataError, match=r"1 p-value\(s\) are outside 0 to 1 \(first: 1.2\)"):
        control_family_wise([0.5, 1.2])

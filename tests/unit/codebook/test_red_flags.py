import pytest

from crampstats.codebook.pointers import POINTERS, Pointer
from crampstats.codebook.red_flags import MUST_BE_ANSWERED, RED_FLAGS, RedFlag
from crampstats.codebook.rules import IsTrue
from crampstats.core.errors import DataError, OptionError

RULE = IsTrue("saddle_numbness")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("saddle", "at once", "numbness", RULE, "NHS"), OptionError, "urgent, see soon"),
        (("saddle", "urgent", "numbness", RULE, "NHS", "neighbour"), OptionError, "patient, clinician, laboratory"),
        (("saddle", "urgent", "numbness", RULE, ""), DataError, "a source"),
        (("saddle", "urgent", "", RULE, "NHS"), DataError, "a reason"),
    ],
)
def test_a_sign_without_level_reason_or_source_cannot_be_declared(arguments, error, words):
    with pytest.raises(error, match=words):
        RedFlag(*arguments)


def test_a_pointer_without_signs_cannot_be_declared():
    with pytest.raises(DataError, match="signs"):
        Pointer("thyroid", "thyroid disease", (), "AFP")


def test_no_sign_and_no_pointer_is_declared_twice():
    for names in ([flag.name for flag in RED_FLAGS], [pointer.name for pointer in POINTERS]):
        assert len(set(names)) == len(names)


def test_only_what_patients_tell_must_be_answered():
    of_others = {name for flag in RED_FLAGS if flag.told_by != "patient" for name in flag.questions}
    assert not of_others & set(MUST_BE_ANSWERED)


def test_a_sign_reads_aloud():
    assert RED_FLAGS[0].describe() == (
        "urgent: hot, tender or swollen calf (calf_hot_or_tender). Source: NHS, Deep vein thrombosis: "
        "https://www.nhs.uk/conditions/deep-vein-thrombosis-dvt/."
    )

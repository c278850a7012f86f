"""What a column looks like and what is odd in it, in a few words."""

from __future__ import annotations

from crampstats.ingest.own.fitting import Profile, is_dated
from crampstats.ingest.own.mapping_text import comment
from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.own.samples import quotable_texts

FEW = 6
LIKE_ANOTHER = ("odd spelling", "two spellings")  # of a commoner label, so that no name is told


def describe_column(profile: Profile) -> str:
    """Kind and, where nobody could be told from them, its texts; of free text no sample."""
    if not profile.texts:
        return "empty"
    label = f"{comment(profile.column.label)}; " if profile.column.label and profile.column.label != profile.column.name else ""
    if profile.column.kind == "file":
        return f"{label}files"
    if is_dated(profile):
        return f"{label}dates"
    if len(profile.texts) <= FEW and quotable_texts(profile).issuperset(profile.texts):
        listed = ", ".join(f'"{comment(mask_text(text))}"' for text in sorted(profile.texts))
        return f"{label}{listed}"
    return f"{label}{_kind(profile)}, {len(profile.texts)}{'' if len(profile.texts) < 400 else ' or more'} different"


def find_remarks(profile: Profile, *, is_placed: bool) -> list[str]:
    """Text among numbers, odd spellings, probable codes for missing: each with its text, where that may be quoted.

    Parameters
    ----------
    profile
        The column.
    is_placed
        Whether it fills a variable; what could not be read is told of it otherwise.
    """
    from crampstats.ingest.own.profiling import TOLD_BY_PARSERS
    from crampstats.ingest.parsing.odd_values import find_odd_labels, suspect_numbers

    counts = profile.counts.tolist()
    found = [*suspect_numbers(profile.texts, counts), *find_odd_labels(profile.texts, counts)]
    told = [one for one in found if one.value and not (is_placed and one.rule in TOLD_BY_PARSERS)]
    quotable = quotable_texts(profile) if told else frozenset()
    remarks = [
        f'"{comment(mask_text(one.value))}" ({one.rule})' if one.value in quotable or one.rule in LIKE_ANOTHER else
        f"a text not shown ({one.rule})"
        for one in told[:FEW]
    ]
    return [*remarks, f"and {len(told) - FEW} more"] if len(told) > FEW else remarks


def _kind(profile: Profile) -> str:
    from crampstats.ingest.parsing.numbers import read_numbers

    readings = read_numbers(profile.texts, profile.counts, decimal=profile.column.decimal)
    numbers = profile.share([value is not None for value in readings.values])
    return "numbers" if numbers > 0.9 else "mostly numbers, some text" if numbers > 0.5 else "text"

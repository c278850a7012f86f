"""What a column that fills no variable looks like, in a few words."""

from __future__ import annotations

from crampstats.ingest.own.fitting import Profile, is_dated
from crampstats.ingest.own.mapping_text import comment
from crampstats.ingest.own.masking import mask_text

FEW = 6


def describe_column(profile: Profile) -> str:
    """Kind and some of its texts, masked; of free text no sample."""
    if not profile.texts:
        return "empty"
    label = f"{comment(profile.column.label)}; " if profile.column.label and profile.column.label != profile.column.name else ""
    if profile.column.kind == "file":
        return f"{label}files"
    if is_dated(profile):
        return f"{label}dates"
    if len(profile.texts) <= FEW:
        listed = ", ".join(f'"{comment(mask_text(text))}"' for text in sorted(profile.texts))
        return f"{label}{listed}"
    return f"{label}{_kind(profile)}, {len(profile.texts)}{'' if len(profile.texts) < 400 else ' or more'} different"


def _kind(profile: Profile) -> str:
    from crampstats.ingest.parsing.numbers import read_numbers

    readings = read_numbers(profile.texts, profile.counts, decimal=profile.column.decimal)
    numbers = profile.share([value is not None for value in readings.values])
    return "numbers" if numbers > 0.9 else "mostly numbers, some text" if numbers > 0.5 else "text"

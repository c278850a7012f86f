"""How rows of associations are read: which exposure and level a row speaks of, crude beside adjusted, ratios as words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crampstats.core.errors import DataError, unknown_name
from crampstats.present.reading import is_suppressed, label_of, outcome_words

if TYPE_CHECKING:
    import pandas as pd

    from crampstats.core.estimates import Estimates

CRUDE, ADJUSTED = "crude", "adjusted"
ADJUSTMENT, FAMILY = "adjustment", "family"
OTHER = "Other"
TIMES = "\N{MULTIPLICATION SIGN}"
YES = ("yes", "true", "1")


@dataclass(frozen=True)
class Term:
    """One exposure at one level, with the row of each adjustment that has one.

    Parameters
    ----------
    family
        Heading it stands under; "" for none.
    exposure, level
        As in the estimates.
    rows
        Row by adjustment ("crude", "adjusted", or "" where there is no such column).
    """

    family: str
    exposure: str
    level: str
    rows: Mapping[str, pd.Series] = field(default_factory=dict)

    @property
    def main(self) -> pd.Series:
        """The row that is drawn strongest: the adjusted one, else the last of the first measure (not a change of it)."""
        if ADJUSTED in self.rows:
            return self.rows[ADJUSTED]
        rows = list(self.rows.values())
        return [row for row in rows if row["measure"] == rows[0]["measure"]][-1]


def read_terms(
    estimates: Estimates, *, outcome: str | None = None, families: Mapping[str, Sequence[str]] | None = None,
    across: str = ADJUSTMENT, ratios_only: bool = False,
) -> list[Term]:
    """The rows as terms, in the order of their first row.

    Parameters
    ----------
    estimates
        Rows of associations; those of tests (unit "statistic") are left out. Group columns "adjustment" and "family" are used
        where there are such.
    outcome
        Outcome to read; may be left out where there is only one.
    families
        Heading and its exposures, in order, in place of the column "family"; an exposure under none comes last, under "Other".
    across
        Group column in the place of "adjustment": a wave, a population.
    ratios_only
        True refuses rows that are no ratios.

    Returns
    -------
    list of Term
        Sorted by family where there are such.

    Raises
    ------
    OptionError
        There are several outcomes and none was named, or the one named is not there.
    DataError
        There is no row to show, or one that is no ratio; two rows of one term in one adjustment.
    """
    frame = rows_of(estimates, outcome)
    if ratios_only:
        require_ratios(frame)
    found: dict[tuple[str, str, str], dict[str, pd.Series]] = {}
    for _, row in frame.iterrows():
        adjustment = str(row[across]) if across in estimates.groups else ""
        for family in _families_of(estimates, row, families):
            rows = found.setdefault((family, row["exposure"], row["level"]), {})
            if adjustment in rows:
                raise DataError(
                    f"{row['exposure']} {row['level']} has two rows{f' for {adjustment}' if adjustment else ''}; one estimate a "
                    "term and adjustment is expected. Select one population and measure first."
                )
            rows[adjustment] = row
    terms = [Term(*key, rows) for key, rows in found.items()]
    order = {family: place for place, family in enumerate([*(families or ()), OTHER])} if families else {}
    first = {term.family: place for place, term in reversed(list(enumerate(terms)))}
    return sorted(terms, key=lambda term: (order.get(term.family, 0), first[term.family]))


def rows_of(estimates: Estimates, outcome: str | None) -> pd.DataFrame:
    """Rows of one outcome that carry an estimate of an exposure, those of tests left out."""
    frame = estimates.frame
    names = list(dict.fromkeys(frame["outcome"]))
    if outcome is None and len(names) > 1:
        raise unknown_name("outcome (one must be named)", "", names)
    if outcome is not None and outcome not in names:
        raise unknown_name("outcome", outcome, names)
    frame = frame[(frame["unit"] != "statistic") & (frame["exposure"] != "")]
    frame = frame[frame["outcome"] == outcome] if outcome is not None else frame
    if frame.empty:
        raise DataError(f"there is no association to show: {len(estimates)} rows, none with an exposure and an estimate.")
    return frame


def require_ratios(frame: pd.DataFrame) -> None:
    """Refuse rows that a logarithmic axis cannot show; rows without an estimate are no matter."""
    frame = frame[frame["estimate"].notna()]
    others = frame[frame["unit"] != "ratio"]
    if len(others):
        raise DataError(
            f"{len(others)} of {len(frame)} rows are no ratios (first: {others['measure'].iloc[0]} of "
            f"{others['exposure'].iloc[0]}, unit {others['unit'].iloc[0]!r}); a logarithmic axis shows ratios only. "
            "Print differences as a table."
        )
    if (broken := ~(frame["estimate"] > 0)).any():
        raise DataError(f"{int(broken.sum())} ratio(s) are not above 0 (first: {frame.loc[broken, 'estimate'].iloc[0]:g}).")


def _families_of(estimates: Estimates, row: pd.Series, families: Mapping[str, Sequence[str]] | None) -> list[str]:
    """Headings a row stands under."""
    if families is None:
        return [str(row[FAMILY])] if FAMILY in estimates.groups else [""]
    parts = {row["exposure"]}
    return [name for name, members in families.items() if parts & set(members)] or [OTHER]


def is_drawable(row: pd.Series) -> bool:
    """True when there is an estimate that no caution forbids."""
    import pandas as pd

    return bool(pd.notna(row["estimate"])) and not is_suppressed(row["caution"])


def exposure_words(estimates: Estimates, exposure: str) -> str:
    """The label of an exposure; of an interaction those of its parts."""
    return f" {TIMES} ".join(label_of(estimates, part).label for part in exposure.split(":"))


def level_phrase(level: str) -> str:
    """A level as printed after its exposure; "" for the yes of a yes/no exposure.

    Examples
    --------
    >>> level_phrase("per_mmol/L"), level_phrase("yes"), level_phrase("some college")
    ('per mmol/L', '', 'some college')
    """
    parts = [part for part in level.split(":") if part.lower() not in YES]
    return f" {TIMES} ".join(part.replace("_", " ") for part in parts)


def term_phrase(estimates: Estimates, term: Term) -> str:
    """Exposure and level on one line: "Serum sodium, per mmol/L", "Education: some college", "Hypertension"."""
    words, level = exposure_words(estimates, term.exposure), level_phrase(term.level)
    return f"{words}{', ' if level.startswith('per ') else ': ' if level else ''}{level}"


def family_words(estimates: Estimates, family: str) -> str:
    """A family as a heading."""
    labels = label_of(estimates, family)
    text = labels.label if family in estimates.labels else family.replace("_", " ")
    return text[:1].upper() + text[1:]


def reference_level(estimates: Estimates, exposure: str, levels: Sequence[str]) -> str:
    """The declared level of a category that no row speaks of, with which the others are compared; "" when that is unclear.

    A yes/no exposure has none: that yes is compared with no goes without saying.
    """
    if [level.lower() for level in levels] in [[yes] for yes in YES]:
        return ""
    declared = label_of(estimates, exposure).levels
    absent = [level for level in declared if level not in levels]
    return absent[0] if len(absent) == 1 and len(levels) == len(declared) - 1 else ""


def level_cell(level: str) -> str:
    """A level below the name of its exposure."""
    return level_phrase(level) or level or "not estimated"


def measure_words(frame: pd.DataFrame) -> str:
    """The measures of some rows, as a heading."""
    words = " / ".join(dict.fromkeys(frame["measure"]))
    return words[:1].upper() + words[1:]


def format_ratio(ratio: float, *, digits: int = 2) -> str:
    """A ratio with about three figures.

    Examples
    --------
    >>> [format_ratio(x) for x in (1.5, 0.004, 13.24, 312.4, 4e6)]
    ['1.50', '< 0.01', '13.2', '312', '> 1,000']
    """
    if ratio >= 1000:
        return "> 1,000"
    if ratio < 10**-digits / 2:
        return f"< {10**-digits:.{digits}f}"
    return f"{ratio:.{digits if ratio < 10 else 1 if ratio < 100 else 0}f}"


def ratio_digits(row: pd.Series) -> int:
    """Decimals that tell the bounds of a row apart: 2, and up to 5 for a small step of a continuous exposure."""
    import pandas as pd

    low, high = row["conf_low"], row["conf_high"]
    if pd.isna(low) or pd.isna(high) or not 0.5 < row["estimate"] < 2:
        return 2
    return next((digits for digits in (2, 3, 4, 5) if high - low >= 4 * 10**-digits), 5)


def format_ratio_interval(row: pd.Series) -> tuple[str, str]:
    """Ratio and interval of a row as words: ("1.40", "1.12 to 1.78"); an absent interval is ""."""
    import pandas as pd

    digits = ratio_digits(row)
    ratio, *bounds = (format_ratio(row[name], digits=digits) if pd.notna(row[name]) else ""
                      for name in ("estimate", "conf_low", "conf_high"))
    return ratio, " to ".join(bounds) if all(bounds) else ""


def plain_words(estimates: Estimates, text: str) -> str:
    """Text in which names of columns read as their labels, or at least without underscores.

    Examples
    --------
    >>> import pandas as pd
    >>> from crampstats.core.estimates import Estimates
    >>> from crampstats.core.labels import Label
    >>> found = Estimates(pd.DataFrame({"estimate": [1.0]}), labels={"age_years": Label("Age"), "hba1c_percent": Label("HbA1c")})
    >>> plain_words(found, "Adjusted for age_years, body_mass_index, hba1c_percent.")
    'Adjusted for age, body mass index, HbA1c.'
    """
    def words(found: re.Match[str]) -> str:
        name = found.group()
        if name not in estimates.labels:
            return name.replace("_", " ")
        label = estimates.labels[name].label
        return label[:1].lower() + label[1:] if re.match(r"[A-Z][a-z]*( |$)", label) else label

    return re.sub(r"\b[a-z][a-z0-9]*(_[a-z0-9]+)+\b", words, text)


def outcome_title(estimates: Estimates, outcome: str | None) -> str:
    """The outcome in words, "" when there is none."""
    name = outcome if outcome is not None else next(iter(estimates.frame["outcome"]), "")
    return outcome_words(estimates, name) if name else ""

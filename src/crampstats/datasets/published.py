"""Published prevalence studies of leg cramps: what was printed, where it was read, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.findings import Finding, Findings

FILE = "published_prevalence.csv"
# studies are pooled within these; different conditions are different populations
POOL_WITHIN = ("setting", "condition", "recall_window")

TERMS: dict[str, tuple[str, ...]] = {
    "setting": (
        "general_population", "primary_care", "hospital_outpatients", "patients_with_condition", "pregnancy", "children",
        "students",
    ),
    "recall_window": (
        "past_month", "past_3_months", "past_12_months", "lifetime", "third_trimester", "usual_month", "during_dialysis",
        "not_stated",
    ),
    "threshold": (
        "any", "one_to_four_per_month", "more_than_three_per_month", "five_or_more_per_month", "woken_by_cramps",
        "frequently_not_defined",
    ),
    # printed; worked back from n and a rounded percentage; summed from a codebook; a percentage without a count
    "cases_origin": ("printed", "derived_from_percent", "codebook_counts", "not_available"),
    # main: stands for its sample; the others are drawn or listed, never pooled
    "role": ("main", "other_definition", "possible_overlap", "disputed"),
}
COUNTS = ("year", "age_min", "age_max", "n", "cases", "cases_also_printed")
PRINTED = ("percent_printed", "conf_low_percent_printed", "conf_high_percent_printed", "percent_also_printed")
TEXT = ("study_id", "study", "country", "condition", "definition", "survey", "source", "verified", "caution", "note")
REQUIRED = ("study_id", "study", "definition", "survey", "source", "verified")
PERCENT = r"\d{1,3}(?:\.\d+)?(?:-\d{1,3}(?:\.\d+)?)?"


def load_published(path: str | Path | None = None) -> pd.DataFrame:
    """Published prevalence studies, one row per study and definition.

    Only numbers read in the study's own article, abstract or codebook; statements of reviews, composite outcomes, exercise
    cramps of athletes and rates per dialysis session are left out.

    Parameters
    ----------
    path
        A file of the same layout; None reads the one that ships.

    Returns
    -------
    DataFrame
        Text columns (missing is ""), `year`, ages, `n`, `cases` as Int64 (missing is <NA>), controlled terms of `TERMS`,
        and `share`, `share_low`, `share_high`: the printed percentage and its printed interval between 0 and 1, NaN when
        none or a range was printed. `cases_origin` says whether cases were printed or worked back from n and a percentage.

    Raises
    ------
    DataError
        A column is lacking, a term is not a controlled one, a number is no number, cases exceed n, an identifier repeats;
        all faults in one message.

    Examples
    --------
    >>> studies = load_published()
    >>> studies.loc[studies["study_id"] == "naylor_1994", ["cases", "n"]].values.tolist()
    [[86, 233]]
    """
    raw = pd.read_csv(_file() if path is None else path, dtype="string", keep_default_na=False)
    expected = [*TEXT, *COUNTS, *PRINTED, *TERMS]
    lacking = [name for name in expected if name not in raw]
    if lacking:
        raise DataError(f"the study table lacks column(s) {', '.join(lacking)}; see data/README.md for the layout.")
    faults = [*_bad_terms(raw), *_bad_numbers(raw), *_empty(raw)]
    if not faults:
        table = _typed(raw)
        faults = _bad_counts(table)
    if faults:
        raise DataError(f"the study table has {len(faults)} fault(s): {' '.join(faults)} Mend these rows.")
    return table


def derive_poolable(studies: pd.DataFrame) -> pd.DataFrame:
    """The rows that stand for their sample (role "main"): no second definition, possible overlap or disputed number.

    Parameters
    ----------
    studies
        As `load_published` returns them.

    Returns
    -------
    DataFrame
        Those rows; rows that share `survey` and a group are then different persons (waves), as pooling needs.
    """
    return studies[studies["role"] == "main"].reset_index(drop=True)


def check_published(studies: pd.DataFrame) -> Findings:
    """Recompute every percentage from cases and n, and flag what contradicts itself in print.

    Parameters
    ----------
    studies
        As `load_published` returns them.

    Returns
    -------
    Findings
        One per contradiction. Rules: "percent is not cases / n" (tolerance: half a unit of the last printed digit),
        "no whole number of n gives the percent", "two percentages in one text", "two counts in one text". `source_row`
        counts the header as row 1.

    Examples
    --------
    >>> check_published(load_published()).to_frame()["column"].tolist()[0]
    'percent_printed'
    """
    found: list[Finding] = []
    for position, row in studies.reset_index(drop=True).iterrows():
        source_row = int(str(position)) + 2
        found += [*_recomputed(row, source_row), *_two_percentages(row, source_row), *_two_counts(row, source_row)]
    return Findings(tuple(found))


def _file() -> Path:
    from crampstats.datasets.files import data_file

    return data_file(FILE)


def _typed(raw: pd.DataFrame) -> pd.DataFrame:
    table = raw.copy()
    for name in COUNTS:
        table[name] = pd.to_numeric(raw[name].where(raw[name] != "")).astype("Int64")
    for share, printed in (("share", PRINTED[0]), ("share_low", PRINTED[1]), ("share_high", PRINTED[2])):
        single = raw[printed].where((raw[printed] != "") & ~raw[printed].str.contains("-"))
        table[share] = pd.to_numeric(single).astype("float64") / 100
    return table


def _bad_terms(raw: pd.DataFrame) -> Iterable[str]:
    for column, terms in TERMS.items():
        wrong = raw[~raw[column].isin(terms)]
        if len(wrong):
            first = wrong.iloc[0]
            yield (
                f"{column} holds {len(wrong)} value(s) outside its terms (first: {first[column]!r} in {first['study_id']}); "
                f"valid: {', '.join(terms)}."
            )


def _bad_numbers(raw: pd.DataFrame) -> Iterable[str]:
    whole = [(name, r"\d+", "a whole number") for name in COUNTS]
    percentages = [(name, PERCENT, "a percentage as printed") for name in PRINTED]
    for column, pattern, wanted in (*whole, *percentages):
        wrong = raw[(raw[column] != "") & ~raw[column].str.fullmatch(pattern)]
        if len(wrong):
            first = wrong.iloc[0]
            yield f"{column} holds {len(wrong)} value(s) that are not {wanted} (first: {first[column]!r} in {first['study_id']})."


def _empty(raw: pd.DataFrame) -> Iterable[str]:
    for column in REQUIRED:
        if (raw[column] == "").any():
            yield f"{column} is empty in {int((raw[column] == '').sum())} row(s); every row needs it."
    twice = raw["study_id"][raw["study_id"].duplicated()].unique()
    if len(twice):
        yield f"study_id repeats: {', '.join(twice)}."


def _bad_counts(table: pd.DataFrame) -> list[str]:
    faults = []
    wrong = table[((table["cases"] > table["n"]) | (table["cases"].notna() & table["n"].isna())).fillna(False).astype(bool)]
    if len(wrong):
        faults.append(f"cases exceed n or lack it in {len(wrong)} row(s) (first: {wrong['study_id'].iloc[0]}).")
    unexplained = table[table["cases"].isna() != (table["cases_origin"] == "not_available")]
    if len(unexplained):
        faults.append(f"cases_origin and cases disagree in {len(unexplained)} row(s) (first: {unexplained['study_id'].iloc[0]}).")
    return faults


def _half_unit(printed: str) -> float:
    """Half a unit of the last printed digit, with room for binary representation."""
    return 0.5 * 10.0 ** -len(printed.partition(".")[2]) + 1e-9


def _recomputed(row: pd.Series, source_row: int) -> Iterable[Finding]:
    printed = row["percent_printed"]
    if not printed or "-" in printed or pd.isna(row["n"]) or pd.isna(row["cases"]):
        return
    exact = 100 * row["cases"] / row["n"]
    if abs(exact - float(printed)) > _half_unit(printed):
        yield Finding(
            "percent_printed", "percent is not cases / n", "warning",
            f"{row['study']} prints {printed} % for {row['cases']} of {row['n']}, which is {exact:.2f} %.",
            "Use the counts; look for a misprint in the full text.", source_row, printed,
        )


def _two_percentages(row: pd.Series, source_row: int) -> Iterable[Finding]:
    printed, other = row["percent_printed"], row["percent_also_printed"]
    if not other:
        return
    if printed != other:
        yield Finding(
            "percent_also_printed", "two percentages in one text", "error",
            f"{row['study']} prints {printed} % and {other} % for the same thing.",
            "Kept out of pools; ask the authors.", source_row, other,
        )
    for text in (printed, other):
        if not pd.isna(row["n"]) and not _is_possible(text, int(row["n"])):
            yield Finding(
                "percent_also_printed" if text == other else "percent_printed", "no whole number of n gives the percent",
                "warning", f"{row['study']}: no whole number of {row['n']} persons is {text} %.",
                "n or the percentage is misprinted, or somebody did not answer.", source_row, text,
            )


def _two_counts(row: pd.Series, source_row: int) -> Iterable[Finding]:
    other = row["cases_also_printed"]
    if pd.isna(other) or other == row["cases"]:
        return
    n = row["n"]
    yield Finding(
        "cases_also_printed", "two counts in one text", "error",
        f"{row['study']} prints {row['cases']} of {n} ({100 * row['cases'] / n:.1f} %), but its subgroups add up to {other} "
        f"({100 * other / n:.1f} %).",
        "Kept out of pools; check the full text.", source_row, str(other),
    )


def _is_possible(printed: str, n: int) -> bool:
    """Whether some whole number of n persons rounds to the printed percentage (Brown and Heathers 2017)."""
    nearest = round(float(printed) * n / 100)
    return any(abs(100 * count / n - float(printed)) <= _half_unit(printed) for count in (nearest - 1, nearest, nearest + 1))

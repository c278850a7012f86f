"""What a file's own labels say its codes stand for, by the words the parsers know."""

from __future__ import annotations

from crampstats.codebook.columns import UNREADABLE, Variable
from crampstats.ingest.own.headings import listed_codes
from crampstats.ingest.parsing.readings import Readings
from crampstats.ingest.recorded import RecordedColumn


def codes_from_choices(column: RecordedColumn, variable: Variable) -> tuple[dict[str, object], dict[str, str]]:
    """Codes of a column in the variable's terms, by the labels the file has for them.

    Parameters
    ----------
    column
        With its choices: of a data dictionary, value labels or a codebook; where it has none, what its heading or label lists.
    variable
        Yes/no or a category.

    Returns
    -------
    tuple
        Code to yes, no or level, and code to the reason why there is no answer. A label that is neither is left out; where no
        label leads to an answer both are empty.

    Examples
    --------
    >>> ill = Variable("ill", "Ill", kind="yes/no")
    >>> codes_from_choices(RecordedColumn("q1", choices={"1": "No", "2": "Yes", "3": "Perhaps", "9": "Refused"}), ill)
    ({'1': False, '2': True}, {'9': 'refused'})
    """
    choices = column.choices or listed_codes(column.name, column.label)
    listed = {code: label for code, label in choices.items() if code not in column.missing and code != label}
    if variable.kind not in ("yes/no", "category") or not listed:
        return {}, {}
    readings = _read_labels(list(listed.values()), variable)
    told = dict(zip(listed, zip(readings.values, readings.reasons, strict=True), strict=True))
    codes = {code: value for code, (value, _) in told.items() if value is not None}
    missing = {code: reason for code, (value, reason) in told.items() if value is None and reason != UNREADABLE}
    return (codes, missing) if codes else ({}, {})


def _read_labels(labels: list[str], variable: Variable) -> Readings:
    from crampstats.ingest.parsing.categories import read_category
    from crampstats.ingest.parsing.yes_no import read_yes_no

    # a label that is a number itself is no word
    worded = [label if any(sign.isalpha() for sign in label) else f"({label}?)" for label in labels]
    if variable.kind == "yes/no":
        return read_yes_no(worded)
    return read_category(worded, variable.levels, words=variable.words)

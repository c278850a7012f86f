"""Which texts of a column the mapping file quotes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crampstats.codebook.catalogue import as_recorded
from crampstats.core.flow import Flow
from crampstats.ingest.own.fitting import Profile
from crampstats.ingest.own.proposing import propose_mapping
from crampstats.ingest.own.samples import quotable_texts, readable_texts
from crampstats.ingest.own.writing import format_mapping
from crampstats.ingest.recorded import RecordedColumn, RecordedFile, RecordedTable


def profile(counts: dict[str, int], **described: object) -> Profile:
    return Profile(RecordedColumn("c", **described), [*counts], np.array([*counts.values()]), 0)  # type: ignore[arg-type]


@pytest.mark.parametrize(("counts", "expected"), [
    ({"4.1": 1, "< 3,5 mmol/L": 1, "-99": 1, "yes": 1, "unknown": 1, "f": 1, "Blackadder": 1},
     "4.1|< 3,5 mmol/L|-99|yes|unknown|f"),
    ({"often": 2, "seldom": 5, "Melchett": 1}, "often|seldom"),
    ({"often": 2, "Maria Lopez": 1}, ""),  # one name in it, and no word of the column is quoted
])
def test_words_are_quoted_only_where_they_repeat_and_nobody_is_named(counts: dict[str, int], expected: str) -> None:
    assert quotable_texts(profile(counts)) == {text for text in expected.split("|") if text}


def test_what_the_file_lists_may_be_quoted() -> None:
    assert quotable_texts(profile({"severe": 1, "Melchett": 1}, choices={"severe": "very severe"})) == {"severe"}


def test_of_a_variable_only_what_reads_as_it_is_a_sample() -> None:
    cells = {"63": 1, "71": 1, "Blackadder": 3}
    assert readable_texts(profile(cells), as_recorded("age_years"), {}) == {"63", "71"}
    assert readable_texts(profile({"f": 1, "male": 1, "Melchett": 4}), as_recorded("sex"), {}) == {"f", "male"}
    assert readable_texts(profile({"yes": 1, "Melchett": 4}), as_recorded("diabetes"), {}) == {"yes"}


def test_a_mapping_file_shows_no_surname_wherever_it_stands() -> None:
    n = 30
    cells = {
        "age": [str(40 + i) for i in range(n - 1)] + ["Blackadder"], "sex": ["f", "m"] * (n // 2 - 1) + ["f", "Melchett"],
        "col2": ["Hermione Zweig", "Percival Strauch"] + [None] * (n - 2),
        "col3": ["red", "blue"] * (n // 2 - 1) + ["red", "Darling"],
        "Serum potassium (mmol/L)": [f"{3.5 + i / 20:.2f}" for i in range(n - 1)] + ["Baldrick"],
        "Diabetes of Mr. John Smith": ["yes", "no"] * (n // 2),
    }
    frame = pd.DataFrame({name: pd.Series(texts, dtype="str") for name, texts in cells.items()})
    columns = tuple(RecordedColumn(name) for name in frame)
    table = RecordedTable("t.csv", frame, np.arange(2, n + 2), columns, "csv", Flow.start("rows", n))
    text = format_mapping(propose_mapping(RecordedFile({"": table}, "csv")))
    assert "[variables.age_years]" in text
    secrets = ("Blackadder", "Melchett", "Hermione", "Strauch", "Darling", "Baldrick")
    assert [name for name in secrets if name.lower() in text.lower()] == []
    assert all(not line.startswith("#") for line in text.splitlines() if "John Smith" in line)

"""Runs the specifications of what the cells of a file are read as."""

import pytest

from crampstats.ingest.parsing.categories import read_category
from crampstats.ingest.parsing.dates import read_dates
from crampstats.ingest.parsing.missing import read_missing
from crampstats.ingest.parsing.numbers import read_numbers
from crampstats.ingest.parsing.times import read_times
from crampstats.ingest.parsing.yes_no import read_yes_no

from .test_spec import read_spec

LEVELS = {"never": "", "one or two nights": "", "three nights or more": "at least three nights"}
WORDS = {"never": ("nie", "jamais")}
READ = {
    "yes_no": read_yes_no,
    "numbers": lambda cells: read_numbers(cells, [1] * len(cells)),
    "dates": lambda cells: read_dates(cells, [1] * len(cells)),
    "times": read_times,
    "categories": lambda cells: read_category(cells, LEVELS, words=WORDS),
}
COLUMNS = [(kind, name, rows) for kind in READ for name, rows in read_spec(f"cells_{kind}.txt").items()]
MISSING = [(row["cell"], row["reason"]) for rows in read_spec("cells_missing.txt").values() for row in rows]


def as_written(value):
    return "" if value is None else {True: "yes", False: "no"}.get(value, str(value)) if not isinstance(value, float) else value


@pytest.mark.parametrize(("kind", "name", "rows"), COLUMNS, ids=[f"{kind}: {name}" for kind, name, _ in COLUMNS])
def test_a_column_of_cells_is_read_as_specified(kind, name, rows):
    found = READ[kind]([row["cell"] for row in rows])
    for i, row in enumerate(rows):
        value, written = as_written(found.values[i]), row["value"]
        assert value == (float(written) if isinstance(value, float) and written else written), row
        assert found.reasons[i] == row["reason"], row
        assert found.rules[i] == row["rule"], row
        if "lossless" in row:
            assert found.lossless[i] == (row["lossless"] == "yes"), row
        if "unit" in row:
            assert found.units[i] == row["unit"], row


@pytest.mark.parametrize(("cell", "reason"), MISSING)
def test_a_word_for_missing_gives_its_reason(cell, reason):
    assert read_missing(cell) == reason

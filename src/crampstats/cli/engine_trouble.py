"""What an engine reports while it adds up, in words a user can act on."""

from __future__ import annotations

import re

ENGINES = {
    "duckdb": "DuckDB", "_duckdb": "DuckDB", "pyspark": "Spark", "py4j": "Spark", "narwhals": "The engine", "polars": "Polars",
    "ibis": "Ibis",
}
# from a quotation mark that opens to the last of its kind, or to the end: a cell may hold such marks and line ends itself
QUOTED = re.compile(r"(?<!\w)(['\"`])(?:.*\1|.*$)")
VALUE = re.compile(
    r"\bvalue (?!(?:is|was|of|in|for|out)\b|…).+?(?= (?:can't|cannot|could|because|which|that|of the type|to|is)\b|$)"
)
NUMBER = re.compile(r"[\w.,:/+-]*\d[\w.,:/+-]*")
MEMORY = re.compile(r"out of memory|OutOfMemory|memory limit|Java heap space", re.IGNORECASE)
DISK = re.compile(r"No space left|max_temp_directory_size|offload data block", re.IGNORECASE)
LONGEST = 200
LONG_NUMBER = 3  # digits from which a number may tell whose it is


def without_cells(text: str) -> str:
    """An engine's words without what may be a cell of the data: quoted text, what follows "value", and longer numbers.

    Examples
    --------
    >>> without_cells("Type INT64 with value 5000000000 can't be cast to INT32")
    "Type INT64 with value … can't be cast to INT32"
    """
    text = VALUE.sub("value …", QUOTED.sub("…", text))
    return NUMBER.sub(lambda found: "…" if sum(map(str.isdigit, found[0])) >= LONG_NUMBER else found[0], text)


def engine_complaint(problem: BaseException) -> str | None:
    """One line on an error that an engine raised; None for any other.

    What may be a cell of the data is left out.

    Examples
    --------
    >>> engine_complaint(ValueError("no engine")) is None
    True
    """
    engine = next((ENGINES[root] for kind in type(problem).__mro__ if (root := kind.__module__.partition(".")[0]) in ENGINES), "")
    if not engine:
        return None
    text = str(problem)
    if MEMORY.search(text) or DISK.search(text):
        return (
            f"{engine} needs more memory than it may take. Give it more (--memory 8GB), a folder with room for what does not fit "
            "(--scratch DIR), fewer cores (--threads 1), or fewer groups."
        )
    first = next((line.strip() for line in text.splitlines() if line.strip()), type(problem).__name__)
    return (
        f"{engine} could not add up the files ({without_cells(first)[:LONGEST].rstrip('. ')}). A file may be damaged, or its "
        "columns of another kind than in the others: write it again, or try one file alone."
    )

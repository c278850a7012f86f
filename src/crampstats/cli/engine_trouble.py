"""What an engine reports while it adds up, in words a user can act on."""

from __future__ import annotations

import re

ENGINES = {
    "duckdb": "DuckDB", "_duckdb": "DuckDB", "pyspark": "Spark", "py4j": "Spark", "narwhals": "The engine", "polars": "Polars",
    "ibis": "Ibis",
}
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")
MEMORY = re.compile(r"out of memory|OutOfMemory|memory limit|Java heap space", re.IGNORECASE)
DISK = re.compile(r"No space left|max_temp_directory_size|offload data block", re.IGNORECASE)
LONGEST = 200
STOPPED = "Query interrupted"  # DuckDB's words for Ctrl-C


def is_interrupt(problem: BaseException) -> bool:
    """Whether an engine reports Ctrl-C as an error of its own.

    Examples
    --------
    >>> is_interrupt(RuntimeError("Query interrupted"))
    True
    """
    return isinstance(problem, RuntimeError) and str(problem).startswith(STOPPED)


def engine_complaint(problem: BaseException) -> str | None:
    """One line on an error that an engine raised; None for any other.

    What an engine quotes may be a cell of the data, so it is left out.

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
        f"{engine} could not add up the files ({QUOTED.sub('…', first)[:LONGEST].rstrip('. ')}). A file may be damaged, or its "
        "columns of another kind than in the others: write it again, or try one file alone."
    )

"""Parquet files left where they are: an engine adds them up, and only sums come into memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from crampstats.codebook.demographics import AGE
from crampstats.codebook.forms import Form
from crampstats.core.design import SurveyDesign
from crampstats.core.engines import PARQUET, REMOTE, Engine, EngineOptions, choose_engine, open_parquet, parquet_files
from crampstats.core.errors import DataError, printable, unknown_name
from crampstats.core.flow import Flow
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source
from crampstats.core.tables import column_names, count_rows, engine_of
from crampstats.core.totals import between, missing, sufficient_stats
from crampstats.ingest.parquet_heads import Head, check_heads, read_head
from crampstats.ingest.survey_data import SurveyData

if TYPE_CHECKING:
    from crampstats.core.engines import EngineOptions as Options

MODULES = {"pandas": "pandas", "duckdb": "duckdb", "spark": "pyspark"}


@dataclass(frozen=True, eq=False, repr=False)
class EngineData(SurveyData):
    """Tidy Parquet files on an engine: what `load_survey(..., engine=...)` returns.

    Parameters
    ----------
    table
        The engine's table (DuckDB relation, Spark table, pandas frame): rows and columns as they stand in the files.
    declaration, source, reasons, flow, log, findings, recorded
        As for `SurveyData`. Nothing was mapped, parsed or changed, so there are no reasons, no log and no findings.
    engine
        Engine and its version ("DuckDB 2.0.0").
    n_files
        Number of files.
    """

    engine: str = ""
    n_files: int = 1

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return column_names(self.table)

    def require(self, *names: str) -> None:
        """Refuse names the files do not hold; an `OptionError` lists those they do."""
        have = self.columns
        for name in names:
            if name not in have:
                raise unknown_name("column", name, have)

    def design(
        self, *, strata: str | None = None, psu: str | None = None, weights: str | None = None,
        outcomes: Iterable[Outcome] = (), labels: Mapping[str, Label] | None = None, population: str = "",
        min_age: int | None = None, age: str = AGE.name,
    ) -> SurveyDesign:
        """The sampling design over every row; a simple random sample where no column is named.

        Parameters
        ----------
        strata, psu, weights
            Columns of the design.
        outcomes, labels, population
            As for `SurveyDesign`.
        min_age
            Youngest age of the domain in years; None for no limit.
        age
            Column of ages in years.

        Raises
        ------
        DataError, DesignError
            The columns make no design, or there are no ages.
        """
        told = population or self.declaration.population
        design = SurveyDesign(
            self.table, strata=strata, psu=psu, weights=weights, outcomes=tuple(outcomes), labels=labels or {},
            source=self.source, population=told,
        )
        if min_age is None:
            return design
        old = between(self._age_column(age), low=min_age)
        return design.subset(old, population=f"{told}, aged {min_age}+", youngest=min_age)

    def flow_for(self, outcome: str, min_age: int | None = None, age: str = AGE.name) -> Flow:
        """Participant flow of one column: rows of the files, of the age, with an answer."""
        self.require(outcome)
        terms = {"gaps": missing(outcome)}
        if min_age is not None:
            old = between(self._age_column(age), low=min_age)
            terms = {"old": old, "gaps": old * missing(outcome)}
        sums = sufficient_stats(self.table, [], terms).iloc[0]
        flow = self.flow
        if min_age is not None:
            young = int(sums["rows"]) - round(float(sums["old"]))
            flow = flow.leave(f"aged {min_age}+", {f"aged below {min_age} or age missing": young})
        return flow.leave("analysed", {"no answer": round(float(sums["gaps"]))})

    def describe(self) -> str:
        """One line: engine, rows, files."""
        files = "1 file" if self.n_files == 1 else f"{self.n_files:,} files"
        return f"{self.engine}; {self.flow.n:,} rows in {files}"

    def __repr__(self) -> str:
        return f"<EngineData: {self.source.label}; {self.describe()}>"

    def _age_column(self, age: str) -> str:
        if age not in self.columns:
            raise DataError(f"--min-age needs a column of ages; {self.source.label} has no {age!r} (--age NAME names another).")
        return age


@dataclass(frozen=True)
class _Files:
    """The files behind a name, with their heads where they lie on this machine."""

    shown: str
    names: tuple[str, ...]
    heads: tuple[Head, ...] = field(default=())


def load_engine_data(
    source: str | Path, engine: Engine | None = None, options: Options | None = None, *, used: Sequence[str] = ()
) -> EngineData:
    """Tidy Parquet files as a table of an engine; nothing is read but their heads.

    Parameters
    ----------
    source
        A Parquet file, a folder of them, or a pattern ("nights/*.parquet"); an address of another store for DuckDB and Spark.
    engine
        None: DuckDB where it is installed, else pandas.
    options
        Memory, folder and cores, of DuckDB and Spark.
    used
        Columns the analysis reads; every file must hold them, in the same kind. Empty: all columns of any file.

    Raises
    ------
    DataError
        No such file, one that is no Parquet file, files that do not hold the same columns, or no row in any.
    OptionError
        The engine is unknown or not installed, or `options` are given for pandas.
    """
    options = options or EngineOptions()
    engine = choose_engine(engine, options)
    files = _find_files(source)
    check_heads(files.heads, used)
    table = open_parquet(source, engine, options)
    rows = sum(head.rows for head in files.heads) if files.heads else count_rows(table)
    if not rows:
        raise DataError(f"{files.shown} holds no rows.")
    what = "file" if len(files.names) == 1 else "files"
    return EngineData(
        table=table, declaration=Form("parquet", files.shown, f"persons in {files.shown}", ()),
        source=Source(f"the {what} {files.shown}", detail=f"Parquet through {engine_of(table)}"),
        reasons=pd.DataFrame(), flow=Flow.start(f"rows in the {what}", rows), engine=_described(engine, table),
        n_files=len(files.names),
    )


def is_several(source: str | Path) -> bool:
    """Whether a name stands for a folder, a pattern of names or an address of another store, and not for one file.

    Examples
    --------
    >>> is_several("nights/*.parquet"), is_several("nights.parquet")
    (True, False)
    """
    text = str(source)
    if text.startswith(REMOTE):
        return True
    path = Path(text)
    return (bool(text) and path.is_dir()) or (not path.exists() and any(sign in text for sign in "*?["))


def _find_files(source: str | Path) -> _Files:
    text = str(source)
    names = tuple(parquet_files(source))
    shown = _shown(text)
    if text.startswith(REMOTE):
        return _Files(printable(text), names)
    if wrong := [name for name in names if Path(name).suffix.lower() not in PARQUET]:
        raise DataError(
            f"an engine reads Parquet; {printable(Path(wrong[0]).name)} does not end in .parquet: write it as Parquet first "
            f"(crampstats data convert {printable(Path(wrong[0]).name)} {printable(Path(wrong[0]).stem)}.parquet)."
        )
    return _Files(shown, names, tuple(read_head(name) for name in names))


def _described(engine: Engine, table: Any) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        number = f" {version(MODULES[engine])}"
    except PackageNotFoundError:
        number = ""
    return f"{engine_of(table)}{number}"


def _shown(text: str) -> str:
    """A file by its name; a folder and a pattern with the folder above, without the path to it."""
    path = Path(text)
    if path.is_dir():
        return printable(f"{path.name or text}/")
    if path.is_file():
        return printable(path.name)
    first = next((place for place, part in enumerate(path.parts) if any(sign in part for sign in "*?[")), len(path.parts) - 1)
    return printable("/".join(path.parts[max(first - 1, 0):]))

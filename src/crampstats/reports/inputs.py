"""The data a report or command works on: NHANES, or the user's own tidy file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from crampstats.codebook.columns import Derived
from crampstats.codebook.demographics import AGE
from crampstats.codebook.outcomes import OUTCOMES as CODEBOOK_OUTCOMES
from crampstats.codebook.weights import WeightChoice
from crampstats.core.design import SurveyDesign
from crampstats.core.engines import Engine, EngineOptions
from crampstats.core.errors import DataError, OptionError, unknown_name
from crampstats.core.errors import printable as printable
from crampstats.core.flow import Flow
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source
from crampstats.datasets.nhanes import load_nhanes
from crampstats.ingest.cycle_data import CycleData
from crampstats.ingest.engine_tables import is_several
from crampstats.ingest.tidy import PARQUET, TEXT, read_tidy
from crampstats.reports.known_columns import KNOWN, derive_known, known_labels

if TYPE_CHECKING:
    from crampstats.ingest.own.file_data import FileData

NHANES_NAME = "nhanes"
DEFAULT_MIN_AGE = 20
AT_LEAST_ONCE = "at least once"
TIDY = (*TEXT, *PARQUET)


@dataclass(frozen=True)
class FileOptions:
    """What the user says of their own file; each is empty when not said.

    Parameters
    ----------
    outcomes
        Yes/no columns that hold cramps.
    strata, psu, weights
        Design columns.
    window, threshold, population
        Recall window, what counts as a case, who was asked. Without a threshold an outcome named as in the codebook has the
        codebook's, any other "at least once".
    age
        Column of ages in years.
    mapping, sheet, dictionary
        How the file is mapped to the codebook, its sheet, and the dictionary that belongs to it, as for `load_survey`.
    engine
        What adds up Parquet files left where they are; None: the table is read into memory (several files: DuckDB).
    resources
        Memory, folder and cores of the engine.
    used
        Columns the analysis reads beside the outcomes and the design; of files on an engine no others are looked at. None: all
        that the codebook knows.
    """

    outcomes: tuple[str, ...] = ()
    strata: str | None = None
    psu: str | None = None
    weights: str | None = None
    window: str = ""
    threshold: str = ""
    population: str = ""
    age: str = AGE.name
    mapping: str | None = None
    sheet: str = ""
    dictionary: str | None = None
    engine: Engine | None = None
    resources: EngineOptions = field(default_factory=EngineOptions)
    used: tuple[str, ...] | None = ()


@dataclass(frozen=True)
class Study:
    """Data ready to analyse.

    Parameters
    ----------
    design
        Its domain is the population asked about.
    flow_for
        Participant flow of an outcome.
    survey
        The loaded survey; None for the user's own file.
    more
        How to get more than this holds ("" when there is no more).
    min_age
        Youngest age analysed; None for no limit.
    derived
        Columns that were made here and stand in no file, with their definitions; NHANES has only those of own ranges.
    mapped
        The user's own file as it was mapped, with its log and findings; None for NHANES and for a tidy file.
    engine
        Engine, rows and files in words where files are left where they are; "" for a table in memory.
    """

    design: SurveyDesign
    flow_for: Callable[[str], Flow]
    survey: CycleData | None = None
    more: str = ""
    min_age: int | None = None
    derived: Mapping[str, Derived] = field(default_factory=dict)
    mapped: FileData | None = None
    engine: str = ""

    @property
    def is_nhanes(self) -> bool:
        """True for NHANES, from whatever source."""
        return self.survey is not None

    @property
    def outcome_names(self) -> tuple[str, ...]:
        """Declared outcomes, in order."""
        return tuple(self.design.known_outcomes)

    @property
    def has_microdata(self) -> bool:
        """True where every person has a row, so that models can be fitted."""
        return self.survey is None or not self.survey.is_cells

    def require(self, columns: Sequence[str]) -> None:
        """Refuse columns the data lack; when only the embedded cells lack them, say how to get the microdata."""
        if self.survey is not None:
            # a slip in a name is told from all the survey has, also what only the microdata hold
            for name in columns:
                if name not in self.survey.table and name not in self.survey.declaration.labels():
                    raise unknown_name("column", name, self.survey.declaration.labels())
            self.survey.require(*columns)
            return
        have = [name for name in self.design.columns if not name.startswith("_")]
        for name in columns:
            if name not in have:
                raise unknown_name("column", name, have)

    def design_for(
        self, columns: Sequence[str], *, weight: str | None = None, cycles: Sequence[str] | None = None
    ) -> tuple[SurveyDesign, str]:
        """The design for an analysis of some columns, and why its weight is the one taken.

        Parameters
        ----------
        columns
            Every column that enters.
        weight
            NHANES weight by name; None for the rule's.
        cycles
            NHANES cycles; None for all that have the columns.

        Returns
        -------
        tuple of SurveyDesign and str
            On a file the design the user described, and "".
        """
        choice = self.weight_for(columns, weight=weight, cycles=cycles)
        if self.survey is None or choice is None:
            return self.design, ""
        return self.survey.design_for(columns, weight=weight, cycles=cycles, min_age=self.min_age), choice.reason

    def weight_for(
        self, columns: Sequence[str], *, weight: str | None = None, cycles: Sequence[str] | None = None
    ) -> WeightChoice | None:
        """The weight and cycles `design_for` takes; None on a file, where the user described the design."""
        return self.survey.weight_for(columns, weight=weight, cycles=cycles) if self.survey else None


def open_study(
    data: str | Path,
    *,
    nhanes: str | Path | None = None,
    min_age: int | None = None,
    weight: str = "interview",
    options: FileOptions | None = None,
) -> Study:
    """NHANES when `data` is "nhanes", otherwise the tidy file of that name.

    Parameters
    ----------
    data
        "nhanes" or a file; of Parquet also a folder or a pattern.
    nhanes
        Folder of NHANES files; None for the usual search (see `load_nhanes`).
    min_age
        Youngest age; None: 20 on NHANES, no limit on a file.
    weight
        "interview", "exam" or "diet", NHANES only.
    options
        What the user says of a file.

    Raises
    ------
    CrampstatsError
        Whatever cannot be read or makes no design; the message says what to do.
    """
    if str(data).lower() == NHANES_NAME:
        return _open_nhanes(nhanes, DEFAULT_MIN_AGE if min_age is None else min_age, weight)
    options = options or FileOptions()
    if options.engine or options.resources != EngineOptions() or is_several(data):
        from crampstats.reports.engine_study import open_engine_study

        return open_engine_study(data, min_age, options)
    if _is_tidy(Path(data), options):
        return _open_file(Path(data), min_age, options)
    return _open_mapped(Path(data), min_age, options)


def _open_nhanes(folder: str | Path | None, min_age: int, weight: str) -> Study:
    survey = load_nhanes(folder)
    more = ""
    if survey.is_cells:
        more = (
            "These are grouped totals; `crampstats data fetch` downloads the public microdata, with which any age and further "
            "variables can be analysed."
        )
    design = survey.adults(min_age, weight=weight)
    return Study(design, lambda name: survey.flow_for(name, min_age, weight=weight), survey, more, min_age)


def _is_tidy(path: Path, options: FileOptions) -> bool:
    """A plain table whose columns the options name, with nothing said of a mapping."""
    said = options.mapping or options.sheet or options.dictionary
    return not said and bool(options.outcomes or not path.name) and path.suffix.lower() in (*TIDY, "")


def _open_mapped(path: Path, min_age: int | None, options: FileOptions) -> Study:
    """A file in any format, mapped to the codebook; what the options say of design and outcomes goes before the mapping."""
    if options.age != AGE.name:
        raise OptionError(f"--age is for a tidy file; in a mapping place the column {options.age!r} on {AGE.name}.")
    from crampstats.ingest.own.loading import map_survey, open_survey

    opened = open_survey(path, options.mapping, sheet=options.sheet, dictionary=options.dictionary)
    said = {name: value for name in ("strata", "psu", "weights") if (value := getattr(options, name))}
    said |= {name: printable(value) for name in ("population", "window") if (value := getattr(options, name))}
    data = map_survey(opened.file, replace(opened.mapping, **said), noted=opened.noted)
    data = data.with_outcomes(_outcomes_of(data, options))
    derived = {item.name: item for item in data.declaration.derived}
    return Study(
        data.design(min_age=min_age), lambda name: data.flow_for(name, min_age), min_age=min_age, derived=derived, mapped=data,
    )


def _outcomes_of(data: FileData, options: FileOptions) -> list[Outcome]:
    """Those named, or all the codebook declares that the file holds."""
    declared = {outcome.name: outcome for outcome in data.declaration.outcomes}
    if not (options.outcomes or declared):
        raise OptionError(
            f"{data.source.label} was read, but no column says who has cramps: place one on cramp_frequency or any_cramps in the "
            f"mapping (crampstats map writes one), or name a yes/no column with --outcome; there are {', '.join(_yes_no(data))}."
        )
    data.require(*options.outcomes)
    for name in options.outcomes:
        if name not in _yes_no(data):
            raise OptionError(f"--outcome {name}: the column holds no yes/no; those that do are {', '.join(_yes_no(data))}.")
    chosen = [declared.get(name) or _own_outcome(data, name, options) for name in options.outcomes] or list(declared.values())
    return [replace(one, threshold=printable(options.threshold)) if options.threshold else one for one in chosen]


def _own_outcome(data: FileData, name: str, options: FileOptions) -> Outcome:
    label = data.declaration.labels()[name].label if name in data.declaration.labels() else name.replace("_", " ")
    return Outcome(name, label, data.declaration.population, data.mapping.window, printable(options.threshold) or AT_LEAST_ONCE)


def _yes_no(data: FileData) -> list[str]:
    return [name for name in data.table if data.table[name].dtype == "boolean"]


def _open_file(path: Path, min_age: int | None, options: FileOptions) -> Study:
    if not path.name:
        raise OptionError('no data were named: give a file, or "nhanes".')
    table, shown = read_tidy(path), printable(path.name)
    if not options.outcomes:
        raise OptionError(f"say which column of {shown} holds the cramps: --outcome NAME; it has {', '.join(table.columns)}.")
    return tidy_study(table, shown, Source(f"the file {shown}", detail="tidy file"), min_age, options)


def tidy_study(
    table: pd.DataFrame, shown: str, source: Source, min_age: int | None, options: FileOptions, engine: str = ""
) -> Study:
    """A tidy table in memory as a study.

    Parameters
    ----------
    table
        One row per person.
    shown, source
        What it is called, and where it comes from.
    min_age
        Youngest age; None for no limit.
    options
        What the user says of it; at least one outcome.
    engine
        Engine, rows and files in words where it was asked for.
    """
    own = list(table.columns)
    table = derive_known(table, options.age)
    for name in options.outcomes:
        if name not in table:
            raise unknown_name("outcome", name, own)
    derived = {name: item for name in table if name not in own and isinstance(item := KNOWN[name], Derived)}
    outcomes = declared_outcomes(options, f"persons in {shown}")
    population = outcomes[0].population
    design = SurveyDesign(
        table, strata=options.strata, psu=options.psu, weights=options.weights, outcomes=outcomes, labels=known_labels(table),
        source=source, population=population,
    )
    if min_age is None:
        return Study(design, lambda name: _file_flow(table, name, None, None), derived=derived, engine=engine)
    if options.age not in table:
        raise DataError(f"--min-age needs a column of ages; {shown} has no {options.age!r} (--age NAME names another).")
    if not pd.api.types.is_numeric_dtype(table[options.age].dtype):
        raise DataError(f"{options.age!r} holds {table[options.age].dtype}; ages in years, as numbers, are expected.")
    inside = (table[options.age] >= min_age).fillna(False).astype(bool)
    narrow = design.subset(inside, population=f"{population}, aged {min_age}+", youngest=min_age)
    return Study(narrow, lambda name: _file_flow(table, name, inside, min_age), min_age=min_age, derived=derived, engine=engine)


def declared_outcomes(options: FileOptions, population: str) -> tuple[Outcome, ...]:
    """The outcomes the options name, with what they say of them; `population` where they do not say who was asked."""
    thresholds = {one.name: one.threshold for one in CODEBOOK_OUTCOMES}
    return tuple(
        Outcome(
            name, name.replace("_", " "), printable(options.population) or population, printable(options.window),
            printable(options.threshold) or thresholds.get(name, AT_LEAST_ONCE),
        )
        for name in options.outcomes
    )


def _file_flow(table: pd.DataFrame, outcome: str, inside: pd.Series | None, min_age: int | None) -> Flow:
    """Rows of the file, of the age, with an answer."""
    flow = Flow.start("rows in the file", len(table))
    kept = pd.Series(True, index=table.index) if inside is None else inside
    if inside is not None:
        flow = flow.leave(f"aged {min_age}+", {f"aged below {min_age} or age missing": int((~inside).sum())})
    return flow.leave("analysed", {"no answer": int((kept & table[outcome].isna()).sum())})

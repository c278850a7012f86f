"""A study over Parquet files on an engine: the same design, outcomes and labels as of a tidy file in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from crampstats.codebook.columns import Derived
from crampstats.codebook.demographics import AGE
from crampstats.core.errors import OptionError, unknown_name
from crampstats.core.tables import is_in_memory
from crampstats.ingest.engine_columns import derive_on_engine, is_derivable
from crampstats.ingest.engine_tables import EngineData, load_engine_data
from crampstats.reports.inputs import FileOptions, Study, declared_outcomes, tidy_study
from crampstats.reports.known_columns import KNOWN, fitting_columns

MAPPED = ("mapping", "sheet", "dictionary")


def open_engine_study(data: str | Path, min_age: int | None, options: FileOptions) -> Study:
    """Parquet files left where they are, as a study.

    Parameters
    ----------
    data
        A Parquet file, a folder of them or a pattern.
    min_age
        Youngest age; None for no limit.
    options
        What the user says of the files, the engine and its limits; no columns are looked at but those of `options.used`.

    Raises
    ------
    CrampstatsError
        The files cannot be read, or hold not what the options say.
    """
    if said := [name for name in MAPPED if getattr(options, name)]:
        raise OptionError(
            f"--{said[0]} maps a file cell by cell, which is done in memory; an engine reads tidy Parquet. Map the file first: "
            "crampstats prepare FILE --mapping MAPPING --parquet."
        )
    asked = tuple(dict.fromkeys((*options.outcomes, *(KNOWN if options.used is None else options.used))))
    design_columns = (options.strata, options.psu, options.weights, options.age if min_age is not None else None)
    inputs = tuple(name for item in asked if isinstance(KNOWN.get(item), Derived) for name in KNOWN[item].rule.columns)
    used = () if options.used is None else (*asked, *inputs, options.age, *(name for name in design_columns if name))
    opened = load_engine_data(data, options.engine, options.resources, used=used)
    if not options.outcomes:
        listed = ", ".join(opened.columns)
        raise OptionError(f"say which column of {opened.declaration.label} holds the cramps: --outcome NAME; it has {listed}.")
    if is_in_memory(opened.table):
        return tidy_study(opened.table, opened.declaration.label, opened.source, min_age, options, engine=opened.describe())
    return _study(opened, min_age, options, asked)


def _study(opened: EngineData, min_age: int | None, options: FileOptions, asked: Sequence[str]) -> Study:
    own = opened.columns
    opened, derived = _with_derived(opened, asked, options.age, is_needed=options.used is not None)
    have = opened.columns
    for name in options.outcomes:
        if name not in have:
            raise unknown_name("outcome", name, own)
    labels = {name: KNOWN[name].to_label() for name in (*fitting_columns(opened.table, [n for n in asked if n in own]), *derived)}
    outcomes = declared_outcomes(options, opened.declaration.population)
    design = opened.design(
        strata=options.strata, psu=options.psu, weights=options.weights, outcomes=outcomes, labels=labels,
        population=outcomes[0].population, min_age=min_age, age=options.age,
    )
    return Study(
        design, lambda name: opened.flow_for(name, min_age, options.age), min_age=min_age, derived=derived,
        engine=opened.describe(),
    )


def _with_derived(
    opened: EngineData, asked: Sequence[str], age: str, *, is_needed: bool
) -> tuple[EngineData, Mapping[str, Derived]]:
    """The files with the codebook's columns that are asked for, stand in no file and follow from a column that does."""
    table, have, made = opened.table, opened.columns, {}
    for name in asked:
        item = KNOWN.get(name)
        if name in have or not isinstance(item, Derived):
            continue
        stand_in = {AGE.name: age} if age in have and AGE.name not in have else {}
        columns = [stand_in.get(one, one) for one in item.rule.columns]
        if not all(one in have for one in columns):
            continue
        if not is_derivable(item.rule) and not is_needed:
            continue
        if not is_derivable(item.rule):
            raise OptionError(
                f"{name!r} stands in no file; it would follow from {', '.join(columns)}, but on an engine only bands, limits and "
                "classes of one column are made. Write it into the files, or leave --engine out."
            )
        if stand_in or fitting_columns(table, columns):
            table, made[name] = derive_on_engine(table, item, columns[0]), item
    return replace(opened, table=table), made

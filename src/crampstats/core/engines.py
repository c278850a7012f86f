"""Engines over Parquet files: DuckDB, which adds up on this machine in little memory, and Spark, on a cluster.

Both are extras (duckdb, spark) and are imported when they are asked for.
"""

from __future__ import annotations

import atexit
import glob
import os
import re
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from crampstats.core.engine_names import ENGINES as ENGINES
from crampstats.core.engine_names import Engine as Engine
from crampstats.core.errors import DataError, OptionError, unknown_name

PARQUET = (".parquet", ".pq")
REMOTE = ("s3://", "s3a://", "gs://", "gcs://", "abfs://", "abfss://", "hdfs://", "dbfs:/", "http://", "https://", "file:/")
INSTALLED_BY = {"duckdb": "duckdb>=2.0", "spark": "pyspark[connect]>=4.0"}  # as the extras of this package declare
SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGT])(?:I?B)?", re.IGNORECASE)
MOST_THREADS = 1024
ON_SPARK_ALONE = ("hdfs://", "dbfs:/", "file:/")


@dataclass(frozen=True)
class EngineOptions:
    """What an engine may use of this machine.

    Parameters
    ----------
    memory
        Most memory, as "2GB" or "500MB"; "" for the engine's own rule (DuckDB: four fifths of the machine's).
    folder
        Where an engine puts what does not fit; "" for the system's temporary folder. Nothing is left there.
    threads
        Processor cores used, at most 1,024; None for all.

    Raises
    ------
    OptionError
        Memory is no such size, or threads are no such number.
    """

    memory: str = ""
    folder: str = ""
    threads: int | None = None

    def __post_init__(self) -> None:
        size = SIZE.fullmatch(self.memory.strip())
        if self.memory and not (size and float(size[1])):
            raise OptionError(f"memory {self.memory!r} is no size; it is written as 2GB or 500MB.")
        if self.threads is not None and not 1 <= self.threads <= MOST_THREADS:
            raise OptionError(f"{self.threads:,} threads cannot be used; name 1 to {MOST_THREADS:,}, as many as there are cores.")


def open_parquet(source: str | Path, engine: Engine | None = None, options: EngineOptions | None = None) -> Any:
    """Parquet files as a table of an engine; nothing is read but their heads.

    Parameters
    ----------
    source
        A file, a folder of files, or a pattern ("nights/*.parquet"); addresses (s3://, ...) go to the engine as they are.
    engine
        None: DuckDB where it is installed, else pandas (everything in memory).
    options
        Memory, folder and cores, of DuckDB and of a Spark that is started here.

    Returns
    -------
    DuckDB relation, Spark table or pandas frame
        One row per row of the files. A column that some files lack is missing in their rows.

    Raises
    ------
    OptionError
        The engine is unknown or not installed, or would take no notice of `options`.
    DataError
        No such file, or one that is no Parquet file.
    """
    options = options or EngineOptions()
    engine = choose_engine(engine, options)
    files = parquet_files(source)
    if engine == "duckdb":
        return _open_duckdb(files, options)
    if engine == "spark":
        return _open_spark(files, options)
    try:
        # nullable types keep whole numbers with gaps whole
        parts = [pd.read_parquet(name, dtype_backend="numpy_nullable") for name in files]
    except (OSError, ValueError) as problem:
        raise _no_parquet(source, problem) from problem
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


def choose_engine(engine: Engine | None, options: EngineOptions) -> Engine:
    """The engine asked for; where none is, DuckDB if it is installed, else pandas.

    Raises
    ------
    OptionError
        It is unknown, or it is pandas, which no options limit.
    """
    if engine is not None and engine not in ENGINES:
        raise unknown_name("engine", engine, ENGINES)
    chosen: Engine = engine or ("duckdb" if _is_installed("duckdb") else "pandas")
    if chosen == "pandas" and options != EngineOptions():
        raise OptionError("memory, folder and threads are limits of DuckDB and Spark; pandas holds the whole table in memory.")
    return chosen


def parquet_files(source: str | Path) -> list[str]:
    """Files a name, a folder or a pattern stands for, in order; addresses of other stores as they are.

    Raises
    ------
    DataError
        There is none.
    """
    text = str(source)
    if text.startswith(REMOTE):
        return [text]
    path = Path(text)
    if path.is_file():
        return [text]
    inside = path.is_dir()
    named = [str(one) for one in path.rglob("*") if one.suffix.lower() in PARQUET] if inside else glob.glob(text, recursive=True)
    found = sorted(name for name in named if Path(name).is_file() and not _is_hidden(Path(name), path))
    if inside:
        _refuse_partitions(found, path)
    if not found:
        kind = "Parquet file in this folder" if inside else "such file"
        raise DataError(f"{text}: no {kind}; a Parquet file, a folder of them or a pattern ('nights/*.parquet') is expected.")
    return found


def _refuse_partitions(names: list[str], folder: Path) -> None:
    """Refuse a folder that keeps a column in the names of its folders, as Spark's partitionBy leaves it."""
    kept = {part.partition("=")[0] for name in names for part in Path(name).relative_to(folder).parts[:-1] if "=" in part}
    if kept:
        columns = ", ".join(sorted(kept))
        raise DataError(
            f"the folder {folder.name}/ keeps {columns} in the names of its folders ({sorted(kept)[0]}=...), which are not read. "
            f"Write it anew with {columns} as a column of the files, or leave {columns} out by naming the files with a pattern "
            f"('{folder.name}/*/*.parquet')."
        )


def _is_hidden(name: Path, root: Path) -> bool:
    """Marks and half-written files, which engines leave beside their own (_SUCCESS, .crc, _temporary/...)."""
    inside = name.relative_to(root) if root in name.parents else Path(name.name)
    return any(part.startswith(("_", ".")) for part in inside.parts)


def _is_installed(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


def _need(module: str, extra: str, engine: str) -> None:
    if not _is_installed(module):
        raise OptionError(
            f'the engine {extra!r} needs {engine}, which is not installed: pip install "{INSTALLED_BY[extra]}" (or choose '
            f"another: {', '.join(name for name in ENGINES if name != extra)})."
        )


def _no_parquet(source: str | Path, problem: Exception) -> DataError:
    reason = str(problem).strip().partition("\n")[0]
    if str(source).startswith(REMOTE):
        reason = reason.replace("'", "")  # DuckDB opens a quotation that it does not close
        return DataError(
            f"{source}: cannot be read from there ({reason}). Check address and access; what DuckDB needs for s3:// and "
            "https:// it fetches from the internet when it is first used, so that has to be within reach."
        )
    return DataError(f"{source}: cannot be read as Parquet ({reason}); `crampstats data convert` makes Parquet of CSV and XPORT.")


def _open_duckdb(files: list[str], options: EngineOptions) -> Any:
    _need("duckdb", "duckdb", "DuckDB")
    import duckdb

    if alone := [name for name in files if name.startswith(ON_SPARK_ALONE)]:
        raise OptionError(f"{alone[0]}: only Spark reads addresses of {alone[0].partition(':')[0]}; choose it (--engine spark).")

    config: dict[str, Any] = {"temp_directory": _scratch_folder(options.folder)}
    if options.memory:
        config["memory_limit"] = options.memory
    if options.threads:
        config["threads"] = options.threads
    try:
        # one connection a table: its memory is given back when the table goes
        connection = duckdb.connect(":memory:", config=config)
    except duckdb.Error as problem:
        raise OptionError(f"DuckDB refuses {_told(options)}: {str(problem).partition(chr(10))[0]}") from problem
    try:
        return _scanned(connection, files)
    except duckdb.Error as problem:
        raise _no_parquet(files[0], problem) from problem


def _scanned(connection: Any, files: list[str]) -> Any:
    """The files as a relation in which a NaN is looked for.

    The least and greatest value that a Parquet file states leave NaN out. DuckDB takes them for all values unless it is told, and
    then counts no NaN as missing where a column has no null.
    """
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    return connection.sql(
        f"from read_parquet([{listed}], union_by_name = {len(files) > 1}, can_have_nan = true, "
        "hive_partitioning = false)"
    )


def _scratch_folder(parent: str) -> str:
    """A name for a folder, made by the engine when something does not fit; removed when the program ends unless it is killed."""
    root = Path(parent or tempfile.gettempdir())
    if trouble := _why_not_writable(root):
        raise OptionError(f"no temporary folder can be made in {str(root)!r} ({trouble}); make it first, or name another.")
    # nothing is made before it is needed: a process that is killed leaves nothing either, unless it has spilled
    named = str(root / f"crampstats-{os.getpid()}-{secrets.token_hex(4)}")
    atexit.register(shutil.rmtree, named, ignore_errors=True)
    return named


def _told(options: EngineOptions) -> str:
    """Options as a user wrote them: memory "2GB", threads 4."""
    given = [f'{name} "{value}"' for name, value in (("memory", options.memory), ("folder", options.folder)) if value]
    return ", ".join([*given, *([f"threads {options.threads}"] if options.threads else [])]) or "its settings"


def _why_not_writable(folder: Path) -> str:
    if folder.is_dir():
        return "" if os.access(folder, os.W_OK) else "it cannot be written to"
    return "it is a file" if folder.exists() else "there is no such folder"


def _open_spark(files: list[str], options: EngineOptions) -> Any:
    _need("pyspark", "spark", "PySpark")
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    try:
        if session is None:
            builder = SparkSession.builder.appName("crampstats")
            for name, value in _spark_settings(options).items():
                builder = builder.config(name, value)
            session = builder.getOrCreate()
        elif options != EngineOptions():
            _refuse_other(session, options)
        return session.read.parquet(*(name if name.startswith(REMOTE) else str(Path(name).absolute()) for name in files))
    except (PySparkException, RuntimeError, OSError) as problem:
        reason = str(problem).strip().partition("\n")[0]
        raise OptionError(f"Spark does not start or cannot read the files ({reason}); it needs Java 17 or newer.") from problem


def _refuse_other(session: Any, options: EngineOptions) -> None:
    """Refuse options that a session which runs already was not started with: it would take no notice of them."""
    master = f"local[{options.threads}]" if options.threads else ""
    wanted = {"spark.driver.memory": _spark_size(options.memory), "spark.master": master}
    has = all(session.conf.get(name, "") == value for name, value in wanted.items() if value)
    if not has or (options.folder and not str(session.conf.get("spark.local.dir", "")).startswith(str(Path(options.folder)))):
        raise OptionError(
            f"a Spark session runs already, started without {_told(options)}; leave them out, or stop it first (spark.stop())."
        )


def _spark_settings(options: EngineOptions) -> dict[str, str]:
    """Settings of a session of our own; a Spark Connect server, which SPARK_REMOTE names, has its own and takes none."""
    if remote := os.environ.get("SPARK_REMOTE"):
        if options != EngineOptions():
            raise OptionError(
                f"memory, folder and threads are set where the Spark Connect server ({remote.partition(';')[0]}) is started; "
                "leave them out, or leave SPARK_REMOTE unset."
            )
        return {}
    settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    if options.memory:
        settings["spark.driver.memory"] = _spark_size(options.memory)
    if options.folder:
        settings["spark.local.dir"] = _scratch_folder(options.folder)
    if options.threads:
        settings["spark.master"] = f"local[{options.threads}]"
    return settings


def _spark_size(memory: str) -> str:
    """"2GB" as Spark writes it ("2g"); it takes whole numbers alone."""
    size = SIZE.fullmatch(memory.strip())
    if not size:  # none is named: EngineOptions takes no other text
        return ""
    number, unit = float(size[1]), size[2].lower()
    if number.is_integer():
        return f"{number:.0f}{unit}"
    return f"{number * 1024:.0f}{'kmgt'['kmgt'.index(unit) - 1]}" if unit != "k" else f"{max(round(number), 1)}k"

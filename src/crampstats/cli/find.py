"""`crampstats find`: the rows of the clinic's own file behind a record's code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crampstats.cli.groups import ListingCommand

if TYPE_CHECKING:
    from crampstats.ingest.recorded import RecordedFile, RecordedTable


@click.command(cls=ListingCommand)
@click.argument("code", metavar="CODE")
@click.argument("file", metavar="FILE")
@click.option("--key", required=True, metavar="KEYFILE", help="The key with which the codes were made.")
@click.option("--mapping", metavar="MAPPING", help="Mapping that names the column of the record number.")
@click.option("--record", metavar="COLUMN", help="That column, where there is no mapping. [default: found by its heading]")
@click.option("--sheet", default="", metavar="NAME", help="Sheet of a workbook.")
def find(code: str, file: str, key: str, mapping: str | None, record: str | None, sheet: str) -> int:
    """Print the row number(s) of FILE whose record has the code CODE ("r" and 16 digits); exit 1 when there is none.

    Only the rows are printed, never who it is: look them up in the file.
    """
    from crampstats.core.errors import OptionError
    from crampstats.ingest.own.keys import find_rows, read_code, read_key

    if mapping and record:
        raise OptionError("--record is for a file without a mapping; the mapping names the column itself.")
    wanted, secret = read_code(code), read_key(key)
    opened, named = _open(Path(file), mapping, sheet)
    column = record or named or _guess(opened.main)
    opened.main.column(column)
    rows = sorted({
        row for table in opened.tables.values() if column in table.cells and (table is opened.main or opened.format == "redcap")
        for row in find_rows(wanted, _texts(table, column), table.source_rows, secret)
    })
    for row in rows:
        click.echo(row)
    if not rows:
        click.echo(f"No record of {opened.main.name} has this code under this key.", err=True)
    return 0 if rows else 1


def _open(path: Path, mapping: str | None, sheet: str) -> tuple[RecordedFile, str]:
    """The file, and the column of the record number where a mapping names it."""
    if mapping:
        from crampstats.ingest.own.loading import open_survey

        opened = open_survey(path, mapping, sheet=sheet)
        return opened.file, opened.mapping.record
    from crampstats.ingest.readers.opening import read_file

    return read_file(path, sheet=sheet), ""


def _guess(table: RecordedTable) -> str:
    from crampstats.core.errors import OptionError
    from crampstats.ingest.own.identifiers import RECORD, list_identifiers

    found = [one.column for one in list_identifiers(table) if one.kind == RECORD]
    if len(found) != 1:
        what = f"several columns may hold it ({', '.join(found)})" if found else "no heading says which column holds it"
        raise OptionError(f"the record number of {table.name}: {what}; name it: --record COLUMN.")
    return found[0]


def _texts(table: RecordedTable, column: str) -> list[str | None]:
    cells = table.cells[column]
    return cells.astype(object).where(cells.notna(), None).tolist()

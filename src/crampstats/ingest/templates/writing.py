"""The empty forms as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crampstats.codebook.forms import Form
from crampstats.core.errors import DataError, unknown_name
from crampstats.present.files import write_whole

FORMATS = {"excel": "{}.xlsx", "redcap": "{}_redcap.csv", "xlsform": "{}_xlsform.xlsx", "paper": "{}_paper.xlsx"}


def write_templates(
    form: Form, folder: Path, *, formats: Sequence[str] = tuple(FORMATS), overwrite: bool = False,
) -> tuple[Path, ...]:
    """Write a form for one or more programs.

    Parameters
    ----------
    form
        A declared form.
    folder
        Where to; made if it is not there.
    formats
        Any of excel, redcap, xlsform, paper.
    overwrite
        Whether files that are there are replaced.

    Returns
    -------
    tuple of Path
        One file for each format, in the order asked. The same form gives the same bytes.

    Raises
    ------
    OptionError
        A format is not one of those; nothing is written then.
    DataError
        A file is already there and `overwrite` is false, the declaration cannot be made into a form, or the place cannot be
        written; nothing is written in the first two cases.
    """
    wanted = list(dict.fromkeys(formats))
    for name in wanted:
        if name not in FORMATS:
            raise unknown_name("format", name, FORMATS)
    paths = {name: folder / FORMATS[name].format(form.name) for name in wanted}
    if not overwrite and (there := [str(path) for path in paths.values() if path.exists()]):
        are = "is" if len(there) == 1 else "are"
        raise DataError(f"{' and '.join(there)} {are} already there. Name another folder, or write over with --force.")
    contents = {name: _content(form, name) for name in wanted}
    return tuple(write_whole(paths[name], content) for name, content in contents.items())


def _content(form: Form, format: str) -> bytes:
    """The form as the bytes of a file."""
    if format == "redcap":
        from crampstats.ingest.templates.redcap_form import format_redcap_dictionary

        return format_redcap_dictionary(form).encode("utf-8")
    form = form.of_each_row() if form.once else form
    if format == "xlsform":
        from crampstats.ingest.templates.xls_form import format_xlsform

        return format_xlsform(form)
    if format == "paper":
        from crampstats.ingest.templates.paper_form import format_paper_form

        return format_paper_form(form)
    from crampstats.ingest.templates.excel_form import format_excel_form

    return format_excel_form(form)

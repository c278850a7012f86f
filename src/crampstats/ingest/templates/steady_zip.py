"""Workbooks whose bytes repeat: openpyxl stamps the time of saving into the archive and into the properties."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl import Workbook

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date an archive can state
PROPERTIES = "docProps/core.xml"
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def workbook_bytes(workbook: Workbook) -> bytes:
    """A workbook as the bytes of a file; the same workbook gives the same bytes."""
    file = io.BytesIO()
    workbook.save(file)
    return steady_archive(file.getvalue())


def steady_archive(archive: bytes) -> bytes:
    """A zip archive with its entries sorted, uncompressed, and without any time of day.

    Uncompressed because what comes out of a compressor differs between its versions.

    Parameters
    ----------
    archive
        Bytes of a zip archive, such as an .xlsx file.

    Returns
    -------
    bytes
        The archive with the same entries; the dates in a workbook's properties are the first an archive can state.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            new.writestr(_entry(name), _without_stamps(content) if name == PROPERTIES else content)
    return file.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.create_system = 0  # the default differs between systems
    entry.external_attr = 0o600 << 16
    return entry


def _without_stamps(properties: bytes) -> bytes:
    stamp = datetime(*EPOCH).isoformat().encode() + b"Z"
    return _STAMP.sub(lambda found: found[1] + stamp + found[3], properties)

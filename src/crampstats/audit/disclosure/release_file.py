"""A release in a file: what was printed, so that the next one can be held against it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crampstats.audit.disclosure.profiles import Profile
from crampstats.audit.disclosure.released import Release, ReleasedTable
from crampstats.audit.disclosure.shapes import Shape
from crampstats.core.errors import CrampstatsError, DataError

SCHEMA = "crampstats release"
SCHEMA_VERSION = 1


def format_release(release: Release) -> str:
    """A release as JSON: the rule, and each table with what is printed of every cell (null where hidden)."""
    tables = [_table_content(table) for table in release.tables]
    head = {"schema": SCHEMA, "schema_version": SCHEMA_VERSION, "profile": asdict(release.profile), "notes": list(release.notes)}
    return json.dumps({**head, "tables": tables}, ensure_ascii=False, indent=1) + "\n"


def _table_content(table: ReleasedTable) -> dict[str, Any]:
    shape = table.shape
    return {
        "name": shape.name, "universe": shape.universe, "split": shape.split, "not_known": list(shape.not_known),
        "cumulative": shape.cumulative,
        "dimensions": [{"name": name, "levels": list(levels)} for name, levels in shape.dimensions],
        "cells": [[*cell, value] for cell, value in table.printed.items()],
    }


def read_release(source: str | Path) -> Release:
    """A release from its file.

    Parameters
    ----------
    source
        Path of the file.

    Raises
    ------
    DataError
        No file, no JSON, another schema or version, or a table whose cells are not those of its dimensions.
    """
    path = Path(source)
    try:
        return parse_release(path.read_text(encoding="utf-8"), name=path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name} cannot be read as an earlier release: {type(error).__name__}.") from None


def parse_release(text: str, *, name: str = "the release") -> Release:
    """A release from its JSON; errors as for `read_release`."""
    try:
        content = json.loads(text)
        found = (content["schema"], content["schema_version"])
        if found != (SCHEMA, SCHEMA_VERSION):
            raise DataError(f"{name} holds {found[0]!r}, version {found[1]!r}; {SCHEMA!r}, version {SCHEMA_VERSION} is expected.")
        profile = Profile(**content["profile"])
        return Release(profile, tuple(_table(one, profile) for one in content["tables"]), tuple(content["notes"]))
    except CrampstatsError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        wrong = f"{name} is no release written by this program, or it was changed"
        raise DataError(f"{wrong}; name the release.json of that audit.") from None


def _table(content: Mapping[str, Any], profile: Profile) -> ReleasedTable:
    dimensions = tuple((str(one["name"]), tuple(map(str, one["levels"]))) for one in content["dimensions"])
    split, not_known = content["split"], tuple(content["not_known"])
    shape = Shape(content["name"], content["universe"], dimensions, split, not_known, bool(content["cumulative"]))
    printed = {tuple(map(str, row[:-1])): row[-1] for row in content["cells"]}
    wrong = [value for value in printed.values() if value is not None and (not isinstance(value, int) or value < 0)]
    if wrong or tuple(printed) != shape.cells:
        raise ValueError(shape.name)
    return ReleasedTable(shape, printed, profile)

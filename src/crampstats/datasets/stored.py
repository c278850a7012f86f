"""Results computed earlier from files that do not ship: written by a script of this project, read back as they were.

A stored file carries its schema version, the script's name and the hashes of its inputs; another version is refused.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from crampstats.core.errors import DataError
from crampstats.core.estimates import COLUMNS, Estimates
from crampstats.core.flow import Flow
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source

SCHEMA, SCHEMA_VERSION = "crampstats stored results", 1
STAMP = "computed earlier from the public files"


def pack_estimates(found: Estimates) -> dict[str, Any]:
    """Estimates as what JSON can hold, numbers at full precision; the covariance is left out."""
    columns = [*found.groups, *COLUMNS, *found.extras]
    rows = [[_plain(value) for value in row] for row in found.frame[columns].astype(object).itertuples(index=False)]
    return {
        "groups": list(found.groups), "extras": list(found.extras), "columns": columns, "rows": rows, "method": found.method,
        "confidence_level": found.confidence_level, "labels": {name: asdict(label) for name, label in found.labels.items()},
        "outcomes": [asdict(outcome) for outcome in found.outcomes.values()], "population": found.population,
        "weights": found.weights, "source": asdict(found.source), "notes": list(found.notes),
    }


def unpack_estimates(packed: Mapping[str, Any]) -> Estimates:
    """What `pack_estimates` packed, with the stamp among its notes."""
    frame = pd.DataFrame(packed["rows"], columns=packed["columns"])
    source = Source(**packed["source"] | {"detail": STAMP})
    outcomes = [Outcome(**one) for one in packed["outcomes"]]
    return Estimates(
        frame, tuple(packed["groups"]), packed["method"], packed["confidence_level"],
        labels={name: Label(**_tuples(label)) for name, label in packed["labels"].items()},
        outcomes={one.name: one for one in outcomes}, population=packed["population"], weights=packed["weights"], source=source,
        notes=tuple(packed["notes"]), extras=tuple(packed["extras"]),
    )


def pack_flow(flow: Flow) -> list[dict[str, Any]]:
    """Steps of a flow as what JSON can hold."""
    return [{"label": step.label, "n": step.n, "excluded": [list(pair) for pair in step.excluded]} for step in flow.steps]


def unpack_flow(packed: list[dict[str, Any]]) -> Flow:
    """What `pack_flow` packed."""
    first, *others = packed
    flow = Flow.start(first["label"], first["n"])
    for step in others:
        flow = flow.leave(step["label"], dict(step["excluded"]))
    return flow


def read_stored(path: Path) -> dict[str, Any]:
    """A stored file, refused where its schema or version is not the one this program reads."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as problem:
        raise DataError(f"{path.name} cannot be read as stored results ({problem}); install crampstats again.") from problem
    found = (content.get("schema"), content.get("schema_version"))
    if found != (SCHEMA, SCHEMA_VERSION):
        raise DataError(
            f"{path.name} holds {found[0]!r} version {found[1]!r}; this crampstats reads {SCHEMA!r} version {SCHEMA_VERSION}. "
            f"Update crampstats, or make the file again with {content.get('made_by', 'its script')}."
        )
    return content


def write_stored(path: Path, content: Mapping[str, Any], *, made_by: str, inputs: Mapping[str, str]) -> None:
    """Write a stored file: one row of estimates a line, so that a change shows as what it is."""
    head = {"schema": SCHEMA, "schema_version": SCHEMA_VERSION, "made_by": made_by, "inputs_sha256": dict(inputs)}
    text = json.dumps({**head, **content}, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(_joined(text) + "\n", encoding="utf-8", newline="\n")


def _joined(text: str) -> str:
    """Innermost lists of plain values on one line; a text never holds a line break, so none is touched."""
    return re.sub(r"\[\n\s*([^\[\]{}]*?)\n\s*\]", lambda found: "[" + re.sub(r"\s*\n\s*", " ", found[1]) + "]", text)


def _tuples(label: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in label.items()}


def _plain(value: Any) -> Any:
    """A cell as JSON holds it: missing is null."""
    if value is None or value is pd.NA:
        return None
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int) or (hasattr(value, "dtype") and value.dtype.kind in "iu"):
        return int(value)
    number = float(value)
    return number if math.isfinite(number) else None

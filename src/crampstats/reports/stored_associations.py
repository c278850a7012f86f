"""Associations as they were stored: what the report shows where the microdata are not at hand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from crampstats.codebook.claims import REGISTER
from crampstats.core.claims import ClaimCheck, Verdict
from crampstats.datasets.files import data_file
from crampstats.datasets.stored import STAMP, pack_estimates, pack_flow, read_stored, unpack_estimates, unpack_flow
from crampstats.reports.associations import Associations

FILE = "nhanes_associations.json"
STORED_MIN_AGE = 20


@cache
def load_stored_associations() -> Associations:
    """Associations of adults aged 20+ on NHANES 2005-2008, as ``data/scripts/make_nhanes_associations.py`` stored them.

    Raises
    ------
    DataError
        The file is of another version, or cannot be read.

    Examples
    --------
    >>> load_stored_associations().stamp
    'computed earlier from the public files'
    """
    content = read_stored(data_file(FILE))
    return Associations(
        {name: unpack_estimates(packed) for name, packed in content["results"].items()}, unpack_flow(content["flow"]),
        {name: (tuple(middles), tuple(counts)) for name, (middles, counts) in content["rugs"].items()},
        _unpack_checks(content["claims"]), STAMP, content["left_out"],
    )


def pack_associations(found: Associations) -> dict[str, Any]:
    """Associations as what a stored file holds."""
    assert found.flow is not None
    return {
        "results": {name: pack_estimates(part) for name, part in found.results.items()}, "flow": pack_flow(found.flow),
        "rugs": {name: [list(middles), list(counts)] for name, (middles, counts) in found.rugs.items()},
        "claims": {check.family.name: _pack_check(check) for check in found.checks}, "left_out": dict(found.left_out),
    }


def _pack_check(check: ClaimCheck) -> dict[str, Any]:
    verdicts = {
        verdict.claim.name: {
            "word": verdict.word, "reason": verdict.reason,
            "estimates": None if verdict.estimates is None else pack_estimates(verdict.estimates),
        }
        for verdict in check.verdicts
    }
    return {"verdicts": verdicts, "notes": list(check.notes)}


def _unpack_checks(packed: Mapping[str, Any]) -> tuple[ClaimCheck, ...]:
    """The stored verdicts on the register as it is declared; a reading added since is not there."""
    checks = []
    for family in REGISTER:
        if family.name in packed:
            stored = packed[family.name]["verdicts"]
            verdicts = tuple(_unpack_verdict(claim, stored[claim.name]) for claim in family.readings if claim.name in stored)
            checks.append(ClaimCheck(family, verdicts, notes=(*packed[family.name]["notes"], f"{STAMP[:1].upper()}{STAMP[1:]}.")))
    return tuple(checks)


def _unpack_verdict(claim: Any, packed: Mapping[str, Any]) -> Verdict:
    estimates = packed["estimates"]
    return Verdict(claim, packed["word"], packed["reason"], None if estimates is None else unpack_estimates(estimates))

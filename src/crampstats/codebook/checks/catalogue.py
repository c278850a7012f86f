"""Every kind of finding, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from crampstats.codebook.checks import answers, diary, diary_reading, people, reading, values, visit
from crampstats.codebook.checks.model import Check
from crampstats.core.errors import DataError


def _collected() -> Mapping[str, Check]:
    found: dict[str, Check] = {}
    for module in (reading, answers, values, people, visit, diary, diary_reading):
        for check in module.CHECKS:
            if check.name in found:
                raise DataError(f"the check {check.name!r} is declared more than once.")
            found[check.name] = check
    return MappingProxyType(found)


CHECKS = _collected()

"""Kinds of findings."""

from __future__ import annotations

from crampstats.codebook.checks.model import Check

CHECKS: tuple[Check, ...] = ()

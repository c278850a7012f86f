"""A clinic's results made by hand: four sites, one of them hidden, thirteen months, counts of triage and findings."""

from __future__ import annotations

import pandas as pd

from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source

CRAMPS = Outcome("any_cramps", "Leg cramps at night", "patients", "past month", "at least once")
SITE, MONTH = Label("Site of the clinic"), Label("Month of the visit")
HIDDEN = "suppressed: fewer persons than may be shown"
MONTHS = (*(f"2025-{month:02d}" for month in range(1, 13)), "2026-01")


def _estimates(rows: list[dict], source: Source, group: str, label: Label, extras: tuple[str, ...] = ()) -> Estimates:
    frame = pd.DataFrame(rows).assign(outcome=CRAMPS.name)
    return Estimates(frame, (group,), "Shares of patients", labels={group: label}, outcomes={CRAMPS.name: CRAMPS},
                     population="patients aged 16+", source=source, extras=extras)


def make_sites(source: Source) -> Estimates:
    """All 200 patients, and three sites of 100, 60 and a hidden number; 0 of 40 in the last."""
    rows = [("", 70, 200, 0.35), ("north", 40, 100, 0.4), ("south", 30, 60, 0.5), ("hidden place", None, None, None),
            ("west", 0, 40, 0.0)]
    return _estimates([{
        "clinic_site": site, "measure": "prevalence", "unit": "share", "estimate": share, "n": n, "n_events": events,
        "conf_low": None if share is None else max(share - 0.1, 0), "conf_high": None if share is None else share + 0.1,
        "caution": HIDDEN if share is None else "review: 0 or 100 %" if share == 0 else "",
    } for site, events, n, share in rows], source, "clinic_site", SITE)


def make_expected(source: Source) -> Estimates:
    """Ratios of 1.4, 2, hidden and 0."""
    rows = [("", 70, 50.0, 200, 1.4), ("north", 40, 20.0, 100, 2.0), ("hidden place", None, None, None, None),
            ("west", 0, 12.5, 40, 0.0)]
    return _estimates([{
        "clinic_site": site, "measure": "observed / expected", "unit": "ratio", "estimate": ratio, "n": n, "n_events": events,
        "observed": events, "expected": expected, "conf_low": None if ratio is None else ratio * 0.8,
        "conf_high": None if ratio is None else ratio * 1.25 + 0.2, "caution": HIDDEN if ratio is None else "",
    } for site, events, expected, n, ratio in rows], source, "clinic_site", SITE, ("observed", "expected"))


def make_funnel(source: Source) -> tuple[Estimates, pd.DataFrame, float]:
    """Three units around 35 %: one within, one above the 95 %, one below the 99.8 % limits."""
    rows = [("north", 100, 36, 0), ("south", 200, 86, 1), ("west", 300, 60, -2)]
    units = _estimates([{
        "clinic_site": site, "measure": "prevalence", "unit": "share", "estimate": events / n, "n": n, "n_events": events,
        "conf_low": events / n - 0.05, "conf_high": events / n + 0.05, "size": n, "outside": outside,
    } for site, n, events, outside in rows], source, "clinic_site", SITE, ("size", "outside"))
    sizes = pd.Series([50.0, 100.0, 200.0, 320.0])
    half = 0.95 / sizes**0.5
    curve = pd.DataFrame({"size": sizes, "low_95": 0.35 - half, "high_95": 0.35 + half, "low_998": 0.35 - 1.5 * half,
                          "high_998": 0.35 + 1.5 * half})
    return units, curve, 0.35


def make_months(source: Source) -> Estimates:
    """Thirteen months around 30 %; April 2025 is hidden, and September lies above its limit."""
    rows = [{
        "visit_month": month, "measure": "prevalence", "unit": "share", "estimate": share, "n": 100,
        "n_events": round(100 * share), "centre": 0.3, "low": 0.16, "high": 0.44, "beyond": float(share > 0.44), "caution": "",
    } for month, share in zip(MONTHS, (0.3, 0.28, 0.33, 0.3, 0.27, 0.31, 0.29, 0.35, 0.5, 0.3, 0.26, 0.32, 0.3), strict=True)]
    return _estimates([row for row in rows if row["visit_month"] != "2025-04"], source, "visit_month", MONTH,
                      ("centre", "low", "high", "beyond"))


def make_levels() -> pd.DataFrame:
    """Triage levels, one hidden, one empty."""
    return pd.DataFrame({
        "level": ["urgent", "see soon", "ask", "routine", "none"], "n": pd.array([None, 123, 45, 1200, 0], dtype="Int64"),
        "text": ["hidden", "123", "45", "1,200", "0"]})


def make_counts() -> pd.DataFrame:
    """Findings of two dimensions, one cell hidden, severities out of order."""
    return pd.DataFrame({
        "dimension": ["integrity"] * 3 + ["accuracy"] * 3, "severity": ["note", "error", "warning"] * 2,
        "n": pd.array([30, 14, None, 0, 25, 77], dtype="Int64")})

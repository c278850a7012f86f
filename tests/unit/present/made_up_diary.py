"""Diaries small enough to count by hand, and results along them; names are there to be seen nowhere."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crampstats.core.diary import DiaryPanel
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source

CRAMP = Outcome("cramp", "Leg cramp", "adults", "last night", "at least one")
LABELS = {
    "cramp": Label("Leg cramp"), "cramps": Label("Number of cramps"), "cramp_severity": Label("Worst severity (0-10)"),
    "unaccustomed_exercise": Label("Unaccustomed exercise"), "alcohol_drinks": Label("Alcohol", "drinks"),
}
# Y cramp, N none, . missed, ? filled in without an answer; 1 March 2026 is a Sunday
NIGHTS = {"Ada": "YNN.Y?N", "Bea": "NNNNN", "Cyd": "YYYY..N"}
SECRET = ("Ada", "Bea", "Cyd")
DIARY = Source("a diary of 2026")


def make_panel(nights: dict[str, str] = NIGHTS, source: Source = DIARY, *, start: str = "2026-03-01",
               **columns: object) -> DiaryPanel:
    """A diary as it is written down, a letter a night; severity is the number of nights since the start, 10 at most."""
    first = np.datetime64(start, "D").astype(int)
    rows = [
        {"person": person, "night": first + place, "logged": letter != ".",
         "cramp": {"Y": 1.0, "N": 0.0}.get(letter, np.nan), "cramps": {"Y": 2.0, "N": 0.0}.get(letter, np.nan),
         "cramp_severity": float(min(place, 10)) if letter == "Y" else np.nan,
         "unaccustomed_exercise": np.nan if letter == "." else float(place % 2),
         "alcohol_drinks": np.nan if place == 1 or letter == "." else 0.0}
        for person, letters in nights.items() for place, letter in enumerate(letters)
    ]
    return DiaryPanel(pd.DataFrame(rows).assign(**columns), outcomes=[CRAMP], labels=LABELS, source=source, population="adults")


def make_many(persons: int, nights: int, source: Source = DIARY, *, missed: float = 0.15,
              start: str = "2026-03-01") -> DiaryPanel:
    """Persons who differ, from a fixed seed."""
    random = np.random.default_rng(6)
    share = random.beta(0.6, 2.4, persons)
    letters = np.where(random.random((persons, nights)) < share[:, None], "Y", "N")
    letters[random.random((persons, nights)) < missed] = "."
    letters[:, [0, -1]] = "N"  # whole spans, whatever is missed
    return make_panel({f"Name {place:05d}": "".join(row) for place, row in enumerate(letters)}, source, start=start)


def make_trial(source: Source = DIARY) -> DiaryPanel:
    """Two orders of two treatments; Cyd told of the first period alone."""
    nights = {"Ada": "YNYNNNNN", "Bea": "NNNNYYNN", "Cyd": "YYNN....", "Dot": "YYYYYNNN"}
    panel = make_panel(nights, source)
    late = panel.nights - panel.nights[0] >= 4
    first = np.isin(panel.table["person"], ["Ada", "Cyd", "Dot"])
    return panel.with_columns(period=np.where(late, 2, 1), treatment=np.where(late == first, "placebo", "magnesium"))


def ratio(estimate: float, std_error: float = 0.2, **columns: object) -> dict[str, object]:
    """A row of a ratio with its interval."""
    spread = np.exp(1.96 * std_error)
    return {"measure": "odds ratio (conditional)", "outcome": "cramp", "unit": "ratio", "estimate": estimate,
            "std_error": std_error, "conf_low": estimate / spread, "conf_high": estimate * spread, "n": 2210, "n_events": 310,
            "caution": "", "p_value": 0.012, **columns}


def wrap(rows: list[dict[str, object]], source: Source = DIARY, groups: tuple[str, ...] = (),
         **more: object) -> Estimates:
    """Rows as results."""
    return Estimates(pd.DataFrame(rows), groups, labels=LABELS, outcomes={"cramp": CRAMP}, population="adults", source=source,
                     **{"method": "Exact conditional logistic regression.", **more})


def make_lags(source: Source = DIARY) -> Estimates:
    """Two exposures from two days after to two days before; one lag is suppressed."""
    rows = [
        ratio(estimate, exposure=exposure, level=level)
        for exposure in ("unaccustomed_exercise", "alcohol_drinks")
        for level, estimate in (("lead 2", 0.95), ("lead 1", 1.05), ("lag 0", 1.4), ("lag 1", 2.1), ("lag 2", 1.3))
    ]
    nothing = dict.fromkeys(("estimate", "conf_low", "conf_high"), np.nan)
    rows[-1] |= {"caution": "suppress: nobody had nights of both kinds", **nothing}
    rows[2]["caution"] = "review: 4 persons tell of it (< 30)"
    return wrap(rows, source)


def make_triggers(source: Source = DIARY) -> Estimates:
    """Two exposures at two lags, one without a lag, one that cannot be estimated."""
    rows = [
        ratio(1.2, exposure="unaccustomed_exercise", level="yes", lag="lag 0"),
        ratio(2.4, exposure="unaccustomed_exercise", level="yes", lag="lag 1", caution="review: 4 persons tell of it (< 30)"),
        ratio(1.1, exposure="alcohol_drinks", level="per drink", lag="lag 0"),
        ratio(0.5, exposure="alcohol_drinks", level="per drink", lag="lag 1"),
        ratio(1.8, exposure="took_diuretic", level="yes", lag=""),
        ratio(np.nan, exposure="heavy_lifting", level="yes", lag="", n=None, n_events=None,
              caution="suppress: the same on all nights"),
    ]
    frame = [row | {"p_false_discovery_rate": 0.03, "n_persons": 26.0} for row in rows]
    return wrap(frame, source, ("lag",), extras=("p_false_discovery_rate", "n_persons"))


def make_own(persons: int = 6, source: Source = DIARY) -> Estimates:
    """Persons with ratios from 1.1 to 1.7 (of six: 1.1, 1.2 ...); the last but one is infinite, the last tells nothing."""
    rows = [ratio(1.1 + 0.6 * place / persons, 0.4, exposure="unaccustomed_exercise", person=f"P{place + 1:03d}")
            for place in range(persons)]
    rows[-2] |= {"estimate": np.inf, "conf_low": 0.04, "conf_high": np.inf, "caution": "review: one cell is empty"}
    rows[-1] |= {"estimate": np.nan, "conf_low": np.nan, "conf_high": np.nan, "caution": "suppress: nothing to compare"}
    return wrap(rows, source, ("person",))


def make_pooled(source: Source = DIARY) -> Estimates:
    """A pooled ratio of 1.9 with its prediction interval, and what is no ratio."""
    rows = [ratio(1.9, 0.1) | {"measure": "pooled odds ratio"}, ratio(1.9, 0.5) | {"measure": "prediction interval"},
            {"measure": "tau2", "estimate": 0.2, "unit": "squared log odds ratio", "caution": ""}]
    return wrap(rows, source)


def rate(estimate: float, **columns: object) -> dict[str, object]:
    """A row of cramp nights a week."""
    return {"measure": "cramp nights per week", "outcome": "cramp", "unit": "cramp nights", "estimate": estimate,
            "conf_low": 0.7 * estimate, "conf_high": 1.4 * estimate, "n": 20, "n_events": 154, "n_nights": 855.0, "caution": "",
            **columns}


def make_rates(source: Source = DIARY) -> list[Estimates]:
    """Everybody, and by sex; a rate of cramps beside that of nights."""
    rows = [rate(1.26), rate(2.5) | {"measure": "cramps per week", "unit": "cramps"}]
    groups = [rate(1.5, sex="female"), rate(1.0, sex="male", caution="review: 3 cramp nights (< 10)"),
              rate(np.nan, sex="not stated", conf_low=np.nan, conf_high=np.nan, caution="suppress: 1 person")]
    return [wrap(rows, source, extras=("n_nights",)), wrap(groups, source, ("sex",), extras=("n_nights",))]


def make_weekdays(source: Source = DIARY) -> Estimates:
    """A rate for each weekday, out of order."""
    names = ("Sunday", "Wednesday", "Monday", "Tuesday", "Thursday", "Saturday", "Friday")
    return wrap([rate(1.0 + 0.1 * place, weekday=name) for place, name in enumerate(names)], source, ("weekday",),
                extras=("n_nights",))


def make_windows(source: Source = DIARY) -> Estimates:
    """Period prevalence of two windows by two models."""
    rows = [
        {"measure": "period prevalence", "model": model, "level": f"{window} nights", "nights": float(window), "estimate": share,
         "conf_low": low, "conf_high": high, "n": n, "n_short": short, "unit": "share", "outcome": "cramp", "caution": caution}
        for window, model, share, low, high, n, short, caution in (
            (365, "Beta", 0.9, 0.8, 0.96, 30, 30.0, "beyond the longest diary"),
            (365, "U-statistic", np.nan, np.nan, np.nan, 0, 30.0, "suppress: nobody logged 365 nights"),
            (7, "U-statistic", 0.58, 0.45, 0.7, 29, 1.0, ""), (7, "Beta", 0.59, 0.46, 0.71, 30, 0.0, ""),
        )
    ]
    return wrap(rows, source, ("model",), extras=("nights", "n_short"))

"""How a diary is read for pictures: what each night is, tallies of persons, names that tell nobody. Tallies, not estimates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from crampstats.core.calendar import MONTHS
from crampstats.core.diary import DOMAIN
from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label
from crampstats.present.wording import MADE_UP, format_count, format_sentence

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from crampstats.core.diary import DiaryPanel
    from crampstats.core.source import Source

OUTSIDE, MISSED, UNANSWERED, NO, YES = range(5)
CODE_NAME = re.compile(r"P\d+\Z")


def name_persons(panel: DiaryPanel) -> list[str]:
    """Names for pages: "P001", "P002" ... in the order of the rows; names that read so already are kept.

    Examples
    --------
    >>> import pandas as pd
    >>> from crampstats.core.diary import DiaryPanel
    >>> nights = ["2026-03-01", "2026-03-01"]
    >>> name_persons(DiaryPanel(pd.DataFrame({"person": ["Ada", "Bea"], "night": nights, "cramp": [1, 0]})))
    ['P001', 'P002']
    """
    names = [str(name) for name in panel.persons]
    if all(CODE_NAME.match(name) for name in names):
        return names
    digits = max(3, len(str(len(names))))
    return [f"P{place:0{digits}d}" for place in range(1, len(names) + 1)]


def date_words(night: int) -> str:
    """The date of a night.

    Examples
    --------
    >>> date_words(20513)
    '1 March 2026'
    """
    year, month, day = np.datetime64(int(night), "D").astype(str).split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]} {int(year)}"


def find_person(panel: DiaryPanel, person: Any) -> int:
    """Number of a person in `panel.persons`.

    Raises
    ------
    OptionError
        The person has no diary here; the message does not repeat who was asked for.
    """
    found = np.flatnonzero(panel.persons == person)
    if not len(found):
        raise OptionError(f"that person has no diary here; it holds {len(panel.persons):,} persons (`panel.persons`).")
    return int(found[0])


def diary_label(panel: DiaryPanel, name: str) -> Label:
    """The label of a column; of an outcome its own; made from the name when neither was given."""
    if name in panel.labels:
        return panel.labels[name]
    outcome = panel.known_outcomes.get(name)
    return Label(outcome.label if outcome else name.replace("_", " "))


def read_outcome(panel: DiaryPanel, outcome: str) -> NDArray[np.float64]:
    """A yes/no column as 1, 0 and NaN, one per row.

    Raises
    ------
    DataError
        The column holds other numbers.
    """
    values = panel.values(outcome)
    known = values[~np.isnan(values)]
    if (strange := ~np.isin(known, (0.0, 1.0))).any():
        raise DataError(
            f"{outcome!r} holds {int(strange.sum()):,} values other than yes and no (first: {known[strange][0]:g}); this figure "
            "shows yes/no outcomes of a night."
        )
    return values


def find_states(panel: DiaryPanel, outcome: str) -> NDArray[np.int8]:
    """What each row is: `OUTSIDE` the domain, `MISSED`, `UNANSWERED` (filled in, this question not), `NO` or `YES`.

    Examples
    --------
    >>> import pandas as pd
    >>> from crampstats.core.diary import DiaryPanel
    >>> table = pd.DataFrame({"person": "a", "night": ["2026-03-01", "2026-03-02", "2026-03-04"], "cramp": [1, None, 0]})
    >>> find_states(DiaryPanel(table), "cramp").tolist() == [YES, UNANSWERED, MISSED, NO]
    True
    """
    values = read_outcome(panel, outcome)
    states = np.where(values == 1, YES, np.where(values == 0, NO, UNANSWERED))
    states = np.where(panel.logged, states, MISSED)
    return np.where(_asked(panel), states, OUTSIDE).astype(np.int8)


def count_states(panel: DiaryPanel, outcome: str) -> tuple[int, int, int, int]:
    """Nights with, without, not answered and missed."""
    counts = np.bincount(find_states(panel, outcome), minlength=5)
    return int(counts[YES]), int(counts[NO]), int(counts[UNANSWERED]), int(counts[MISSED])


def tally_persons(panel: DiaryPanel, outcome: str) -> pd.DataFrame:
    """One row per person, in the order of the rows.

    Returns
    -------
    pandas.DataFrame
        ``name`` (for pages), ``n_nights`` (of the domain), ``n_logged``, ``n_known`` (the outcome was told), ``n_events``,
        ``share`` of the nights told (NaN where none was) and ``compliance`` (logged of all nights; NaN without any).
    """
    import pandas as pd

    states, k = find_states(panel, outcome), len(panel.persons)
    counts = np.bincount(panel.codes * 5 + states, minlength=5 * k).reshape(k, 5)
    nights, known = counts[:, MISSED:].sum(axis=1), counts[:, NO:].sum(axis=1)
    logged = nights - counts[:, MISSED]
    with np.errstate(invalid="ignore"):
        share, compliance = counts[:, YES] / known, logged / nights
    return pd.DataFrame({"name": name_persons(panel), "n_nights": nights, "n_logged": logged, "n_known": known,
                         "n_events": counts[:, YES], "share": share, "compliance": compliance})


def order_by_share(tallies: pd.DataFrame) -> NDArray[np.int64]:
    """Numbers of the persons, most frequent first; of equals those with more nights told first; nothing told last."""
    share = tallies["share"].fillna(-1.0).to_numpy()
    return np.lexsort((np.arange(len(tallies)), -tallies["n_known"].to_numpy(), -share)).astype(np.int64)


def pick_evenly(n: int, most: int) -> NDArray[np.int64]:
    """Up to `most` of `n` ranks, evenly spaced, first and last among them.

    Examples
    --------
    >>> pick_evenly(3, 5).tolist(), pick_evenly(10, 4).tolist()
    ([0, 1, 2], [0, 3, 6, 9])
    """
    return np.arange(n) if n <= most else np.round(np.linspace(0, n - 1, most)).astype(np.int64)


def tally_windows(panel: DiaryPanel, outcome: str, window: int) -> pd.DataFrame:
    """Cramp nights over trailing windows of calendar nights, everybody together.

    Parameters
    ----------
    panel, outcome
        The diary and a yes/no column.
    window
        Nights in a window, the night itself the last.

    Returns
    -------
    pandas.DataFrame
        One row per calendar night from the first to the last: ``night``, ``n_known`` and ``n_events`` of the window, ``share``
        (NaN where nobody told anything in it), ``n_persons`` who told something that very night. Nights before the first full
        window have NaN.

    Raises
    ------
    OptionError
        The window is no whole number of at least 1.
    """
    import pandas as pd

    if window != int(window) or window < 1:
        raise OptionError(f"window = {window!r}; a whole number of nights, at least 1, is expected.")
    states = find_states(panel, outcome)
    inside = states != OUTSIDE
    nights = panel.nights[inside]
    if not len(nights):
        raise DataError("no night of the diary is in the domain.")
    first, span = int(nights.min()), int(nights.max() - nights.min()) + 1
    places = nights - first
    told = np.bincount(places[states[inside] >= NO], minlength=span)
    events = np.bincount(places[states[inside] == YES], minlength=span)
    known, cases = (_trailing(counts, int(window)) for counts in (told, events))
    full = np.arange(span) >= window - 1
    with np.errstate(invalid="ignore"):
        share = np.where(full & (known > 0), cases / known, np.nan)
    return pd.DataFrame({"night": first + np.arange(span), "n_known": known, "n_events": cases, "share": share,
                         "n_persons": told})


def _trailing(counts: NDArray[np.int64], window: int) -> NDArray[np.int64]:
    """Sum of each element and those before it, `window` in all."""
    sums = np.concatenate([[0], np.cumsum(counts)])
    ends = np.arange(1, len(sums))
    return np.asarray(sums[ends] - sums[np.maximum(ends - window, 0)], dtype=np.int64)


def _asked(panel: DiaryPanel) -> NDArray[np.bool_]:
    """Rows of the domain, missed nights among them."""
    return panel.table[DOMAIN].to_numpy(dtype=bool) if DOMAIN in panel.table else np.ones(len(panel), dtype=bool)


def lower_first(words: str) -> str:
    """Words for the middle of a sentence; an acronym keeps its capitals.

    Examples
    --------
    >>> lower_first("Leg cramp"), lower_first("BMI")
    ('leg cramp', 'BMI')
    """
    return words[:1].lower() + words[1:] if words[1:2].islower() or words[1:2] == " " else words


def person_words(n: int) -> str:
    """A number of persons.

    Examples
    --------
    >>> person_words(1), person_words(1200)
    ('1 person', '1,200 persons')
    """
    return f"{format_count(n)} person{'' if n == 1 else 's'}"


def stamp_words(source: Source) -> str:
    """What an alternative text of made-up data begins with; "" otherwise."""
    return f"{MADE_UP}: " if source.made_up else ""


def join_sentences(sentences: Iterable[str]) -> str:
    """Sentences as one paragraph; empty ones are left out."""
    return " ".join(format_sentence(sentence) for sentence in sentences if sentence)

"""What analyses say, in the words of a reader of the page: labels for names of columns, no advice for programmers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from crampstats.codebook.diary import VARIABLES
from crampstats.core.diary import DiaryPanel
from crampstats.core.estimates import Estimates
from crampstats.core.labels import Label
from crampstats.present.diaries import lower_first
from crampstats.present.wording import first_upper
from crampstats.reports.diary_groups import OR_FEWER, is_few, is_open

# of the program, or of a night in general
WORDS = {
    "slept_hours_night_before": "time slept the night before", "diary_weeks": "week of the diary", "was_logged": "night logged",
    "weekday": "day of the week", "age_years": "age", "age_group": "age group", "day_of_diary": "day of the diary",
}
FORMULA = re.compile(r"[\w`]+ ~ [\w`]+(?: \+ [\w`]+)*")
LACKS = re.compile(r"the diary has none of the columns ([\w, ]+)\.?")
UNKNOWN = re.compile(r"unknown column of the diary '(\w+)'; valid: [\w, ]+\.?")
QUOTED = re.compile(r"'(\w+)'")
MAPPED = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b(?!\.\w)")
# advice that names functions and arguments of the program
ADVICE = (
    re.compile(r"[;,.]? ?\(?\b(?:use|see|read|take) (?:fit|estimate)_\w+[^.;)]*\)?"),
    re.compile(r"[;,.]? ?\(?covariance='\w+'[^.;)]*\)?"),
)
ALONE = re.compile(r"one person alone decides a coefficient(?: \([^)]*\))?")
PERSONS = re.compile(r"(?<!than )(?<![\d,.])([1-9]|10)( of [\d,]+)? persons?\b(?! or fewer)")
NEVER = re.compile(r"(?<![\d,.])([1-9]|10) (?=never had|every night)")
SOME_OF = re.compile(r" ?\(n = [\d,]+\)")
SQUARE, SQUARES = re.compile(r"\b(tau|I|H)2\b"), {"tau": "\u03c4", "I": "I", "H": "H"}
WINDOW = re.compile(r"(?<![\d,.])([\d,]+) of ([\d,]+) for(?= [\d,]+ night)")
PLURAL = re.compile(r"([\d,]+) (\w+)\(s\)")
ONE = re.compile(r"(?<![\d,.-])(?<!- )1 (person|night|degree|month|week|row|entr|cramp|diar)(s|ies)\b")


def count_of(n: int, noun: str) -> str:
    """A number with its noun.

    Examples
    --------
    >>> count_of(1, "person"), count_of(1_200, "person")
    ('1 person', '1,200 persons')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def with_labels(panel: DiaryPanel) -> DiaryPanel:
    """The panel with the codebook's words for columns of a diary that have no label of their own."""
    known = {one.name: Label(one.label) for one in VARIABLES} | {name: Label(first_upper(word)) for name, word in WORDS.items()}
    return panel.described(labels={name: one for name, one in known.items() if name in panel.table} | dict(panel.labels))


def plain_text(text: str, panel: DiaryPanel) -> str:
    """A sentence without names of columns, functions and formulas; where the page may be shown, without counts of few persons.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = DiaryPanel(pd.DataFrame({"person": ["a"], "night": [20_000], "cramp": [1]}))
    >>> plain_text("the diary has none of the columns heavy_lifting, standing_hours.", panel)
    "the diary does not ask about heavy lifting or carrying that day or time on one's feet that day."
    """
    word = _words(panel.labels)
    text = UNKNOWN.sub(lambda found: f"the diary does not ask about {word(found[1])}.", text)
    text = LACKS.sub(lambda found: f"the diary does not ask about {_listed(found[1], word)}.", text)
    text = FORMULA.sub(lambda found: _formula(found[0], word), text)
    for pattern in ADVICE:
        text = pattern.sub("", text)
    text = QUOTED.sub(lambda found: f"\u201c{word(found[1])}\u201d", text)
    text = MAPPED.sub(lambda found: word(found[0]), text)
    text = PLURAL.sub(lambda found: f"{found[1]} {found[2]}" + ("" if found[1] == "1" else "s"), text)
    text = ONE.sub(lambda found: f"1 {found[1]}" + ("y" if found[2] == "ies" else ""), text)
    text = SQUARE.sub(lambda found: f"{SQUARES[found[1]]}\u00b2", text)
    return without_few(text) if is_open(panel) else text


def without_few(text: str) -> str:
    """A sentence that counts no persons where they are ten or fewer.

    Examples
    --------
    >>> without_few("2 of 14 persons tell nothing by themselves; 30 of 40 persons do.")
    '10 or fewer of 14 persons tell nothing by themselves; 30 of 40 persons do.'
    """
    text = ALONE.sub(f"{OR_FEWER} decide a coefficient", text)
    text = PERSONS.sub(lambda found: f"10 or fewer{found[2]} persons" if found[2] else OR_FEWER, text)
    return WINDOW.sub(_too_short, NEVER.sub("10 or fewer ", text))


def _too_short(found: re.Match[str]) -> str:
    """How many diaries do not reach a window, unless these or those that reach it are few."""
    n, total = (int(found[part].replace(",", "")) for part in (1, 2))
    if is_few(n):
        return f"10 or fewer of {found[2]} for"
    return f"all but 10 or fewer of {found[2]} for" if is_few(total - n) else found[0]


def plain_estimates(found: Estimates, panel: DiaryPanel) -> Estimates:
    """Estimates whose method, notes and cautions are plain."""
    told: dict[str, str] = {text: plain_text(text, panel) for text in found.frame["caution"].unique()}
    frame = found.frame.assign(caution=found.frame["caution"].map(told))
    return replace(found, frame=frame, method=plain_text(found.method, panel),
                   notes=tuple(plain_text(note, panel) for note in found.notes))


def _words(labels: Mapping[str, Label]) -> Callable[[str], str]:
    """The words for a column: of the diary, of the codebook, else its name without underscores."""
    known = {one.name: one.label for one in VARIABLES} | {name: one.label for name, one in labels.items()}

    def word(name: str) -> str:
        return WORDS.get(name) or lower_first(known.get(name, name.replace("_", " ")))

    return word


def _formula(formula: str, word: Callable[[str], str]) -> str:
    left, _, right = formula.partition(" ~ ")
    return f"{word(left.strip('`'))} by {', '.join(word(one.strip('` ')) for one in right.split('+'))}"


def _listed(names: str, word: Callable[[str], str]) -> str:
    words = [word(name.strip()) for name in names.split(",")]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"

"""Single letters that mean something only together: H with M is hombre and mujer, and there M is no man."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crampstats.codebook.columns import UNREADABLE, Variable
from crampstats.core.findings import Finding
from crampstats.ingest.parsing.readings import Readings

TOGETHER = "letter read with those beside it"
WHY_NOT = "this letter means one thing in some languages and another in others"


def read_letters(readings: Readings, texts: Sequence[str], variable: Variable) -> Readings:
    """Readings of a category in which letters were read by the words alone, put right by the letters beside them.

    Parameters
    ----------
    readings
        Of `texts`, by `read_category`.
    texts
        Distinct texts of the column.
    variable
        Its `letters` are the sets known.

    Returns
    -------
    Readings
        Unchanged unless the column shows a letter of `letters` that stands in no `words`. Then its letters are read by the sets
        that hold them all, with a finding; where these do not agree, or there is none, the letters are not read.

    Examples
    --------
    >>> from crampstats.codebook.demographics import SEX
    >>> from crampstats.ingest.parsing.categories import read_category
    >>> for texts in (["M", "F"], ["H", "M"], ["H", "M", "F"]):
    ...     read_letters(read_category(texts, SEX.levels, words=SEX.words), texts, SEX).values.tolist()
    ['male', 'female']
    ['male', 'female']
    [None, None, None]
    """
    places = {text.casefold(): place for place, text in enumerate(texts) if len(text) == 1 and text.isalpha()}
    plain = {word for some in variable.words.values() for word in some}
    doubtful = {letter for letters in variable.letters for letter in letters} - plain
    if not doubtful & places.keys():
        return readings
    fitting = [letters for letters in variable.letters if places.keys() <= letters.keys()]
    meant = {letter: {letters[letter] for letters in fitting} for letter in places}
    settled = {letter: next(iter(levels)) for letter, levels in meant.items() if len(levels) == 1}
    values, reasons, rules, lossless = (
        array.copy() for array in (readings.values, readings.reasons, readings.rules, readings.lossless)
    )
    for place, text in enumerate(texts):
        letter = text.casefold()
        if letter in settled:
            values[place], reasons[place], rules[place], lossless[place] = settled[letter], "", TOGETHER, True
        elif letter in places:
            values[place], reasons[place], rules[place], lossless[place] = None, UNREADABLE, WHY_NOT, False
    return replace(
        readings, values=values, reasons=reasons, rules=rules, lossless=lossless,
        findings=(*readings.findings, _told(settled, list(places))),
    )


def _told(settled: dict[str, str], letters: list[str]) -> Finding:
    listed = ", ".join(letter.upper() for letter in letters)
    if settled:
        meant = ", ".join(f"{letter.upper()} as {level}" for letter, level in settled.items())
        message = f"the letters {listed} were read together: {meant}."
    else:
        message = f"the letters {listed} cannot be told apart: they mean different things in different languages."
    return Finding("", "letters", "warning" if settled else "error", message, "State in the mapping what each means (codes).")

"""Times of day, from clocks of 12 and 24 hours, words and spreadsheet programs, as "23:30"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from crampstats.core.findings import Finding
from crampstats.ingest.parsing.folding import Declared, fold, fold_words
from crampstats.ingest.parsing.missing import read_missing
from crampstats.ingest.parsing.number_text import APPROXIMATE, APPROXIMATELY, plain_digits
from crampstats.ingest.parsing.readings import NOT_READ, Reading, Readings, collect

MIDNIGHT = fold_words("midnight,medianoche,minuit,mitternacht,meia-noite,meia noite,mezzanotte,12 midnight,12am midnight")
NOON = fold_words("noon,midday,mediodía,midi,mittag,mittags,meio-dia,meio dia,mezzogiorno,12 noon")
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:\s?[:.h]\s?(?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(?P<half>[ap]\.?\s?m?\.?|a\.\s?m\.|p\.\s?m\.)?\s*(?P<word>uhr|hours|hrs|hr|h|horas|hs|heures|ore)?\.?"
)
_AT = fold_words("at,@,um,à,a las,a la,alle,às")
_ABOUT = APPROXIMATELY | fold_words("gegen,hacia las,hacia la,sobre las,vers,verso le,por volta das")
_AS_KEPT = re.compile(r"[0-9]{2}:[0-9]{2}")
_TOGETHER = re.compile(r"(\d{2})(\d{2})\s*(?:uhr|hours|hrs|hr|h)?")
_ZONED = re.compile(r"(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s?(?:z|[+-]\d{2}:?\d{2})")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}[t ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(?:z|[+-]\d{2}:?\d{2})?")
_SHARE = re.compile(r"0?[.,]\d+")
_WITHOUT_DATE = "the date before the time left out"
_WITHOUT_ZONE = "the clock's own time, its zone left out"
_WITHOUT_SECONDS = "seconds left out"
_WORD = "a word for a time of day"
_SHARE_OF_DAY = "a share of the day, as spreadsheet programs keep times, to the minute"


def read_times(texts: Sequence[str], *, missing: Mapping[str, str] | None = None) -> Readings:
    """Times of day of a column, read jointly.

    A time without "am" or "pm" is one of the 24-hour clock, unless other cells of the column say "pm": then an hour up to 12 by
    itself could be either and is not read. 24:00 is 00:00. A number by itself ("12", "7") is not read.

    Parameters
    ----------
    texts
        Distinct texts of the column, stripped, none empty.
    missing
        Text to the reason why there is no answer; tried first.

    Returns
    -------
    Readings
        Of "HH:MM".

    Examples
    --------
    >>> read_times(["23:30", "23h30", "2330", "midnight", "12", "25:10"]).values.tolist()
    ['23:30', '23:30', '23:30', '00:00', None, None]
    >>> read_times(["11.30 pm", "12:15 am", "11:30"]).values.tolist()
    ['23:30', '00:15', None]
    """
    declared = Declared(missing)
    clocks = {text: match for text in texts if text not in declared and (match := _clock(text))}
    halves = any(match["half"] for match in clocks.values())
    shares = any(_SHARE.fullmatch(text) and len(text.lstrip("0")) > 3 for text in texts)
    found = [_read_one(text, clocks.get(text), declared, halves, shares) for text in texts]
    return collect(found, _findings(clocks, found, halves))


def _clock(text: str) -> re.Match[str] | None:
    return _CLOCK.fullmatch(_without_before(_plain(text))) if len(text) < 40 else None


def _plain(text: str) -> str:
    return plain_digits(text).lower().strip()


def _before(plain: str) -> str:
    """The words before the first figure."""
    return fold(re.split(r"\d", plain, maxsplit=1)[0])


def _without_before(plain: str) -> str:
    """The text without a word for "at" or "about" before it."""
    return re.sub(r"^\D+", "", plain) if _before(plain) in _ABOUT | _AT else plain


def _read_one(text: str, clock: re.Match[str] | None, declared: Declared, halves: bool, shares: bool) -> Reading:
    if text in declared:
        return Reading(reason=declared[text], rule="declared missing")
    plain = _plain(text)
    if _SHARE.fullmatch(plain):
        return _read_share(plain, shares)
    if match := _TOGETHER.fullmatch(plain):
        return _time(int(match[1]), int(match[2]), "hours and minutes written together")
    for pattern, rule in ((_DATED, _WITHOUT_DATE), (_ZONED, _WITHOUT_ZONE)):
        if match := pattern.fullmatch(plain):
            hour, minute, *second = match[1].split(":")
            return _time(int(hour), int(minute), rule, int(float(second[0])) if second else 0)
    if clock:
        one = _read_clock(clock, text, halves)
        return replace(one, rule=APPROXIMATE, lossless=False) if one.value and _before(plain) in _ABOUT else one
    return _read_word(text)


def _read_clock(clock: re.Match[str], text: str, halves: bool) -> Reading:
    hour, minute, second = int(clock["hour"]), int(clock["minute"] or 0), int(clock["second"] or 0)
    half, bare = clock["half"], clock["minute"] is None
    if not half:
        # "12" or "12 h" may be noon, midnight or a length; "7:30" beside "11 pm" may be morning or evening
        unsure = (bare and not _names_hour(clock.string)) or (halves and 1 <= hour <= 12)
        return NOT_READ if unsure else _time(hour, minute, "" if _AS_KEPT.fullmatch(text) else "24-hour clock", second)
    if hour > 12 and half[0] == "p":
        return _time(hour, minute, "24-hour clock", second)
    if not 1 <= hour <= 12:
        return NOT_READ
    return _time(hour % 12 + (12 if half[0] == "p" else 0), minute, "12-hour clock", second)


def _names_hour(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,2}(?:h|\s?uhr)", text))


def _read_share(plain: str, shares: bool) -> Reading:
    digits = plain.replace(",", ".").partition(".")[2]
    # "0.25" is six in the morning in a column of shares, and a quarter past midnight in one of clock times
    if len(digits) == 2 and int(digits) < 60 and not shares:
        return NOT_READ
    minutes = round(float(f"0.{digits}") * 1440) if len(digits) < 40 else 1440
    return _time(minutes // 60, minutes % 60, _SHARE_OF_DAY)


def _read_word(text: str) -> Reading:
    word = fold(text)
    if word in MIDNIGHT or word in NOON:
        return Reading("00:00" if word in MIDNIGHT else "12:00", rule=_WORD)
    reason = read_missing(text)
    return Reading(reason=reason, rule="a word or sign for missing") if reason else NOT_READ


def _time(hour: int, minute: int, rule: str, second: int = 0) -> Reading:
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and minute):
        return NOT_READ
    rules = [rule] if rule else []
    rules += ["24:00 as 00:00"] if hour == 24 else []
    rules += [_WITHOUT_SECONDS] if second else []
    return Reading(f"{hour % 24:02d}:{minute:02d}", rule="; ".join(rules))


def _findings(clocks: Mapping[str, re.Match[str]], found: Sequence[Reading], halves: bool) -> list[Finding]:
    bare = [text for text, match in clocks.items() if not match["half"] and match["minute"] and 1 <= int(match["hour"]) <= 12]
    if halves and bare:
        return [Finding("", "morning or evening", "error",
                        f"Some times say am or pm; {len(bare)} different times do not (first {bare[0]}) and were not read.",
                        "Write these as times of the 24-hour clock.", value=bare[0])]
    hours = {int(str(one.value)[:2]) for one in found if one.value is not None}
    if len(bare) >= 3 and hours and max(hours) <= 12 and min(hours) >= 1:
        return [Finding("", "morning or evening", "warning",
                        "All times lie between 1:00 and 12:59: they may be of a 12-hour clock without am and pm.",
                        "Check with the form; they were read as times of the 24-hour clock.")]
    return []

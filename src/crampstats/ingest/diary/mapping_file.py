"""The mapping of a diary: a TOML file like that of a survey, with ``[diary]``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crampstats.codebook.columns import Variable
from crampstats.codebook.surveys.cramp_diary import CRAMP_DIARY
from crampstats.ingest.diary.columns import KNOWN
from crampstats.ingest.diary.settings import CHOICES, HEADINGS, DiaryMapping, DiarySettings
from crampstats.ingest.own.mapping_entries import Entries, nearest
from crampstats.ingest.own.mapping_file import TABLES, Vocabulary, read_entries, read_formats
from crampstats.ingest.own.placements import FileMapping

ENTRIES = (*HEADINGS, *CHOICES, "zone", "severity_scale", "dates", "nights", "longest_gap")
# short for severity_scale
SCALE = "scale"


def _find(name: str) -> Variable:
    return KNOWN[name]


OF_DIARIES = Vocabulary(
    tuple(KNOWN), _find, CRAMP_DIARY.name, (*TABLES, "diary"),
)


def read_diary_mapping(path: str | Path) -> DiaryMapping:
    """The mapping file of a diary, checked.

    Parameters
    ----------
    path
        TOML: ``version``, ``[file]``, ``[variables.NAME]`` and ``[own.NAME]`` as for a survey, and ``[diary]`` with any of
        layout, person, night, night_is, time, entered_at, logged, day, zone, recruitment, nights_without_events,
        severity_scale, dates, first_night, last_night, nights and longest_gap. Without ``[variables]`` the
        columns are found by their headings.

    Raises
    ------
    DataError
        It is no TOML, or entries are wrong: all of them in one message, each with its line, what was given and what is valid.
    """
    file, diary = read_entries(path, OF_DIARIES, "diary", _settings)
    return DiaryMapping(file, diary or DiarySettings())


def resolve_diary_mapping(mapping: DiaryMapping | FileMapping | str | Path | None) -> DiaryMapping:
    """The mapping meant: read from its file where a path is given, empty for None."""
    if mapping is None:
        return DiaryMapping()
    if isinstance(mapping, DiaryMapping):
        return mapping
    if isinstance(mapping, FileMapping):
        return DiaryMapping(mapping)
    return DiaryMapping() if str(mapping) == CRAMP_DIARY.name else read_diary_mapping(mapping)


def _settings(entries: Entries) -> DiarySettings:
    entries.check_names((*ENTRIES, SCALE))
    found: dict[str, Any] = {name: entries.text(name) for name in (*HEADINGS, "zone")}
    found |= {name: _choice(entries, name) for name in CHOICES}
    if SCALE in entries.given and "severity_scale" in entries.given:
        entries.refuse(SCALE, "scale and severity_scale both state the scale of pain; keep severity_scale.")
    found["severity_scale"] = entries.limits("severity_scale") or entries.limits(SCALE)
    found["dates"] = read_formats(entries)
    found |= {name: entries.whole(name) for name in ("nights", "longest_gap")}
    _check_headings(entries, {name: found[name] for name in HEADINGS if found[name]})
    _check_zone(entries, found["zone"])
    return DiarySettings(**found)


def _choice(entries: Entries, name: str) -> str:
    given, valid = entries.text(name), CHOICES[name]
    if given and given not in valid:
        entries.refuse(name, f"{name} of [diary] is {given!r}{nearest(given, valid)}; valid: {', '.join(map(repr, valid))}.")
        return ""
    return given


def _check_headings(entries: Entries, headings: dict[str, str]) -> None:
    for name, heading in headings.items():
        same = [other for other, one in headings.items() if one == heading and other != name]
        # date and clock time may stand in one cell
        if same and name > same[0] and {name, same[0]} != {"night", "entered_at"}:
            entries.refuse(name, f"{name} and {same[0]} of [diary] both name {heading!r}; a column can be one of them.")


def _check_zone(entries: Entries, zone: str) -> None:
    from crampstats.core.errors import OptionError
    from crampstats.ingest.diary.nights import check_zone

    if not zone:
        return
    try:
        check_zone(zone)
    except OptionError as problem:
        entries.refuse("zone", str(problem))

"""A text of medicines as it may be shown in a log or a finding: with names of medicines, and without those of persons."""

from __future__ import annotations

from collections.abc import Collection

from crampstats.ingest.own.masking import mask_text
from crampstats.ingest.parsing.folding import fold
from crampstats.ingest.parsing.medicine_matching import match_name
from crampstats.ingest.parsing.medicine_words import NEGATIONS, NOISE, NONE, NOT_TAKEN
from crampstats.ingest.parsing.medicines import WORDS, recognise_medicines


def show_medicines(text: str, common: frozenset[str]) -> str:
    """A text as it may be shown: as it is, masked, where all its words are known or common, else its medicines alone.

    Examples
    --------
    >>> show_medicines("Lasix 40 mg, aspirin", frozenset()), show_medicines("Lasix, as Blackadder said", frozenset())
    ('Lasix 40 mg, aspirin', 'lasix + unrecognised words')
    """
    medicines = recognise_medicines(text)
    known = {word for one in (*medicines.found, *medicines.not_taken) for word in one.written.split()}
    if all(_is_shown(word, known, common) for word in WORDS.findall(fold(text))):
        return mask_text(text)
    named = [*(one.written for one in medicines.found), *(f"{one.written} (not taken)" for one in medicines.not_taken)]
    listed = dict.fromkeys([*named, *medicines.others, *(word for word in medicines.unknown if word in common)])
    return mask_text(" + ".join([*listed, "unrecognised words"]))


def _is_shown(word: str, known: Collection[str], common: Collection[str]) -> bool:
    if word in known or word in common or len(word) < 3 or word in NOISE | NOT_TAKEN | NEGATIONS | NONE:
        return True
    name, _, distance = match_name((word,))
    return name is not None and bool(name.name) and (not distance or bool(name.substances))

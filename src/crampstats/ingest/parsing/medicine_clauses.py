"""What a text says of taking a medicine: no longer, never, not yet, somebody else's; and where one statement ends.

Texts are folded (lower case, no accents). English, German, French, Spanish, Portuguese and Italian.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crampstats.ingest.parsing.medicine_words import ALLERGIES, NEGATIONS, NOISE, NOT_TAKEN


def _words(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)")


_ITEMS = re.compile(
    r"[;\n\r•·|]|,(?!\d)|(?<!\d),|\.\s+(?=[^\W\d_]{4})|\s[-–*]\s|(?<!\w)(?:but|aber|pero|mais|mas|ma|sondern)(?!\w)",
)
_BRACKETS = re.compile(r"([^,;\n()\[\]]{0,200})[(\[]([^()\[\]]{0,200})[)\]]([^,;\n()\[\]]{0,200})")
_SWITCHED = re.compile(
    r"(?<!\w)(?:(?:switched|changed) from (.+?) to|(?:umgestellt|gewechselt) von (.+?) auf|cambiad[oa] de (.+?) a"
    r"|remplace (.+?) par|passato da (.+?) a)(?!\w)",
)
ALLERGY = _words(r"allerg\w+", r"alerg\w+", r"intoleran\w+", r"unvertraglich\w+")
_ALLERGIC_TO = re.compile(rf"\s(?={ALLERGY.pattern}\s(?:to|gegen|auf|a|al|alla|alle|au|aux|contra|contre)\s)")
_AT_PRESENT = re.compile(
    r"\s(?<!not )(?<!yet )(?<!to )(?<!be )(?<!no )(?<!nicht )(?=(?:now|started|restarted|instead|jetzt|nun|stattdessen|ahora"
    r"|maintenant|adesso|agora|except|apart from|other than|besides|ausser|excepto|salvo|sauf|eccetto|tranne|exceto|only|nur|solo"
    r"|seulement)\s)",
)
# an answer to the name before it ("quinine: no", "quinine - no")
_ANSWERED = re.compile(r"(?:\s-\s|:\s*)(?=(?:no|not|none|nil|never|nein|nie|nunca|non|jamais|nao)\s*(?:$|[,;.\n]))", re.MULTILINE)
NOW = _words(
    "now", "started", "restarted", "takes", "taking", "instead", "currently", "jetzt", "nun", "nimmt", "stattdessen", "ahora",
    "toma", "maintenant", "prend", "adesso", "prende", "agora", "except", "apart from", "other than", "only", "ausser", "nur",
    "excepto", "salvo", "sauf", "eccetto", "tranne", "exceto", "solo",
)
_STOPPED = _words(
    *sorted(NOT_TAKEN - NEGATIONS - ALLERGIES), r"den(?:y|ies|ied|ying)", r"refus(?:e|es|ed|ing|ee)",
    r"declin(?:e|es|ed|ing)", "on hold", "withheld", "held", "paused", "quit", r"no longer(?: takes?| taking| on)?",
    r"(?:does|do|did|is|was|has|have) not (?:take|taken|taking|tolerate)", r"not (?:taken|taking|tolerated|on)",
    r"never (?:taken|took)", r"not (?:yet )?started", "nicht mehr", "not since", r"nimmt (?:nicht|kein\w*)", "nicht genommen",
    "nicht vertragen", "nicht seit", "no desde", "pas depuis", "nao desde", "verneint",
    "verweigert", r"abgelehnt", "lehnt ab", "pausiert", "beendet", r"gestoppt", "ehemals",
    "ehemalig", "vormals", r"no toma(?:ba)?", "ya no", r"suspendi\w+", r"retirad[oa]s?", r"nieg[ao]n?", r"rechaz[ao]\w*",
    r"dejad[oa]", r"dejo de", r"arret\w+", r"stoppee?s?", r"ne prend (?:pas|plus)", r"sospes[oaie]", r"interrott[oaie]",
    r"interrompid[oa]s?", r"interrompue?s?", r"non prende", r"neg[ao]", r"rifiut[ao]\w*", r"suspens[oa]s?", r"parad[oa]",
    r"nao toma", r"recus[ao]\w*", "deixou",
    r"(?<!as )(?:planned|planning|plans?|consider(?:ing|ed)?|advised|recommended|suggested)",
    r"(?:to|will|shall|should) (?:be )?(?:start(?:ed)?|begin|commence)", "geplant", r"soll\w*", r"wird beginnen", r"planeado",
    r"va a (?:empezar|iniciar|comenzar)", r"(?:por|para) (?:empezar|iniciar)", r"a (?:commencer|debuter)", r"prevue?s?",
    r"da iniziare", r"previst[oa]", r"(?:a|por|para) iniciar", r"vai (?:comecar|iniciar)",
)
_YEAR = r"(?:\S+\s){0,2}(?:19|20)\d\d"
_PAST = _words(
    "(?:last|previous) (?:year|month|winter|summer)", r"(?:years?|months?) ago", "in the past", "used to", rf"until {_YEAR}",
    r"letzte[nsm]? (?:jahr|monat)", r"letztes jahr", r"vor (?:\S+\s)?(?:jahren|monaten)", rf"bis {_YEAR}",
    "(?:el )?ano pasado", "(?:el )?mes pasado", r"hace (?:\S+\s)?(?:anos|meses)", rf"hasta {_YEAR}",
    "(?:l'an|l'annee|le mois) (?:dernier|derniere)", r"l an dernier", r"il y a (?:\S+\s)?(?:ans|mois)",
    rf"jusqu'?\s?en {_YEAR}", "(?:l')?anno scorso", "(?:il )?mese scorso", rf"fino al? {_YEAR}", "(?:no )?ano passado",
    "(?:no )?mes passado", rf"ate {_YEAR}",
)
_SINCE = _words(
    "since", "started", "restarted", "begun", "began", "increased", "reduced", "changed", "added", "new", "seit", "begonnen",
    "neu", "angesetzt", "erhoht", "desde", "iniciad[oa]", "empez\\w+", "depuis", "debute", "commence", "dal", "dallo",
    "iniziat[oa]", "da",
)
_RELATIVE = (
    r"(?:wife|husband|mother|father|mum|mom|dad|partner|friend|neighbou?r|sister|brother|son|daughter|spouse|girlfriend|boyfriend)"
)
SOMEBODYS = re.compile(rf"(?<!\w){_RELATIVE}[’']?s(?!\w)")
_RELATIVES = _words(
    _RELATIVE, r"(?:seiner|ihrer|der|von) (?:ehe)?frau", r"(?:seines|ihres|des) (?:ehe)?manne?s",
    r"(?:der|seiner|ihrer) (?:mutter|tochter)", r"de su (?:esposa|mujer|marido|esposo|madre|padre|hij[oa])",
    r"de (?:sa femme|son mari|sa mere|son pere)", r"(?:di sua|della) (?:moglie|madre)", r"(?:di suo|del) (?:marito|padre)",
    r"d[ao] (?:esposa|mulher|marido|mae|pai)",
)
_TAKES = _words("take", "takes", "taking", "took", "uses?", "using", "nimmt", "toma", "prend", "prende")
UNSURE = _words(
    r"not sure", "unsure", "uncertain", "maybe", "perhaps", "possibly", "nicht sicher", "vielleicht", "quizas?", "tal vez",
    "peut-etre", "forse", "talvez",
)
_NOT_A_NAME = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_BEFORE_A_REASON = frozenset((
    "due", "because", "for", "after", "when", "wegen", "nach", "por", "debido", "tras", "pour", "cause", "apres", "per",
    "dopo", "apos", "devido", "owing", "following", "before", "last", "recently", "ago", "yesterday", "again",
))


def split_items(folded: str) -> list[str]:
    """The statements of a text, each about medicines of its own.

    A bracket that says something of taking is a statement of its own after the one it stands in; others are read where they
    stand.

    Examples
    --------
    >>> split_items("simvastatin (allergic to penicillin) 20, quinine - stopped")
    ['simvastatin 20', 'allergic to penicillin', 'quinine', 'stopped']
    """
    text = _SWITCHED.sub(lambda match: f"; stopped {next(part for part in match.groups() if part)}; now", folded)
    text = _ANSWERED.sub(" ", _BRACKETS.sub(_moved_behind, text))
    text = _AT_PRESENT.sub(";", _ALLERGIC_TO.sub(";", text))
    items = [" ".join(item.split()) for item in _ITEMS.split(text)]
    parts = [part.strip() for item in items for part in ([item] if is_heading(item) else item.split(":"))]
    return [part for part in parts if part.strip(" .")]


def _moved_behind(match: re.Match[str]) -> str:
    before, inner, after = match.groups()
    says = ALLERGY.search(inner) or is_stopped(inner) or NEGATIONS & set(inner.split())
    return f"{before} {after}; {inner};" if says else f"{before} {inner} {after}"


def is_stopped(text: str) -> bool:
    """Whether the text says that what it names is not taken: stopped, denied, of the past, or only planned."""
    if _STOPPED.search(text):
        return True
    return _PAST.search(text) is not None and not _SINCE.search(text)


def is_heading(item: str) -> bool:
    """Whether it begins a list of what is not taken ("stopped: simvastatin, quinine")."""
    head, colon, _ = item.partition(":")
    return bool(colon) and (is_stopped(head) or ALLERGY.search(head) is not None)


def says_stopped_before(item: str) -> bool:
    """Whether a statement that names no medicine is about the one before: "stopped 2019", but not "stopped smoking"."""
    found = _STOPPED.search(item) or _PAST.search(item)
    if found is None or not is_stopped(item):
        alone = _NOT_A_NAME.findall(item)
        return bool(alone) and ALLERGY.fullmatch(alone[-1]) is not None and len(alone) == 1
    following = _NOT_A_NAME.findall(item[found.end():])
    return not following or following[0] in NOISE or following[0] in _BEFORE_A_REASON or found.re is _PAST


def is_somebody_elses(text: str, before: str) -> bool | None:
    """Whether the medicine is another person's; None where it may be taken all the same ("takes his wife's ...").

    Parameters
    ----------
    text
        The statement.
    before
        What stands before the medicine.
    """
    relative = SOMEBODYS.search(before)
    if relative is not None:
        return None if _TAKES.search(before) else True
    return None if _RELATIVES.search(before) or _relatives_after(text) else False


def _relatives_after(text: str) -> bool:
    found = _RELATIVES.search(text)
    return found is not None and " " in found.group()


def first_negation(words: Sequence[str]) -> int:
    """Place of the first "no" or "not"; the number of words where there is none."""
    return next((place for place, word in enumerate(words) if word in NEGATIONS), len(words))

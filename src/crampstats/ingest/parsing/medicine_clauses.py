"""What a text says of taking a medicine: no longer, never, not yet, somebody else's; and where one statement ends.

Texts are folded (lower case, no accents). English, German, French, Spanish, Portuguese and Italian.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crampstats.ingest.parsing.medicine_words import ALLERGIES, NEGATIONS, NONE, NOT_TAKEN


def _words(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)")


_ITEMS = re.compile(
    r"[;\n\r•·|]|,(?!\d)|(?<!\d),|\.\s+(?=[^\W\d_]{4})|\s[-–*]\s|(?<!\w)(?:but|aber|pero|mais|mas|ma|sondern)(?!\w)",
)
_SENTENCES = re.compile(r"[;\n\r•·|]|\.\s+(?=[^\W\d_]{4})")
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
_OF_THE_PAST = frozenset(("former", "formerly", "previous", "previously", "past", "off", "fruher"))
_STOPPED = _words(
    *sorted(NOT_TAKEN - NEGATIONS - ALLERGIES - _OF_THE_PAST), r"den(?:y|ies|ied|ying)", r"refus(?:e|es|ed|ing|ee)",
    r"declin(?:e|es|ed|ing)", "quit", r"no longer(?: takes?| taking| on)?",
    r"(?:does|do|did|is|was|has|have) not (?:take|taken|taking|tolerate)", r"not (?:taken|taking|tolerated|on)",
    r"never (?:taken|took)", r"not (?:yet )?started", "nicht mehr", "not since", r"nimmt (?:nicht|kein\w*)", "nicht genommen",
    "nicht vertragen", "nicht seit", "no desde", "pas depuis", "nao desde", "verneint",
    "verweigert", r"abgelehnt", "lehnt ab", "beendet", r"gestoppt", r"no toma(?:ba)?", "ya no",
    r"suspendi\w+", r"retirad[oa]s?", r"nieg[ao]n?", r"rechaz[ao]\w*",
    r"dejad[oa]", r"dejo de", r"arret\w+", r"stoppee?s?", r"ne prend (?:pas|plus)", r"sospes[oaie]", r"interrott[oaie]",
    r"interrompid[oa]s?", r"interrompue?s?", r"non prende", r"neg[ao]", r"rifiut[ao]\w*", r"suspens[oa]s?", r"parad[oa]",
    r"nao toma", r"recus[ao]\w*", "deixou",
    r"(?<!as )planned",
    r"(?:to|will|shall|should) (?:be )?(?:start(?:ed)?|begin|commence)", "geplant", r"wird beginnen", r"planeado",
    r"va a (?:empezar|iniciar|comenzar)", r"(?:por|para) (?:empezar|iniciar)", r"a (?:commencer|debuter)", r"prevue?s?",
    r"da iniziare", r"previst[oa]", r"(?:a|por|para) iniciar", r"vai (?:comecar|iniciar)",
)
_HELD = _words(
    "on hold", "withheld", "held", "paused", "pausiert", "planning", "plans?", "consider(?:ing|ed)?", "advised", "recommended",
    "suggested", r"soll\w*", *(rf"{word} (?:\S+\s){{0,2}}(?:19|20)\d\d" for word in ("until", "bis", "hasta", "fino al?", "ate")),
)
_YEAR = r"(?:\S+\s){0,2}(?:19|20)\d\d"
_PAST = _words(
    *sorted(_OF_THE_PAST), "ehemals", "ehemalig", "vormals",
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
RESTARTED = _words(
    r"restart\w*", r"resum\w+", "again", "continued", "continues", "wieder", r"reinici\w+", r"repris\w*", r"ripres\w+",
    r"retom\w+", "off and on", "on and off",
)
_TOWARDS = r"(?:to|gegen|auf|a|al|alla|alle|au|aux|contra|contre)"
_ALLERGIC = _words(
    "allergic", "allergisch", r"alergic[oa]", "allergique", r"allergic[oa]", "allergy", "intolerant", "unvertraglich",
)
_NEGATED = _words(*sorted(NEGATIONS))
_FILLERS = (
    r"(?>(?:any|a|an|the|it|this|that|them|of|on|to|taking|takes?|using|uses?|more|longer|his|her|my|all|or"
    r"|was|is|has|been|have|be|i|he|she|we|wurde|wird|werden|ist|mehr|de|du|des|d|la|le|les|el|los|las|l|il|lo|gli|o|os|as|un|une"
    r"|una|uma|der|die|das|den|ein|eine|einen|oder|ou|meds?|medication|medications|medicines?|drugs?|pills?|tablets?|mg|tabs?"
    r"|\d{1,3}|again|now|self)(?![\w']))"
)
_SUBJECTS = (
    r"(?>(?:patient|patientin|pt|paciente|paziente|er|sie|el|ella|il|elle|ele|ela|had|having|also|therefore|so|who|and|und|nimmt)"
    r"(?!\w))"
)
_WHEN = (
    r"(?>(?:\d+|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mai|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|okt|dez)[a-z]*|marz|maerz"
    r"|in|on|at|since|last|this|year|years|month|months|week|weeks|days?|ago|recently|early|late|summer|winter|spring|autumn"
    r"|by|gp|dr|doctor|me|it|taking|him|herself|himself|seit|im|vor|letztes|letzten|jahr|jahre|jahren|monat|monaten|monate|woche"
    r"|wochen|en|el|desde|hace|ano|anos|mes|meses|pasado|depuis|il|y|a|ans|mois|da|nel|anno|anni|mese|mesi|fa|scorso|em|ha|o"
    r"|arzt|vom|von|hausarzt|yesterday|today|now|completely)(?![\w']))"
)
_STOPPED_FOR_A_TIME = re.compile(
    r"(?<!\w)(?:for|fur|pour|por|per|durante) (?:\d+|a|one|two|three|einen?|un|una|une|few|some)(?!\w)",
)
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
    parts = [part for sentence in _SENTENCES.split(text) for part in _below_headings(sentence)]
    return [part for part in parts if part.strip(" .")]


def _below_headings(sentence: str) -> Iterator[str]:
    """The statements of a sentence; a heading ("stopped: ...") is about all of it, until one says otherwise."""
    heading = ""
    for item in (" ".join(item.split()) for item in _ITEMS.split(sentence)):
        if is_heading(item):
            head, _, rest = item.partition(":")
            allergies = ALLERGY.search(head) is not None
            yield f"{'allergic to' if allergies else head} {rest.strip()}" if rest.strip() else ""
            heading = "" if rest.strip(" .") in NONE else "allergies " if allergies else f"{head} "
        elif heading and ":" not in item and not NOW.search(item):  # with a dose, the list of what is taken may have begun
            yield (heading if not re.search(r"\d", item) else "advised ") + item
        else:
            heading = ""
            yield from (part.strip() for part in item.split(":"))


def _moved_behind(match: re.Match[str]) -> str:
    before, inner, after = match.groups()
    says = ALLERGY.search(inner) or is_stopped(inner) or NEGATIONS & set(inner.split())
    return f"{before} {after}; {inner};" if says else f"{before} {inner} {after}"


def is_stopped(text: str) -> bool:
    """Whether anything in the text may say that something is not taken: stopped, denied, of the past, or only planned."""
    if _STOPPED.search(text) or _HELD.search(text):
        return True
    return _PAST.search(text) is not None and not _SINCE.search(text)


def is_heading(item: str) -> bool:
    """Whether it begins a list of what is not taken ("stopped: simvastatin, quinine")."""
    head, colon, _ = item.partition(":")
    return bool(colon) and (_ends_in_a_stop(_plain(head)) or ALLERGY.fullmatch(_plain(head)) is not None)


def says_of_taking(before: str, after: str, *, dosed: bool) -> bool | None:
    """What the words around a medicine say: True for taken, False for not taken, None where it cannot be told.

    Not taken only where the word for it stands directly beside the medicine. A word of the past is not enough for a no.

    Examples
    --------
    >>> says_of_taking("denies", "", dosed=False), says_of_taking("", "since last year", dosed=False)
    (False, True)
    >>> says_of_taking("last year", "", dosed=False), says_of_taking("no side effects from", "", dosed=False)
    (None, True)
    """
    first, last = _plain(before), _plain(after)
    if _ends_in_a_stop(first, allergy=True) or begins_with_a_stop(last):
        return False
    if _STOPPED.search(first) or _STOPPED.search(last) or _HELD.search(first) or _HELD.search(last) or _ALLERGIC.search(last):
        return None
    if ALLERGY.search(first) and not _denies(first):
        return None
    if not dosed and not _SINCE.search(f"{first} {last}") and (_is_past(first) or _is_past(last)):
        return None
    return True


def says_stopped_before(item: str) -> bool | None:
    """Whether a statement that names no medicine is about the one before: "stopped 2019", but not "stopped smoking".

    None where it is nothing but a word of the past ("previously").
    """
    text = _plain(item)
    if begins_with_a_stop(text) and not NEGATIONS & {text}:
        return True
    return None if _HELD.fullmatch(text) or (_is_past(text) and not re.search(r"\d", item)) else False


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+(?:'[^\W_]+)?", text))


def _is_past(text: str) -> bool:
    return bool(text) and _PAST.fullmatch(text) is not None


def _ends_in_a_stop(text: str, *, allergy: bool = False) -> bool:
    """Whether the last word of content before a medicine says that it is not taken ("denies any", "allergic to")."""
    if not text:
        return False
    if allergy and re.search(rf"{ALLERGY.pattern}(?: {_TOWARDS})(?: {_FILLERS})*$", text):
        return _denies(text[:ALLERGY.search(text).start()]) is False  # type: ignore[union-attr]
    for found in re.finditer(rf"(?:{_STOPPED.pattern}|{_NEGATED.pattern})(?=(?: {_FILLERS})*$)", text):
        ahead = text[:found.start()].strip()
        return not _denies(ahead) and re.fullmatch(rf"(?:(?>{_FILLERS}|{_SUBJECTS})(?: |$))*", ahead) is not None
    return False


def begins_with_a_stop(text: str) -> bool:
    """Whether it says no more than that something was stopped, with a date or a reason."""
    if _STOPPED_FOR_A_TIME.search(text):
        return False
    tail = rf"(?: (?:{_WHEN}))*(?: (?:{'|'.join(sorted(_BEFORE_A_REASON - {'last', 'recently', 'ago'}))})(?: .*)?)?"
    return re.fullmatch(
        rf"(?:(?>{_FILLERS}|{_WHEN}) )*(?:(?:{_STOPPED.pattern}){tail}|{_NEGATED.pattern}|{_ALLERGIC.pattern})", text,
    ) is not None


def may_part(between: str) -> bool:
    """Whether words between two medicines may say that one of them is not taken ("furosemide, no quinine")."""
    return _denies(between) or is_stopped(between)


def is_for_a_time(text: str) -> bool:
    """Whether something lasts a while only ("stopped for 2 weeks")."""
    return _STOPPED_FOR_A_TIME.search(text) is not None


def is_stopped_at_the_end(text: str) -> bool:
    """Whether a purpose ends in "stopped" ("for cramps, stopped 2019")."""
    return re.search(rf"(?:{_STOPPED.pattern}|{_HELD.pattern})(?: (?:{_WHEN}))*$", _plain(text)) is not None


def _denies(text: str) -> bool:
    return bool(NEGATIONS & set(text.split()))


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

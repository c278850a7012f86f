"""What a heading says beside the words of its question: a number, codes, a time, a scale, a "no".

Each may turn a column that seems to fit into another one: cramps of the past year are not those of the past month, 5 of 5 is not
5 of 10, and "no hypertension: yes" is no hypertension.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from crampstats.codebook.columns import Variable
from crampstats.codebook.surveys.clinic_intake import CLINIC_INTAKE

YES_NO_OR_LEVELS = ("yes/no", "category")
POINTS = "points"
# of these the codebook's own label does not say the time they hold for
_MONTHLY = frozenset((
    "cramp_frequency", "any_cramps", "cramps_two_or_more", "frequent_cramps", "mild_cramps", "leg_jerk_frequency", "leg_jerks",
    "leg_symptoms", "frequent_leg_symptoms", *(one.name for one in CLINIC_INTAKE.outcomes if one.recall_window == "past month"),
))
_NUMBERED = re.compile(
    r"^\s*(?:(?:(?:question|frage|pregunta|pergunta|domanda|item|nr\.?|[fqpd])\s*)?\d{1,3}[a-z]?\s*[.):]\s*(?=[^\W\d])"
    r"|[fq]\d{1,3}[a-z]?\s+(?=\S))",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<![\w.,+-])([+-]?\d{1,3}|[^\W\d_])\s*=\s*")
_BRACKETS = re.compile(r"[\[({]([^\[\](){}]*)[\])}]")
_PATH = re.compile(r"[^\s/]+(?:/[^\s/]+)+")
_LAST = (
    r"(?:past|last|previous|letzte[nmrs]?|vergangene[nmrs]?|dernier(?:e|s|es)?|ultim[oaie]s?|passe|passee|pasad[oa]|passad[oa]"
    r"|scors[oa])"
)
# only Romance languages put the word behind its unit: "night, past month" says nothing of last night
_AFTER = r"(?:dernier(?:e|s|es)?|passe|passee|pasad[oa]|passad[oa]|scors[oa])"
_PER = r"(?:per|pro|par|por|a la|all|alla|al|each|every|jede|chaque|cada|ogni)"
_YEAR, _WEEK, _MONTH, _NIGHT = (
    "(?:years?|jahr(?:e[sn]?)?|ano|annee|an|anno)", "(?:weeks?|woche|semaine|semana|settimana)",
    "(?:months?|monat(?:e?s)?|mois|mes|mese)", "(?:night|nacht|noche|nuit|noite|notte)",
)
_MONTHS = r"(?:m|mo|mos|mth|mths|months?|monat(?:e[ns]?)?|mois|mes|meses|mese|mesi)"
_COUNTED = re.compile(
    rf"\b(\d+) ?(?:{_LAST} )?({_MONTHS}|weeks?|wochen|semanas|semaines|settimane|days?|tagen?|dias|jours|giorni|years?|jahren?"
    r"|anos|ans|anni)\b"
)
_NUMBERS = {"12": "twelve|zwolf|doce|douze|doze|dodici", "2": "two|zwei|dos|deux|dois|duas|due", "6": "six|sechs|seis|sei"}
_SPANS = tuple(
    re.compile(rf"\b{_LAST} (?:\w+ )?{unit}\b|\b{unit} {_AFTER}\b|\b{_PER} {unit}\b") for unit in (_YEAR, _WEEK, _MONTH, _NIGHT)
)
_EMPTY = re.compile(r"[\[({]\s*[\])}]")
_EVER = re.compile(
    r"\b(?:ever|lifetime|in (?:your|my) life|jemals|schon (?:ein)?mal|deja|au cours de (?:votre|la) vie|alguna vez|alguma vez"
    r"|en (?:su|la|toda la) vida|na (?:sua )?vida|ha(?:i)? mai|nella (?:sua )?vita|in (?:ihrem )?leben)\b"
)
_NOT_FIRST = (
    "no|not|never|none|without|denies|sin|niega|nunca|pas|sans|aucun|aucune|kein|keine|keinen|keinerlei|ohne|nicht|nessun|nessuna"
    "|nessuno|senza|nega|sem|nao|nenhum|nenhuma|non|ni|ningun|ninguna"
)
_NEGATED = re.compile(
    rf"^(?:{_NOT_FIRST})\b(?! (?:of|de|d|di|der|von|da)\b)"
    r"|\b(?:not|without|absence|absent|free of|denies|ha[sd] no|have no|with no|is no|sin|niega|pas|sans|aucune?|ohne|nicht|senza"
    r"|kein(?:e|en|er|erlei)?|nessun[ao]?|nega|sem|nao|nenhuma?|non|ningun[ao]?|ausencia|assenza|abwesenheit|ruled out)\b"
)
_NUMBER_SIGN = re.compile(r"^\s*(?:n[º°o]\s*\.|n[º°])", re.IGNORECASE)
_ANSWERS = re.compile(
    r"\b(?:yes|ja|si|sí|oui|sim|y|j|s)\s*(?:[/|,;-]|or|oder|ou|o)\s*(?:no|nein|non|não|nao|n)\b"
    r"|\b(?:no|nein|non|não|n)\s*[/|,;]\s*(?:yes|ja|sí|si|oui|sim|y|j)\b",
    re.IGNORECASE,
)
_SCALES = (
    re.compile(r"(?<![\d.])(\d{1,2})\s*(?:-|–|—|\bto\b|\bbis\b|\ba\b|\bà\b|\bau\b|\.\.+)\s*(\d{1,3})(?![\d.])"),
    re.compile(r"()(?:/|\bout of\b|\bof\b|\bvon\b|\bsur\b|\bsobre\b|\bsu\b|\bde\b|\bem\b)\s*(\d{1,3})\b"),
    re.compile(r"()\b(\d{1,3})[\s-]*(?:point|punkte?|puntos?|pontos?|punti|stufig|niveles|niveaux)"),
)
_LATER = re.compile(
    r"\b(?:last|latest|next|final|letzte[rnms]?|nachste[rnms]?|derniere?|prochaine?|ultim[ao]|proxim[ao]|prossim[ao])\b"
)
_VISIT_NUMBER = re.compile(r"\b(?:visit|visita|visite|besuch|date|datum|fecha|data) ?_?0*(?:[2-9]|1\d)$")
_SIDE = re.compile(
    r"\b(?:one|both|either|left|right|uni|bi|two|ein|eine|eines|einem|beide|beider|beidseits|einseitig|beidseitig|una|uno|une|um|uma|"
    r"ambas|ambos|ambe|entrambe|deux|duas|due|les deux|\w*lateral\w*)\b"
)
_PAIN = re.compile(r"\b(?:pain|schmerz\w*|dolor\w*|douleurs?|dor|dores|dolore)\b")
_CRAMP = re.compile(r"cramp|krampf|calambre|caibra|crampi")
_KIND = re.compile(r"\b(?:typ|type|tipo|dm) ?([12])\b|\b[tn](?:yp)?([12])dm\b|\b(n?iddm)\b")


def plain_question(heading: str) -> str:
    """A heading or question without its number ("F12. Sex") and without the codes it lists ("Sex (1=male, 2=female)").

    Examples
    --------
    >>> plain_question("F12. Sex (1=male, 2=female)"), plain_question("12) Diabetes"), plain_question("Q12")
    ('Sex', 'Diabetes', 'Q12')
    """
    return " ".join(_EMPTY.sub(" ", _ANSWERS.sub(" ", _NUMBERED.sub("", _without_codes(heading)))).split()) or heading


def without_time(heading: str) -> str:
    """The words of a question without the time it asks about, in lower case and without accents; "" where it names none.

    Examples
    --------
    >>> without_time("Wadenkrämpfe in den letzten 12 Monaten"), without_time("Wadenkrämpfe")
    ('wadenkrampfe in den', '')
    """
    if not find_times(heading):
        return ""
    text = _fold(plain_question(heading))
    for pattern in (_COUNTED, *_SPANS, _EVER):
        text = pattern.sub(" ", text)
    return " ".join(re.sub(rf"\b(?:{_LAST}|cours)\b", " ", text).split())


def holds_for_a_month(variable: Variable) -> bool:
    """Whether a variable tells of the past month."""
    return _time_of(variable) == "past month"


def last_part(heading: str) -> str:
    """The question in a path of groups, "age" of "demo/age"; "" for what is no path.

    Examples
    --------
    >>> last_part("demo/age"), last_part("Sex / Gender"), last_part("Kg/m")
    ('age', '', 'm')
    """
    return heading.strip().rpartition("/")[2] if _PATH.fullmatch(heading.strip()) else ""


@lru_cache(maxsize=20_000)
def _listed(heading: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The heading without its list of codes, and the list."""
    groups = [*_BRACKETS.finditer(heading)]
    for group in groups:
        if pairs := _pairs(group.group(1)):
            return f"{heading[:group.start()]} {heading[group.end():]}".strip(), pairs
    pairs = _pairs(heading)
    if not pairs:
        return heading, ()
    start = next(_CODE.finditer(heading)).start()
    return heading[:start].rstrip(" :;,([{-"), pairs


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    found = [*_CODE.finditer(text)]
    if len(found) < 2:
        return ()
    ends = [*(one.start() for one in found[1:]), len(text)]
    pairs = [(one.group(1), text[one.end():end].strip(" ,;/|.)]}")) for one, end in zip(found, ends, strict=True)]
    return tuple(pairs) if all(label for _, label in pairs) and len({code for code, _ in pairs}) == len(pairs) else ()


def _without_codes(heading: str) -> str:
    return _listed(heading)[0]


def listed_codes(*headings: str) -> dict[str, str]:
    """Codes that one of the headings lists, to their labels; none where no heading lists two or more.

    Examples
    --------
    >>> listed_codes("dm", "Diabetes (0=no, 1=yes, 9=unknown)")
    {'0': 'no', '1': 'yes', '9': 'unknown'}
    """
    return next((dict(pairs) for heading in headings if (pairs := _listed(heading)[1])), {})


def find_objection(heading: str, variable: Variable) -> str:
    """Why a heading that seems to name a variable means something else; "" where nothing speaks against it.

    Parameters
    ----------
    heading
        Heading or question as it stands in the file.
    variable
        What it seems to name.

    Examples
    --------
    >>> from crampstats.codebook.catalogue import VARIABLES
    >>> find_objection("Leg cramps in the past 12 months", VARIABLES["cramp_frequency"])
    'the heading says 12 months'
    >>> find_objection("Cramp severity (1-5)", VARIABLES["cramp_severity"])
    'the heading says a scale of 1 to 5'
    >>> find_objection("Sin diabetes", VARIABLES["diabetes"])
    'the heading says no'
    """
    if not heading:
        return ""
    found = (told(heading, variable) for told in (_other_time, _counts, _other_scale, _negated, _later, _unsaid))
    return next(filter(None, found), "")


def is_only_part(heading: str, variable: Variable) -> str:
    """Whether a heading asks for one kind of the disease alone: a no leaves the other kinds open."""
    found = _KIND.search(_fold(heading)) if variable.name in ("diabetes", "diabetes_status") else None
    return "the heading says one type of diabetes alone; a no leaves the others open" if found else ""


def find_times(heading: str) -> frozenset[str]:
    """The spans of time a heading names, in words.

    Examples
    --------
    >>> sorted(find_times("Crampes au cours des 12 derniers mois")), sorted(find_times("calambres en el último mes"))
    (['12 months'], ['past month'])
    """
    text = _fold(_without_codes(heading))
    for number, words in _NUMBERS.items():
        text = re.sub(rf"\b(?:{words})\b", number, text)
    found = {"ever"} if _EVER.search(text) else set()
    found |= {_span(int(number), unit) for number, unit in _COUNTED.findall(text)}
    text = _COUNTED.sub(" ", text)
    times = (("12 months", _YEAR), ("past week", _WEEK), ("past month", _MONTH), ("last night", _NIGHT))
    # before its unit first: what is taken there ("nuit, dernier mois") stands behind no other
    for place in (rf"\b{_LAST} (?:\w+ )?{{unit}}\b", rf"\b{{unit}} {_AFTER}\b"):
        for name, unit in times:
            text, n = re.subn(place.format(unit=unit), " ", text)
            found |= {name} if n else set()
    found |= {name for name, unit in times[:2] if re.search(rf"\b{_PER} {unit}\b", text)}
    return frozenset(found)


def _span(number: int, unit: str) -> str:
    years, months, weeks = unit[0] in "ayj" and unit != "jours", unit[0] == "m", unit[0] in "ws"
    days = number * (365 if years else 30 if months else 7 if weeks else 1)
    if days in (28, 30, 31):
        return "past month"
    if days in (7, 360, 365):
        return "past week" if days == 7 else "12 months"
    return f"{number} {'years' if days % 365 == 0 else 'months' if days % 30 == 0 else 'weeks' if days % 7 == 0 else 'days'}"


def _time_of(variable: Variable) -> str:
    """Over which time the codebook's variable holds; "" where none is fixed."""
    told = variable.label.casefold()
    if variable.name in _MONTHLY or "past month" in told or "past 30 days" in told:
        return "past month"
    return next((time for words, time in (
        ("past week", "past week"), ("12 months", "12 months"), (", ever", "ever"), ("two weeks", "2 weeks"),
    ) if words in told), "")


OF_NOW = ("pregnant",)
OF_NIGHTS = ("cramp_nights_past_week", "cramp_frequency")
_NIGHTS = r"\b(?:nights?|nachte?n?|noches?|nuits?|notti|noites?)\b"
_HOW_MANY = (
    r"number of|no\.? of|nr\.? of|how many|count of|anzahl|zahl der|nombre de|combien de|numero de|cuantos|quantos"
    r"|numero di|quanti"
)
_CRAMPS = r"(?:leg )?cramps?|krampfe?n?|wadenkrampfe?n?|crampes?|calambres?|caimbras?|crampi"


def _other_time(heading: str, variable: Variable) -> str:
    time = "" if variable.unit and "week" in variable.name and "week" not in _time_of(variable) else _time_of(variable)
    # "Have you ever ... in the past month" asks for the month; a doctor may have told "ever" of what still is
    told = find_times(heading)
    exact = told - {"ever"} or told
    if "ever" in told and (variable.name in OF_NOW or variable.name.startswith("takes_")):
        return "the heading says ever"
    other = sorted(exact - {time}) if time else []
    return f"the heading says {', '.join(other)}" if other else ""


def _counts(heading: str, variable: Variable) -> str:
    """Whether a heading counts cramps where the variable counts nights or says how often in words."""
    text = _fold(_without_codes(heading))
    if variable.name not in OF_NIGHTS or re.search(_NIGHTS, text):
        return ""
    counted = re.search(rf"\b(?:{_HOW_MANY}) (?:\w+ ){{0,2}}(?:{_CRAMPS})\b|\b(?:{_CRAMPS}) {_PER} ", text)
    return "the heading counts cramps" if counted else ""


def _other_scale(heading: str, variable: Variable) -> str:
    if variable.unit.split(" ")[0] != POINTS or variable.plausible is None:
        return ""
    low, high = (int(limit) for limit in variable.plausible)
    codes = [int(code) for code in listed_codes(heading) if code.lstrip("+-").isdigit()]
    if codes and (min(codes), max(codes)) != (low, high):
        return f"the heading says a scale of {min(codes)} to {max(codes)}"
    text = _NUMBERED.sub("", _without_codes(heading))
    for pattern in _SCALES:
        if found := pattern.search(text):
            least, most = int(found.group(1) or low), int(found.group(2))
            return f"the heading says a scale of {least} to {most}" if (least, most) != (low, high) else ""
    return "the heading says a scale in mm" if re.search(r"\bmm\b", text) else ""


def _negated(heading: str, variable: Variable) -> str:
    own = [_fold(one) for one in (variable.label, variable.name.replace("_", " "), *variable.known_as) if _says_no(one)]
    itself = _says_no(variable.label) or _says_no(variable.name.replace("_", " "))
    if variable.kind not in YES_NO_OR_LEVELS or itself or any(one in _fold(heading) for one in own):
        return ""
    return "the heading says no" if _says_no(heading) else ""


def _says_no(heading: str) -> bool:
    text = _ANSWERS.sub(" ", _NUMBERED.sub("", _without_codes(heading)))
    if _NUMBER_SIGN.match(text):
        return False
    plain = _fold(text)
    return bool(_NEGATED.search(plain)) or plain.startswith("absence")


def _later(heading: str, variable: Variable) -> str:
    if variable.name != "visit_date":
        return ""
    plain = _fold(heading)
    return "the heading says a later visit" if _LATER.search(plain) or _VISIT_NUMBER.search(plain) else ""


def _unsaid(heading: str, variable: Variable) -> str:
    """What a heading must say before it is believed: on which side a swelling is, and that a pain is a cramp's."""
    plain = _fold(heading)
    if variable.name in ("one_leg_swollen", "both_legs_swollen") and not _SIDE.search(plain):
        return "the heading does not say whether one leg or both"
    if variable.name == "cramps_ever" and "ever" not in find_times(heading):
        return "the heading does not say over which time"
    if variable.name == "cramp_severity" and _PAIN.search(plain) and not _CRAMP.search(plain):
        return "the heading does not say that it is the pain of a cramp"
    return ""


def _fold(text: str) -> str:
    """Lower case without accents and signs, a name in one word taken apart."""
    spread = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text.strip())
    plain = unicodedata.normalize("NFKD", spread.replace("ß", "ss")).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", "".join(sign for sign in plain if not unicodedata.combining(sign))))

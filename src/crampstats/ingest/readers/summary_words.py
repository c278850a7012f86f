"""Words by which a line of totals or means begins, and those that head a part of a list, in six languages."""

from __future__ import annotations

import re
import unicodedata

# Some are also names or initials of people (Max, Massimo, Media, "SD"): they need more than their word.
ALSO_NAMES = (
    "max", "min", "media", "massimo", "minimo", "maximo", "sum", "somma", "soma", "suma", "mediana", "sd", "se", "sem",
    "mw", "ds", "dp",
)
_WORDS = (
    *ALSO_NAMES, "totals?", "grand totals?", "sub-? ?totals?", "total general", "total geral", "means?", "averages?", "avg",
    "medians?", "s\\.d", "std", "stdev", "std\\.? ?dev(?:iation)?", "standard deviations?", "standard error", "minimum",
    "maximum", "range", "iqr", "overall", "counts?", "(?:gesamt|zwischen|end)?summen?", "gesamt", "insgesamt", "mittel",
    "mittelwerte?", "durchschnitt", "standardabweichung", "stabw", "anzahl", "promedios?", "medias",
    "desviacion (?:estandar|tipica)", "recuento", "totales", "subtotales", "sommes?", "moyennes?", "medianes?",
    "ecarts?[ -]types?", "effectifs?", "totaux", "sous-? ?tota(?:l|ux)", "total[ei]", "sub-? ?total[ei]",
    "deviazione standard", "conteggio", "totais", "desvio padrao", "contagem",
)
_WORD = rf"(?:{'|'.join(_WORDS)})\.?"
_WHO = (
    r"(?:(?:\s(?:of|de|des|di|der|aller|number)){0,3}\s"
    r"(?:patients?|records?|forms?|rows|cases|patienten|falle|pacientes|pazienti|casos|casi|cas|formulare|fichas))?"
)
_SAID = r"(?:\s?(?:[:=±(]|\+/-).{0,40}|\s[\d.,%±\s()/-]+)?"
_AND = rf"(?:\s?(?:±|\+/-|/|,|&|\(|and|und|et|y|e)\s?{_WORD}\)?){{0,2}}"
_LABEL = re.compile(rf"(?P<word>{_WORD}){_AND}{_WHO}{_SAID}|n\s?[:=]\s?\d.{{0,40}}")
# These alone say that a row is no patient; the others are ordinary answers or names as well.
_STRONG = re.compile(
    r"(?:(?:grand )?totals?|total general|total geral|total[ei]|totales|totaux|totais|sum|(?:gesamt|end)?summen?|insgesamt|suma"
    rf"|soma|somma|sommes?){_WHO}{_SAID}|n\s?[:=]\s?\d.{{0,40}}|(?:mean|mittelwert|media|moyenne)\s?(?:±|\+/-|\()\s?(?:sd|ds|et|dp)\)?"
)
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
    "|januar|janner|februar|marz|mai|juni|juli|oktober|dezember|okt|dez"
    "|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
    "|janvier|fevrier|mars|avril|juin|juillet|aout|septembre|octobre|novembre|decembre"
    "|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|novembre|dicembre"
    "|janeiro|fevereiro|marco|maio|junho|julho|setembro|outubro|novembro|dezembro"
)
_YEAR = r"(?:(?:19|20)\d\d|'\d\d)"
_MONTH = re.compile(rf"(?:{_MONTHS})\.?[\s/-]*(?:de\s|of\s)?{_YEAR}|(?:week|woche|kw|semaine|semana|settimana)\s\d{{1,2}}")


def read_label(text: str) -> str:
    """The word by which a line of totals begins, in lower case without accents; "" where the text is none.

    Examples
    --------
    >>> read_label("Total: 61 forms"), read_label("Mean ± SD"), read_label("n=3"), read_label("Moyenne"), read_label("MÉDIA")
    ('total', 'mean', 'n', 'moyenne', 'media')
    >>> read_label("Total knee replacement"), read_label("n"), read_label("Maxine"), read_label("P017")
    ('', '', '', '')
    """
    match = _LABEL.fullmatch(_plain(text))
    return (match["word"] or "n").rstrip(".") if match else ""


def is_strong(text: str) -> bool:
    """Whether a label says by itself that a row is a line of totals, as no answer does.

    Examples
    --------
    >>> is_strong("Total: 61 forms"), is_strong("n=3"), is_strong("Mean ± SD"), is_strong("Mean"), is_strong("Gesamt")
    (True, True, True, False, False)
    """
    return _STRONG.fullmatch(_plain(text).rstrip(".")) is not None


def is_month(text: str) -> bool:
    """Whether a text is a month of a year or a week, as they divide a list.

    Examples
    --------
    >>> is_month("April 2024"), is_month("août 2023"), is_month("KW 12"), is_month("April"), is_month("4 April 2024")
    (True, True, True, False, False)
    """
    return _MONTH.fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text[:120].casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())

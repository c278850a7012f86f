"""Units as people write them, brought to one spelling. Which factor leads from one to another is a matter of the substance."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

# One spelling each, with the others met in laboratory reports and forms; compared in lower case without blanks.
SPELLINGS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "mmol/L": ("mmol/l", "mmoll", "mmol/liter", "mmol/litre", "millimol/l", "mmol_l", "mmol·l-1", "mmoll-1"),
    "µmol/L": ("umol/l", "µmol/l", "μmol/l", "micromol/l", "mcmol/l", "umol_l"),
    "nmol/L": ("nmol/l", "nmol_l"),
    "pmol/L": ("pmol/l", "pmol_l"),
    "mEq/L": ("meq/l", "meq/liter", "meq/litre", "meql", "mval/l", "meq_l"),
    "mg/dL": ("mg/dl", "mgdl", "mg%", "mg/100ml", "mg/100 ml", "mg_dl"),
    "g/dL": ("g/dl", "gdl", "g%", "g/100ml", "g_dl"),
    "g/L": ("g/l", "g_l"),
    "mg/L": ("mg/l", "mg_l"),
    "µg/L": ("ug/l", "µg/l", "μg/l", "mcg/l", "ng/ml"),
    "ng/dL": ("ng/dl",),
    "mIU/L": ("miu/l", "mu/l", "uiu/ml", "µiu/ml", "μiu/ml", "µu/ml", "uu/ml", "miu_l"),
    "U/L": ("u/l", "iu/l", "ui/l"),
    "mmol/kg": ("mmol/kg", "mosm/kg", "mosmol/kg", "mmol_kg"),
    "%": ("%", "percent", "pct", "prozent", "pourcent", "por ciento", "per cento", "por cento"),
    "mmol/mol": ("mmol/mol",),
    "kg": ("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms", "kilogramm"),
    "lb": ("lb", "lbs", "pound", "pounds"),
    "cm": ("cm", "centimetre", "centimetres", "centimeter", "centimeters"),
    "m": ("m", "metre", "metres", "meter", "meters"),
    "mm": ("mm", "millimetre", "millimetres", "millimeter", "millimeters"),
    "mg": ("mg", "milligram", "milligrams"),
    "µg": ("µg", "μg", "ug", "mcg", "microgram", "micrograms"),
    "°C": ("°c", "degc", "celsius"),
    "°F": ("°f", "degf", "fahrenheit"),
    "in": ("in", "inch", "inches"),
    "kg/m²": ("kg/m2", "kg/m²", "kg/m^2", "kg_m2"),
    "mm Hg": ("mmhg", "mm hg"),
    "years": ("years", "year", "yrs", "yr", "y", "y/o", "yo", "ans", "años", "anos", "anni", "jahre", "jahr", "j"),
    "months": ("months", "month", "mo", "monate", "mois", "meses", "mesi"),
    "weeks": ("weeks", "week", "wk", "wks"),
    "days": ("days", "day", "d"),
    "hours": ("hours", "hour", "h", "hr", "hrs"),
    "hours/day": ("hours/day", "h/day", "h/d", "hours per day"),
    "minutes": ("minutes", "minute", "min", "mins", "minuten", "minutos", "minuti"),
    "hours/week": ("hours/week", "h/week", "h/wk", "hours per week", "stunden/woche", "horas/semana", "heures/semaine"),
    "minutes/day": ("minutes/day", "min/day", "min/d", "minutes per day"),
    "minutes/week": ("minutes/week", "min/week", "minutes per week", "min/wk"),
    "seconds": ("seconds", "second", "sec", "secs", "s"),
    "L": ("l", "liter", "litre", "liters", "litres"),
    "mL": ("ml", "milliliter", "millilitre"),
    "10^9/L": ("10^9/l", "10e9/l", "x10^9/l", "10*9/l", "g/l (10^9)", "k/ul", "k/µl", "thou/ul", "10^3/ul", "10³/µl"),
})
_KNOWN = {spelling.replace(" ", ""): unit for unit, some in SPELLINGS.items() for spelling in (*some, unit.lower())}
# a unit in a heading stands in brackets, after a comma, a dash or an underscore: "K (mmol/l)", "K, mEq/L", "calcium_mg_dl"
_BRACKETED = re.compile(r"[\[(]([^\[\]()]{1,18})[\])]")
_TRAILING = re.compile(r"(?:[,;:–-]\s*|\s+in\s+|\s+)([^\s,;:]{1,14})\s*$")
_RATE = re.compile(r"(\w+)\s+(?:per|a|an|each|every|in the|pro|am|por|al|par|à la|alla|ogni)\s+(\w+)\s*\??\s*$", re.IGNORECASE)
_WRITTEN = ("mmol_l", "umol_l", "nmol_l", "pmol_l", "meq_l", "mg_dl", "g_dl", "g_l", "mg_l", "miu_l", "mmol_kg", "kg_m2")


def read_unit(text: str) -> str:
    """The one spelling of a unit; "" where the text is none known here.

    Examples
    --------
    >>> read_unit(" mmol/l "), read_unit("MEQ/L"), read_unit("mg %"), read_unit("parsec")
    ('mmol/L', 'mEq/L', 'mg/dL', '')
    """
    return _KNOWN.get(text.strip().lower().replace(" ", "").replace("per", "/"), "") or _KNOWN.get(
        text.strip().lower().replace(" ", ""), ""
    )


def find_unit(heading: str) -> str:
    """The unit a heading states; "" where it states none.

    Examples
    --------
    >>> find_unit("Potassium (mmol/l)"), find_unit("ca_mg_dl"), find_unit("Weight kg"), find_unit("Potassium")
    ('mmol/L', 'mg/dL', 'kg', '')
    >>> find_unit("Heavy lifting, days per week"), find_unit("Standing hours per day")
    ('', 'hours/day')
    """
    for inside in _BRACKETED.findall(heading):
        if unit := read_unit(inside):
            return unit
    for written in _WRITTEN:
        if heading.lower().endswith(f"_{written}"):
            return read_unit(written)
    parts = heading.replace("_", " ")
    if rate := _RATE.search(parts):
        # "days per week" is no week; of rates only those with a spelling of their own are units
        return read_unit(f"{rate.group(1)}/{rate.group(2)}")
    trailing = _TRAILING.search(parts)
    # single letters end many headings that state no unit ("vitamin d", "group l")
    return read_unit(trailing.group(1)) if trailing and len(trailing.group(1)) > 1 else ""

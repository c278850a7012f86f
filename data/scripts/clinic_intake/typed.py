"""A sheet somebody types, in one of six languages: fewer questions, words in the cells, the unit in the heading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from clinic_intake import words
from clinic_intake.form import MEASURED, PLAIN
from clinic_intake.people import Missing, Patient

LANGUAGES: Mapping[str, int] = {code: place for place, code in enumerate(words.ORDER)}
LEVELS = {
    "sex": words.SEX, "cramp_frequency": words.FREQUENCY, "cramp_main_site": words.MAIN_SITE, "smoking": words.SMOKING,
    "form_given_to": words.GIVEN_TO,
}
DECIMALS = {variable: units[0][2] for variable, units in MEASURED.values()} | dict(PLAIN.values())


class TypedLayout:
    """How a patient is typed."""

    name = "typed"

    def __init__(self, language: int) -> None:
        self.language = language
        self.of_variable = {variable: heading[language] for variable, heading in words.HEADINGS.items()}
        self.columns = tuple(self.of_variable.values())
        nonsense = words.NONSENSE[language]
        self.unknown_code = {
            "yes/no": words.PERHAPS[language], "sex": nonsense, "cramp_frequency": nonsense, "smoking": nonsense,
            "education": nonsense,
        }

    def has(self, *variables: str) -> bool:
        """Whether the sheet has all of them."""
        return all(one in self.of_variable for one in variables)

    def figure(self, number: float) -> str:
        """A bare number, with the language's decimal mark."""
        text = f"{number:.10g}"
        return text.replace(".", ",") if words.COMMA[self.language] else text

    def day_text(self, day: int, month: int, year: int) -> str:
        """A day, which need not exist."""
        made = words.DAYS[self.language].replace("%Y", "{2}").replace("%m", "{1:02}").replace("%d", "{0:02}")
        return made.format(day, month, year)

    def write(self, person: Patient, number: int) -> dict[str, str]:
        """All cells of a patient."""
        cells = dict.fromkeys(self.columns, "") | {self.columns[0]: str(number)}
        known = {variable: column for variable, column in self.of_variable.items() if variable in person}
        return cells | {column: self.answer(variable, person[variable], person) for variable, column in known.items()}

    def answer(self, variable: str, value: Any, person: Patient | None = None) -> str:
        """One answer as it is typed."""
        if isinstance(value, Missing):
            return words.DO_NOT_KNOW[self.language] if value.reason == "did not know" else ""
        if isinstance(value, bool):
            spelled = (words.YES if value else words.NO)[self.language]
            return spelled[len(str(person["name"])) % 3 if person else 0]
        if variable in LEVELS:
            return str(LEVELS[variable][value][self.language])
        if isinstance(value, list):
            return ", ".join(value) or words.NO_MEDICINES[self.language]
        if isinstance(value, date):
            return f"{value:{words.DAYS[self.language]}}"
        return self._decimal(variable, value) if isinstance(value, float) else str(value)

    def number(self, variable: str, value: float, unit: str) -> dict[str, str]:
        """A measured quantity in the heading's unit, whatever the laboratory's."""
        del unit
        return {self.of_variable[variable]: self._decimal(variable, value)}

    def _decimal(self, variable: str, value: float) -> str:
        text = f"{value:.{DECIMALS.get(variable, 0)}f}" if value >= 1 or variable in DECIMALS else f"{value:.2f}"
        if variable == "cramps_since_years" and value < 1:
            text = f"{value:.2f}"
        return text.replace(".", ",") if words.COMMA[self.language] else text


def toml_of(language: str) -> str:
    """The mapping of a typed sheet, as a person completes it; it names every column, so that reading is no matter of luck."""
    layout = TypedLayout(LANGUAGES[language])
    identifiers = ("record", "name", "date_of_birth")
    lines = ["version = 1", "[file]", f'record = "{layout.of_variable["record"]}"',
             f"identifiers = {[layout.of_variable[one] for one in identifiers]}".replace("'", '"'),
             'population = "made-up patients"', 'window = "past month"', "screened_for_cramps = false", "made_up = true"]
    for variable, heading in layout.of_variable.items():
        if variable in (*identifiers, "remarks"):
            continue
        lines += ["", f"[variables.{variable}]", f'column = "{heading}"']
        lines += _reading(variable, layout.language)
    return "\n".join(lines) + "\n"


UNITS = {
    "body_weight_kg": "kg", "height_cm": "cm", "serum_albumin_g_l": "g/L", "serum_creatinine_umol_l": "µmol/L",
    "hba1c_percent": "%", "cramps_since_years": "years", "exercise_minutes_week": "minutes/week", "cramp_severity": "points",
    "age_years": "years", "cramp_nights_past_week": "nights",
}


def _reading(variable: str, language: int) -> list[str]:
    if variable.endswith("_mmol_l") or variable in UNITS:
        return [f'unit = "{UNITS.get(variable, "mmol/L")}"']
    if variable in LEVELS:
        pairs = ", ".join(f'"{spelled[language]}" = "{level}"' for level, spelled in LEVELS[variable].items())
        return [f"codes = {{{pairs}}}"]
    return []

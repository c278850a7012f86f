"""The form as a REDCap data dictionary: the CSV file a project imports under "Data Dictionary"."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from crampstats.codebook.forms import Form, Item
from crampstats.ingest.templates.asked import Asked, list_questions
from crampstats.ingest.templates.conditions import plain
from crampstats.ingest.templates.writings import RedcapWriting
from crampstats.present.files import save_text

# As REDCap writes and expects them, in this order.
HEADINGS = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)", "Required Field?",
    "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?", "Field Annotation",
)
VALIDATION = {"integer": "integer", "number": "number", "date": "date_ymd", "time": "time", "rating": "number"}
MOMENT = "datetime_ymd"
YES_NO = {"1": "Yes", "0": "No"}
MOST_BUTTONS = 8  # more answers than these are easier to find in a list


def format_redcap_dictionary(form: Form) -> str:
    """A form as the text of a REDCap data dictionary.

    Parameters
    ----------
    form
        A declared form. All its questions become one instrument of the form's name; what is asked once of a form that is filled
        in
        again and again becomes an instrument before it.

    Returns
    -------
    str
        CSV with REDCap's 18 headings and a row per question. The same form gives the same text.

    Raises
    ------
    DataError
        The declaration cannot be made into a form; every reason is named.

    Examples
    --------
    >>> from crampstats.codebook.forms import Item
    >>> small = Form("small", "Small", "patients", (), items=(Item("record_id", "Record number", identifier=True),))
    >>> print(format_redcap_dictionary(small).splitlines()[1])
    record_id,small,,text,Record number,,,,,,y,,,,,,,
    """
    text = io.StringIO()
    # headings are quoted where REDCap quotes them: where they hold a blank
    text.write(",".join(f'"{heading}"' if " " in heading else heading for heading in HEADINGS) + "\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(_row(asked, form) for asked in list_questions(form))
    return text.getvalue()


def write_redcap_dictionary(form: Form, path: Path) -> Path:
    """Write the dictionary of a form, whole or not at all; see `format_redcap_dictionary`."""
    return save_text(format_redcap_dictionary(form), path)


def _row(asked: Asked, form: Form) -> tuple[str, ...]:
    item = asked.item
    limits = [plain(limit) for limit in asked.limits] if asked.limits else ["", ""]
    cells = {
        "Variable / Field Name": item.field, "Form Name": _instrument(item, form), "Section Header": asked.begins,
        "Field Type": _field_type(asked), "Field Label": item.question,
        "Choices, Calculations, OR Slider Labels": _choices(asked), "Field Note": asked.hint,
        "Text Validation Type OR Show Slider Number": MOMENT if item.stamped else VALIDATION.get(asked.answer, ""),
        "Text Validation Min": limits[0], "Text Validation Max": limits[1],
        "Identifier?": "y" if item.identifier else "",
        "Branching Logic (Show field only if...)": asked.shown_if.write(RedcapWriting()) if asked.shown_if else "",
        "Required Field?": "y" if asked.required else "",
        "Field Annotation": _annotation(asked, form),
    }
    return tuple(cells.get(heading, "") for heading in HEADINGS)


def _instrument(item: Item, form: Form) -> str:
    name = form.name.lower()
    return f"{name}_start" if item.field in form.once and len(form.once) > 1 else name


def _annotation(asked: Asked, form: Form) -> str:
    """What the program does by itself; and, for whoever builds the project, which instrument repeats, for no dictionary can "
    "say it."""
    if asked.exclusive:
        return f"@NONEOFTHEABOVE='{','.join(asked.exclusive)}'"
    if asked.item.stamped:
        return "@NOW"
    repeats = form.once and asked.item.field == form.once[0]
    return f"Project setup: enable repeating instruments and tick {form.name.lower()}." if repeats else ""


def _field_type(asked: Asked) -> str:
    if asked.answer == "one of":
        if dict(asked.item.options) == YES_NO:
            return "yesno"
        return "radio" if len(asked.item.options) <= MOST_BUTTONS else "dropdown"
    return {"boxes": "checkbox", "rating": "slider", "long text": "notes"}.get(asked.answer, "text")


def _choices(asked: Asked) -> str:
    if asked.answer == "rating" and asked.limits:
        low, high = (plain(limit) for limit in asked.limits)
        return f"{low} | | {high}"
    return "" if _field_type(asked) == "yesno" else " | ".join(f"{code}, {words}" for code, words in asked.item.options.items())

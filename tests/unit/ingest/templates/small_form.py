"""A made-up form with one question of every kind."""

from __future__ import annotations

from crampstats.codebook.columns import Variable
from crampstats.codebook.forms import Form, Item
from crampstats.codebook.rules import AllOf, AtLeast, IsTrue, Not, OneOf

VARIABLES = (
    Variable("age_years", "Age", kind="integer", unit="years", plausible=(0, 115)),
    Variable("sex", "Sex", kind="category", levels={"male": "male", "female": "female"}),
    Variable("pregnant", "Pregnant", kind="yes/no"),
    Variable("dialysis", "Dialysis", kind="yes/no"),
    Variable("pain", "Pain", kind="integer", plausible=(0, 10)),
    Variable("diabetes", "Diabetes", kind="yes/no"),
    Variable("cirrhosis", "Cirrhosis", kind="yes/no"),
    Variable("weight_kg", "Weight", unit="kg", plausible=(20, 300)),
    Variable("serum_calcium_mmol_l", "Serum calcium", unit="mmol/L", accepts={"mg/dL": 0.25}, plausible=(0.5, 5)),
    Variable("visit_date", "Date of the visit", kind="date"),
    Variable("usual_time", "Time of day", kind="time"),
    Variable("medicines_text", "Medicines", kind="text"),
)
YES_NO = {"1": "Yes", "0": "No"}
SMALL = Form(
    "small_intake", "Small intake form", "patients", VARIABLES,
    items=(
        Item("record_id", "Record number", section="You", required=True, identifier=True),
        Item("visit_date", "Date of the visit", "visit_date", section="You"),
        Item("age", "Age", "age_years", section="You", required=True),
        Item("sex", "Sex", "sex", section="You", options={"1": "Male", "2": "Female"}, values={"1": "male", "2": "female"}),
        Item(
            "pregnant", "Are you pregnant?", "pregnant", section="You", options={**YES_NO, "9": "Don't know"},
            values={"1": True, "0": False}, missing={"9": "did not know"},
            shown_if=AllOf(OneOf("sex", ("female",)), AtLeast("age_years", 12)),
        ),
        Item("pain", "How bad is the pain?", "pain", section="Cramps", note="0 none, 10 the worst"),
        Item("usual_time", "At what time?", "usual_time", section="Cramps"),
        Item(
            "conditions", "Do you have any of these?", section="Health", ticks={"diabetes": "diabetes", "cirrhosis": "cirrhosis"},
            options={"diabetes": "Diabetes", "cirrhosis": "Cirrhosis, of the liver", "none": "None of these"},
            values={"none": False},
        ),
        Item("dialysis", "Dialysis?", "dialysis", section="Health", options=YES_NO, values={"1": True, "0": False},
             shown_if=Not(IsTrue("diabetes"))),
        Item("weight", "Weight", "weight_kg", section="Health"),
        Item("calcium", "Serum calcium", "serum_calcium_mmol_l", section="Laboratory", unit_field="calcium_unit"),
        Item("calcium_unit", "Unit of the calcium", section="Laboratory", options={"1": "mmol/L", "2": "mg/dL"},
             values={"1": "mmol/L", "2": "mg/dL"}),
        Item("medicines", "Which medicines do you take?", "medicines_text", section="Medicines"),
    ),
)

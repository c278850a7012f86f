from dataclasses import FrozenInstanceError, replace

import pytest

from crampstats.codebook.model import Derived, Field, Variable
from crampstats.codebook.rules import AtLeast, Banded, Below
from crampstats.codebook.surveys.nhanes import NHANES
from crampstats.core.errors import DataError, OptionError
from crampstats.core.labels import Label


def test_a_variable_becomes_a_label_with_levels_in_reading_order():
    sex = Variable("sex", "Sex", kind="category", levels={"male": "men", "female": "women"})
    assert sex.to_label() == Label("Sex", "", ("male", "female"), False)
    assert "male, female" in sex.describe()


def test_bands_become_an_ordered_label():
    group = Derived("age_group", "Age group", Banded("age_years", {"young": 0, "old": 60}), source="here")
    assert group.to_label() == Label("Age group", "", ("young", "old"), True)


def test_declarations_are_frozen():
    with pytest.raises(FrozenInstanceError):
        NHANES.label = "other"
    with pytest.raises(TypeError):
        NHANES.fields[1].values["x"] = 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: Variable("sex", "Sex", kind="category"),
        lambda: Variable("age", "Age", kind="integer", levels={"a": "b"}),
        lambda: Variable("not a name", "Age"),
        lambda: Derived("x", "X", Below("x", 1), source="here"),
        lambda: Derived("x", "X", Below("y", 1), source=""),
        lambda: Field("x", "T", "C", values={7.0: "a"}, missing={7.0: "refused"}),
        lambda: Field("x", "T", "C", limits=(0, 80), missing={77.0: "refused"}),
    ],
)
def test_an_inconsistent_declaration_cannot_be_made(make):
    with pytest.raises(DataError):
        make()


def test_an_unknown_kind_lists_the_kinds():
    with pytest.raises(OptionError, match="yes/no, category, integer, number"):
        Variable("x", "X", kind="colour")


@pytest.mark.parametrize(
    ("part", "extra", "message"),
    [
        ("fields", Field("heart_rate", "BPX", "BPXPLS"), "unknown variable of a field 'heart_rate'"),
        ("fields", Field("sex", "DEMO", "RIAGENDR", values={1.0: "man"}), r"leads to \['man'\]"),
        ("fields", Field("sleep_hours", "SLQ", "SLD010H"), "sleep_hours more than once"),
        ("derived", Derived("shortest_sleep", "Short sleep", Below("sleep", 6), source="x"), "unknown column in the rule"),
        ("derived", Derived("sex", "Sex", AtLeast("age_years", 6), source="x"), "sex more than once"),
    ],
)
def test_a_survey_refuses_entries_that_do_not_fit(part, extra, message):
    with pytest.raises((DataError, OptionError), match=message):
        replace(NHANES, **{part: (*getattr(NHANES, part), extra)})


def test_adding_an_exposure_takes_one_variable_and_one_field():
    lead = Variable("blood_lead_umol_l", "Blood lead", unit="µmol/L")
    longer = replace(NHANES, variables=(*NHANES.variables, lead), fields=(*NHANES.fields, Field(lead.name, "PBX", "LBDBPBSI")))
    assert longer.files_of(longer.cycles[0])[-1] == "PBX_D"
    assert longer.labels()["blood_lead_umol_l"] == Label("Blood lead", "µmol/L")


def test_the_codebook_prints_every_column_with_its_place():
    shown = NHANES.describe().set_index("name")
    assert shown.loc["cramp_frequency", "definition"].startswith("SLQ.SLQ160; 0 = never, 1 = rarely")
    assert "brought to 80 at most" in shown.loc["age_years", "definition"]
    assert (shown["label"] != "").all()


def test_unknown_cycles_and_weights_list_the_valid_ones():
    with pytest.raises(OptionError, match="2005-2006, 2007-2008"):
        NHANES.cycle("2005")
    with pytest.raises(OptionError, match="interview, exam"):
        NHANES.weight("examination")


def test_a_field_of_a_column_its_reduction_does_not_make_is_refused():
    with pytest.raises(OptionError, match=r"unknown column of the reduction 'RXQ_PERSONS' 'takes_aspirin'"):
        replace(
            NHANES, variables=(*NHANES.variables, Variable("takes_aspirin", "Takes aspirin", kind="yes/no")),
            fields=(*NHANES.fields, Field("takes_aspirin", "RXQ_PERSONS", "takes_aspirin", values={1.0: True, 0.0: False})),
        )


def test_the_codebook_says_how_a_reduced_column_is_made_in_each_cycle():
    definition = NHANES.describe().set_index("name").loc["met_minutes_week", "definition"]
    early, late = definition.split(" | ")
    assert "tasks around home and yard (4.5 MET) (2005-2006)" in early
    assert "moderate leisure (4 MET) (2007-2008)" in late

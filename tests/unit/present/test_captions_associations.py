from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from crampstats.present.captions_associations import (
    format_association_caption,
    format_associations_alt,
    format_dose_response_alt,
    format_dose_response_caption,
    format_specifications_alt,
    format_specifications_caption,
    format_subgroups_alt,
)

from .made_up_associations import MADE_UP, MAIN, make_associations, make_doses, make_specifications, make_subgroups


def test_a_caption_of_associations_says_what_of_whom_and_how():
    assert format_association_caption(make_associations(), notes=["Dashed: nothing"]) == (
        "Odds ratios: Leg cramps at night, often. Outcome: leg cramps at night, often (five or more times, past month). "
        "Population: adults aged 20 and over; n = 10,250, cases = 612. Weights: examination weights. Intervals: 95 % confidence. "
        "Logistic regression with Taylor linearisation. Adjusted for age, sex, education and body mass index. Dashed: nothing. "
        "Source: a survey of 2020."
    )


def test_persons_are_told_as_a_range_and_suppressed_rows_counted():
    found = make_associations()
    frame = found.frame.assign(n=[9000, *found.frame["n"][1:]], caution=["suppress: x", *[""] * 23])
    text = format_association_caption(replace(found, frame=frame))
    assert "n = 9,000 to 10,250, cases = 612" in text
    assert "1 estimate is suppressed" in text


def test_made_up_data_are_announced_first_everywhere():
    captions = [format_association_caption(make_associations(MADE_UP)), format_dose_response_caption(make_doses(MADE_UP)),
                format_specifications_caption(make_specifications(MADE_UP))]
    assert all(text.startswith("MADE-UP DATA. These data were generated.") for text in captions)
    alts = [format_associations_alt(make_associations(MADE_UP)), format_dose_response_alt(make_doses(MADE_UP)),
            format_specifications_alt(make_specifications(MADE_UP)), format_subgroups_alt(make_subgroups(MADE_UP))]
    assert all(text.startswith("MADE-UP DATA: ") for text in alts)


def test_an_alternative_text_of_a_forest_counts_sides_of_one_and_tells_the_numbers():
    text = format_associations_alt(make_associations())
    assert "Forest plot of 12 adjusted and crude odds ratios for leg cramps at night, often." in text
    # above 1: hypertension, heart failure, body mass index; below: some college, college graduate
    assert "Of 12 intervals 3 lie above 1, 7 include it, 2 lie below." in text
    assert "Hypertension: 1.42 (1.17 to 1.73)." in text
    many = format_associations_alt(make_associations(times=2))
    assert "Highest: Emphysema" in many
    assert "Lowest: Education: college graduate: 0.50 (0.36 to 0.69);" in many
    assert "potassium" not in many


def test_a_dose_response_tells_its_ends_extremes_and_test():
    caption = format_dose_response_caption(make_doses())
    assert "Test of non-linearity: Serum sodium p = 0.041; Serum potassium p = 0.041." in caption
    text = format_dose_response_alt(make_doses())
    assert "Serum sodium: at the low end 1.49 (1.06 to 2.10) at 132 mmol/L;" in text  # exp(2.2/4 - 0.3/2) = exp(0.40)
    assert "test of non-linearity p = 0.041." in text
    found = make_doses()
    untested = replace(found, frame=found.frame[found.frame["unit"] == "ratio"])
    assert "Non-linearity was not tested." in format_dose_response_caption(untested)


def test_a_specification_curve_tells_its_range_its_choices_and_the_main_one():
    caption = format_specifications_caption(make_specifications(), main=MAIN)
    assert caption.startswith("Specification curve: Hypertension. Outcome: leg cramps at night, often")
    assert "Choices: adjustment set; outcome definition; population; exposure form." in caption
    assert "Declared main specification: published set, frequent, 20 and over, told by a doctor." in caption
    text = format_specifications_alt(make_specifications(), main=MAIN)
    assert "Specification curve of 46 odds ratios for Hypertension over adjustment set" in text
    assert "The declared main specification gives 1.75 (1.28 to 2.40), place 38 from below." in text
    assert "2 not shown" in text


def test_subgroups_are_told_with_their_interactions():
    text = format_subgroups_alt(make_subgroups())
    assert "Everybody: 1.42 (1.17 to 1.73). Sex, men: 1.22" in text
    assert "Interaction with Sex: p = 0.210." in text
    assert "1 not shown" in text


def test_words_need_no_drawing_library():
    modules = ", ".join(f"crampstats.present.{name}" for name in ("captions_associations", "tables_associations", "table_files"))
    code = f"import sys, {modules}; print('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"

from __future__ import annotations

from crampstats.core.source import Source
from crampstats.present.captions import (
    format_caption,
    format_claims_alt,
    format_claims_caption,
    format_flow_alt,
    format_flow_caption,
    format_forest_alt,
    format_forest_caption,
    format_prevalence_alt,
)


def test_a_caption_says_who_how_many_weights_window_intervals_and_source(suppressed):
    assert format_caption(suppressed, title="Cramps by age") == (
        "Cramps by age. Population: adults aged 20 and over; n = 6,000. Weights: interview weights. Recall window: past month. "
        "Intervals: 95 % confidence. Taylor linearisation. 1 estimate is suppressed as too unreliable to "
        "show; the CSV beside the figure holds it, marked in its caution column. "
        "Source: a survey of 2020."
    )


def test_captions_of_made_up_data_begin_with_the_warning(made_up, flow):
    assert format_caption(made_up).startswith("MADE-UP DATA. These data were generated.")
    assert format_flow_caption(flow, Source("x", made_up=True)).startswith("MADE-UP DATA.")


def test_what_is_not_stated_is_said_not_to_be(estimates):
    bare = type(estimates)(estimates.frame.assign(n=None), groups=estimates.groups)
    assert "Population: not stated; n not stated." in format_caption(bare)


def test_an_alternative_text_states_the_numbers_and_where_the_claim_lies(estimates):
    text = format_prevalence_alt(estimates, claimed=0.6)
    assert "at least once, 60+, female: 41.0 % (95 % CI 40.0 to 42.0)" in text
    assert text.endswith("All 12 intervals lie wholly below the claimed 60 %.")
    assert "past month" in text


def test_of_many_rows_the_extremes_are_told(estimates):
    frame = estimates.frame.iloc[[*range(12), 0]]
    text = format_prevalence_alt(type(estimates)(frame, groups=estimates.groups, outcomes=estimates.outcomes))
    assert "At least once: lowest 20-39, male: 20.0 % (95 % CI 19.0 to 21.0); highest 60+, female: 41.0 %" in text


def test_suppressed_numbers_are_not_told(suppressed):
    text = format_prevalence_alt(suppressed, claimed=0.02)
    assert "1 not shown because too unreliable." in text
    assert "five or more times, 20-39, male" not in text


def test_the_forest_text_counts_studies_pooled_groups_and_intervals(forest):
    text = format_forest_alt(forest, claimed=0.6)
    assert "5 published estimates in 2 groups by setting and recall window" in text
    assert "Pooled for clinic, past month: 61.0 % (95 % CI 40.0 to 78.0)." in text
    assert "One group has too few studies to pool." in text
    # Elm lies below, Ash (to 60) and Birch include 60 %, Cedar (from 66) above; Fir has no interval
    assert text.endswith("Of 4 intervals 1 lie wholly below the claimed 60 %, 2 include it, 1 lie wholly above.")
    assert "5 published estimates, n from 100 to 2,000." in format_forest_caption(forest)


def test_flow_and_readings_are_told_whole(flow, check):
    text = format_flow_alt(flow)
    assert all(part in text for part in ("1,000", "Younger than 20 years: 400 left out.", "Analysed: 590."))
    assert "claimed about 60 %: found 30.0 % (95 % CI 28.0 to 32.0), contradicted." in format_claims_alt(check)
    assert "5 percentage points either side" in format_claims_caption(check)

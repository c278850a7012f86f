from __future__ import annotations

import pandas as pd

from crampstats.core.estimates import Estimates
from crampstats.present.text import format_text


def test_text_has_labels_and_words_without_underscores(estimates):
    text = format_text(estimates)
    for expected in ("Age group", "Sex", "cases", "Leg cramps at night, often", "20.0 % (95 % CI 19.0 to 21.0)", "1,000"):
        assert expected in text
    assert "_" not in text


def test_terms_of_an_undescribed_result_lose_their_underscores():
    rows = pd.DataFrame({"measure": "mean", "outcome": ["body_mass", "age_years"], "exposure": "sex_at_birth",
                         "level": "not_stated", "estimate": [25.0, 50.0], "setting": "general_population",
                         "caution": "review: body_mass has few values"})
    assert "_" not in format_text(Estimates(rows, groups=("setting",)))


def test_a_suppressed_line_tells_neither_share_nor_cases_nor_p(suppressed):
    found = Estimates(suppressed.frame.assign(p_value=0.5), groups=suppressed.groups, outcomes=suppressed.outcomes)
    line = next(line for line in format_text(found).splitlines() if "effective sample size" in line)
    assert "suppressed" in line
    for told in ("2.0 %", "20 ", "p = 0.500"):
        assert told not in line.replace("20-39", "")

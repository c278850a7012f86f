"""The recall curve: what is drawn where, what is written, and that made-up data are stamped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import DataError, OptionError
from crampstats.core.estimates import Estimates
from crampstats.core.outcomes import Outcome
from crampstats.core.source import Source
from crampstats.present.captions_diary_recall import alt_recall_curve, caption_recall_curve
from crampstats.present.figures.diary_recall import BEYOND, plot_recall_curve
from crampstats.present.figures.sheet import STAMP
from crampstats.present.recall import read_recall, window_words
from crampstats.present.wording import MADE_UP

WINDOWS = (1, 7, 30, 60, 365, 3_653, 21_915)
SHARES = {"U-statistic": 0.0, "Kaplan-Meier": -0.01, "beta": 0.02, "logit-normal": 0.05}
CRAMP = Outcome("cramp", "Leg cramp in the night", "adults of one town", "the night", "at least once")


def make_curve(*, longest: int = 60, reached: tuple[int, ...] = (60, 60, 60, 20), made_up: bool = False) -> Estimates:
    """Shares 0.1, 0.25 ... by window; U-statistic and Kaplan-Meier end at the longest diary, which 20 of 60 persons reach."""
    rows = []
    for model, shift in SHARES.items():
        for place, window in enumerate(WINDOWS):
            counted = model in ("U-statistic", "Kaplan-Meier")
            if counted and window > longest:
                continue
            share = min(0.1 + 0.15 * place + shift, 0.99)
            rows.append({
                "measure": "period prevalence", "outcome": "cramp", "model": model, "level": f"{window} nights", "nights": window,
                "estimate": share, "conf_low": max(share - 0.05, 0), "conf_high": min(share + 0.05, 1), "unit": "share",
                "n": reached[place] if counted else 60, "n_short": 0,
                "caution": "beyond the longest diary (60 nights): the model's word" if window > longest else "",
            })
    return Estimates(
        pd.DataFrame(rows), ("model",), method="U-statistic; models", outcomes={"cramp": CRAMP}, extras=("nights", "n_short"),
        source=Source("diary of a town", made_up=made_up),
    )


def axes_of(figure):
    return figure.axes[0]


def lines_of(figure) -> dict[tuple[float, float], int]:
    """First and last window of each line drawn along the time axis."""
    found: dict[tuple[float, float], int] = {}
    for line in axes_of(figure).lines:
        x = np.asarray(line.get_xdata(), dtype=float)
        if len(x) > 2:
            found[float(x[0]), float(x[-1])] = found.get((float(x[0]), float(x[-1])), 0) + 1
    return found


def test_what_diaries_count_ends_where_fewer_than_half_reach_and_the_models_go_on_from_there():
    figure = plot_recall_curve(make_curve(), 60)
    assert lines_of(figure) == {(1.0, 30.0): 2, (30.0, 21_915.0): 2}


def test_the_band_is_drawn_only_for_what_the_diaries_count():
    figure = plot_recall_curve(make_curve(), 60)
    bands = [one for one in axes_of(figure).collections if one.get_paths()]
    assert len(bands) == 1
    assert bands[0].get_paths()[0].vertices[:, 0].max() == pytest.approx(30)


def test_the_ground_beyond_the_longest_diary_is_grey_and_named():
    from matplotlib.colors import to_hex

    figure = plot_recall_curve(make_curve(), 60)
    grounds = [one for one in axes_of(figure).patches if to_hex(one.get_facecolor()).upper() == BEYOND]
    assert len(grounds) == 1
    assert grounds[0].get_x() == pytest.approx(60)
    assert "longest diary, 60 nights" in [text.get_text() for text in figure.texts]


def test_nothing_is_grey_when_no_row_goes_beyond_the_diary():
    found = make_curve()
    within = Estimates(found.frame[found.frame["nights"] <= 60], ("model",), outcomes=found.outcomes, extras=found.extras)
    figure = plot_recall_curve(within, 60)
    assert not any("longest diary" in text.get_text() for text in figure.texts)


def test_the_claimed_share_has_a_line_and_a_name_and_none_when_there_is_no_claim():
    with_claim, without = plot_recall_curve(make_curve(), 60), plot_recall_curve(make_curve(), 60, claimed=None)
    assert "claimed 60 %" in [text.get_text() for text in with_claim.texts]
    assert not any("claimed" in text.get_text() for text in without.texts)
    assert any(np.allclose(line.get_ydata(), 0.6) for line in axes_of(with_claim).lines)


def test_time_runs_on_a_logarithmic_axis_with_named_windows():
    figure = plot_recall_curve(make_curve(), 60)
    assert axes_of(figure).get_xscale() == "log"
    written = [text.get_text() for text in figure.texts]
    assert [name for name in ("night", "week", "month", "year", "10 years", "lifetime") if name not in written] == []


def test_in_a_narrow_figure_the_lifetime_is_named_before_the_decade():
    written = [text.get_text() for text in plot_recall_curve(make_curve(), 60, width_mm=85).texts]
    assert "lifetime" in written
    assert "night" in written


@pytest.mark.parametrize("width_mm", [85, 170])
def test_no_text_leaves_the_sheet_and_no_two_names_of_windows_touch(width_mm):
    figure = plot_recall_curve(make_curve(made_up=True), 60, width_mm=width_mm)
    renderer = figure.canvas.get_renderer()
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in figure.texts if text.get_gid() != STAMP]
    for _, box in boxes:
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.x1 + 0.5
        assert box.y0 >= -0.5
        assert box.y1 <= figure.bbox.y1 + 0.5
    flat = [box for _, box in boxes if box.width > box.height]
    assert not any(one.overlaps(other) for place, one in enumerate(flat) for other in flat[:place])


def test_a_survey_is_a_diamond_at_the_nights_it_asked_about():
    survey = Estimates(pd.DataFrame({"estimate": [0.3], "conf_low": [0.28], "conf_high": [0.32]}), source=Source("a survey"))
    figure = plot_recall_curve(make_curve(), 60, survey=survey, survey_nights=30)
    points = [line for line in axes_of(figure).lines if line.get_marker() == "D"]
    assert [(list(line.get_xdata()), list(line.get_ydata())) for line in points] == [([30], [0.3])]
    with pytest.raises(DataError, match="2 rows"):
        plot_recall_curve(make_curve(), 60, survey=Estimates(pd.concat([survey.frame] * 2)))


@pytest.mark.parametrize("made_up", [True, False])
def test_made_up_diaries_are_stamped_and_others_not(made_up):
    figure = plot_recall_curve(make_curve(made_up=made_up), 60)
    assert any(text.get_gid() == STAMP for text in figure.texts) == made_up
    caption, alt = caption_recall_curve(make_curve(made_up=made_up), 60), alt_recall_curve(make_curve(made_up=made_up), 60)
    assert caption.startswith(MADE_UP) == made_up
    assert alt.startswith(MADE_UP) == made_up


def test_a_made_up_survey_stamps_the_figure_too():
    frame = pd.DataFrame({"estimate": [0.3], "conf_low": [0.28], "conf_high": [0.32]})
    survey = Estimates(frame, source=Source("s", made_up=True))
    assert any(text.get_gid() == STAMP for text in plot_recall_curve(make_curve(), 60, survey=survey).texts)


def test_the_caption_says_how_far_the_diaries_reach_and_what_warns():
    told = caption_recall_curve(make_curve(), 60, warnings=["cramp nights follow cramp nights."])
    assert "longest diary 60 nights" in told
    assert "Cramp nights follow cramp nights." in told
    assert "diary of a town" in told


def test_the_alternative_text_tells_counted_shares_and_the_distance_of_the_models():
    told = alt_recall_curve(make_curve(), 60)
    assert "U-statistic: 10.0 % (5.0 % to 15.0 %) over one night, 25.0 % (20.0 % to 30.0 %) over a week" in told
    assert "Over a year the models are near each other" in told


def test_suppressed_rows_are_left_out_and_a_curve_without_rows_is_refused():
    found = make_curve()
    hidden = Estimates(found.frame.assign(caution="suppress: nobody"), ("model",), extras=found.extras)
    with pytest.raises(DataError, match="no row that may be shown"):
        plot_recall_curve(hidden, 60)
    with pytest.raises(DataError, match="group column 'model'"):
        read_recall(Estimates(pd.DataFrame({"estimate": [0.1]})), 60)
    with pytest.raises(OptionError, match="width"):
        plot_recall_curve(found, 60, width_mm=20)


def test_windows_have_words():
    assert [window_words(one) for one in (1, 7, 365, 12)] == ["one night", "a week", "a year", "12 nights"]


def test_the_same_curve_gives_the_same_bytes():
    one, two = (plot_recall_curve(make_curve(), 60)._repr_png_() for _ in range(2))
    assert one == two


def test_one_model_alone_is_drawn_without_a_word_on_distances():
    curve = make_curve()
    frame = curve.frame[curve.frame["model"] != "logit-normal"].copy()
    frame.loc[frame["nights"] > 60, ["conf_low", "conf_high"]] = np.nan
    alone = replace(curve, frame=frame)
    words = " ".join(text.get_text() for text in plot_recall_curve(alone, 60).texts)
    assert "one model of how persons differ" in " ".join(words.split())
    assert "one model alone speaks" in alt_recall_curve(alone, 60)
    assert "nan" not in alt_recall_curve(alone, 60)

"""Figures: each function takes results and returns one matplotlib figure, stamped when the data were made up.

Rows whose caution starts with "suppress" are left out and a note under the figure says so; rows with any other
caution are drawn hollow.
"""

from crampstats.present.figures.associations import plot_associations, plot_subgroups
from crampstats.present.figures.claims import plot_claim_readings
from crampstats.present.figures.clinic import plot_findings, plot_group_prevalence, plot_observed_expected, plot_triage
from crampstats.present.figures.clinic_charts import plot_control_chart, plot_funnel
from crampstats.present.figures.diary_calendar import plot_person_calendar
from crampstats.present.figures.diary_calendar_effects import plot_calendar_effects
from crampstats.present.figures.diary_crossover import plot_crossover
from crampstats.present.figures.diary_lags import plot_lags
from crampstats.present.figures.diary_lasagna import plot_lasagna
from crampstats.present.figures.diary_own_effects import plot_own_effects
from crampstats.present.figures.diary_rates import plot_rates
from crampstats.present.figures.diary_recall import plot_recall_curve
from crampstats.present.figures.diary_rolling import plot_rolling_rates
from crampstats.present.figures.diary_triggers import plot_triggers
from crampstats.present.figures.dose_response import ExposureScale, plot_dose_response
from crampstats.present.figures.flow import plot_flow
from crampstats.present.figures.forest import plot_forest
from crampstats.present.figures.prevalence import plot_age_curve, plot_prevalence_by_threshold_age_sex
from crampstats.present.figures.sheet import Picture
from crampstats.present.figures.specification import plot_specifications

__all__ = [
    "ExposureScale", "Picture", "plot_age_curve", "plot_associations", "plot_calendar_effects", "plot_claim_readings",
    "plot_control_chart", "plot_crossover", "plot_dose_response", "plot_findings", "plot_flow", "plot_forest", "plot_funnel",
    "plot_group_prevalence", "plot_lags", "plot_lasagna", "plot_observed_expected", "plot_own_effects", "plot_person_calendar",
    "plot_prevalence_by_threshold_age_sex", "plot_rates", "plot_recall_curve", "plot_rolling_rates", "plot_specifications",
    "plot_subgroups", "plot_triage", "plot_triggers",
]

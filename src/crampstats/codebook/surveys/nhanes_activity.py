"""Where NHANES keeps exercise: the past 30 days in 2005-2006, a typical week (GPAQ) in 2007-2008.

Questionnaires: https://wwwn.cdc.gov/Nchs/Nhanes/2005-2006/PAQ_D.htm, .../2005-2006/PAQIAF_D.htm, .../2007-2008/PAQ_E.htm.
"""

from __future__ import annotations

from crampstats.codebook.columns import DID_NOT_KNOW, REFUSED, Field
from crampstats.codebook.reductions import IMPOSSIBLE, Activity, MetMinutes, Reduction, codes_of
from crampstats.codebook.rules import AtLeast
from crampstats.codebook.surveys.nhanes_codes import ONE_DIGIT, TWO_DIGITS, YES_NO

PAST_30_DAYS, TYPICAL_WEEK = ("2005-2006",), ("2007-2008",)
FROM_16 = AtLeast("age_years", 16)
FOUR_DIGITS = {7777.0: REFUSED, 9999.0: DID_NOT_KNOW}
FIVE_DIGITS = {77777.0: REFUSED, 99999.0: DID_NOT_KNOW}
YES_NO_UNABLE = {**YES_NO, 3.0: False}
# Taken for those NCHS suggests in the appendix of PAQ_D, which could not be opened to confirm them. The total of 2005-2006 hangs
# on them; the leisure total does not: its scores stand in the file.
TRAVEL_MET, CHORES_MET = 4.0, 4.5
# As commonly used with the Global Physical Activity Questionnaire; WHO's analysis guide could not be opened to confirm them
VIGOROUS_MET, MODERATE_MET = 8.0, 4.0
UNABLE = "unable to do the activity counts as no"
FROM_12 = "those aged 12 to 15 answered at the examination: examination weights below 16"


def _item(variable: str, column: str, cycles: tuple[str, ...], note: str) -> Field:
    """A yes/no item of one questionnaire."""
    codes = YES_NO_UNABLE if cycles == PAST_30_DAYS else YES_NO
    return Field(variable, "PAQ", column, values=codes, missing=ONE_DIGIT, asked=FROM_16, cycles=cycles, note=note)


def _gate(column: str, codes: dict[float, bool]) -> Field:
    return Field("", "PAQ", column, values=codes, missing=ONE_DIGIT)


def _in_a_week(label: str, gate: str, days: str, minutes: str, met: float) -> Activity:
    """One of the five domains of GPAQ: days of a typical week, minutes on such a day."""
    return Activity(
        label, (_gate(gate, YES_NO),), Field("", "PAQ", days, limits=(1, 7), missing=TWO_DIGITS),
        Field("", "PAQ", minutes, limits=(10, 1440), missing=FOUR_DIGITS), met, days=7,
    )


SPORTS = Activity(
    "each vigorous and moderate leisure activity of the past 30 days",
    (_gate("PAD200", YES_NO_UNABLE), _gate("PAD320", YES_NO_UNABLE)),
    Field("", "PAQIAF", "PADTIMES", limits=(1, 300)), Field("", "PAQIAF", "PADDURAT", limits=(10, 600)),
    Field("", "PAQIAF", "PADMETS", limits=(2.5, 10)), days=30,
)
TRAVEL = Activity(
    "walking and cycling to places", (_gate("PAD020", YES_NO_UNABLE),),
    Field("", "PAQ", "PAQ050Q", limits=(1, 100), missing=FIVE_DIGITS),
    Field("", "PAQ", "PAD080", limits=(1, 600), missing=FIVE_DIGITS), TRAVEL_MET, days=30,
    unit=Field("", "PAQ", "PAQ050U", values={1.0: 30.0, 2.0: 30 / 7, 3.0: 1.0}, missing=ONE_DIGIT),
    # the minutes are those of the whole day, however often
    at_most=30,
)
CHORES = Activity(
    "tasks around home and yard", (_gate("PAQ100", YES_NO_UNABLE),),
    Field("", "PAQ", "PAD120", limits=(1, 120), missing=FIVE_DIGITS),
    Field("", "PAQ", "PAD160", limits=(10, 600), missing=FIVE_DIGITS), CHORES_MET, days=30,
)
VIGOROUS_WORK = _in_a_week("vigorous work", "PAQ605", "PAQ610", "PAD615", VIGOROUS_MET)
MODERATE_WORK = _in_a_week("moderate work", "PAQ620", "PAQ625", "PAD630", MODERATE_MET)
TRAVEL_OF_A_WEEK = _in_a_week("walking and cycling to places", "PAQ635", "PAQ640", "PAD645", MODERATE_MET)
VIGOROUS_LEISURE = _in_a_week("vigorous leisure", "PAQ650", "PAQ655", "PAD660", VIGOROUS_MET)
MODERATE_LEISURE = _in_a_week("moderate leisure", "PAQ665", "PAQ670", "PAD675", MODERATE_MET)

REDUCTIONS = (
    Reduction(
        "PAQ_TOTALS", "PAQ",
        (MetMinutes("met_minutes_week", (SPORTS, TRAVEL, CHORES)), MetMinutes("leisure_met_minutes_week", (SPORTS,))),
        several=("PAQIAF",), cycles=PAST_30_DAYS,
    ),
    Reduction(
        "PAQ_TOTALS", "PAQ",
        (
            MetMinutes(
                "met_minutes_week", (VIGOROUS_WORK, MODERATE_WORK, TRAVEL_OF_A_WEEK, VIGOROUS_LEISURE, MODERATE_LEISURE)
            ),
            MetMinutes("leisure_met_minutes_week", (VIGOROUS_LEISURE, MODERATE_LEISURE)),
        ),
        cycles=TYPICAL_WEEK,
    ),
)


def _total(variable: str, cycles: tuple[str, ...], note: str) -> Field:
    return Field(
        variable, "PAQ_TOTALS", variable, limits=(0, float("inf")), missing=codes_of(REFUSED, DID_NOT_KNOW, IMPOSSIBLE),
        asked=FROM_16, cycles=cycles, note=note,
    )


FIELDS = (
    _item(
        "any_vigorous_activity", "PAD200", PAST_30_DAYS,
        f"ten minutes or more in the past 30 days, with heavy sweating or large increases in breathing; {UNABLE}; {FROM_12}",
    ),
    _item(
        "any_vigorous_activity", "PAQ650", TYPICAL_WEEK,
        "sports or recreation for ten minutes on end in a typical week, with large increases in breathing or heart rate; "
        f"vigorous work (PAQ605) is not counted, because 2005-2006 did not ask it; {FROM_12}",
    ),
    _item(
        "any_moderate_leisure", "PAD320", PAST_30_DAYS,
        f"ten minutes or more in the past 30 days, with light sweating or slight increases in breathing; {UNABLE}; {FROM_12}",
    ),
    _item(
        "any_moderate_leisure", "PAQ665", TYPICAL_WEEK,
        f"sports or recreation for ten minutes on end in a typical week, with small increases in breathing; {FROM_12}",
    ),
    _item(
        "walks_or_cycles_to_places", "PAD020", PAST_30_DAYS,
        f"to work, school or errands in the past 30 days; {UNABLE}; {FROM_12}",
    ),
    _item(
        "walks_or_cycles_to_places", "PAQ635", TYPICAL_WEEK, f"for ten minutes on end in a typical week; {FROM_12}",
    ),
    _total(
        "met_minutes_week", PAST_30_DAYS,
        "past 30 days x 7/30; leisure, travel and chores, no work; minutes of travel count once a day; no minutes were asked of "
        "muscle strengthening",
    ),
    _total("met_minutes_week", TYPICAL_WEEK, "work (paid, unpaid and household), travel and leisure"),
    _total("leisure_met_minutes_week", PAST_30_DAYS, "past 30 days x 7/30, MET score of each activity"),
    _total("leisure_met_minutes_week", TYPICAL_WEEK, "sports and recreation, 8 MET when vigorous and 4 when moderate"),
    Field(
        "heavy_work", "PAQ", "PAQ180", values={1.0: False, 2.0: False, 3.0: False, 4.0: True}, missing=ONE_DIGIT, asked=FROM_16,
        cycles=PAST_30_DAYS, note="the usual day: 4 is heavy work or carrying heavy loads",
    ),
    _item(
        "heavy_work", "PAQ605", TYPICAL_WEEK,
        f"paid or unpaid work with large increases in breathing or heart rate for ten minutes on end; {FROM_12}",
    ),
    Field(
        "sitting_hours_day", "PAQ", "PAD680", limits=(0, 1200), missing=FOUR_DIGITS, factor=1 / 60, asked=FROM_16,
        cycles=TYPICAL_WEEK,
        note="minutes / 60; sitting at work, at home and on the way, without sleep; 2005-2006 did not ask it",
    ),
    Field(
        "sits_most_of_the_day", "PAQ", "PAQ180", values={1.0: True, 2.0: False, 3.0: False, 4.0: False}, missing=ONE_DIGIT,
        asked=FROM_16, cycles=PAST_30_DAYS, note="the usual day: 1 is sitting, not walking about much; not asked in 2007-2008",
    ),
    _item("muscle_strengthening", "PAD440", PAST_30_DAYS, f"push-ups, sit-ups, weights; {UNABLE}; not asked in 2007-2008"),
)

"""Kinds of findings about diaries: nights, entries, and who stopped writing when."""

from __future__ import annotations

from crampstats.codebook.checks.model import Check

LOOK_UP = "Look it up in the diary."

DUPLICATE_NIGHT = Check(
    "night_entered_twice", "integrity", "note", "A night entered more than once",
    "A night that counts twice weighs twice.", "Nothing to do where the entries agree; they were joined.",
)
NIGHT_CONTRADICTED = Check(
    "night_contradicted", "consistency", "error", "Entries of one night that contradict each other",
    "Only one of them can be true, and an answer nobody can settle is lost.", "Settle in the source which entry holds.",
)
NIGHT_IN_FUTURE = Check(
    "night_in_future", "consistency", "error", "A night that has not been yet",
    "Its answers belong to another night, or were written ahead.",
    "Look the date up; the year or the order of day and month may be wrong.",
)
ENTRY_BEFORE_NIGHT = Check(
    "entry_before_night", "consistency", "error", "Entered before the night began",
    "Nobody can know what a night will bring: the dates may be those of the mornings, and every exposure is then a day off.",
    'See whether the date is that of the evening or of the morning, and say so in the mapping: [diary] night_is = "morning".',
)
ENTRY_IN_NIGHT = Check(
    "entry_in_evening", "consistency", "warning", "Entered in the evening, before the night was over",
    "A “no” written before midnight says nothing of the hours after it; or the entry is of the night before.",
    "See whether these entries speak of the night that is to come, or of the last one.",
)
BACKFILLED = Check(
    "night_backfilled", "accuracy", "warning", "Nights written down later than the next night",
    "What is written down days later is memory, not a diary, and the order of trigger and cramp may be made up.",
    "Repeat the analyses without these nights (column backfilled) and see whether the answers change.",
)
SEVERAL_IN_SITTING = Check(
    "nights_in_one_sitting", "accuracy", "warning", "Many nights written down in one sitting",
    "Nights filled in together look alike, and hide what differed between them.",
    "Repeat the analyses without them, and remind participants daily.",
)
FEW_NIGHTS = Check(
    "few_nights", "completeness", "note", "A diary of less than a week",
    "A rate from so few nights says next to nothing by itself, and triggers cannot be compared within the person.",
    "Keep the person in rates per night, which count nights; do not report the person's own rate.",
)
LOW_COMPLIANCE = Check(
    "few_of_nights_logged", "completeness", "warning", "Fewer than half of the nights were filled in",
    "Nights that are missed may differ from nights that are not.", "Report the share of nights logged beside every rate.",
)
MISSING_AFTER_CRAMP = Check(
    "missed_after_cramp", "completeness", "warning", "Nights are missed more, or less, after a night with cramps",
    "Then the nights logged are no fair sample of all nights, and rates are too low or too high.",
    "Report the rate with bounds for the missed nights, and compare the period prevalences by U-statistic and by Kaplan-Meier.",
)
ONLY_CRAMP_NIGHTS = Check(
    "only_cramp_nights", "integrity", "error", "No night without a cramp was ever written down",
    "A diary kept only when it hurts has no denominator: no rate, no trigger and no prevalence can be had from it.",
    "Ask whether nights without an entry passed without a cramp; if so say it in the mapping: "
    '[diary] nights_without_events = "no cramp".',
)
PERSON_ONLY_CRAMPS = Check(
    "person_only_cramp_nights", "integrity", "warning", "Somebody wrote down cramp nights alone, and missed others",
    "The nights in between were probably without a cramp; taken as missed they make the rate 100 %.",
    "Ask the participant whether the other nights passed without a cramp.",
)
CRAMP_COUNT = Check(
    "cramp_against_count", "consistency", "error", "A “no” to cramps beside a number of cramps, or a “yes” beside none",
    "Either there was a cramp or there was none.", LOOK_UP,
)
DETAIL_WITHOUT_CRAMP = Check(
    "detail_without_cramp", "consistency", "error", "A “no” to cramps beside a pain, a length, a place or a waking",
    "A cramp that was told in detail was probably there.", LOOK_UP,
)
LONG_CRAMP = Check(
    "cramp_over_an_hour", "accuracy", "warning", "A cramp of more than an hour",
    "Cramps last minutes; an hour may be seconds taken for minutes, soreness afterwards, or restless legs.",
    "Look up what was meant, and in which unit.",
)
OFF_SCALE = Check(
    "severity_off_scale", "accuracy", "error", "A pain beyond 0 to 10",
    "A scale of another length was used, or a digit slipped.",
    "State the scale in the mapping: [diary] severity_scale = [0, 100].",
)
ALL_ALIKE = Check(
    "cramp_nights_alike", "accuracy", "warning", "All cramp nights of somebody are exactly alike",
    "The same number, pain and length night after night were probably not looked at anew.", "Ask how the diary was filled in.",
)
HEAPED_MINUTES = Check(
    "minutes_heaped", "accuracy", "note", "Lengths are rounded to five minutes",
    "A mean survives rounding; a short cramp of a minute or two may have become one of five.",
    "Report lengths to five minutes at best.",
)
TAKEN_UP_AGAIN = Check(
    "diary_taken_up_again", "completeness", "note", "A diary put down and taken up again",
    "The silence between is not counted as missed nights.", "Look the dates up if a pause was not planned.",
)
EVERY_NIGHT = Check(
    "cramp_every_night", "accuracy", "note", "A cramp every night",
    "It is possible. It tells nothing about triggers, which need nights with and without.", "Nothing, if it is so.",
)
TIME_NOT_READ = Check(
    "time not read", "integrity", "warning", "Times that could not be read",
    "Without its time an entry cannot be put into its night.", "Write them as 2026-03-01 23:30.",
)
MIDNIGHT = Check(
    "midnight throughout", "integrity", "warning", "Dates taken for times",
    "By the noon rule midnight belongs to the night before: every entry would be a night off.",
    "Name the column as the night, not as the time.",
)
NONEXISTENT_TIME = Check(
    "nonexistent time", "accuracy", "note", "Times the clock left out",
    "The clock was put forward over them; the night is the same.", "Nothing, where there are few; else state another zone.",
)
AMBIGUOUS_TIME = Check(
    "ambiguous time", "accuracy", "note", "Times that came twice",
    "The clock was put back; the night is the same.", "Nothing; lengths across the change may be an hour off.",
)
ELSEWHERE = Check(
    "elsewhere time", "accuracy", "note", "Times of another zone",
    "A night is counted on the clock where the person was.",
    "Nothing, for somebody who travelled; else see which zone the file is of.",
)
SEVERAL_LISTS = Check(
    "several_question_lists", "integrity", "note", "Several question lists in one file",
    "An evening's questions belong to the day, a morning's to the night before.",
    "Export the list that asks of the night by itself, or name in the mapping which column is which.",
)
PROMPTS_UNANSWERED = Check(
    "prompts_unanswered", "completeness", "note", "Prompts that were not answered",
    "The night is missed; whether there was a cramp is not known.", "Report the share of nights logged.",
)
NO_WORKOUTS = Check(
    "no_workouts", "completeness", "warning", "A file of workouts without a workout",
    "Exercise was not recorded, which is not the same as none.",
    "See whether workouts were recorded, and the right file was given.",
)
WORKOUT_LENGTH = Check(
    "workout_length", "accuracy", "warning", "Workouts of no length, or of more than a day",
    "A clock that was not stopped says nothing of how long the exercise was.", "Correct them in the app, and export again.",
)
WORKOUTS_OVERLAP = Check(
    "workouts_overlap", "integrity", "note", "Workouts that overlap",
    "A watch and an app often record the same hour; it counts once.", "Nothing to do.",
)
ZONE_OF_EXPORT = Check(
    "zone_of_export", "accuracy", "note", "Workouts without a zone of their own",
    "On a journey the day of a workout near midnight may be the day before or after.",
    "Nothing, for somebody who stayed at home.",
)
WORKOUTS_NOT_PLACED = Check(
    "workouts_not_placed", "completeness", "note", "Workouts of persons or days the diary does not have",
    "They are not analysed.", "See whether diary and device use the same codes for participants.",
)
DAYS_NOT_COVERED = Check(
    "days_not_covered", "completeness", "note", "Days on which the device did not record",
    "Whether there was exercise is not known; it is missing, not none.", "Say from when to when the device was worn.",
)
WORKOUTS_DATED = Check(
    "workouts_dated", "accuracy", "note", "Workouts with a date and no time of day",
    "What was done after midnight counts for the day that had begun.", "Nothing to do.",
)

CHECKS: tuple[Check, ...] = (
    DUPLICATE_NIGHT, NIGHT_CONTRADICTED, NIGHT_IN_FUTURE, ENTRY_BEFORE_NIGHT, ENTRY_IN_NIGHT, BACKFILLED, SEVERAL_IN_SITTING,
    FEW_NIGHTS, LOW_COMPLIANCE, MISSING_AFTER_CRAMP, ONLY_CRAMP_NIGHTS, PERSON_ONLY_CRAMPS, CRAMP_COUNT, DETAIL_WITHOUT_CRAMP,
    LONG_CRAMP, OFF_SCALE, ALL_ALIKE, HEAPED_MINUTES, TAKEN_UP_AGAIN, EVERY_NIGHT, TIME_NOT_READ, MIDNIGHT, NONEXISTENT_TIME,
    AMBIGUOUS_TIME, ELSEWHERE, SEVERAL_LISTS, PROMPTS_UNANSWERED, NO_WORKOUTS, WORKOUT_LENGTH,
    WORKOUTS_OVERLAP, ZONE_OF_EXPORT, WORKOUTS_NOT_PLACED, DAYS_NOT_COVERED, WORKOUTS_DATED,
)

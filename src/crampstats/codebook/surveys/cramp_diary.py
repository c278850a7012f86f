"""The cramp diary: what is asked once, and what is asked of every night."""

from __future__ import annotations

from crampstats.codebook import diary
from crampstats.codebook.columns import REFUSED
from crampstats.codebook.demographics import AGE, SEX
from crampstats.codebook.diary_entries import FIRST_NIGHT, LAST_NIGHT
from crampstats.codebook.forms import Form, Item
from crampstats.codebook.rules import IsTrue
from crampstats.codebook.surveys.intake_items import choice, section, written, yes_no

HAD_ONE = IsTrue(diary.CRAMP.name)

ONCE = section(
    "The diarist (once)",
    Item("record_id", "Number of the diarist", required=True, identifier=True,
         note="A number or code of your own, the same for every night. No name."),
    Item("first_night", "On which date did the evening of the first night of the diary fall?", "first_night"),
    Item("last_night", "On which date did the evening of the last night of the diary fall?", "last_night",
         note="Fill in when the diary ends. Nights in between without an entry count as missed, not as nights without cramps."),
    Item(
        SEX.name, "What is your sex?", SEX.name, options={"1": "Male", "2": "Female", "7": "Other, or prefer not to say"},
        values={"1": "male", "2": "female"}, missing={"7": REFUSED}),
    written(AGE, "How old are you?", note="In completed years."),
)
THE_NIGHT = section(
    "The night",
    written(diary.NIGHT, "On which date did the evening of this night fall?", required=True,
            note="The night from Monday to Tuesday is Monday's, whenever the cramp came."),
    yes_no(diary.CRAMP, "Did you have a leg cramp this night?", required=True,
           note="Fill in nights without a cramp too: they count as much. A cramp is a sudden, painful tightening of a muscle."),
    Item("entered_at", "When do you fill this in?", stamped=True, note="Date and time, like 2026-03-02 07:15."),
)
THE_CRAMPS = section(
    "The cramps of the night",
    written(diary.CRAMPS, "How many cramps were there?", shown_if=HAD_ONE),
    written(diary.SEVERITY, "How bad was the pain at its worst?", note="0 is no pain, 10 the worst pain imaginable.",
            shown_if=HAD_ONE),
    written(diary.MINUTES, "How many minutes did the longest cramp last?", shown_if=HAD_ONE),
    choice(diary.SITE, "Where was the worst cramp?", (
        "Calf", "Foot or toes", "Front of the thigh", "Back of the thigh", "Elsewhere",
    ), shown_if=HAD_ONE),
    choice(diary.SIDE, "In which leg?", ("Left", "Right", "Both legs"), shown_if=HAD_ONE),
    yes_no(diary.WOKEN, "Did a cramp wake you up?", shown_if=HAD_ONE),
    written(diary.SLEPT, "How many hours did you sleep?"),
)
THE_DAY = section(
    "The day before the night",
    written(diary.EXERCISE, "How many minutes did you exercise that day?", note="0 if not at all."),
    choice(diary.INTENSITY, "How hard was the exercise?", (
        "No exercise", "Light: breathing as usual", "Moderate: breathing harder, can still talk",
        "Vigorous: out of breath, only a few words",
    ), first=0),
    yes_no(diary.UNACCUSTOMED, "Was it more exercise than usual for you, or of another kind?"),
    yes_no(diary.LIFTING, "Did you lift or carry heavy things that day?"),
    written(diary.STANDING, "How many hours were you on your feet that day?"),
    written(diary.FLUIDS, "How many litres did you drink that day, without alcohol?", note="A glass is 0.25 L."),
    written(diary.ALCOHOL, "How many alcoholic drinks did you have that day?"),
    yes_no(diary.MAGNESIUM, "Did you take magnesium that day?"),
    yes_no(diary.QUININE, "Did you take quinine that day?"),
    yes_no(diary.DIURETIC, "Did you take a water tablet (diuretic) that day?"),
)

CRAMP_DIARY = Form(
    name="cramp_diary",
    label="Leg cramp diary",
    population=diary.POPULATION,
    variables=(diary.NIGHT, *diary.VARIABLES, SEX, AGE, FIRST_NIGHT, LAST_NIGHT),
    outcomes=diary.OUTCOMES,
    items=(*ONCE, *THE_NIGHT, *THE_CRAMPS, *THE_DAY),
    row="night",
    once=tuple(item.field for item in ONCE),
)

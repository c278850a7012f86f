"""What an entry of a diary says of itself: whose it is, of which night, made when. Not analysed, but needed to place a row."""

from __future__ import annotations

from crampstats.codebook.columns import Variable
from crampstats.codebook.diary import NIGHT

PERSON = Variable(
    "person", "Person", "text",
    known_as=(
        "record id", "participant", "participant id", "participant code", "subject", "subject id", "patient", "patient id", "pid",
        "id", "diarist", "diarist id", "code", "your code", "study id", "person id", "user", "user id", "respondent",
        "number of the diarist", "your participant code", "teilnehmer", "teilnehmernummer", "patientennummer", "proband",
        "kürzel",
        "participante", "paciente", "sujeto", "participant number", "sujet", "paziente", "partecipante", "pseudonym", "initials",
    ),
)
DATE = Variable(
    "night", NIGHT.label, "date",
    known_as=(
        NIGHT.name, "date", "night of", "date of the night", "evening of", "date of the evening", "date of night", "diary date",
        "night date", "day", "which night", "which night is this about", "entry for", "entry for the night of", "date of entry",
        "date of cramp", "cramp date", "date of the cramp", "night starting", "evening date", "calendar date", "log date",
        "morning of", "date of the morning", "wake up date", "wake date",
        "datum", "nacht", "nacht vom", "datum der nacht", "fecha", "noche", "noche del", "date de la nuit", "nuit du", "data",
        "noite", "notte", "data della notte",
    ),
)
TIME = Variable(
    "time", "Clock time of the cramp", "time",
    known_as=(
        "time of cramp", "cramp at", "cramp time", "time of the cramp", "at what time", "at what time did the cramp come",
        "clock time", "hour",
        "what time was the cramp", "when did it start", "start time", "onset", "onset time", "time of onset", "uhrzeit", "hora",
        "heure", "ora", "uhrzeit des krampfs", "hora del calambre", "heure de la crampe",
    ),
)
# headings that tell nothing but that there is a date with a clock time; what it is of, the rows tell
MOMENT = Variable(
    "moment", "Date and clock time", "date",
    known_as=(
        "time", "timestamp", "datetime", "date time", "date/time", "date and time", "time stamp", "when", "zeitpunkt",
        "datum und uhrzeit", "fecha y hora", "date et heure", "data e ora", "data e hora",
    ),
)
ENTERED = Variable(
    "entered_at", "When the entry was made", "date",
    known_as=(
        "timestamp", "entered", "entry time", "time of entry", "completed at", "submitted at", "submission time", "submitted",
        "recorded at", "date and time of entry", "response time", "recorded date", "zeitstempel", "marca temporal",
        "horodateur", "informazioni cronologiche", "carimbo de data/hora", "created at", "logged at", "filled in at", "entry "
        "made",
    ),
)
LOGGED = Variable(
    "logged", "Whether the night was filled in", "yes/no",
    known_as=("filled in", "completed", "diary completed", "diary filled in", "complete"),
)
DAY = Variable(
    "day", "Number of the night in the diary", "integer", unit="night", plausible=(0, 3_660),
    known_as=(
        "night number", "day number", "diary day", "study day", "day of study", "study night", "diary night", "night no", "day "
        "no",
        "nacht nr", "tag nr", "day of diary",
    ),
)
FIRST_NIGHT = Variable(
    "first_night", "First night enrolled", "date",
    known_as=(
        "start date", "first night", "enrolment date", "enrollment date", "enrolled from", "diary start", "date of enrolment",
        "start of diary", "first day", "startdatum", "beginn", "inclusion date", "baseline date", "start",
    ),
)
LAST_NIGHT = Variable(
    "last_night", "Last night enrolled", "date",
    known_as=(
        "last night enrolled", "end date", "enrolled until", "diary end", "date of withdrawal", "end of diary", "last day",
        "end of "
        "enrolment",
        "end of study", "withdrawal date", "enddatum", "ende", "enrolled to",
    ),
)
PLACES = (PERSON, DATE, TIME, ENTERED, LOGGED, DAY, FIRST_NIGHT, LAST_NIGHT)
# words of a heading that say at which end of the night its date lies
OF_THE_EVENING = (
    "evening", "bedtime", "night of", "night from", "night starting", "night date", "night beginning", "abend", "nacht vom",
    "noche del", "nuit du", "sera", "notte del", "noite de", "night_date",
)
OF_THE_MORNING = ("morning", "wake", "waking", "woke", "get up", "morgen", "mañana", "matin", "manhã", "mattina", "night ending")
# what cells of a diary of cramps say of a night without one
NO_CRAMP = (
    "no cramp", "no cramps", "none", "no leg cramp", "no leg cramps", "cramp free", "cramp-free", "keine krämpfe", "kein krampf",
    "sin calambres", "sin calambre", "pas de crampe", "pas de crampes", "aucune crampe", "sem cãibras", "nessun crampo",
)

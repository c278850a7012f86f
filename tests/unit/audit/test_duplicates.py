"""People and forms that are in a file twice; every name is made up."""

import datetime as dt
import random

import numpy as np
import pytest

from crampstats.audit.duplicates import WHOLE_ROW, audit_duplicates
from crampstats.audit.duplicates_people import People, date_slip, find_pairs
from crampstats.audit.duplicates_rows import code_columns, first_equal, hash_rows
from crampstats.audit.people_names import (
    INITIAL,
    ORDER,
    PART,
    SAME,
    SLIP,
    SPELLING,
    SURNAME,
    Name,
    compare_names,
    read_words,
    sound_of,
)

from .small_intakes import make_intake, rows_of

TWICE, PERHAPS, VISITS, EXACT, NEAR, MIXED = (
    "same person entered twice", "possibly the same person", "several visits of one person", "exact duplicate", "same answers",
    "one record number, two persons",
)


COLUMNS = ("Record no", "First name", "Surname", "Date of birth", "sex", "visit_date")


def audit(folder, people, *, columns=COLUMNS):
    """Findings on rows of record number, names, date of birth, sex and visit."""
    intake = make_intake(folder, dict(zip(columns, zip(*people, strict=True), strict=True)), file=['record = "Record no"'])
    return list(audit_duplicates(intake))


OTHERS = (
    ("90", "Greta", "Lindqvist", "1950-02-03", "female", "2026-01-05"),
    ("91", "Omar", "Haddad", "1961-07-19", "male", "2026-01-06"),
    ("92", "Ines", "Falcone", "1972-11-23", "female", "2026-01-07"),
    ("93", "Boris", "Tadic", "1983-05-30", "male", "2026-01-08"),
)
MARIA = ("1", "Maria", "Garcia", "1960-04-07", "female", "2026-02-02")


def told(folder, *rows):
    """Rule by row of what is said when further rows follow Maria's in row 6."""
    return {one.source_row: one.rule for one in audit(folder, [*OTHERS, MARIA, *rows])}


@pytest.mark.parametrize(
    ("given", "family"),
    [
        ("María", "García"), ("MARIA", "GARCIA"), ("Garcia", "Maria"), ("Maria", "Gracia"), ("Mariaa", "Garcia"),
        ("Maria", "Garcya"),
        ("Maria Luisa", "Garcia"), ("Maria", "Garcia-Lopez"), ("Mrs Maria", "García"), ("Maria", "Garzia"), ("Maria", "Garci"),
    ],
)
def test_a_name_written_otherwise_on_the_same_date_of_birth_is_the_same_person(tmp_path, given, family):
    assert told(tmp_path, ("2", given, family, "1960-04-07", "female", "2026-02-02")) == {7: TWICE}


@pytest.mark.parametrize(
    ("given", "family", "sex"),
    [
        ("Mario", "Garcia", "male"), ("Marta", "Garcia", "female"), ("Lucia", "Garcia", "female"), ("Mario", "Garcia", "female"),
        ("Maria", "Petrova", "male"), ("Pilar", "Moreno", "female"),
    ],
)
def test_twins_and_people_born_on_one_day_are_two_persons(tmp_path, given, family, sex):
    assert told(tmp_path, ("2", given, family, "1960-04-07", sex, "2026-02-02")) == {}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("2", "M.", "Garcia", "1960-04-07", "female", "2026-02-02"), "an initial"),
        (("2", "Maria", "Garcia", "1960-07-04", "female", "2026-02-02"), "day and month changed over"),
        (("2", "Maria", "Garcia", "1966-04-07", "female", "2026-02-02"), "one digit off"),
        (("2", "Maria", "Petrova", "1960-04-07", "female", "2026-02-02"), "another surname"),
        (("2", "Maria", "Garcia", "1960-04-07", "male", "2026-02-02"), "another sex"),
    ],
)
def test_what_agrees_in_less_is_only_a_note(tmp_path, row, words):
    (one,) = audit(tmp_path, [*OTHERS, MARIA, row])
    assert (one.rule, one.severity, one.source_row, one.column) == (PERHAPS, "note", 7, WHOLE_ROW)
    assert words in one.message


@pytest.mark.parametrize(
    "row",
    [
        ("2", "Maria", "Garcia", "1975-04-07", "female", "2026-02-02"),
        ("2", "Lucia", "Garcia", "1961-04-07", "female", "2026-02-02"),
        ("2", "Maria", "Garcia", "1966-04-07", "male", "2026-02-02"),
    ],
)
def test_namesakes_and_siblings_are_two_persons(tmp_path, row):
    assert told(tmp_path, row) == {}


def test_another_visit_under_the_same_number_is_a_visit_and_no_error(tmp_path):
    (one,) = audit(tmp_path, [*OTHERS, MARIA, (*MARIA[:5], "2026-05-05")])
    assert (one.rule, one.severity, one.source_row) == (VISITS, "note", 7)


def test_another_visit_under_another_number_is_a_person_entered_twice(tmp_path):
    (one,) = audit(tmp_path, [*OTHERS, MARIA, ("2", *MARIA[1:5], "2026-05-05")])
    assert one.rule == TWICE
    assert one.message == "row 7 and row 6: same date of birth, the same name, two record numbers, two visits."


def test_three_rows_of_a_person_are_told_at_the_two_later_ones(tmp_path):
    assert told(tmp_path, ("2", *MARIA[1:]), ("3", *MARIA[1:])) == {7: TWICE, 8: TWICE}


def test_one_record_number_of_two_people_is_an_error(tmp_path):
    found = audit(tmp_path, [*OTHERS, MARIA, ("1", "Omar", "Nasser", "1944-12-30", "male", "2026-02-02")])
    assert rows_of(found, MIXED) == [7]
    assert found[0].severity == "error"


def test_a_slip_in_name_or_date_makes_no_second_person_of_a_record_number(tmp_path):
    slip, changed_over = ("1", "Maria", "Gracia", "1960-04-07"), ("1", "Maria", "Garcia", "1960-07-04")
    rows = [(*slip, "female", "2026-03-03"), (*changed_over, "female", "2026-03-04")]
    assert MIXED not in told(tmp_path, *rows).values()


def test_no_message_tells_who_somebody_is(tmp_path):
    rows = [
        MARIA, ("2", "Maria", "Gracia", *MARIA[3:]), ("1", "Omar", "Nasser", "1944-12-30", "male", ""),
        ("4", *MARIA[1:5], "2026-05-05"),
    ]
    said = " ".join(f"{one.message} {one.value} {one.column} {one.suggestion}" for one in audit(tmp_path, [*OTHERS, *rows]))
    assert said
    for word in ("maria", "garcia", "gracia", "omar", "nasser", "1960", "1944"):
        assert word not in said.lower()


def test_names_in_one_column_are_read_in_either_order(tmp_path):
    columns = ("Record no", "Patient name", "Date of birth", "sex", "visit_date")
    people = [(number, f"{given} {family}", *rest) for number, given, family, *rest in (*OTHERS, MARIA)]
    again = [("2", "Garcia, Maria", *MARIA[3:]), ("3", "Garcia María", *MARIA[3:])]
    again += [("4", "Garcia Mario", "1960-04-07", "male", "2026-02-02")]
    found = audit(tmp_path, [*people, *again], columns=columns)
    assert [(one.source_row, one.rule) for one in found] == [(7, TWICE), (8, TWICE)]


def test_a_date_that_stands_for_not_known_makes_nobody_the_same(tmp_path):
    given = ("Anna", "Bea", "Carla", "Dora", "Elsa", "Frieda", "Gerda", "Hilda", "Ida", "Jutta")
    family = ("Nagy", "Kovacs", "Toth", "Szabo", "Varga", "Kiss", "Molnar", "Balogh", "Farkas", "Lakatos")
    people = [(str(n), given[n % 10], family[n // 10 % 10], "1900-01-01", "female", "2026-01-01") for n in range(250)]
    assert audit(tmp_path, people) == []


def forms(n, seed):
    """Cells of n forms with much in them and no name."""
    chance = random.Random(seed)
    numbers = {
        "age_years": lambda: str(chance.randint(20, 90)), "height_cm": lambda: str(chance.randint(150, 195)),
        "body_weight_kg": lambda: f"{chance.uniform(50, 110):.1f}", "serum_sodium_mmol_l": lambda: f"{chance.gauss(140, 2):.0f}",
        "serum_potassium_mmol_l": lambda: f"{chance.gauss(4.2, 0.3):.2f}",
        "serum_calcium_mmol_l": lambda: f"{chance.gauss(2.35, 0.1):.2f}",
        "tsh_miu_l": lambda: f"{chance.uniform(0.5, 4):.2f}", "exercise_minutes_week": lambda: str(chance.randint(0, 400)),
    }
    yes_no = ("diabetes", "thyroid_disease", "liver_disease", "cirrhosis", "dialysis", "asthma", "arthritis", "cancer", "stroke",
              "numbness_or_tingling", "skin_change", "saddle_numbness")
    names = ("visit_date", *numbers, *yes_no)
    rows = [
        [f"2026-{chance.randint(1, 9):02d}-{chance.randint(1, 28):02d}", *(draw() for draw in numbers.values()),
         *(chance.choice(["no"] * 9 + ["yes"]) for _ in yes_no)]
        for _ in range(n)
    ]
    return names, rows


def test_the_same_form_twice_is_told_whatever_its_number_and_time_stamp(tmp_path):
    names, rows = forms(60, 1)
    rows = [*rows, rows[10], rows[20]]
    columns = {"id": [f"N{n}" for n in range(62)], "Timestamp": [f"2026-10-01 10:{n:02d}:00" for n in range(62)]}
    columns |= {name: [row[place] for row in rows] for place, name in enumerate(names)}
    found = list(audit_duplicates(make_intake(tmp_path, columns)))
    assert [(one.source_row, one.rule, one.message) for one in found] == [
        (62, EXACT, "row 62 is the same as row 12 in every answer."),
        (63, EXACT, "row 63 is the same as row 22 in every answer."),
    ]


def test_a_form_entered_again_with_slips_is_told_by_its_answers(tmp_path):
    names, rows = forms(60, 2)
    again = [*rows[5]]
    again[names.index("body_weight_kg")] = "49.9"
    again[names.index("asthma")] = "yes" if rows[5][names.index("asthma")] == "no" else "no"
    columns = {name: [row[place] for row in [*rows, again]] for place, name in enumerate(names)}
    found = list(audit_duplicates(make_intake(tmp_path, columns)))
    assert [(one.source_row, one.rule) for one in found] == [(62, NEAR)]
    assert found[0].message == "row 62 and row 7: nearly the same answers."


def test_short_forms_that_are_the_same_are_no_duplicates(tmp_path):
    columns = {name: ["no"] * 300 for name in ("diabetes", "asthma", "dialysis", "cirrhosis", "stroke", "cancer", "any_cramps")}
    columns["age_years"] = [str(20 + n % 60) for n in range(300)]
    assert list(audit_duplicates(make_intake(tmp_path, columns))) == []


def test_a_file_without_names_dates_or_rows_to_compare_is_quiet(tmp_path):
    assert list(audit_duplicates(make_intake(tmp_path, {"age_years": ["40"], "sex": ["f"]}))) == []
    assert list(audit_duplicates(make_intake(tmp_path, {"age_years": ["40", "40"], "form": ["a", "a"]}))) == []


def test_a_rare_name_without_a_date_of_birth_is_a_note(tmp_path):
    columns = ("Record no", "First name", "Surname", "Date of birth", "sex", "age_years")
    people = [(*one[:5], str(2026 - int(one[3][:4]))) for one in OTHERS]
    people += [("1", "Maria", "Garcia", "1960-04-07", "female", "65"), ("2", "Maria", "Garcia", "", "female", "66")]
    (one,) = audit(tmp_path, people, columns=columns)
    assert (one.rule, one.source_row) == (PERHAPS, 7)


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("Ana|López", "Ana|Lopez", SAME), ("Ana|Lopez", "Lopez|Ana", ORDER), ("Anne-Marie|Dupont", "Annemarie|Dupont", SPELLING),
        ("Jürgen|Müller", "Juergen|Mueller", SPELLING), ("Sinead|O'Brien", "Sinead|O Brien", SLIP),
        ("Ewan|MacDonald", "Ewan|Mc Donald", SAME),
        ("Sophia|Weiß", "Sofia|Weiss", SPELLING), ("Eric|Meyer", "Erik|Meier", SPELLING), ("Robert|Smith", "Bob|Smith", SLIP),
        ("João|da Silva", "Joao|Silva", SAME), ("María|García López", "María|García", PART), ("J.|Smith", "John|Smith", INITIAL),
        ("Giulia|Rossi", "Giulia|Bianchi", SURNAME), ("Maria|Rossi", "Mario|Rossi", ""), ("Lena|Wolf", "Lina|Wolf", ""),
        ("Ana Maria|Lopez", "Ana Sofia|Lopez", ""), ("Ana|Lopez", "Luz|Ortega", ""), ("Zdravka|Lopez", "Zdrakva|Lopez", SLIP),
        ("|Lopez", "|Lopez", SAME), ("|", "Ana|Lopez", ""),
    ],
)
def test_two_names_agree_as_a_person_would_say(one, other, how):
    names = [Name(*(read_words(part) for part in text.split("|"))) for text in (one, other)]
    assert compare_names(*names) == how
    assert compare_names(*reversed(names)) == how


def test_words_that_sound_alike_are_one():
    assert sound_of("mueller") == sound_of("muller")
    assert sound_of("nataly") == sound_of("natali")
    assert sound_of("maria") != sound_of("marie")


def test_dates_differ_by_a_slip_or_not():
    day = np.datetime64("1958-11-02")
    assert date_slip(day, np.datetime64("1985-11-02")) == "date of birth with two digits changed over"
    assert date_slip(day, np.datetime64("1958-02-11")) == "date of birth with day and month changed over"
    assert date_slip(day, np.datetime64("1963-10-12")) == ""
    assert date_slip(day, day) == ""


def test_equal_rows_are_found_by_their_numbers():
    codes = code_columns([np.array(["a", "b", "a"], dtype=object), np.array(["x", "x", "x"], dtype=object)]).codes
    assert first_equal(hash_rows(codes)).tolist() == [-1, -1, 0]


GIVEN = {
    "en": "Patricia Barbara Jessica Ashley Matthew Anthony Joshua Kenneth",
    "de": "Jürgen Brigitte Wolfgang Monika Stefan Renate Günter Heike",
    "fr": "Françoise Stéphane Nathalie Frédéric Véronique Pascal Thierry Chantal",
    "es": "María Francisco Dolores Alejandro Beatriz Fernando Rocío Javier",
    "pt": "Antônio Francisca Márcia Gonçalo Juliana Letícia Marcelo Fernanda",
    "it": "Giuseppe Margherita Vincenzo Salvatore Antonietta Domenico Concetta Carmela",
}
PARTS = [
    "bar", "ber", "bol", "cam", "cor", "dal", "der", "fal", "gar", "gol", "han", "kal", "lan", "mar", "mol", "nor",
    "pal", "per", "ral", "ros", "sal", "ser", "tar", "tor", "val", "ver", "vol", "zan",
]


def population(language, n, seed):
    """Names, dates of birth and sex of n people of one language."""
    chance = random.Random(seed)
    given = GIVEN[language].split()
    surnames = [(a + b + c).capitalize() for a in PARTS for b in ("i", "e", "o") for c in ("no", "tti", "ski", "mann", "z")]
    people = []
    for _ in range(n):
        first = chance.choice(given)
        born = dt.date(1930, 1, 1) + dt.timedelta(days=chance.randrange(27_000))
        people.append((first, chance.choice(surnames), born, "mf"[given.index(first) % 2]))
    return people


def as_people(people):
    given, family, births, sex = zip(*people, strict=True)
    names = tuple(Name(read_words(one), read_words(other)) for one, other in zip(given, family, strict=True))
    not_known = np.full(len(people), np.nan)
    which, days = np.arange(len(people)), np.array(births, dtype="datetime64[D]")
    return People(names, which, days, np.array(sex, dtype=object), not_known, not_known)


def misspelt(word, chance):
    """A word with two letters changed over, one doubled, one left out or one put in another's place."""
    place = chance.randrange(1, len(word) - 1)
    return chance.choice([
        word[:place] + word[place + 1] + word[place] + word[place + 2 :], word[:place] + word[place] + word[place:],
        word[:place] + word[place + 1 :], word[:place] + "e" + word[place + 1 :],
    ])


@pytest.mark.parametrize("language", GIVEN)
def test_misspelt_names_are_found_and_other_people_are_not_taken_for_them(language):
    chance = random.Random(7)
    people = population(language, 3000, 1)
    again = [(misspelt(one[0], chance), *one[1:]) for one in people[:200]]
    again += [(one[0], misspelt(one[1], chance), *one[2:]) for one in people[200:400]]
    pairs = {(pair.first, pair.later) for pair in find_pairs(as_people([*people, *again])) if pair.sure}
    wanted = {(n, 3000 + n) for n in range(400)}
    assert len(pairs & wanted) >= 0.95 * len(wanted)
    assert len(pairs - wanted) <= 6  # of 4.5 million pairs; some are born on one day and have nearly one name


def test_of_two_hundred_million_pairs_fewer_are_looked_at_closely_than_there_are_people(monkeypatch):
    looked_at = []

    def compare(first, later, established):
        looked_at.append((first, later))
        return compare_names(first, later, established)

    monkeypatch.setattr("crampstats.audit.duplicates_people.compare_names", compare)
    find_pairs(as_people(population("it", 20_000, 3)))
    assert 0 < len(looked_at) < 20_000

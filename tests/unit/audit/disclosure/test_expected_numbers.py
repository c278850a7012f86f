from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from crampstats.audit.disclosure.expected_numbers import Mix, PublicGroups, choose_digits, may_print
from crampstats.audit.disclosure.profiles import PROFILES

# women of 20-29, 40-49 and 70-79 in NHANES 2005-2008, as the page prints them (percent with one decimal)
SHARE = np.array([0.259, 0.289, 0.437])
OLD = np.array([False, False, True])
KINDS = {"age 20-39": np.array([True, False, False]), "age 40-59": np.array([False, True, False]), "age 60+": OLD}
CMS = PROFILES["cms"]


def sites(**people: list[int]) -> Mix:
    """Women compared at each site, by age band; every number of patients is shown."""
    counts = pd.DataFrame(people).T
    return Mix(counts, frozenset(counts.index))


def groups(mix: Mix) -> PublicGroups:
    """Age groups of up to 10 over all sites are hidden, and with one of them the next greater, from which it would follow."""
    total = mix.values.sum(axis=0)
    known = {name: float(total[kind].sum()) for name, kind in KINDS.items()}
    hidden = [name for name, n in known.items() if 0 < n <= 10]
    if len(hidden) == 1:
        hidden.append(min((name for name, n in known.items() if n > 10), key=lambda name: known[name]))
    return PublicGroups(SHARE, KINDS, {name: (1.0, np.inf) if name in hidden else (n, n) for name, n in known.items()})


def old_that_fit(n: int, share: float, digits: int, bands: tuple[int, ...]) -> set[int]:
    """Numbers of old women that whole numbers of these bands allow, by trying all; for one site by itself."""
    found = set()
    for parts in itertools.product(range(n + 1), repeat=len(bands) - 1):
        rest = n - sum(parts)
        if rest >= 0:
            counts = np.zeros(3)
            counts[list(bands)] = [*parts, rest]
            if abs(counts @ SHARE / n - share) <= 0.5 * 10.0**-digits + 1e-12:
                found.add(int(counts[2]))
    return found


def test_the_expected_share_of_young_women_and_four_old_ones_with_three_decimals_tells_how_old_they_are():
    """40 x 0.259 + 4 x 0.437 = 12.108 of 44: 0.275; so 3.9 to 4.1 old women, if the others are young."""
    assert old_that_fit(44, 0.275, 3, (0, 2)) == {4}
    mix = sites(north=[37, 0, 1], south=[40, 0, 4], east=[62, 0, 1])
    assert set(choose_digits(mix, groups(mix), CMS).values()) != {3}
    assert not may_print([mix], groups(mix), CMS, [dict.fromkeys(["", "north", "south", "east"], 3)])


def test_what_is_still_printed_of_six_old_women_among_150_leaves_open_one_to_ten_at_every_site():
    people = {"north": [37, 0, 1], "south": [40, 0, 4], "east": [62, 0, 1]}
    mix = sites(**people)
    for name, digits in choose_digits(mix, groups(mix), CMS).items():
        counts = np.array(people[name]) if name else mix.values.sum(axis=0)
        if digits is not None:
            # nobody of 40-59 came, which the page says
            found = old_that_fit(int(counts.sum()), round(float(counts @ SHARE / counts.sum()), digits), digits, (0, 2))
            assert min(found) <= 1
            assert max(found) >= CMS.hide_up_to


def test_a_row_whose_expected_number_is_hidden_does_not_follow_from_the_others_and_everybody():
    """East by difference: 14.261 within 0.0005 x (473 + 200 + 220) = 0.45; at most (14.711 - 53 x 0.259) / 0.178 = 5.5 old."""
    mix = sites(north=[100, 60, 40], south=[100, 80, 40], east=[50, 0, 3])
    assert not may_print([mix], groups(mix), CMS, [{"": 3, "north": 3, "south": 3, "east": None}])
    found = choose_digits(mix, groups(mix), CMS)
    assert may_print([mix], groups(mix), CMS, [found])
    assert found[""] is not None


def test_big_sites_with_enough_patients_of_every_age_keep_three_decimals():
    mix = sites(north=[300, 200, 100], south=[300, 250, 150], east=[150, 120, 80])
    assert set(choose_digits(mix, groups(mix), CMS).values()) == {3}


def test_few_old_patients_at_a_big_site_of_many_ages_keep_three_decimals():
    """Of 3000 women 8 are old: the rounding alone is 1.5 expected, eight old ones for young make 8 x 0.178 = 1.4."""
    mix = sites(north=[1500, 1492, 8], south=[300, 250, 150])
    assert choose_digits(mix, groups(mix), CMS)["north"] == 3


def test_without_a_rule_every_row_keeps_its_decimals():
    mix = sites(north=[37, 0, 1], south=[40, 0, 4])
    assert set(choose_digits(mix, groups(mix), PROFILES["none"]).values()) == {3}


def test_a_site_whose_number_of_patients_is_hidden_has_no_expected_number():
    mix = Mix(pd.DataFrame({"north": [300, 200, 100], "south": [300, 250, 150]}).T, frozenset({"north"}))
    assert choose_digits(mix, groups(mix), CMS)["south"] is None


@pytest.mark.parametrize("seed", range(12))
def test_no_small_number_of_any_age_at_a_random_site_is_bounded_tighter_than_the_rule(seed):
    """The bounds come from another solver (linprog), written for one site by itself, its age bands and its printed share."""
    from scipy.optimize import linprog

    rng = np.random.default_rng(seed)
    mix = sites(**{f"s{one}": rng.multinomial(rng.integers(100, 900), [0.6, 0.385, 0.015]).tolist() for one in range(4)})
    digits = choose_digits(mix, groups(mix), CMS)
    assert any(one is not None for one in digits.values())
    for name, counts in zip(mix.levels, mix.values, strict=True):
        if digits[name] is None:
            continue
        n, printed, half = counts.sum(), round(float(counts @ SHARE / counts.sum()), digits[name]), 0.5 * 10.0 ** -digits[name]
        for place in np.flatnonzero((counts > 0) & (counts <= 10)):
            unit = np.eye(3)[place]
            limits = {
                "A_ub": [SHARE, -SHARE], "b_ub": [n * (printed + half), -n * (printed - half)], "A_eq": [[1, 1, 1]], "b_eq": [n],
            }
            low, high = (sign * linprog(sign * unit, **limits, bounds=[(0, n)] * 3).fun for sign in (1, -1))
            assert low <= 1 + 1e-6
            assert high >= 10 - 1e-6

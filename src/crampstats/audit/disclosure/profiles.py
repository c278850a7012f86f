"""Which counts may be shown, and how: the rules of those who publish health data."""

from __future__ import annotations

from dataclasses import dataclass

from crampstats.core.errors import OptionError, unknown_name


@dataclass(frozen=True)
class Profile:
    """A rule of disclosure control for counts of persons.

    Parameters
    ----------
    name
        How it is asked for.
    label
        Words for a page.
    hide_up_to
        Counts from 1 to this are hidden; 0 hides nothing.
    round_to
        Counts shown are rounded to the nearest multiple; 1 leaves them as they are.
    source
        Where the rule stands.
    hide_zero
        Whether a count of 0 is hidden as well.
    totals_of_shown
        Whether totals are sums of the rounded counts shown, instead of totals rounded by themselves.

    Raises
    ------
    OptionError
        A threshold below 0 or a base of rounding below 1.

    Examples
    --------
    >>> [PROFILES["nhs"].shown(n) for n in (0, 7, 8, 12, 13)]
    [0, None, 10, 10, 15]
    >>> PROFILES["nhs"].range_of(10)
    (8, 12)
    """

    name: str
    label: str
    hide_up_to: int
    round_to: int
    source: str
    hide_zero: bool = False
    totals_of_shown: bool = False

    def __post_init__(self) -> None:
        if self.hide_up_to < 0 or self.round_to < 1:
            given = f"hides up to {self.hide_up_to} and rounds to {self.round_to}"
            raise OptionError(f"a profile {given}; at least 0 and 1 are expected.")

    @property
    def hides(self) -> bool:
        """Whether anything is hidden."""
        return self.hide_up_to > 0

    def is_small(self, n: int) -> bool:
        """Whether a count may not be shown."""
        return self.hides and n <= self.hide_up_to and (n > 0 or self.hide_zero)

    def rounded(self, n: int) -> int:
        """A count as it is printed."""
        return (n + self.round_to // 2) // self.round_to * self.round_to

    def shown(self, n: int) -> int | None:
        """A count by itself as it is printed; None where it is hidden."""
        return None if self.is_small(n) else self.rounded(n)

    def range_of(self, printed: int) -> tuple[int, int]:
        """Lowest and highest count that is printed like this."""
        if printed == 0 and self.hides:
            return 0, 0
        low = printed - self.round_to // 2
        return max(low, self.hide_up_to + 1 if self.hides else 0), low + self.round_to - 1

    @property
    def wording(self) -> tuple[str, ...]:
        """The rule in sentences for a page."""
        if not self.hides:
            return ("No count is hidden or rounded: these tables are not for publication.",)
        first = "Counts up to" if self.hide_zero else "Counts from 1 to"
        rounded = f" Other counts are rounded to the nearest {self.round_to}." if self.round_to > 1 else ""
        totals = " Totals are sums of the rounded counts that are shown; hidden counts are not in them."
        return (f"{first} {self.hide_up_to} are hidden ({self.label}).{rounded}{totals if self.totals_of_shown else ''}",)


PROFILES = {
    one.name: one
    for one in (
        Profile(
            "cms", "rule of the US Centers for Medicare & Medicaid Services", 10, 1,
            "CMS cell size suppression policy (ResDAC, 26 January 2024): no count of 1 to 10 may be shown or derived, nor a "
            "percentage that gives it; 0 may",
        ),
        Profile(
            "opensafely", "rule of OpenSAFELY", 7, 5,
            "OpenSAFELY, Applying statistical disclosure control, https://docs.opensafely.org/outputs/sdc/: counts of 7 or "
            "fewer are redacted, totals are worked out again after that; counts rounded to the nearest 5",
            hide_zero=True, totals_of_shown=True,
        ),
        Profile(
            "nhs", "as NHS England does for hospital statistics", 7, 5,
            "NHS Digital, Disclosure control methodology for Hospital Episode Statistics and Emergency Care Data Set (2018): "
            "counts of 1 to 7 are replaced, others rounded to the nearest 5, totals worked out first and then rounded",
        ),
        Profile("none", "no disclosure control", 0, 1, ""),
    )
}


def read_profile(text: str) -> Profile:
    """A profile by its name, or with an own threshold.

    Parameters
    ----------
    text
        cms, opensafely, nhs, none, or a whole number from 1 on: counts from 1 to it are hidden, 0 is shown, nothing is rounded.

    Raises
    ------
    OptionError
        Neither.

    Examples
    --------
    >>> read_profile("7").wording
    ('Counts from 1 to 7 are hidden (own threshold).',)
    """
    name = text.strip().lower()
    if name in PROFILES:
        return PROFILES[name]
    if name.isascii() and name.isdigit() and 1 <= int(name) <= 10_000:
        return Profile(str(int(name)), "own threshold", int(name), 1, "the clinic's own rule")
    raise unknown_name("disclosure profile", text, (*PROFILES, "a threshold from 1 to 10000"))

"""Which sampling weight an analysis takes: a rule over the columns it uses, with its reason in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Weight:
    """One sampling weight: its column in the files, its column in the analysis table, and when it is the right one.

    Parameters
    ----------
    source_column, table
        Where it stands in the files; without a table in the base table.
    column
        Its column in the analysis table.
    label
        Words for captions.
    use
        When it is the right one.
    needs
        What a column that asks for it needs, in words ("an examination").
    carriers, absent
        Of a flow: who has the weight ("examined"), and why the others leave ("interviewed only"). Empty when everybody has it.
    """

    source_column: str
    column: str
    label: str
    use: str
    table: str = ""
    needs: str = ""
    carriers: str = ""
    absent: str = ""


@dataclass(frozen=True)
class WeightChoice:
    """The weight of one analysis, and why it is that one.

    Parameters
    ----------
    name, weight
        The weight taken.
    by_rule, rule
        The one the rule gives; another than `name` and `weight` when the weight was chosen by hand.
    because
        The columns that ask for the rule's weight; empty when nothing asks for more than everybody has.
    cycles
        The cycles analysed.
    alone
        Of an analysis of part of the cycles loaded: the columns that leave no other, or why else; empty when all are analysed.
    apart, differing
        Of several cycles: column to the reason why they are not to be pooled, or to what they asked differently.

    Examples
    --------
    >>> from crampstats.codebook.surveys.nhanes import NHANES
    >>> NHANES.weight_for(["any_cramps", "age_years"]).reason
    'interview weights: every answer used was given in the interview.'
    """

    name: str
    weight: Weight
    by_rule: str
    rule: Weight
    because: tuple[str, ...]
    cycles: tuple[str, ...]
    alone: str
    apart: Mapping[str, str]
    differing: Mapping[str, str]

    @property
    def is_by_hand(self) -> bool:
        """True when another weight was asked for than the rule gives."""
        return self.name != self.by_rule

    @property
    def label(self) -> str:
        """Words for captions: the weight, the cycle when it is not divided, and that it was chosen by hand."""
        alone = f" of {' and '.join(self.cycles)} alone" if self.alone else ""
        by_hand = f" (chosen by hand; the rule gives {self.rule.label})" if self.is_by_hand else ""
        return f"{self.weight.label}{alone}{by_hand}"

    @property
    def reason(self) -> str:
        """The choice and its reasons, as sentences for a report."""
        why = f"{_listed(self.because)} {'needs' if len(self.because) == 1 else 'need'} {self.rule.needs}"
        sentences = [f"{self.label}: {why if self.because else 'every answer used was given in the interview'}."]
        sentences += [f"Not divided, because only {' and '.join(self.cycles)} enters: {self.alone}."] if self.alone else []
        sentences += [f"Analyse each cycle by itself for {name}: {why}." for name, why in self.apart.items()]
        sentences += [f"Adjust for the cycle with {name}: {why}." for name, why in self.differing.items()]
        return " ".join(sentences)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else "".join(names)

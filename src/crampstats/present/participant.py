"""A participant's own page: one sheet in plain words, for the person it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crampstats.core.source import Source
from crampstats.present.page import Answer, FigureBlock, embed_figure, page_environment
from crampstats.present.wording import MADE_UP, MADE_UP_WARNING

TOO_FEW, MORE, FEWER, NO_TELLING = "too few nights to tell", "more often", "less often", "no clear difference"


@dataclass(frozen=True)
class Compared:
    """Nights with something against nights without it.

    Parameters
    ----------
    label
        What it is, in plain words.
    n_with, cramps_with, n_without, cramps_without
        Nights with and without, and those of them with a cramp.
    word
        `MORE`, `FEWER`, `NO_TELLING` or `TOO_FEW`.
    """

    label: str
    n_with: int
    cramps_with: int
    n_without: int
    cramps_without: int
    word: str

    @property
    def is_clear(self) -> bool:
        """Whether the nights differ by more than chance alone easily gives."""
        return self.word in (MORE, FEWER)


def build_participant_page(
    *, name: str, span: str, tiles: Sequence[Answer], calendar: FigureBlock, triggers: Sequence[Compared],
    notes: Sequence[str], source: Source, footer: str,
) -> str:
    """The page as HTML text that prints on A4.

    Parameters
    ----------
    name
        Pseudonym of the person.
    span
        From when to when, in words.
    tiles
        Questions with their answers.
    calendar
        The nights as a picture.
    triggers
        What was compared, one line each.
    notes
        What the page cannot say.
    source
        Of the data; made-up data are stamped.
    footer
        Last line.

    Returns
    -------
    str
        HTML 5, in one file. The same input gives the same text.
    """
    return page_environment().get_template("participant.html.j2").render(
        title=f"Night leg cramps: the diary of {name}", span=span, tiles=tiles, calendar=embed_figure(calendar),
        triggers=[
            {"label": one.label, "with": _of(one.cramps_with, one.n_with), "without": _of(one.cramps_without, one.n_without),
             "word": one.word, "marked": one.is_clear} for one in triggers
        ],
        notes=list(notes), footer=footer, made_up=source.made_up, made_up_word=MADE_UP, made_up_warning=MADE_UP_WARNING,
        notice=f"For {name} alone", notice_detail="This page speaks of one person. Give it to that person and to nobody else.",
    )


def _of(some: int, nights: int) -> str:
    return f"{some:,} of {nights:,}" if nights else "none"

"""One self-contained HTML page: sections in, text out. Nothing is fetched, everything written by others is escaped."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crampstats.core.errors import DataError
from crampstats.core.source import Source
from crampstats.present.files import draw_figure
from crampstats.present.tables import VALID_ID, table_html
from crampstats.present.wording import MADE_UP, MADE_UP_WARNING

if TYPE_CHECKING:
    from great_tables import GT
    from markupsafe import Markup
    from matplotlib.figure import Figure

# An address in running text: no quotes, brackets or markup, and no full stop or comma at its end.
ADDRESS = re.compile(r"https?://[A-Za-z0-9./?=_%&;:#~+()@!,'-]*[A-Za-z0-9/)]")
TALL = 1.7  # height over width from which a drawing on one printed page would shrink below 70 % of its width
OWN_IDS = ("top", "content", "contents", "methods", "citation")


@dataclass(frozen=True)
class Paragraph:
    """Text without markup. `strong` sets it off as a conclusion."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list of texts."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class FigureBlock:
    """A figure with what it says in words.

    Parameters
    ----------
    figure
        Drawn for the page (170 mm).
    alt
        Alternative text with the numbers; must not be empty.
    caption
        Caption.
    id
        Identifier on the page.
    narrow
        The same figure drawn for a column (85 mm), shown on phones; None shows the wide one there too.
    files
        Names of the files that hold the figure and its numbers, beside the page.
    svg
        The figure as SVG where a file of it was written already, so that it is not drawn again; None: it is drawn for the page.
    """

    figure: Figure
    alt: str
    caption: str
    id: str
    narrow: Figure | None = None
    files: tuple[str, ...] = ()
    svg: bytes | None = None

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise DataError(f"figure {self.id!r} has no alternative text; say in words what it shows, with the numbers.")


@dataclass(frozen=True)
class TableBlock:
    """A table with its caption; `folded` shows it on request only (and always in print)."""

    table: GT
    caption: str
    id: str
    folded: bool = False


@dataclass(frozen=True)
class Answer:
    """A question a hurried reader has, its answer in a few words, and what else to know."""

    question: str
    answer: str
    detail: str = ""


@dataclass(frozen=True)
class Answers:
    """Questions with their answers, side by side where there is room."""

    items: tuple[Answer, ...]


@dataclass(frozen=True)
class Ticks:
    """Things to do, each with a box to tick on paper."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Blanks:
    """Lines left open, to be filled in by hand."""

    labels: tuple[str, ...]


Block = Paragraph | Bullets | FigureBlock | TableBlock | Answers | Ticks | Blanks


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it; subsections follow the blocks, one level deep."""

    title: str
    blocks: tuple[Block, ...] = ()
    subsections: tuple[Section, ...] = ()
    id: str = ""


def build_page(
    sections: Sequence[Section], *, title: str, headline: str = "", summary: str = "", sources: Sequence[Source] = (),
    methods: str | Sequence[str] = "", citations: Sequence[str] = (), footer: str = "", language: str = "en-GB",
    notice: str = "", notice_detail: str = "",
) -> str:
    """A page that opens offline, on a phone and in print.

    Parameters
    ----------
    sections
        What the page says.
    title
        Its heading.
    headline
        The answer, in one sentence or two.
    summary
        What else a hurried reader must know.
    sources
        Where the data come from; a made-up one puts a banner over the page.
    methods
        Paragraph, or paragraphs, of the section on methods; none when empty.
    citations
        What to cite; addresses in them become links.
    footer
        Last line, for instance version and date; nothing is dated unless it is written here.
    language
        Language of the page.
    notice
        Where the page must not go ("Not to leave the clinic"): over the page, in its title, and on every printed page.
    notice_detail
        A sentence beside the notice.

    Returns
    -------
    str
        HTML 5. The same input gives the same text.

    Raises
    ------
    DataError
        When two blocks share an id, an id is no identifier, or sections are nested more than two deep.
    """
    _check_ids(sections)
    names = _section_ids(sections)
    template = page_environment().get_template("page.html.j2")
    made_up = [source.label for source in sources if source.made_up]
    return template.render(
        sections=[_section(section, names) for section in sections], title=title, headline=headline, summary=summary,
        made_up=made_up, made_up_word=MADE_UP, made_up_warning=MADE_UP_WARNING,
        methods=[methods] if isinstance(methods, str) and methods else list(methods), citations=list(citations), footer=footer,
        language=language, notice=notice, notice_detail=notice_detail,
    )


def page_environment():
    """Templates of this package, with its filters."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("crampstats.present"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )
    environment.filters |= {"prose": _prose, "linked": _linked}
    return environment


def _section(section: Section, names: dict[int, str]) -> dict[str, object]:
    """A section as the template reads it."""
    return {
        "id": names[id(section)], "title": section.title, "blocks": [_block(block) for block in section.blocks],
        "subsections": [_section(inner, names) for inner in section.subsections],
    }


def _block(block: Block) -> dict[str, object]:
    """A block as the template reads it."""
    from markupsafe import Markup

    if isinstance(block, FigureBlock):
        return embed_figure(block)
    if isinstance(block, TableBlock):
        html = Markup(table_html(block.table, block.id, label=block.caption))
        return {"kind": "table", "id": block.id, "caption": block.caption, "folded": block.folded, "html": html}
    if isinstance(block, Bullets):
        return {"kind": "bullets", "items": block.items}
    if isinstance(block, Answers):
        return {"kind": "answers", "items": block.items}
    if isinstance(block, Ticks):
        return {"kind": "ticks", "items": block.items}
    if isinstance(block, Blanks):
        return {"kind": "blanks", "labels": block.labels}
    return {"kind": "paragraph", "text": block.text, "strong": block.strong}


def embed_figure(block: FigureBlock) -> dict[str, object]:
    """A figure as a template reads it, its images inside."""
    width, height = block.figure.get_size_inches()
    return {
        "kind": "figure", "id": block.id, "alt": block.alt, "caption": block.caption, "files": block.files,
        "tall": height > TALL * width, "wide": _image(block.figure, block.svg),
        "narrow": _image(block.narrow) if block.narrow else None,
    }


def _image(figure: Figure, svg: bytes | None = None) -> dict[str, object]:
    """A figure as an image inside the page, where its ids cannot clash with those of another, and its size in pixels."""
    width, height = (round(96 * float(inches)) for inches in figure.get_size_inches())
    content = base64.b64encode(svg if svg is not None else draw_figure(figure, "svg")).decode("ascii")
    return {"address": f"data:image/svg+xml;base64,{content}", "width": width, "height": height}


def _walk(sections: Sequence[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _walk(section.subsections)


def _check_ids(sections: Sequence[Section]) -> None:
    """Raise for ids that clash or are none, and for sections nested too deeply."""
    blocks = [block for section in _walk(sections) for block in section.blocks if isinstance(block, FigureBlock | TableBlock)]
    given = [*OWN_IDS, *(block.id for block in blocks), *(section.id for section in _walk(sections) if section.id)]
    twice = [name for name, count in Counter(given).items() if count > 1]
    invalid = [name for name in given if not VALID_ID.match(name)]
    if twice or invalid:
        raise DataError(
            f"ids on a page must be distinct identifiers; repeated or reserved: {twice or 'none'}, invalid: {invalid or 'none'}."
        )
    if any(inner.subsections for section in sections for inner in section.subsections):
        raise DataError("sections are nested more than two deep; headings end at the third level.")


def _section_ids(sections: Sequence[Section]) -> dict[int, str]:
    """An id for every section: the one it was given, else its title in small letters, numbered where that is taken."""
    taken = {*OWN_IDS, *(section.id for section in _walk(sections))}
    taken |= {b.id for s in _walk(sections) for b in s.blocks if isinstance(b, FigureBlock | TableBlock)}
    names: dict[int, str] = {}
    for number, section in enumerate(_walk(sections), start=1):
        slug = re.sub(r"[^a-z0-9]+", "-", section.title.lower()).strip("-")
        name = section.id or (f"s-{slug}" if slug else f"s-{number}")
        names[id(section)] = name if section.id or name not in taken else f"{name}-{number}"
        taken.add(names[id(section)])
    return names


def _prose(text: str) -> Markup:
    """Escaped text in which a number and its percent sign stay on one line."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"((?:&[lg]t; )?\d[\d.,]* %)", r'<span class="number">\1</span>', str(escape(text))))


def _without_closing(address: str) -> str:
    """An address without closing brackets that were opened before it."""
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1]
    return address


def _linked(text: str) -> Markup:
    """Escaped text whose web addresses are links."""
    from markupsafe import Markup, escape

    html, end = "", 0
    for match in ADDRESS.finditer(text):
        found = _without_closing(match.group())
        address = str(escape(found))
        html += str(_prose(text[end:match.start()])) + f'<a href="{address}" rel="noopener noreferrer">{address}</a>'
        end = match.start() + len(found)
    return Markup(html + str(_prose(text[end:])))

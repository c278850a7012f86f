from __future__ import annotations

import base64
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from crampstats.core.errors import DataError
from crampstats.core.source import Source
from crampstats.present.files import draw_figure
from crampstats.present.page import Bullets, FigureBlock, Paragraph, Section, TableBlock, build_page, embed_figure
from crampstats.present.tables import format_table

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> \"'& {{ 7*7 }} https://evil.example/\"onclick=\"x"
VOID = {"meta", "link", "img", "source", "br", "hr", "input"}


class Reader(HTMLParser):
    """Tags in order, with what was open around them; notes tags that are closed in the wrong order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        self.words += data if "style" not in self.open else ""

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag in tags]


@pytest.fixture
def sections(draw, estimates):
    figure = FigureBlock(draw("flow"), "Flow: 1,000 persons, 590 analysed.", "Participant flow, 59 % stay.", "flow",
                         narrow=draw("flow", width_mm=85), files=("flow.png", "flow.csv"))
    return [
        Section("First things", (Paragraph("In words, 30.9 % of them."), figure, Bullets(("one", "two")))),
        Section("First things", (TableBlock(format_table(estimates), "All rows", "rows"),), (
            Section("Details", (TableBlock(format_table(estimates), "Once more", "more", folded=True),)),)),
    ]


@pytest.fixture
def page(sections):
    return build_page(sections, title="A question?", headline="30.9 % of adults.", sources=[Source("a survey")],
                      methods="By counting.", citations=["Doe J. A survey. https://example.org/survey."], footer="version 1")


def test_the_page_is_well_formed_and_in_one_language(page):
    reader = Reader(page)
    assert page.startswith("<!DOCTYPE html>\n")
    assert not reader.wrong
    assert not reader.open
    assert reader.all("html")[0]["lang"] == "en-GB"


def test_nothing_is_fetched_and_the_policy_forbids_it(page):
    reader = Reader(page)
    loaded = [attrs.get(name) for attrs in reader.all("img", "source", "link", "script", "iframe", "object", "use")
              for name in ("src", "srcset", "href", "xlink:href") if attrs.get(name)]
    assert loaded
    assert all(address.startswith("data:") for address in loaded)
    assert not reader.all("script")
    assert "url(" not in page
    assert "@import" not in page
    policy = next(attrs["content"] for attrs in reader.all("meta") if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_every_id_is_unique_and_every_internal_link_arrives(page):
    reader = Reader(page)
    ids = [attrs["id"] for _, attrs in reader.tags if attrs.get("id")]
    assert len(ids) == len(set(ids))
    targets = {attrs["href"][1:] for attrs in reader.all("a") if attrs["href"].startswith("#")}
    targets |= {attrs["aria-labelledby"] for _, attrs in reader.tags if attrs.get("aria-labelledby")}
    assert targets <= set(ids)


def test_headings_descend_without_a_gap_and_landmarks_are_there(page):
    reader = Reader(page)
    levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(len(reader.all(landmark)) == 1 for landmark in ("main", "nav", "header", "footer"))
    assert reader.all("a")[0]["class"] == "skip"


def test_a_very_tall_figure_may_run_over_pages_in_print(draw):
    figure = draw("flow")
    figure.set_size_inches(5, 9)
    block = FigureBlock(figure, "alt", "caption", "tall-one")
    assert '<figure id="tall-one" class="tall">' in build_page([Section("One", (block,))], title="t")


def test_every_figure_has_its_alternative_text_and_a_narrow_drawing(page):
    reader = Reader(page)
    assert [image["alt"] for image in reader.all("img")] == ["Flow: 1,000 persons, 590 analysed."]
    assert reader.all("source")[0]["media"] == "screen and (max-width: 620px)"
    wide = base64.b64decode(reader.all("img")[0]["src"].partition(",")[2])
    assert wide.lstrip().startswith(b"<?xml")
    assert "Files: flow.png, flow.csv." in reader.words


def test_a_figure_without_alternative_text_is_refused(draw):
    with pytest.raises(DataError, match="no alternative text"):
        FigureBlock(draw("flow"), " ", "Caption", "flow")


def test_the_answer_the_methods_and_the_citation_are_on_the_page(page):
    words = Reader(page).words
    for expected in ("A question?", "30.9 % of adults.", "By counting.", "How to cite", "version 1"):
        assert expected in words
    assert '<a href="https://example.org/survey" rel="noopener noreferrer">https://example.org/survey</a>.' in page


@pytest.mark.parametrize(("text", "address"), [
    ("See https://doi.org/10.1371/journal.pone.0178465.", "https://doi.org/10.1371/journal.pone.0178465"),
    ("(https://doi.org/10.1/x)", "https://doi.org/10.1/x"),
    ("Old: https://doi.org/10.1016/S0140(99)1, new", "https://doi.org/10.1016/S0140(99)1"),
])
def test_addresses_in_paragraphs_are_links_without_what_closes_the_sentence(text, address):
    html = build_page([Section("S", (Paragraph(text),))], title="T")
    assert f'<a href="{address}" rel="noopener noreferrer">{address}</a>' in html


def test_a_banner_stands_over_made_up_data_only(sections, page):
    stamped = build_page(sections, title="T", sources=[Source("real"), Source("invented", made_up=True)])
    assert "MADE-UP DATA" not in page
    assert "MADE-UP DATA" in Reader(stamped).words
    assert "(invented)" in stamped
    assert "<title>MADE-UP DATA: T</title>" in stamped


def test_text_written_by_others_cannot_become_markup(draw, estimates):
    hostile = type(estimates)(estimates.frame.assign(sex=HOSTILE), groups=estimates.groups, population=HOSTILE)
    blocks = (Paragraph(HOSTILE), Bullets((HOSTILE,)), FigureBlock(draw("flow"), HOSTILE, HOSTILE, "f", files=(HOSTILE,)),
              TableBlock(format_table(hostile), HOSTILE, "t"), TableBlock(format_table(hostile), HOSTILE, "u", folded=True))
    html = build_page([Section(HOSTILE, blocks)], title=HOSTILE, headline=HOSTILE, summary=HOSTILE, methods=HOSTILE,
                      citations=[HOSTILE], footer=HOSTILE, sources=[Source(HOSTILE, made_up=True)])
    reader = Reader(html)
    assert not reader.all("script")
    assert len(reader.all("img")) == 1
    assert not any(name.startswith("on") for _, attrs in reader.tags for name in attrs)
    assert "49" not in reader.words
    assert "<script>alert(1)</script>" in reader.words


def test_the_same_input_gives_the_same_page(sections):
    assert build_page(sections, title="T") == build_page(sections, title="T")


@pytest.mark.parametrize("id", ["flow", "methods", "has space", ""])
def test_ids_that_clash_or_are_none_are_refused(draw, sections, id):
    with pytest.raises(DataError, match="distinct identifiers"):
        build_page([*sections, Section("More", (FigureBlock(draw("flow"), "alt", "caption", id),))], title="T")


def test_a_third_level_of_sections_is_refused():
    with pytest.raises(DataError, match="two deep"):
        build_page([Section("a", subsections=(Section("b", subsections=(Section("c"),)),))], title="T")


def test_the_template_ships_with_the_package():
    from importlib.resources import files

    assert {"page.html.j2", "page.css"} <= {entry.name for entry in files("crampstats.present").joinpath("templates").iterdir()}


def test_a_figure_that_was_written_as_svg_is_taken_as_it_was_written(draw):
    drawn = FigureBlock(draw("flow"), "alt", "caption", "flow")
    assert embed_figure(replace(drawn, svg=draw_figure(drawn.figure, "svg"))) == embed_figure(drawn)

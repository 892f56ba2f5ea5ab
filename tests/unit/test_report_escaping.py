"""Hostile texts in every text field, in every format."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hostile import CORPUS, harmless, poisoned
from markdown_it import MarkdownIt
from markupsafe import Markup
from sample_results import SAMPLES

import grader.report
from grader.report import FORMATS, html, markdown
from grader.report.svg import element
from grader.report.views import candidate
from grader.result import decode

TEMPLATES = Path(grader.report.__file__).parent / "templates"
EVERY = [(sample, text) for sample in SAMPLES for text in CORPUS]


class Elements(HTMLParser):
    """Elements by name, and every attribute."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize(("sample", "text"), EVERY)
def test_a_page_has_the_same_elements_whatever_the_texts_say(sample: str, text: str) -> None:
    result = SAMPLES[sample]()
    evil = Elements(FORMATS["html"](poisoned(result, CORPUS[text])))
    clean = Elements(FORMATS["html"](poisoned(result, harmless(CORPUS[text]))))
    assert without_code(evil) == without_code(clean)
    names = {name for name, _ in evil.attributes}
    assert not {name for name in names if name.startswith("on")}
    assert not names & {"style", "src", "action", "formaction", "srcdoc"}
    assert all(value.startswith("#") for name, value in evil.attributes if name in ("href", "xlink:href"))


@pytest.mark.parametrize("text", CORPUS)
def test_the_candidates_page_has_the_same_elements_too(text: str) -> None:
    result = SAMPLES["todo"]()
    evil, clean = (candidate(poisoned(result, said)) for said in (CORPUS[text], harmless(CORPUS[text])))
    assert without_code(Elements(FORMATS["html"](evil))) == without_code(Elements(FORMATS["html"](clean)))


def without_code(page: Elements) -> dict[str, int]:
    """Elements but `code`, which backticks make: it has no attributes and nothing in it but text."""
    return {name: times for name, times in page.names.items() if name != "code"}


@pytest.mark.parametrize("text", CORPUS)
def test_backticks_make_code_of_what_is_escaped_first(text: str) -> None:
    made = html.prose(f"a `{CORPUS[text]}` b")
    found = Elements(made)
    assert set(found.names) <= {"code"}
    assert found.attributes == []
    assert html.prose("set `sort=<b>` & `x") == Markup("set <code>sort=&lt;b&gt;</code> &amp; `x")


@pytest.mark.parametrize(("sample", "text"), EVERY)
def test_no_format_lets_a_hidden_character_through(sample: str, text: str) -> None:
    result = poisoned(SAMPLES[sample](), CORPUS[text])
    for name in ("html", "human", "junit", "github", "md"):
        shown = FORMATS[name](result).replace("@\u200b", "@") if name == "md" else FORMATS[name](result)
        found = {c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
        assert found <= {"\n", "\t"}, (name, found)


@pytest.mark.parametrize(("sample", "text"), EVERY)
def test_json_gives_every_text_back(sample: str, text: str) -> None:
    result = poisoned(SAMPLES[sample](), CORPUS[text])
    if result.view == "interviewer":
        assert decode(FORMATS["json"](result).encode()) == result
    assert json.loads(FORMATS["json"](result))


@pytest.mark.parametrize(("sample", "text"), EVERY)
def test_junit_is_valid_xml_with_the_same_elements(sample: str, text: str) -> None:
    result = SAMPLES[sample]()
    evil = ET.fromstring(FORMATS["junit"](poisoned(result, CORPUS[text])))
    clean = ET.fromstring(FORMATS["junit"](poisoned(result, harmless(CORPUS[text]))))
    assert Counter(item.tag for item in evil.iter()) == Counter(item.tag for item in clean.iter())


@pytest.mark.parametrize(("sample", "text"), EVERY)
def test_markdown_renders_to_the_same_elements(sample: str, text: str) -> None:
    result = SAMPLES[sample]()
    evil, clean = (rendered(FORMATS["md"](poisoned(result, said))) for said in (CORPUS[text], harmless(CORPUS[text])))
    assert evil.names == clean.names
    assert not {name for name, _ in evil.attributes} - {"style", "class", "start"}


def rendered(text: str) -> Elements:
    """GitHub's Markdown, as far as a library here speaks it: tables, strikethrough, bare links, HTML passed on."""
    parser = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").enable("strikethrough")
    return Elements(parser.render(text))


@pytest.mark.parametrize("text", CORPUS)
def test_no_name_or_address_is_live_in_markdown_outside_code(text: str) -> None:
    shown = MarkdownIt("commonmark").render(markdown.plain(CORPUS[text]))
    assert not re.search(r"@\w", shown)
    assert "<a " not in shown
    assert "<img" not in shown


@pytest.mark.parametrize(("sample", "text"), EVERY)
def test_github_lines_are_ours_only(sample: str, text: str) -> None:
    result = SAMPLES[sample]()
    evil = FORMATS["github"](poisoned(result, CORPUS[text])).splitlines()
    clean = FORMATS["github"](poisoned(result, harmless(CORPUS[text]))).splitlines()
    assert len(evil) == len(clean)
    assert all(re.match(r"::(error|warning|notice) [^:]*title=[^:]*::[^\r\n]*$", line) for line in evil[:-1])
    assert "::" not in evil[-1]
    assert "##[" not in evil[-1]


@pytest.mark.parametrize(("sample", "text"), EVERY)
def test_the_terminal_shows_plain_lines_that_fit(sample: str, text: str) -> None:
    from rich.cells import cell_len  # noqa: PLC0415 - only here

    shown = FORMATS["human"](poisoned(SAMPLES[sample](), CORPUS[text]))
    assert "\x1b" not in shown
    assert max(cell_len(line) for line in shown.splitlines()) <= 80


def test_lone_surrogates_are_shown_and_can_be_written() -> None:
    page = FORMATS["html"](poisoned(SAMPLES["todo"](), "half \ud83d of a pair"))
    assert "half ⟦U+D83D⟧ of a pair" in page
    page.encode()


def test_no_template_switches_escaping_off() -> None:
    for file in TEMPLATES.glob("*.j2"):
        source = file.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape|Markup", source), file.name
        assert "style=" not in source, file.name
        assert not re.search(r"\son\w+=", source), file.name
        assert not re.search(r"=\s*\{\{", source), f"an attribute without quotes in {file.name}"


def test_every_template_is_escaped_whatever_its_name() -> None:
    environment = html.environment()
    assert environment.autoescape is True
    assert environment.from_string("{{ text }}").render(text="<b>\u202e") == "&lt;b&gt;⟦U+202E⟧"


def test_a_misspelt_name_in_a_template_is_an_error() -> None:
    with pytest.raises(Exception, match="undefined"):
        html.environment().from_string("{{ no_such_thing }}").render()


def test_drawings_escape_what_they_are_given() -> None:
    drawn = element("text", "<b>&\u202e", class_='x" onload="y')
    assert drawn == '<text class="x&#34; onload=&#34;y">&lt;b&gt;&amp;⟦U+202E⟧</text>'

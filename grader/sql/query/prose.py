"""The prose of an explanation: sentences with the lines they stand on, without pasted code, plans and markup.

Everything is bounded: the number of lines and sentences, and the length of each.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable

import msgspec

from grader.sql.query.pasted import without_pasted

LONGEST_SENTENCE = 1_000
LONGEST_PARAGRAPH = 4_000
MOST_LINES = 2_000
LONGEST_LINE = 4_000
MOST_SENTENCES = 600
MOST_WORDS_OF_A_LEAD = 8
_LINE_END = re.compile(r"\r\n|\r|\n")
_STARTS = re.compile(r"(?:[-*+•]|\d{1,3}[.)]|#{1,6}|\|)\s*")  # a list item, a heading, a table row
_HEADING = re.compile(r"#{1,6}\s|#+$|\*\*[^*]{1,120}\*\*\s*:?$|__[^_]{1,120}__\s*:?$")
_UNDERLINE = re.compile(r"(?:={2,}|-{2,})$")
_RULE = re.compile(r"\|?(?:\s*:?-+:?\s*\|)+\s*:?-*:?\s*")
_QUOTED = re.compile(r"(?:>\s?){1,20}")
_BREAKS = re.compile(
    r"</?(?:p|br|li|ul|ol|tr|table|thead|tbody|h[1-6]|div|details|summary|hr)\b[^<>]{0,200}>", re.IGNORECASE
)
_CELLS = re.compile(r"<(?:td|th)\b[^<>]{0,200}>", re.IGNORECASE)
_TAGS = re.compile(
    r"</?(?:a|b|i|em|strong|code|pre|kbd|span|sub|sup|u|s|small|td|th|img|font|center|body|html)\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SENTENCE_END = re.compile(
    r"(?<=[.!?;])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\bca\.)(?<!\bapprox\.)(?<!\bbzw\.)(?<!\bz\.B\.)(?<!\bincl\.)"
    r"\s+|(?<=[。！？；])"  # noqa: RUF001 - full stops of other scripts
)


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence, list item or table row on one line; `line` counts from 1, as the text was handed in."""

    text: str
    line: int = 1
    paragraph: int = 0
    heading: str = ""  # what it stands under: a heading, a "Before:" above a list, the head of its table


class _Paragraph(msgspec.Struct):
    pieces: list[tuple[int, str]]  # line, text
    heading: str
    is_heading: bool = False

    @property
    def text(self) -> str:
        return " ".join(text for _, text in self.pieces)[:LONGEST_PARAGRAPH]


def lines_of(text: str) -> list[str]:
    """The lines of a text as an editor counts them, bounded."""
    return [line[:LONGEST_LINE] for line in _LINE_END.split(text)[:MOST_LINES]]


def prose(text: str) -> str:
    """The text without fenced code and pasted plans: a pasted plan is evidence, not an explanation."""
    return "\n".join(without_pasted(lines_of(text)))


def read(text: str) -> list[Sentence]:
    """The sentences of the prose, headings left out, each with the heading it stands under."""
    out: list[Sentence] = []
    for number, paragraph in enumerate(_paragraphs(text)):
        if not paragraph.is_heading:
            out += _sentences(paragraph, number)
    return out[:MOST_SENTENCES]


def _sentences(paragraph: _Paragraph, number: int) -> Iterable[Sentence]:
    text = paragraph.text
    starts = _starts(paragraph)
    at = 0
    for part in sentences_of(text):
        found = text.find(part[:80], at)
        at = max(at, found)
        line = next((line for offset, line in reversed(starts) if offset <= at), starts[0][1])
        yield Sentence(text=part, line=line, paragraph=number, heading=paragraph.heading)


def _starts(paragraph: _Paragraph) -> list[tuple[int, int]]:
    """Where each line of a paragraph starts in its text."""
    out, offset = [], 0
    for line, piece in paragraph.pieces:
        out.append((offset, line))
        offset += len(piece) + 1
    return out


def _paragraphs(text: str) -> list[_Paragraph]:
    out: list[_Paragraph] = []
    heading = lead = head = ""  # of the chapter, above a list, of a table
    joins = False
    for number, line in enumerate(without_pasted(lines_of(text)), 1):
        for stripped in _pieces(line):
            if not stripped:
                joins, head = False, ""
                continue
            if _UNDERLINE.fullmatch(stripped) and joins and out and len(out[-1].pieces) == 1:
                out[-1].is_heading, joins = True, False
                heading, lead = out[-1].text, ""
                continue
            if _RULE.fullmatch(stripped) and out and out[-1].text.startswith("|"):
                out[-1].is_heading = True  # what stands above the rule of a table is its head
                continue
            is_row, is_item = stripped.startswith("|"), _STARTS.match(stripped) is not None
            if _HEADING.match(stripped):
                heading, lead, joins = stripped, "", False
                out.append(_Paragraph([(number, stripped)], "", is_heading=True))
                continue
            if is_row and not head:
                head = stripped
            if joins and not is_item:
                out[-1].pieces.append((number, stripped))
            else:
                lead = lead if is_item else ""
                out.append(_Paragraph([(number, stripped)], " ".join(filter(None, (heading, lead, head * is_row)))))
            joins = not is_row
            lead = out[-1].text if stripped.endswith(":") and _is_lead(out[-1].text) else lead
    return out[:MOST_SENTENCES]


def _is_lead(text: str) -> bool:
    """True for the words above a list: "The new plan:"."""
    return text.endswith(":") and len(text.split()) <= MOST_WORDS_OF_A_LEAD


def _pieces(line: str) -> list[str]:
    """What a reader sees of a line: without tags, entities, quote marks and characters that do not show."""
    if "<" in line:
        line = _TAGS.sub("", _CELLS.sub(" | ", _BREAKS.sub("\x00", line)))
    if "&" in line:
        line = html.unescape(line)
    shown = unicodedata.normalize("NFKC", _UNSEEN.sub("", line))
    return [
        _QUOTED.sub("", piece.strip(), count=1).strip() if piece.strip()[:1] == ">" else piece.strip()
        for piece in shown.split("\x00")
    ]


def paragraphs(text: str) -> list[str]:
    """Paragraphs, list items, headings and table rows, each on one line and of bounded length."""
    return [paragraph.text for paragraph in _paragraphs(text)]


def sentences(text: str) -> list[str]:
    """Sentences of the prose with the headings, at most so many and so long."""
    return [part for one in paragraphs(text) for part in sentences_of(one)][:MOST_SENTENCES]


def sentences_of(paragraph: str) -> list[str]:
    """The sentences of one paragraph."""
    parts = _SENTENCE_END.split(paragraph)
    return [part.strip()[:LONGEST_SENTENCE] for part in parts if part and part.strip()]

"""The prose of an explanation: without pasted code, cut into paragraphs and sentences of bounded length."""

from __future__ import annotations

import re

LONGEST_SENTENCE = 1_000
LONGEST_PARAGRAPH = 4_000
MOST_SENTENCES = 400


def prose(text: str) -> str:
    """The text without fenced code: a pasted plan is evidence, not an explanation."""
    return re.sub(r"(?ms)^[ \t]*(```|~~~).*?(?:^[ \t]*\1[^\n]*$|\Z)", "\n", text)


def paragraphs(text: str) -> list[str]:
    """Paragraphs, list items, headings and table rows, each on one line and of bounded length."""
    out: list[str] = []
    joins = False
    for line in prose(text).splitlines():
        stripped = line.strip()
        starts = not stripped or re.match(r"([-*+]|\d+[.)]|#+|\||>)\s*", stripped) is not None
        if stripped and joins and not starts:
            out[-1] = f"{out[-1][:LONGEST_PARAGRAPH]} {stripped}"
        elif stripped:
            out.append(stripped)
        joins = bool(stripped) and not stripped.startswith(("#", "|"))
    return [one[:LONGEST_PARAGRAPH] for one in out[:MOST_SENTENCES]]


def sentences(text: str) -> list[str]:
    """Sentences of the prose, at most so many and so long."""
    return [part for one in paragraphs(text) for part in sentences_of(one)][:MOST_SENTENCES]


def sentences_of(paragraph: str) -> list[str]:
    """The sentences of one paragraph."""
    parts = re.split(r"(?<=[.!?;])\s+|(?<=[。！？])", paragraph)  # noqa: RUF001 - full stops of other scripts
    return [part.strip()[:LONGEST_SENTENCE] for part in parts if part.strip()]

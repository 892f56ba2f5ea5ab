"""Which of the submitted files hold a diagram, and what they draw."""

from __future__ import annotations

from pathlib import PurePosixPath

from grader.evidence.drawing import DiagramFile
from grader.model import Submission
from grader.sql.schema.diagrams.sniffing import diagram

MOST_FILES = 60
MAX_BYTES = 8 << 20
MAX_TOTAL = 40 << 20
_SUFFIXES = frozenset(
    {
        *(".md", ".markdown", ".mmd", ".mermaid", ".dbml", ".puml", ".plantuml", ".pu", ".iuml", ".wsd"),
        *(".drawio", ".dio", ".xml", ".txt", ".sql"),
        *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".pdf"),
    }
)


def diagrams(submission: Submission) -> tuple[DiagramFile, ...]:
    """Every file that holds an ER diagram: `erd.*` whatever it is, else what a diagram is recognised in."""
    named = [name for name in submission.files if _is_erd(name) or PurePosixPath(name.lower()).suffix in _SUFFIXES]
    named.sort(key=lambda name: (not _is_erd(name), name.count("/"), name))
    found, room = [], MAX_TOTAL
    for name in named[:MOST_FILES]:
        with (submission.root / name).open("rb") as stream:
            data = stream.read(min(MAX_BYTES, room))
            size = stream.seek(0, 2)
        room -= len(data)
        drawn = diagram(name, data, size)
        if drawn.format != "unknown" or _is_erd(name):
            found.append(drawn)
    return tuple(found)


def _is_erd(name: str) -> bool:
    return PurePosixPath(name.lower()).stem.startswith("erd")

"""What checks may name in an exam: proven when a pack is loaded, so that no answer meets a question without a step."""

from __future__ import annotations

from pathlib import Path

from grader.errors import UsageError
from grader.exam.plan import Exam, read_exam
from grader.exam.requests import calls
from grader.exam.values import draw
from grader.model import Options, Vocabulary

FILE = "exam.toml"
CODE = "E101"
NAMING = frozenset({"step", "given", "read", "other", "restart", "holds", "lacks", "among"})


def inspect(root: Path, options: Options) -> Vocabulary:
    """The steps of the pack's exam and the values it draws; raises `UsageError` E101 for an exam that is wrong."""
    return vocabulary(read_exam(root / options.get("exam", FILE), UsageError, CODE))


def vocabulary(exam: Exam) -> Vocabulary:
    """Every `scenario.step`, every `scenario.step#variant` and every drawn value."""
    steps = exam.steps()
    variants = {
        f"{name}#{call.name}"
        for name, step in steps.items()
        for token in (True, False)
        for call in calls(step, token=token)
    }
    return Vocabulary(
        options=NAMING,
        types=(str, str | tuple[str, ...]),
        names=(*steps, *sorted(variants)),
        values=frozenset(draw(0, exam.texts(), exam.words)),
    )

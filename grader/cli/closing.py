"""The last lines of a grade: what it came to, and where to read on."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grader.cli.output import REPORT
from grader.model import Outcome
from grader.report.wording import BAND
from grader.result import Result
from grader.visible import one_line

WIDEST_NAME = 40


class Graded(msgspec.Struct, frozen=True, kw_only=True):
    """One of the submissions of a run and where its reports are."""

    given: str
    result: Result
    folder: Path


def last_words(graded: Graded) -> str:
    """Why there is no real grade, if there is none, and the path of the report."""
    why = not_graded(graded.result)
    return "\n".join([*([f"\n{why}"] if why else []), f"\nReport   {graded.folder / REPORT}"])


def not_graded(result: Result) -> str:
    """`Not graded: …` when the submission could not be run, else nothing."""
    if result.status != "failed":
        return ""
    reasons = "; ".join(f"{problem.code} {one_line(problem.what)}" for problem in result.problems)
    if not result.score.points:
        return f"Not graded: {reasons}. Its 0 is no judgement of the work."
    return f"Not graded in full: {reasons}. The points are for what could be judged without that."


def table(graded: list[Graded]) -> str:
    """One line per submission."""
    rows = [("submission", "score", "band", "gates", "folder"), *(_row(each) for each in graded)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        f"  {row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]:>{widths[3]}}  {row[4]}"
        for row in rows
    )


def _row(graded: Graded) -> tuple[str, str, str, str, str]:
    result, score = graded.result, graded.result.score
    percent = "–" if score.percent is None else f"{score.percent:g} %"
    band = {"failed": "not graded", "undecided": "undecided"}.get(result.status) or BAND.get(
        score.band or "", "–"
    ).lower()
    held = sum(gate.outcome is Outcome.PASS for gate in result.gates)
    gates = f"{held}/{len(result.gates)}" if result.gates else "–"
    return _tail(one_line(graded.given)), percent, band, gates, str(graded.folder)


def _tail(name: str) -> str:
    """The end of a long path tells more than its beginning."""
    return name if len(name) <= WIDEST_NAME else "…" + name[1 - WIDEST_NAME :]

"""Find the runs of a step, and end a question early when it cannot be answered.

A step is named `scenario.step`, with `#variant` for one of its variants; both parts may hold `*`. What a question
is about (`step`) must have been sent: no answer to it is a fault. What it only needs (`given`) must have worked: if
it did not, that is told where it is asked, and the question is blocked.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any, Concatenate, ParamSpec

from grader.checks.exchanges import asked, headline
from grader.evidence.exam import HttpExam, StepRun
from grader.evidence.http import Received
from grader.exam.paths import MISSING
from grader.model import Finding, blocked, not_applicable
from grader.visible import one_line

P = ParamSpec("P")
Names = str | tuple[str, ...]
_OK = range(200, 300)
_ERROR = 400
MOST_DEPTH = 64  # no answer to a question of ours is nested deeper; what compares values follows them down
NO_ANSWER = "no answer"
_TELLING = 4  # shorter texts come back by chance


class Unanswerable(Exception):
    """Ends a check with the finding it carries."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def judged(ask: Callable[Concatenate[HttpExam, P], Finding]) -> Callable[Concatenate[HttpExam, P], Finding]:
    """The check with `Unanswerable` turned into its finding; its options stay those of `ask`."""

    @functools.wraps(ask)
    def answer(exam: HttpExam, /, *args: P.args, **options: P.kwargs) -> Finding:
        try:
            return ask(exam, *args, **options)
        except Unanswerable as end:
            return end.finding

    return answer


def listed(names: Names) -> tuple[str, ...]:
    """One name or several, as several."""
    return (names,) if isinstance(names, str) else tuple(names)


def all_runs(exam: HttpExam, names: Names) -> list[StepRun]:
    """Every run of the named steps, sent or not.

    Raises `Unanswerable` (not applicable) when their scenarios are not part of this run, `LookupError` for a name
    the exam does not have: that is a mistake of the pack.
    """
    found: list[StepRun] = []
    left_out = ""
    for name in listed(names):
        here = [run for run in exam.runs if _is(run, name)]
        reasons = [why for scenario, why in exam.left_out.items() if fnmatchcase(scenario, name.partition(".")[0])]
        if not here and not reasons:
            raise LookupError(f"the exam has no step `{name}`")
        left_out = left_out or ("" if here else reasons[0])
        found += here
    if left_out:
        raise Unanswerable(not_applicable(left_out.capitalize()))
    return found


def sent_runs(exam: HttpExam, names: Names) -> list[StepRun]:
    """The runs that were sent; raises `Unanswerable` (blocked) when one of them could not be.

    When the service died of one of them, the fault is among the runs and the unsent ones are left out.
    """
    runs = all_runs(exam, names)
    sent = [run for run in runs if run.exchange is not None]
    if len(sent) < len(runs) and all(answer(run) is not None for run in sent):
        unsent = next(run for run in runs if run.exchange is None)
        raise Unanswerable(blocked(f"Not sent: {unsent.skipped}"))
    return sent


def need(exam: HttpExam, given: Names) -> None:
    """Raises `Unanswerable` unless every run of `given` was answered 2xx by a service that does something.

    A service that answers 200 to everything would fulfil any condition: at least once something that was sent must
    have been read back.
    """
    if not given:
        return
    have_worked(exam, given)
    if not _gives_back(exam):
        raise Unanswerable(blocked("Cannot be asked: nothing that was sent could ever be read back"))


def have_worked(exam: HttpExam, names: Names) -> None:
    """Raises `Unanswerable` unless every run of `names` was answered 2xx."""
    for run in sent_runs(exam, names):
        if not worked(run):
            raise Unanswerable(blocked(f"Cannot be asked: {told_status(run)}"))


def one(exam: HttpExam, name: str) -> StepRun:
    """The only run of a step that must have worked; raises `Unanswerable` when it did not."""
    need(exam, name)
    return sent_runs(exam, name)[-1]


def worked(run: StepRun) -> bool:
    """Whether a run was answered 2xx."""
    received = answer(run)
    return received is not None and received.status in _OK


def answer(run: StepRun) -> Received | None:
    """What came back, None when nothing did."""
    return run.exchange.received if run.exchange is not None else None


def body(run: StepRun) -> Any:  # noqa: ANN401 - any JSON value
    """The JSON body of the answer, `MISSING` when there is none or it is nested so deep that it is no answer."""
    received = answer(run)
    return MISSING if received is None else _parsed(received.body)


def _parsed(text: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return MISSING
    level = [value]
    for _ in range(MOST_DEPTH):
        level = [part for whole in level for part in _parts(whole)]
    return MISSING if level else value


def _parts(value: Any) -> Iterable[Any]:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def told_status(run: StepRun) -> str:
    """`POST /todos` was answered 500 Internal Server Error."""
    if run.exchange is None:
        return f"`{run.step}` was not sent: {run.skipped}"
    received = run.exchange.received
    request = f"`{asked(run.exchange.sent)}`"
    if received is None:
        error = one_line(run.exchange.error)
        return f"{request} got {error if error.startswith(NO_ANSWER) else f'{NO_ANSWER}: {error}'}"
    return f"{request} was answered {headline(received)}"


def same_key(run: StepRun, others: Iterable[StepRun]) -> StepRun:
    """The run of another step that belongs to this one: equal variant, number and round, else the round's last."""
    pool = [other for other in others if other.round == run.round] or list(others)
    exact = [other for other in pool if (other.variant, other.number) == (run.variant, run.number)]
    return (exact or pool)[-1]


def _gives_back(exam: HttpExam) -> bool:
    """Whether a request without a body was ever answered with a text that an earlier request had sent."""
    sent: set[str] = set()
    for run in exam.runs:
        if run.exchange is None:
            continue
        if run.exchange.sent.body is not None or run.exchange.sent.body_note:
            sent |= {text for text in _texts(run.sent_json) if len(text) >= _TELLING}
        elif not sent.isdisjoint(_received_texts(run)):
            return True
    return not sent


def _received_texts(run: StepRun) -> set[str]:
    received = answer(run)
    if received is None or received.status >= _ERROR:
        return set()
    return {*texts(received.body), *(value for _, value in received.headers)}


@functools.lru_cache(maxsize=2048)
def texts(text: str) -> frozenset[str]:
    """The texts in a JSON body, none when it is no JSON; every condition of every check asks for them."""
    return frozenset(_texts(_parsed(text)))


def _texts(value: Any) -> set[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return {value}
    return set().union(*map(_texts, _parts(value)))


def _is(run: StepRun, name: str) -> bool:
    step, _, variant = name.partition("#")
    return fnmatchcase(run.step, step) and (not variant or fnmatchcase(run.variant, variant))

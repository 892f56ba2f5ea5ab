"""What a check of an exam shows: exhibits with a runnable chain of commands, and values in words."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from grader.checks.exchanges import Preparation, asked, command, curl, http_exhibit
from grader.checks.masking import stable
from grader.evidence.exam import HttpExam, StepRun
from grader.evidence.http import Exchange
from grader.exam.paths import MISSING
from grader.exhibits import HttpExhibit
from grader.visible import one_line

MOST = 3
_SAFE = ("GET", "HEAD", "OPTIONS")
_MOST_PREPARED = 6
_VARIABLE = re.compile(r"\$([A-Z][A-Z0-9_]*)")


def shown(exam: HttpExam, runs: Iterable[StepRun], titles: Sequence[str] = ()) -> tuple[HttpExhibit, ...]:
    """At most three exhibits of runs that were sent."""
    sent = [run for run in runs if run.exchange is not None][:MOST]
    return tuple(show(exam, run, titles[n] if n < len(titles) else "") for n, run in enumerate(sent))


def show(exam: HttpExam, run: StepRun, title: str = "") -> HttpExhibit:
    """The exhibit of one run: its command repeats what the request depends on."""
    exchange = run.exchange
    if exchange is None:
        raise ValueError(run.step)
    return http_exhibit(
        exchange,
        title=title or run.variant or run.step,
        before=_before(exam, run, exchange),
        known=known(exam, run),
        drawn=drawn(exam, run),
    )


def show_together(exam: HttpExam, runs: Sequence[StepRun], outcome: str, read: StepRun | None = None) -> HttpExhibit:
    """Requests sent at the same time. Their answers depend on chance, so `outcome` stands in their place."""
    sent = [run.exchange for run in runs if run.exchange is not None]
    prepared = command(sent[0], _before(exam, runs[0], sent[0])).splitlines()[:-1]
    parallel = [f"{curl(exchange.sent)} &" for exchange in sent]
    after = [curl(read.exchange.sent, "-i")] if read is not None and read.exchange is not None else []
    return HttpExhibit(
        title=f"{len(sent)} requests at the same time",
        request="\n".join(f"{asked(exchange.sent)} {one_line(exchange.sent.body or '')}" for exchange in sent),
        response=outcome,
        command="\n".join([*prepared, *parallel, "wait", *after]),
    )


def show_in_turn(exam: HttpExam, runs: Sequence[StepRun], outcome: str) -> HttpExhibit:
    """Requests sent one after the other, of which `outcome` tells the one that went wrong."""
    sent = [run.exchange for run in runs if run.exchange is not None]
    prepared = command(sent[0], _before(exam, runs[0], sent[0])).splitlines()[:-1]
    each = [curl(exchange.sent, "-o", "/dev/null", "-w", "'%{http_code}\\n'") for exchange in sent]
    return HttpExhibit(
        title=f"{len(sent)} requests, one after the other",
        request="\n".join(f"{asked(exchange.sent)} {one_line(exchange.sent.body or '')}" for exchange in sent),
        response=outcome,
        command="\n".join([*prepared, *each]),
    )


def told(exam: HttpExam, run: StepRun, value: Any, limit: int = 80) -> str:  # noqa: ANN401 - any JSON value
    """A value from an answer, as short JSON without what differs between two runs."""
    if value is MISSING:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=repr)  # of entries one may lack the field
    return one_line(stable(text, known=known(exam, run), drawn=drawn(exam, run)), limit)


def known(exam: HttpExam, run: StepRun) -> str:
    """All we sent in the scenario of a run."""
    sent = [other.exchange.sent for other in _scenario(exam, run) if other.exchange is not None]
    return "\n".join(f"{request.template or request.target} {request.body or ''}" for request in sent)


def drawn(exam: HttpExam, run: StepRun) -> dict[str, str]:
    """Values the service chose in the scenario of a run, by value."""
    captures = [capture for other in _scenario(exam, run) for capture in other.captured]
    return {str(capture.value): capture.name.partition(".")[0] for capture in captures}


def _scenario(exam: HttpExam, run: StepRun) -> list[StepRun]:
    scenario = run.step.partition(".")[0]
    return [other for other in exam.runs if other.step.partition(".")[0] == scenario]


def _before(exam: HttpExam, run: StepRun, exchange: Exchange) -> list[Preparation]:
    """What the command must repeat: where its values come from, and what changed the same resource since."""
    template = exchange.sent.template
    earlier = itertools.takewhile(lambda other: not _is_or_beside(other, run), _scenario(exam, run))
    here = [other for other in earlier if other.round == run.round and (other.exchange is not None or other.waits)]
    chain: list[Preparation] = []
    for variable in dict.fromkeys(_VARIABLE.findall(template)):
        origin = next((n for n in reversed(range(len(here))) if _capture(here[n], variable)), None)
        if origin is None:
            continue
        chain.append(Preparation(here[origin].exchange, variable, _capture(here[origin], variable)))
        since = [other for other in here[origin + 1 :] if other.waits or _changes(other, template)]
        chain += [Preparation(other.exchange, seconds=other.waits) for other in since[-_MOST_PREPARED:]]
    return chain


def _is_or_beside(other: StepRun, run: StepRun) -> bool:
    """Whether a run is the given one, or was sent at the same time: neither comes before it."""
    return other is run or (run.together and (other.step, other.round) == (run.step, run.round))


def _changes(run: StepRun, template: str) -> bool:
    sent = run.exchange.sent if run.exchange else None
    return sent is not None and sent.method not in _SAFE and sent.template == template


def _capture(run: StepRun, variable: str) -> str:
    """Where a run took a variable from: `ID` is also what the last `ID_3` is called. Empty when it did not."""
    return next((c.source for c in run.captured if c.variable == variable or c.variable.startswith(f"{variable}_")), "")

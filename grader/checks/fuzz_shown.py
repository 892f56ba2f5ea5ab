"""What schemathesis found, in words and as exhibits: equal things once, the shortest request of each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from grader.checks.exchanges import Preparation, http_exhibit
from grader.evidence.fuzz import FuzzFailure, FuzzRun
from grader.exam.paths import MISSING, dig
from grader.exhibits import AnyExhibit, RowsExhibit
from grader.visible import one_line

MOST_SHOWN = 3
MOST_ROWS = 12
_VARIABLE = re.compile(r"\$([A-Z][A-Z0-9_]*)")


def listed(failures: Iterable[FuzzFailure]) -> str:
    """`status 500 (PUT /todos/{id}, PATCH /todos/{id})`: equal ones of several operations told once."""
    groups: dict[str, list[str]] = {}
    for failure in failures:
        operations = groups.setdefault(_told(failure), [])
        if failure.operation not in operations:
            operations.append(failure.operation)
    parts = [f"{what} ({names_of(operations)})" for what, operations in groups.items()]
    more = f"; {len(parts) - MOST_SHOWN} more" if len(parts) > MOST_SHOWN else ""
    return "; ".join(parts[:MOST_SHOWN]) + more


def _told(failure: FuzzFailure) -> str:
    place = one_line(failure.place or "the top", 60)
    return {
        "ST101": f"status {failure.status}",
        "ST103": f"status {failure.status}, which is not listed",
        "ST104": f"no Content-Type with status {failure.status}",
        "ST105": f"a Content-Type that is not listed for status {failure.status}",
        "ST106": "a Content-Type that cannot be read",
        "ST107": f"no {one_line(', '.join(failure.headers), 60)} header with status {failure.status}",
        "ST108": f"`{failure.keyword}` is broken at {place}",
        "ST109": "a body that is no JSON",
        "ST110": "a body that is not what its Content-Type says",
        "ST111": "a body of an unknown kind",
        "ST201": f"status {failure.status}",
        "ST202": f"status {failure.status}",
        "ST301": f"status {failure.status} after it was deleted",
        "ST302": f"status {failure.status} after it was made",
    }.get(failure.code, f"{failure.code}, status {failure.status}")


def names_of(operations: Sequence[str]) -> str:
    """The first few operations, and how many more."""
    shown = ", ".join(one_line(name, 60) for name in operations[:MOST_SHOWN])
    return shown + (f" and {len(operations) - MOST_SHOWN} more" if len(operations) > MOST_SHOWN else "")


def exhibits(found: Sequence[tuple[FuzzRun, FuzzFailure]]) -> tuple[AnyExhibit, ...]:
    """One request for each of the first root causes, then the list of all."""
    firsts: dict[str, tuple[FuzzRun, FuzzFailure]] = {}
    for run, failure in found:
        firsts.setdefault(
            _told(failure) if failure.code == "ST108" else f"{failure.code}{failure.status}", (run, failure)
        )
    shown: list[AnyExhibit] = [_example(run, failure) for run, failure in list(firsts.values())[:MOST_SHOWN]]
    rows = tuple((failure.operation, _told(failure), str(failure.count)) for _, failure in found)
    table = RowsExhibit(
        title="All that was found",
        head=("operation", "answered with", "requests"),
        rows=rows[:MOST_ROWS],
        note=f"{len(rows) - MOST_ROWS} more" if len(rows) > MOST_ROWS else "",
    )
    return (*shown, table) if len(rows) > 1 else tuple(shown)


def _example(run: FuzzRun, failure: FuzzFailure) -> AnyExhibit:
    return http_exhibit(
        failure.example,
        title=f"{failure.operation}: {_told(failure)}",
        before=_before(run, failure),
        drawn=dict.fromkeys(
            (*run.ids, *(earlier.value for earlier in failure.before if earlier.value), *_made(run, failure)), "id"
        ),
    )


def _made(run: FuzzRun, failure: FuzzFailure) -> tuple[str, ...]:
    """What the service called the thing that the shown request made: a random name is another one in every run."""
    received = failure.example.received
    try:
        name = dig(json.loads(received.body), run.named_by) if received else MISSING
    except (ValueError, RecursionError):  # an answer may be no JSON, or nested without end
        return ()
    return (str(name),) if isinstance(name, str | int) else ()


def _before(run: FuzzRun, failure: FuzzFailure) -> tuple[Preparation, ...]:
    """What makes the item that the request is about; nothing for one that had been deleted or makes its own."""
    if failure.before:
        return tuple(Preparation(earlier.exchange, earlier.variable, earlier.source) for earlier in failure.before)
    sent = failure.example.sent
    if run.prepared is None or sent.method == "POST" or ("{" in failure.operation and not sent.template):
        return ()
    variables = _VARIABLE.findall(sent.template)
    return (Preparation(run.prepared, *((variables[-1], run.named_by) if variables else ())),)

"""Does the candidate's own OpenAPI document tell the truth? It is compared with what the service answered in the exam.

A document that is not there is no fault here: whether endpoints are documented at all is asked of the files. Compared
is what a caller builds on: which operations there are, with which statuses they succeed, which kinds of errors to
expect, and the type and structure of what comes with success. Bodies of errors are not compared (frameworks write
schemas for them that their own handlers do not follow), nor are statuses that HTTP gives to any path (405, 413, 415).
An error counts as told when the document lists it, when it asks for a token (401), or when the prose beside it names
it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import jsonschema_rs

from grader.checks.http.runs import Names, answer, body, listed
from grader.checks.http.showing import show
from grader.evidence.exam import HttpExam, StepRun
from grader.evidence.http import Received
from grader.evidence.own_contract import DocumentedOperation, OwnContract
from grader.exam.paths import MISSING
from grader.exhibits import RowsExhibit
from grader.model import Check, Finding, blocked, failed, not_applicable, passed
from grader.visible import one_line

MOST_ROWS = 20
MOST_BODIES = 5  # bodies compared per operation and status
MAX_COMPARED = 60_000  # characters of a body
MOST_WORK = 500_000_000  # parts of schemas times characters of bodies: some seconds, for bodies made for it
_SUCCESS = range(200, 400)
_WITH_BODY = range(200, 300)
_ABSENT = (404, 405, 501)
_ALIKE: tuple[frozenset[str], ...] = (
    frozenset({"400", "422"}),
    frozenset({"401", "403"}),
    frozenset({"404", "410"}),
    frozenset({"409"}),
    frozenset({"429"}),
)
_KINDS: tuple[tuple[type, str], ...] = (
    (type(None), "null"),
    (bool, "a boolean"),
    (int, "a number"),
    (float, "a number"),
    (str, "a text"),
    (list, "a list"),
    (dict, "an object"),
)


class Difference(NamedTuple):
    """What the service did (`answered`) and what is written down, in `run`."""

    operation: str
    answered: str
    documented: str
    run: StepRun


def own_contract(exam: HttpExam, *, step: Names = "*") -> Finding:
    """The OpenAPI document in the repository agrees with what the named steps were answered.

    The share of operations that do counts. Without a document, or with one that is about another service, the question
    does not apply.
    """
    own = exam.own_contract
    if own is None:
        return not_applicable("There is no OpenAPI document of the candidate's own")
    runs = [run for run in exam.runs if not run.together and any(fnmatchcase(run.step, name) for name in listed(step))]
    told = _Comparison(own, [run for run in runs if answer(run) is not None])
    names = one_line(", ".join(own.files), 80)
    if not told.succeeded:
        return blocked("Nothing was answered that could be compared")
    if not told.is_about_it:
        return not_applicable(f"{names} describes none of the operations that were asked for")
    differences = list(told.differences())
    wrong = list(dict.fromkeys(difference.operation for difference in differences))
    if not differences:
        return passed(f"{names} agrees with what the service answers", where=own.files[0])
    return failed(
        f"{names} and the service differ in {one_line(', '.join(wrong), 120)}",
        expected="a document that says what the service does",
        score=1 - len(wrong) / max(len(told.operations | set(wrong)), 1),
        where=own.files[0],
        exhibits=(_table(names, differences), show(exam, differences[0].run)),
    )


class _Comparison:
    """All answers, sorted by the operation of the document that they belong to."""

    def __init__(self, own: OwnContract, runs: list[StepRun]) -> None:
        self._own = own
        self._patterns = [(operation, _pattern(operation)) for operation in own.operations]
        self._runs: dict[str, list[StepRun]] = {}
        self._described: dict[str, list[DocumentedOperation]] = {}
        self._elsewhere: list[StepRun] = []
        self._work = MOST_WORK
        for run in runs:
            self._sort(run)
        self.succeeded = any(_status(run) in _SUCCESS for run in runs)
        self.is_about_it = any(_status(run) in _SUCCESS for here in self._runs.values() for run in here)

    @property
    def operations(self) -> set[str]:
        """The documented operations that were asked for."""
        return set(self._runs)

    def differences(self) -> Iterator[Difference]:
        """Operations that are not there, that are not written down, and answers that are not; in the exam's order."""
        yield from self._undocumented()
        for name, runs in self._runs.items():
            absent = _absent(runs)
            if absent is not None:
                yield Difference(name, f"{_status(absent)}: there is no such operation", "an operation", absent)
                continue
            yield from self._statuses(name, runs)
            yield from self._bodies(name, runs)

    def _sort(self, run: StepRun) -> None:
        sent = run.exchange.sent if run.exchange is not None else None
        if sent is None or sent.method in ("HEAD", "OPTIONS"):
            return
        path = sent.target.partition("?")[0].rstrip("/") or "/"
        fitting = [operation for operation, pattern in self._patterns if pattern.fullmatch(path)]
        best = min((operation.path.count("{") for operation in fitting), default=0)
        same = [o for o in fitting if o.method == sent.method and o.path.count("{") == best]
        if not same:
            self._elsewhere.append(run)
            return
        name = f"{sent.method} {one_line(same[0].path, 80)}"
        self._runs.setdefault(name, []).append(run)
        self._described[name] = same

    def _undocumented(self) -> Iterator[Difference]:
        seen: set[str] = set()
        for run in self._elsewhere:
            name = _undocumented_name(run)
            if name and name not in seen and _status(run) in _SUCCESS:
                seen.add(name)
                yield Difference(name, str(_status(run)), "not in the document", run)

    def _statuses(self, name: str, runs: list[StepRun]) -> Iterator[Difference]:
        listed_ = sorted({status for operation in self._described[name] for status in operation.responses})
        seen: set[frozenset[str]] = set()
        for run in runs:
            alike = _alike(_status(run))
            if alike and alike not in seen and not self._is_told(name, alike):
                seen.add(alike)
                yield Difference(name, str(_status(run)), one_line(", ".join(listed_), 60) or "no status", run)

    def _is_told(self, name: str, alike: frozenset[str]) -> bool:
        operations = self._described[name]
        statuses = {status for operation in operations for status in operation.responses}
        ranges = {f"{code[0]}XX" for code in alike}
        secured = "401" in alike and any(operation.secured for operation in operations)
        return bool(statuses & {*alike, *ranges, "default"} or alike & set(self._own.told) or secured)

    def _bodies(self, name: str, runs: list[StepRun]) -> Iterator[Difference]:
        """The first body per status whose media type or structure is not the documented one."""
        compared: dict[int, int] = {}
        for run in runs:
            received, status = answer(run), _status(run)
            if received is None or not received.body or status not in _WITH_BODY or compared.get(status, 0) < 0:
                continue
            compared[status] = compared.get(status, 0) + 1
            difference = self._body(name, run, received) if compared[status] <= MOST_BODIES else None
            if difference is not None:
                compared[status] = -1
                yield difference

    def _body(self, name: str, run: StepRun, received: Received) -> Difference | None:
        media: dict[str, list[Any]] = {}
        for operation in self._described[name]:
            for kind, schema in _response(operation, received.status).items():
                media.setdefault(_essence(kind), []).append(schema)
        if not media:
            return None
        kind = _essence(received.header("content-type"))
        schemas = [schema for known, found in media.items() if fnmatchcase(kind, known) for schema in found]
        if not schemas:
            return Difference(name, f"{received.status} {one_line(kind, 60) or 'without a type'}", _names(media), run)
        value = body(run)
        self._work -= sum(map(_parts, schemas)) * len(received.body)
        if value is MISSING or len(received.body) > MAX_COMPARED or self._work < 0:
            return None
        wrong = [_first_wrong(schema, value) for schema in schemas]
        if not all(wrong):
            return None
        answered, documented = wrong[0] or ("", "")
        return Difference(name, f"{received.status}: {answered}", documented, run)


def _table(names: str, differences: list[Difference]) -> RowsExhibit:
    rows = tuple((d.operation, d.answered, d.documented) for d in differences[:MOST_ROWS])
    return RowsExhibit(
        title=f"Where {names} and the service differ",
        head=("operation", "answered", "documented"),
        rows=rows,
        note=f"{len(differences) - MOST_ROWS} more" if len(differences) > MOST_ROWS else "",
    )


def _pattern(operation: DocumentedOperation) -> re.Pattern[str]:
    """Matches the path of a request, as it is written and below the paths of its servers."""
    path = "".join(
        "[^/]+" if part.startswith("{") else re.escape(part)
        for part in re.split(r"(\{[^{}/]*\})", operation.path.rstrip("/"))
    )
    bases = "|".join(re.escape(base) for base in operation.bases)
    return re.compile(f"(?:{bases})?{path}" if path else "/")


def _undocumented_name(run: StepRun) -> str:
    """`PATCH /todos/{id}`: what was asked for, with taken values as placeholders; empty when it has no name."""
    if run.exchange is None:
        return ""
    path = (run.exchange.sent.template or run.exchange.sent.target).partition("?")[0]
    named = re.sub(r"\$([A-Z][A-Z0-9_]*)", lambda match: f"{{{match[1].lower()}}}", path)
    return f"{run.exchange.sent.method} {one_line(named, 80)}" if named.startswith("/") else ""


def _absent(runs: Iterable[StepRun]) -> StepRun | None:
    """The run that shows that an operation does not exist: no request was understood, whatever it was about."""
    answered = list(runs)
    if any(_status(run) not in _ABSENT for run in answered):
        return None
    return next((run for run in answered if _status(run) != _ABSENT[0] or _about_something(run)), None)


def _about_something(run: StepRun) -> bool:
    """Whether the request was about something that an earlier answer spoke of."""
    return run.exchange is not None and "$" in run.exchange.sent.template


def _alike(status: int) -> frozenset[str]:
    """The statuses of which one must be written down when this one comes; none for what HTTP gives to any path."""
    if status in _SUCCESS:
        return frozenset({str(status)})
    return next((alike for alike in _ALIKE if str(status) in alike), frozenset())


def _status(run: StepRun) -> int:
    received = answer(run)
    return received.status if received is not None else 0


def _response(operation: DocumentedOperation, status: int) -> Mapping[str, Any]:
    """The media types documented for a status, with their schemas."""
    keys = (str(status), f"{status // 100}XX", "default")
    return next((operation.responses[key] for key in keys if key in operation.responses), {})


def _essence(kind: str) -> str:
    return kind.partition(";")[0].strip().lower()


def _names(media: Iterable[str]) -> str:
    return one_line(" or ".join(media), 80)


def _first_wrong(schema: dict[str, Any], value: Any) -> tuple[str, str] | None:  # noqa: ANN401 - any JSON value
    """What a body is and what its schema asks for, at the first place where they differ; None when it fits.

    The schema holds no pattern and no reference, so that nothing in it is slow or leads anywhere.
    """
    wrong = _refusal(schema, value)
    if wrong is None:
        return None
    place = ".".join(map(str, wrong.instance_path))
    keyword = str(wrong.schema_path[-1])
    asked = _at(schema, wrong.schema_path)
    if keyword == "required":
        field = one_line(str(getattr(wrong.kind, "property", "")), 40)
        return f"no `{_joined(place, field)}`", f"`{_joined(place, field)}` is required"
    told = f"`{one_line(place, 60)}`" if place else "the body"
    if keyword == "type":
        return f"{told} is {_kind(_at(value, wrong.instance_path))}", f"{told}: {_types(asked)}"
    return f"{told} is something else", f"{told}: one of {len(asked) if isinstance(asked, list) else 1} choices"


def _refusal(schema: dict[str, Any], value: Any) -> jsonschema_rs.ValidationError | None:  # noqa: ANN401 - any JSON value
    """The first error; all of them would take minutes for a body and a schema that are made for it."""
    try:
        jsonschema_rs.Draft202012Validator(schema).validate(value)
    except jsonschema_rs.ValidationError as error:
        return error
    return None


def _parts(schema: object) -> int:
    """How many parts a schema has: each may have to look at each part of a body."""
    if isinstance(schema, dict):
        return 1 + sum(map(_parts, schema.values()))
    return sum(map(_parts, schema)) if isinstance(schema, list) else 0


def _at(value: Any, path: Iterable[str | int]) -> Any:  # noqa: ANN401 - any JSON value
    for key in path:
        value = value[key]
    return value


def _joined(place: str, field: str) -> str:
    return one_line(f"{place}.{field}" if place else field, 60)


def _types(asked: object) -> str:
    return one_line(" or ".join(map(str, asked)) if isinstance(asked, list) else str(asked), 60)


def _kind(value: object) -> str:
    return next(name for kind, name in _KINDS if isinstance(value, kind))


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="http.own_contract",
        needs=HttpExam,
        ask=own_contract,
        title="The OpenAPI document agrees with the service",
        why="Clients and tests are generated from it: what it says wrongly fails in somebody else's code",
        fix="Change the document where it differs, and let a test compare the two",
    ),
)

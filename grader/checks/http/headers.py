"""Questions about headers and the form of answers."""

from __future__ import annotations

import re
from typing import Any

from grader.checks.http.faults import each
from grader.checks.http.runs import Names, body, judged, told_status
from grader.checks.http.showing import told
from grader.evidence.exam import HttpExam, StepRun
from grader.evidence.http import Received
from grader.model import Check, Finding
from grader.visible import one_line

PROBLEM = "application/problem+json"
_CLIENT_ERRORS = range(400, 500)


@judged
def header(exam: HttpExam, *, step: Names, header: str, matches: str = ".", given: Names = ()) -> Finding:
    """Every answer carries the header, with a value that the regular expression finds itself in."""

    def wrong(run: StepRun, received: Received) -> str:
        value = received.header(header.lower())
        if re.search(matches, value):
            return ""
        seen = f"`{header}: {told(exam, run, value)}`" if value else f"no `{header}`"
        return f"{told_status(run)} with {seen}"

    wanted = f"a `{header}` header" + (f" like `{matches}`" if matches != "." else "")
    return each(exam, step, wrong, form=True, given=given, good=f"`{header}` is there", expected=wanted)


@judged
def media_type(exam: HttpExam, *, step: Names, expect: tuple[str, ...], given: Names = ()) -> Finding:
    """Every answer with a body says one of the expected media types; parameters such as a charset do not matter."""

    def wrong(run: StepRun, received: Received) -> str:
        said = received.header("content-type").partition(";")[0].strip().lower()
        if not received.body or said in expect:
            return ""
        return f"{told_status(run)} as `{one_line(said, 60) or 'nothing'}`"

    wanted = "`Content-Type: " + "` or `".join(expect) + "`"
    return each(exam, step, wrong, form=True, given=given, good=f"Answered with {wanted}", expected=wanted)


@judged
def no_body(exam: HttpExam, *, step: Names, given: Names = ()) -> Finding:
    """An answer 204 has no body and announces none."""

    def wrong(run: StepRun, received: Received) -> str:
        announced = received.header("content-length") not in ("", "0") or received.header("transfer-encoding")
        if received.status != 204 or not (received.body or announced):  # noqa: PLR2004 - No Content
            return ""
        return f"{told_status(run)} and a body of {received.header('content-length') or len(received.body)} bytes"

    return each(
        exam, step, wrong, form=True, given=given, good="204 comes without a body", expected="no body after 204"
    )


@judged
def allow(exam: HttpExam, *, step: Names, holds: tuple[str, ...] = (), given: Names = ()) -> Finding:
    """An answer 405 names in `Allow` what would be allowed; at least `holds`."""

    def wrong(run: StepRun, received: Received) -> str:
        said = received.header("allow")
        methods = {method.strip().upper() for method in said.split(",") if method.strip()}
        if not methods:
            return f"{told_status(run)} without `Allow`"
        missing = [method for method in holds if method not in methods]
        return f"`Allow: {one_line(said, 80)}` lacks {', '.join(missing)}" if missing else ""

    wanted = f"`Allow: {', '.join(holds)}`" if holds else "an `Allow` header that names at least one method"
    return each(exam, step, wrong, form=True, given=given, good="`Allow` says what is allowed", expected=wanted)


@judged
def json_errors(exam: HttpExam, *, step: Names, given: Names = ()) -> Finding:
    """Every refusal has a JSON object as its body, whatever its fields are, and a media type that says so."""

    def wrong(run: StepRun, received: Received) -> str:
        if received.status not in _CLIENT_ERRORS:
            return ""
        if not isinstance(body(run), dict):
            return f"{told_status(run)} with `{told(exam, run, received.body)}`"
        said = received.header("content-type").partition(";")[0].strip().lower()
        declared = said == "application/json" or said.endswith("+json")
        return "" if declared else f"{told_status(run)} as `{one_line(said, 60) or 'nothing'}`"

    return each(
        exam, step, wrong, form=True, given=given, good="Errors are JSON objects", expected="a JSON object in the body"
    )


@judged
def same_error_shape(exam: HttpExam, *, step: Names, given: Names = ()) -> Finding:
    """All refusals share at least one field, so that a client can read every error the same way."""
    shared: list[set[str]] = []

    def wrong(run: StepRun, received: Received) -> str:
        error = body(run)
        if received.status not in _CLIENT_ERRORS or not isinstance(error, dict):
            return ""
        fields = shared[0] & set(error) if shared else set(error)
        if not fields:
            return f"{told_status(run)} with the fields {_fields(error)}, others with {', '.join(sorted(shared[0]))}"
        shared[:] = [fields]
        return ""

    return each(
        exam,
        step,
        wrong,
        form=True,
        given=given,
        good="Errors share one shape",
        expected="one field that every error has",
    )


@judged
def problem(exam: HttpExam, *, step: Names, fields: tuple[str, ...] = ("title",), given: Names = ()) -> Finding:
    """Every refusal is a problem document (RFC 9457), and its `status` is the one of the status line."""

    def wrong(run: StepRun, received: Received) -> str:
        if received.status not in _CLIENT_ERRORS:
            return ""
        said = received.header("content-type").partition(";")[0].strip().lower()
        error = body(run)
        if said != PROBLEM:
            return f"{told_status(run)} as `{one_line(said, 60) or 'nothing'}`"
        missing = [name for name in fields if not isinstance(error, dict) or name not in error]
        if missing:
            return f"{told_status(run)} without `{missing[0]}` in its body"
        if error.get("status", received.status) != received.status:
            return f"{told_status(run)}, its body says `status` {told(exam, run, error['status'])}"
        return ""

    wanted = f"`{PROBLEM}` with {', '.join(fields)} and a `status` equal to the status line"
    return each(exam, step, wrong, form=True, given=given, good="Errors are problem documents", expected=wanted)


def _fields(error: dict[str, Any]) -> str:
    return one_line(", ".join(sorted(error)) or "none", 80)


CHECKS: tuple[Check[Any], ...] = (
    Check(name="http.header", needs=HttpExam, ask=header),
    Check(
        name="http.media_type",
        needs=HttpExam,
        ask=media_type,
        title="Answers say what they are",
        why="Clients choose how to read a body by its media type",
        fix="Set `Content-Type` on every answer that has a body",
    ),
    Check(
        name="http.no_body",
        needs=HttpExam,
        ask=no_body,
        title="204 has no body",
        why="HTTP forbids it: on a kept connection the bytes are read as the next answer",
        fix="Send 204 with nothing after the headers, or 200 with the body",
    ),
    Check(
        name="http.allow",
        needs=HttpExam,
        ask=allow,
        title="405 says what is allowed",
        why="HTTP requires `Allow` with 405, so that a client learns what it can do",
        fix="Send `Allow` with the methods of the path",
    ),
    Check(
        name="http.json_errors",
        needs=HttpExam,
        ask=json_errors,
        title="Errors are JSON",
        why="A client of a JSON API parses the body: a page of HTML breaks it where it needs the reason most",
        fix="Replace the framework's error pages by one handler that answers JSON",
    ),
    Check(
        name="http.same_error_shape",
        needs=HttpExam,
        ask=same_error_shape,
        title="Errors have one shape",
        why="A client writes one piece of code for errors, not one per endpoint",
        fix="Build every error in one place",
    ),
    Check(
        name="http.problem",
        needs=HttpExam,
        ask=problem,
        title="Errors are problem documents",
        why="The published contract says so, and clients have libraries for it",
        fix="Answer errors as `application/problem+json` with `title` and `status`",
    ),
)

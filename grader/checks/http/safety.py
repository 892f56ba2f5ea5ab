"""Questions about what an answer gives away."""

from __future__ import annotations

import re
from typing import Any

from grader.checks.http.faults import each
from grader.checks.http.runs import Names, judged, texts, told_status
from grader.checks.masking import stable
from grader.evidence.exam import HttpExam, StepRun
from grader.evidence.http import Received
from grader.model import Check, Finding
from grader.visible import one_line

_HTML = ("text/html", "application/xhtml+xml")
_SOURCE = r"(?:py|js|mjs|cjs|ts|java|kt|rb|go|php|cs|rs|ex|scala)"
MOST_SEARCHED = 1 << 17  # characters of an answer; what it tells of the inside it tells at once
# Each takes time in proportion to the text: who answers may have made it to be searched for ever
_TRACES = tuple(
    re.compile(pattern)
    for pattern in (
        r"Traceback \(most recent call last\)",
        r'File "[^"\n]+", line \d+',
        rf"\bat (?:[\w.<>$\[\] ]{{0,200}}\()?[^()\n]{{0,300}}\.{_SOURCE}:\d+",
        r"(?:node_modules|site-packages|dist-packages)/",
        r"\bgoroutine \d+ \[",
        rf"(?<![\w/-])[\w/-]+\.{_SOURCE}:\d+:in ",
        r"\b(?:sqlite3|psycopg2?|asyncpg|sqlalchemy|pymysql|mysql)\.[\w.]{0,100}(?:Error|Exception)",
        r"\b(?:SQLSTATE\[|SQLITE_ERROR|ORA-\d{5}|PG::\w+Error)",
        r'near "[^"\n]*": syntax error',
        r"\bno such (?:column|table): ",
        r"Werkzeug Debugger|wkz-|<title>Error</title>\s*</head>\s*<body>\s*<pre>\w*Error",
    )
)


@judged
def not_echoed(exam: HttpExam, *, step: Names, marker: str, given: Names = ()) -> Finding:
    """Markup from a request does not come back unescaped in a page of HTML."""

    def wrong(run: StepRun, received: Received) -> str:
        said = received.header("content-type").partition(";")[0].strip().lower()
        if said in _HTML and marker in received.body:
            return f"{told_status(run)} as {said}, with `{marker}` in the page"
        return ""

    return each(
        exam, step, wrong, form=True, given=given, good="Markup is not sent back as a page", expected="JSON, or escaped"
    )


@judged
def no_stack_trace(exam: HttpExam, *, step: Names, given: Names = ()) -> Finding:
    """No error tells file names, lines or database errors."""

    def wrong(run: StepRun, received: Received) -> str:
        inside = sorted(texts(received.body))  # in JSON a trace has its quotes escaped
        shown = "\n".join((received.body[:MOST_SEARCHED], *inside))[: 2 * MOST_SEARCHED]
        found = next((match for match in (trace.search(shown) for trace in _TRACES) if match), None)
        return f"{told_status(run)} with `{one_line(stable(found[0]), 90)}`" if found else ""

    return each(
        exam,
        step,
        wrong,
        form=True,
        given=given,
        good="Errors keep the inside to themselves",
        expected="a short reason",
    )


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="http.not_echoed",
        needs=HttpExam,
        ask=not_echoed,
        title="Input does not come back as a page",
        why="Whoever can make a link can run their script in the browser of somebody who follows it",
        fix="Answer JSON, or escape what comes from the request",
    ),
    Check(
        name="http.no_stack_trace",
        needs=HttpExam,
        ask=no_stack_trace,
        title="Errors do not show the inside",
        why="Paths, versions and SQL are a map for an attacker and say nothing to a client",
        fix="Log the exception and answer a short, fixed text",
    ),
)

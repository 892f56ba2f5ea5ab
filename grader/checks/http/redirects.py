"""Questions about redirects: where they lead, and whether every visit comes back."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from grader.checks.http.faults import each
from grader.checks.http.runs import Names, judged, need, same_key, sent_runs, told_status
from grader.checks.http.showing import told
from grader.evidence.exam import HttpExam, StepRun
from grader.evidence.http import Received
from grader.exam.paths import dig
from grader.model import Check, Finding

REDIRECTS = (301, 302, 303, 307, 308)
KEPT_BY_DEFAULT = (200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501)  # RFC 9110, 15.1
_PORTS = {"http": ":80", "https": ":443"}
_FRESH = re.compile(r"\b(?:max-age|s-maxage)\s*=\s*\"?0*[1-9]")
_STALE = re.compile(r"\bno-store\b|\bno-cache\b|\bmax-age\s*=\s*\"?0+\b")


@judged
def redirect(
    exam: HttpExam,
    *,
    step: Names,
    other: str,
    field: str = "url",
    statuses: tuple[int, ...] = REDIRECTS,
    given: Names = (),
) -> Finding:
    """Every answer is a redirect to the address that the request `other` sent in `field`.

    An address is the same when it differs only in what RFC 3986, 6.2.2 and 6.2.3 call equal without decoding anything.
    """
    need(exam, given)
    sent = sent_runs(exam, other)

    def wrong(run: StepRun, received: Received) -> str:
        target = dig(same_key(run, sent).sent_json, field)
        if not isinstance(target, str):
            raise LookupError(f"`{other}` sends no address in `{field}`")  # noqa: TRY004 - a mistake of the pack
        if received.status not in statuses:
            return told_status(run)
        location = received.header("location")
        if same_address(location, target):
            return ""
        seen = f"`Location: {told(exam, run, location, 120)}`" if location else "no `Location`"
        return f"{told_status(run)} with {seen}, not {told(exam, run, target, 120)}"

    codes = ", ".join(map(str, statuses))
    expected = f"one of {codes}, and in `Location` the address exactly as it was sent"
    return each(exam, step, wrong, good="The redirect leads where it should", expected=expected)


@judged
def not_kept(exam: HttpExam, *, step: Names, given: Names = ()) -> Finding:
    """No answer may be reused from a cache without asking again (RFC 9111, 4.2)."""

    def wrong(run: StepRun, received: Received) -> str:
        control = ",".join(value.lower() for name, value in received.headers if name == "cache-control")
        if _STALE.search(control):
            return ""
        if _FRESH.search(control):
            return f"{told_status(run)} with `Cache-Control: {told(exam, run, control)}`"
        if _expires_later(received):
            return f"{told_status(run)} with an `Expires` that lies ahead"
        if received.status in KEPT_BY_DEFAULT:
            return f"{told_status(run)}, which browsers keep, without `Cache-Control`"
        return ""

    expected = "a status that is not kept by itself (302, 303, 307), or `Cache-Control: no-store`"
    return each(exam, step, wrong, form=True, given=given, good="Every visit comes back", expected=expected)


def same_address(left: str, right: str) -> bool:
    """Whether two texts are one address: scheme and host in any case, `/` for an empty path, the default port."""
    return left == right or (bool(left) and _normal(left) == _normal(right))


def _normal(address: str) -> str:
    """An address in one spelling; nothing is decoded. An apostrophe is encoded by browsers, in a query at least."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    if any(ord(letter) < ord("!") for letter in address):
        return address  # splitting would drop control characters
    scheme = parts.scheme.lower()
    host = parts.netloc.lower().removesuffix(_PORTS.get(scheme, ":"))
    rest = parts._replace(scheme=scheme, netloc=host, path=parts.path or "/").geturl().replace("'", "%27")
    return re.sub("%[0-9a-fA-F]{2}", lambda code: code[0].upper(), rest)


def _expires_later(received: Received) -> bool:
    try:
        expires = parsedate_to_datetime(received.header("expires"))
        return expires > parsedate_to_datetime(received.header("date"))
    except (ValueError, TypeError, OverflowError):  # none, one that is no date, or `0`: already over
        return False


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="http.redirect",
        needs=HttpExam,
        ask=redirect,
        title="A redirect leads where it should",
        why="Whoever follows a link ends up somewhere else, or nowhere",
        fix="Answer a redirect whose `Location` is the stored address, unchanged",
    ),
    Check(
        name="http.not_kept",
        needs=HttpExam,
        ask=not_kept,
        title="Answers that may change are not kept by caches",
        why="A browser that keeps the answer never asks again: it misses every change, and nobody sees the visit",
        fix="Use a status that is not kept by itself, or say `Cache-Control: no-store`",
    ),
)

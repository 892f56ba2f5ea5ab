from __future__ import annotations

from typing import Any

import msgspec
import pytest
from exams import JSON, ask, exam, got, outcome, run

from grader.checks import CHECKS
from grader.checks.http import collections
from grader.checks.http.json_values import equal, mark
from grader.checks.http.runs import body
from grader.checks.http.safety import MOST_SEARCHED
from grader.evidence.exam import HttpExam
from grader.exam.paths import MISSING
from grader.exhibits import HttpExhibit
from grader.model import Outcome

THING = {"id": 1, "name": "anchor", "size": 3, "tags": None}
PROBLEM = (("content-type", "application/problem+json"),)


def case(*runs: Any, **options: Any) -> tuple[HttpExam, dict[str, Any]]:
    return exam(*runs), options


def listing(step: str, *ids: int, total: int | None = None, status: int = 200, number: int = 0) -> Any:
    items = [{"id": n, "name": f"n{n:03}", "done": n % 2 == 0} for n in ids]
    return run(step, got(status, {"items": items, "total": total}), f"GET /things?page={number}", number=number)


def made(step: str, *ids: int) -> list[Any]:
    things = [{"id": n, "name": f"n{n:03}", "done": n % 2 == 0} for n in ids]
    return [run(step, got(201, thing), "POST /things", thing, number=n) for n, thing in enumerate(things, 1)]


MADE = made("l.make", 1, 2, 3, 4)
BEFORE = run("s.before", got(200, THING), "GET /things/1")
AFTER = run("s.after", got(200, {**THING, "size": 9}), "GET /things/1")
LATER = {"step": "s.after", "other": "s.before", "path": "at"}
RESTART = {"step": "s.after", "other": "s.before", "restart": "s.off"}
CREATE = run("s.create", got(201, THING), "POST /things", {"name": "anchor", "size": 3})
WRITES = (
    run("r.write", got(200, THING), "PATCH /things/1", {"name": "anchor"}, together=True),
    run("r.write", got(200, THING), "PATCH /things/1", {"size": 4}, together=True),
)


def moved(status: int, to: str = "https://example.org/a%2Fb", control: str = "", **more: str) -> Any:
    headers = {"location": to, "cache-control": control, **more}
    sent = tuple((name.replace("_", "-"), value) for name, value in headers.items() if value)
    return run("k.go", got(status, None, *sent), "GET /abcd")


def in_a_row(*statuses: int, retry: str = "5", round: int = 1, date: str = "") -> list[Any]:
    said = (("retry-after", retry), *((("date", date),) if date else ()))
    return [
        run("q.a", got(status, {}, *(said if status == 429 else JSON)), "POST /things", {}, number=n, round=round)
        for n, status in enumerate(statuses, 1)
    ]


def led(step: str, detour: str, send: str) -> Any:
    direct = run(step, got(200, THING), send)
    return msgspec.structs.replace(direct, exchange=msgspec.structs.replace(direct.exchange, detour=detour))


def at(step: str, clock: str, offset: str = "Z") -> Any:
    return run(step, got(200, {"at": f"2030-01-15T{clock}{offset}"}))


def spanning(start: str, end: str) -> Any:
    return run("s.a", got(200, {"start": start, "end": end}))


def named(*ids: str) -> list[Any]:
    return [run("s.a", got(201, {"id": id_}), "POST /things", {}, number=n) for n, id_ in enumerate(ids, 1)]


def visits(*statuses: int, round: int = 1) -> list[Any]:
    return [run("v.go", got(s, {}), "POST /abcd", number=n, round=round, together=True) for n, s in enumerate(statuses)]


MADE_LINK = run("k.make", got(201, {}), "POST /links", {"url": "https://example.org/a%2Fb"})
SPAN = {"step": "s.a", "start": "start", "end": "end", "seconds": 60}
COUNT = {"step": "v.go", "read": "v.read", "path": "clicks"}

# check, good evidence, bad evidence, words of the message of the bad one
BOTH_WAYS: list[tuple[str, tuple[HttpExam, dict[str, Any]], tuple[HttpExam, dict[str, Any]], str]] = [
    (
        "http.status",
        case(run("s.a", got(201, THING)), step="s.a", expect=(200, 201)),
        case(run("s.a", got(404, {})), step="s.a", expect=(200, 201)),
        "`GET /things` was answered 404 Not Found",
    ),
    (
        "http.accepted",
        case(run("s.a", got(204)), step="s.a"),
        case(run("s.a", got(422, {})), step="s.a"),
        "422",
    ),
    (
        "http.refused",
        case(run("s.a", got(422, {})), step="s.a"),
        case(run("s.a", got(422, {}), variant="x"), run("s.a", got(201, {}), variant="no title"), step="s.a"),
        "no title: `GET /things` was answered 201 Created",
    ),
    (
        "http.not_found",
        case(run("s.a", got(410, {})), step="s.a"),
        case(run("s.a", got(200, {})), step="s.a"),
        "200 OK",
    ),
    (
        "http.never_5xx",
        case(run("s.a", got(201, {})), run("s.a", got(422, {})), step="s.a"),
        case(run("s.a", got(500, {})), run("s.a", got(503, {})), run("s.a", got(200, {})), step="s.a"),
        "2 of 3 requests went wrong",
    ),
    (
        "http.header",
        case(run("s.a", got(201, {}, ("location", "/things/1"))), step="s.a", header="Location", matches="^/things"),
        case(run("s.a", got(201, {})), step="s.a", header="Location"),
        "with no `Location`",
    ),
    (
        "http.media_type",
        case(
            run("s.a", got(200, {}, ("content-type", "Application/JSON; charset=utf-8"))),
            step="s.a",
            expect=("application/json",),
        ),
        case(run("s.a", got(200, {}, ("content-type", "text/html"))), step="s.a", expect=("application/json",)),
        "as `text/html`",
    ),
    (
        "http.no_body",
        case(run("s.a", got(204, None, ("content-length", "0"))), step="s.a"),
        case(run("s.a", got(204, None, ("content-length", "17"))), step="s.a"),
        "a body of 17 bytes",
    ),
    (
        "http.allow",
        case(run("s.a", got(405, None, ("allow", "get, POST"))), step="s.a", holds=("GET", "POST")),
        case(run("s.a", got(405, None, ("allow", "GET"))), step="s.a", holds=("GET", "POST")),
        "lacks POST",
    ),
    (
        "http.json_errors",
        case(run("s.a", got(404, {"detail": "x"})), step="s.a"),
        case(run("s.a", got(404, text="<h1>Not Found</h1>")), step="s.a"),
        "<h1>Not Found</h1>",
    ),
    (
        "http.same_error_shape",
        case(run("s.a", got(404, {"detail": "x"})), run("s.a", got(422, {"detail": [1], "more": 1})), step="s.a"),
        case(run("s.a", got(404, {"message": "x"})), run("s.a", got(422, {"error": "y"})), step="s.a"),
        "with the fields error, others with message",
    ),
    (
        "http.problem",
        case(run("s.a", got(404, {"title": "x", "status": 404}, *PROBLEM)), step="s.a", fields=("title", "status")),
        case(run("s.a", got(404, {"title": "x", "status": 400}, *PROBLEM)), step="s.a"),
        "its body says `status` 400",
    ),
    (
        "http.fields",
        case(run("s.a", got(200, THING)), step="s.a", equals={"size": 3, "tags": "{null}"}),
        case(run("s.a", got(200, THING)), step="s.a", equals={"size": 4, "tags": "{null}"}),
        "`size` is 3, not 4",
    ),
    (
        "http.types",
        case(run("s.a", got(200, THING)), step="s.a", types={"id": "integer", "tags": "array?"}),
        case(run("s.a", got(200, {"id": "1"})), step="s.a", types={"id": "integer", "tags": "array?"}),
        '`id` is "1", no integer; also wrong: tags',
    ),
    (
        "http.round_trip",
        case(CREATE, run("s.read", got(200, THING)), step="s.create", read="s.read"),
        case(CREATE, run("s.read", got(200, {**THING, "size": 0})), step="s.create", read="s.read"),
        "`size` is 0, not 3",
    ),
    (
        "http.ignored",
        case(run("s.a", got(201, {"id": 2}), "POST /things", {"id": 99}), step="s.a", fields=("id",)),
        case(run("s.a", got(201, {"id": 99}), "POST /things", {"id": 99}), step="s.a", fields=("id",)),
        "`id` was set to 99",
    ),
    (
        "http.same",
        case(
            BEFORE, run("s.after", got(200, {**THING, "size": 9})), step="s.after", other="s.before", ignore=("size",)
        ),
        case(BEFORE, run("s.after", got(200, {**THING, "size": 9})), step="s.after", other="s.before"),
        "`size` was 3 and is 9",
    ),
    (
        "http.no_detour",
        case(run("s.a", got(200, THING), "GET /things/1"), step="s.a"),
        case(led("s.a", "/things/1", "GET /things/1/"), step="s.a"),
        "`GET /things/1` is only answered at `/things/1/`",
    ),
    (
        "http.later",
        case(at("s.before", "10:00:00.25"), at("s.after", "10:00:00.26"), **LATER),
        case(at("s.before", "10:00:00.25"), at("s.after", "10:00:00.25"), **LATER),
        "the same as before",
    ),
    (
        "http.survives_restart",
        case(BEFORE, run("s.off", None), run("s.after", got(200, THING)), **RESTART),
        case(BEFORE, run("s.off", None), run("s.after", got(404)), **RESTART),
        "404",
    ),
    (
        "http.equal_answers",
        case(listing("s.a", 1, 2), listing("s.b", 1, 2), step="s.b", other="s.a", path="items"),
        case(listing("s.a", 1, 2), listing("s.b", 2, 1), step="s.b", other="s.a", path="items"),
        "answered differently",
    ),
    (
        "http.distinct",
        case(*made("s.a", 1, 2, 3), step="s.a"),
        case(*made("s.a", 1, 2, 1), step="s.a"),
        "`id` 1 was given twice",
    ),
    (
        "http.kept_all",
        case(*WRITES, run("r.read", got(200, {**THING, "size": 4})), step="r.write", read="r.read"),
        case(*WRITES, run("r.read", got(200, THING)), step="r.write", read="r.read"),
        "was gone afterwards",
    ),
    (
        "http.distinct_together",
        case(*made("s.a", 1, 2, 3), step="s.a"),
        case(*made("s.a", 1, 2, 2), step="s.a"),
        "each with its own `id`",
    ),
    (
        "http.contains",
        case(*MADE, listing("l.all", 1, 2, 3, 4, 5), step="l.all", holds="l.make"),
        case(*MADE, listing("l.all", 1, 2, 4), step="l.all", holds="l.make"),
        "the list lacks",
    ),
    (
        "http.page_complete",
        case(*MADE, listing("l.p", 1, 2, number=1), listing("l.p", 3, 4, number=2), step="l.p", holds="l.make"),
        case(*MADE, listing("l.p", 1, 2, number=1), listing("l.p", 2, 3, number=2), step="l.p", holds="l.make"),
        "1 entries came twice, 1 of 4 never",
    ),
    (
        "http.page_size",
        case(listing("l.p", 1, 2), step="l.p", most=2, least=2),
        case(listing("l.p", 1, 2, 3), step="l.p", most=2),
        "with 3 entries",
    ),
    (
        "http.total",
        case(listing("l.p", 1, 2, total=3, number=1), listing("l.p", 3, total=3, number=2), step="l.p"),
        case(listing("l.p", 1, 2, total=2, number=1), listing("l.p", 3, total=1, number=2), step="l.p"),
        "`total` is 2, not 3",
    ),
    (
        "http.filtered",
        case(*MADE, listing("l.p", 2, 4), step="l.p", field="done", value=True, holds="l.make"),
        case(*MADE, listing("l.p", 1, 2), step="l.p", field="done", value=True, holds="l.make"),
        "1 of 2 entries have another `done` and 1 of 2 entries are missing",
    ),
    (
        "http.sorted",
        case(*MADE, listing("l.p", 9, 4, 3, 2, 1), step="l.p", by="name", among="l.make", descending=True),
        case(*MADE, listing("l.p", 1, 3, 2, 4), step="l.p", by="name", among="l.make"),
        '["n001", "n003", "n002", "n004"]',
    ),
    (
        "http.not_echoed",
        case(run("s.a", got(404, text='{"path": "<b>"}')), step="s.a", marker="<b>"),
        case(run("s.a", got(404, None, ("content-type", "text/html"), text="<p><b></p>")), step="s.a", marker="<b>"),
        "with `<b>` in the page",
    ),
    (
        "http.no_stack_trace",
        case(run("s.a", got(422, {"detail": "at least 1 character, at most 200"})), step="s.a"),
        case(run("s.a", got(500, {"trace": "Traceback (most recent call last):\n  File"})), step="s.a"),
        "Traceback (most recent call last)",
    ),
    (
        "http.redirect",
        case(MADE_LINK, moved(308, "https://Example.org:443/a%2fb"), step="k.go", other="k.make"),
        case(MADE_LINK, moved(302, "https://example.org/a/b"), step="k.go", other="k.make"),
        'with `Location: "https://example.org/a/b"`, not "https://example.org/a%2Fb"',
    ),
    (
        "http.not_kept",
        case(moved(302), moved(301, control="private, no-store"), step="k.go"),
        case(moved(301), step="k.go"),
        "which browsers keep, without `Cache-Control`",
    ),
    (
        "http.limited",
        case(*in_a_row(201, 201, 201, 429, 429), step="q.a", at_least=2, at_most=3),
        case(*in_a_row(201, 201, 201, 429, 429), step="q.a", at_least=2, at_most=2),
        "number 3 of 5 in a row: `POST /things` was answered 201 Created",
    ),
    (
        "http.retry_after",
        case(*in_a_row(201, 429, retry="7"), step="q.a", most=7),
        case(*in_a_row(201, 429, retry="soon"), step="q.a", most=7),
        'with `Retry-After: "soon"`',
    ),
    (
        "http.matches",
        case(run("s.a", got(200, THING)), step="s.a", path="name", matches="[a-z]{4,8}"),
        case(run("s.a", got(200, THING)), step="s.a", path="name", matches="[a-z]{4}"),
        '`name` is "anchor"',
    ),
    (
        "http.seconds_between",
        case(spanning("2026-11-21T11:00:00+01:00", "2026-11-21T10:01:01.5"), **SPAN),
        case(spanning("2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z"), **SPAN),
        "`end` is not 60 seconds after `start`",
    ),
    (
        "http.unguessable",
        case(*named("x7Ka9", "Pq0zR", "mN3vB", "x7Kb2"), step="s.a"),
        case(*named("10009", "10010", "10011", "10012"), step="s.a"),
        "most `id`s are like the one before up to their last 2 characters",
    ),
    (
        "http.counted",
        case(*visits(302, 302), run("v.read", got(200, {"clicks": 2})), **COUNT),
        case(*visits(302, 302), run("v.read", got(200, {"clicks": 1})), **COUNT),
        "not every one of 2 requests sent at the same time was answered and counted in `clicks`",
    ),
    (
        "http.only_one",
        case(*visits(409, 201, 409), step="v.go"),
        case(*visits(201, 201, 409), step="v.go"),
        "not exactly one was accepted",
    ),
]


@pytest.mark.parametrize(("name", "good", "bad", "words"), BOTH_WAYS, ids=[row[0] for row in BOTH_WAYS])
def test_every_check_passes_what_is_right_and_fails_what_is_wrong(
    name: str, good: tuple[HttpExam, dict[str, Any]], bad: tuple[HttpExam, dict[str, Any]], words: str
) -> None:
    assert ask(name, good[0], **good[1]).outcome is Outcome.PASS
    finding = ask(name, bad[0], **bad[1])
    assert finding.outcome is Outcome.FAIL
    assert words in finding.message
    assert finding.expected
    exhibit = finding.exhibits[0]
    assert isinstance(exhibit, HttpExhibit)
    assert "curl" in exhibit.command


def test_every_check_of_the_vocabulary_is_tried_both_ways() -> None:
    elsewhere = {"http.own_contract"}  # needs a document beside the exam: test_own_contract.py
    assert {row[0] for row in BOTH_WAYS} == {name for name in CHECKS if name.startswith("http.")} - elsewhere


@pytest.mark.parametrize(("name", "good"), [(row[0], row[1]) for row in BOTH_WAYS], ids=[row[0] for row in BOTH_WAYS])
def test_no_check_passes_when_the_service_was_gone(name: str, good: tuple[HttpExam, dict[str, Any]]) -> None:
    unsent = [run(old.step, None, variant=old.variant, number=old.number, round=old.round) for old in good[0].runs[2:]]
    evidence = exam(*unsent, died_at="a.b", stopped="the service was gone after `a.b`")
    assert outcome(name, evidence, **good[1]) is Outcome.BLOCKED


@pytest.mark.parametrize(("name", "good"), [(row[0], row[1]) for row in BOTH_WAYS], ids=[row[0] for row in BOTH_WAYS])
def test_no_check_applies_to_a_scenario_that_is_not_part_of_the_run(
    name: str, good: tuple[HttpExam, dict[str, Any]]
) -> None:
    left_out = {old.step.partition(".")[0]: "asked from senior level upwards" for old in good[0].runs[2:]}
    finding = ask(name, exam(left_out=left_out), **good[1])
    assert (finding.outcome, finding.message) == (Outcome.NOT_APPLICABLE, "Asked from senior level upwards")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("http.refused", {}),
        ("http.never_5xx", {}),
        ("http.not_found", {"expect": (200,)}),
        ("http.no_stack_trace", {}),
        ("http.page_size", {"most": 5, "refusal": True}),
    ],
)
def test_nothing_passes_at_a_service_that_refuses_the_valid_request_too(name: str, options: dict[str, Any]) -> None:
    evidence = exam(run("s.valid", got(422, {})), run("s.a", got(422, {})))
    finding = ask(name, evidence, step="s.a", given="s.valid", **options)
    assert (finding.outcome, "422" in finding.message) == (Outcome.BLOCKED, True)


def test_nothing_passes_at_a_service_that_says_yes_to_everything() -> None:
    yes = {"ok": True, "score": 100}
    evidence = HttpExam(
        runs=(
            run("s.create", got(200, yes), "POST /things", {"name": "anchor"}),
            run("s.read", got(200, yes), "GET /things/1"),
            run("s.odd", got(200, yes), "GET /things/odd"),
        )
    )
    finding = ask("http.never_5xx", evidence, step="s.odd", given="s.read")
    assert (finding.outcome, "could ever be read back" in finding.message) == (Outcome.BLOCKED, True)


def test_what_was_read_back_in_a_header_counts_too() -> None:
    evidence = HttpExam(
        runs=(
            run("s.create", got(201, {"slug": "x"}), "POST /links", {"url": "https://example.org/page"}),
            run("s.follow", got(302, None, ("location", "https://example.org/page")), "GET /x"),
        )
    )
    assert outcome("http.status", evidence, step="s.follow", expect=(302,), given="s.create") is Outcome.PASS


def test_a_misspelt_step_is_a_mistake_of_the_pack_and_no_finding() -> None:
    with pytest.raises(LookupError, match=r"s\.reed"):
        ask("http.accepted", exam(BEFORE), step="s.reed")


def test_steps_may_be_named_by_pattern_and_variant() -> None:
    evidence = exam(
        run("s.a", got(200, {}), variant="list"), run("s.a", got(401, {}), variant="read"), run("t.b", got(200, {}))
    )
    assert outcome("http.status", evidence, step="s.a#list", expect=(200,)) is Outcome.PASS
    assert outcome("http.status", evidence, step=("s.*", "t.*"), expect=(200,)) is Outcome.FAIL


def test_the_request_that_kills_the_service_fails_and_what_was_not_sent_after_it_is_left_out() -> None:
    evidence = exam(
        run("s.a", got(422, {}), variant="one"),
        run("s.a", "the connection was closed without a complete HTTP answer", variant="two"),
        run("s.a", None, variant="three"),
        died_at="s.a",
    )
    finding = ask("http.refused", evidence, step="s.a")
    assert (finding.outcome, finding.message.startswith("two: `GET /things` got no answer")) == (Outcome.FAIL, True)


def test_a_question_about_the_form_of_answers_is_blocked_by_a_missing_answer() -> None:
    evidence = exam(run("s.a", got(404, {"e": 1})), run("s.a", "no answer within 10 s"))
    assert outcome("http.json_errors", evidence, step="s.a") is Outcome.BLOCKED


def test_too_large_a_body_may_be_answered_by_closing_the_connection_but_not_by_dying() -> None:
    closed = run("s.a", "the connection was reset", "POST /things")
    refused = {"step": "s.a", "expect": (413,), "may_close": True}
    assert outcome("http.refused", exam(closed), **refused) is Outcome.PASS
    assert outcome("http.refused", exam(closed, died_at="s.a"), **refused) is Outcome.FAIL
    assert outcome("http.refused", exam(closed), step="s.a", expect=(413,)) is Outcome.FAIL


def test_true_is_not_one_and_one_is_one_point_zero() -> None:
    assert outcome("http.fields", exam(run("s.a", got(200, {"x": True}))), step="s.a", equals={"x": 1}) is Outcome.FAIL
    assert outcome("http.fields", exam(run("s.a", got(200, {"x": 1.0}))), step="s.a", equals={"x": 1}) is Outcome.PASS


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("time", ["2026-11-21T10:00:00Z", "2026-11-21 10:00:00.123456789+00:00", "2026-11-21T10:00:00"], ["today", 5]),
        ("date", ["2028-02-29"], ["2027-02-29", "2028-02-29T00:00:00", None]),
        ("integer", [0, -5], [True, 1.5, "1"]),
        ("boolean?", [None, False], [0, "false"]),
        ("id", [7, "a1"], [None, "", True]),
    ],
)
def test_kinds_of_values(kind: str, good: list[Any], bad: list[Any]) -> None:
    def of(value: Any) -> Outcome:
        return outcome("http.types", exam(run("s.a", got(200, {"x": value}))), step="s.a", types={"x": kind})

    assert {of(value) for value in good} == {Outcome.PASS}
    assert {of(value) for value in bad} == {Outcome.FAIL}


def test_a_page_past_the_end_that_is_refused_ends_the_walk_and_is_asked_elsewhere() -> None:
    pages = [
        *MADE,
        listing("l.p", 1, 2, number=1),
        listing("l.p", 3, 4, number=2),
        listing("l.p", status=404, number=3),
    ]
    assert outcome("http.page_complete", exam(*pages), step="l.p", holds="l.make") is Outcome.PASS
    assert outcome("http.page_size", exam(listing("l.p", status=404)), step="l.p", most=0) is Outcome.FAIL


def test_a_limit_that_is_too_large_may_be_refused_or_brought_into_range() -> None:
    asked = {"step": "l.p", "most": 2, "refusal": True}
    assert outcome("http.page_size", exam(listing("l.p", status=422)), **asked) is Outcome.PASS
    assert outcome("http.page_size", exam(listing("l.p", 1, 2)), **asked) is Outcome.PASS
    assert outcome("http.page_size", exam(listing("l.p", 1, 2, 3)), **asked) is Outcome.FAIL


def test_only_own_entries_decide_the_order() -> None:
    pages = [*MADE, listing("l.p", 1, 2, 9, 3, 4)]
    assert outcome("http.sorted", exam(*pages), step="l.p", by="id", among="l.make") is Outcome.PASS


def test_entries_that_lack_what_they_are_sorted_by_are_in_no_order() -> None:
    page = run("l.p", got(200, {"items": [{"id": 1, "name": "n001"}, {"id": 2}]}), "GET /things")
    finding = ask("http.sorted", exam(*made("l.make", 1, 2), page), step="l.p", by="name", among="l.make")
    assert finding.outcome is Outcome.FAIL
    assert "nothing" in finding.message


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("http.page_complete", {"holds": "l.make"}),
        ("http.filtered", {"field": "done", "value": True, "holds": "l.make"}),
        ("http.sorted", {"by": "id", "among": "l.make"}),
    ],
)
def test_no_two_entries_of_a_list_are_compared_with_each_other(
    monkeypatch: pytest.MonkeyPatch, name: str, options: dict[str, Any]
) -> None:
    compared: list[int] = []

    def counted(left: Any, right: Any) -> bool:
        compared.append(1)
        return equal(left, right)

    monkeypatch.setattr(collections, "equal", counted)
    ids = range(1, 2001)
    ask(name, exam(*made("l.make", 1, 2, 3, 4), listing("l.p", *ids)), step="l.p", **options)
    assert len(compared) < 2 * len(ids)


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), ("a", "a"), ([1, {"b": 2}], [1, {"b": 2}]), (None, None)])
def test_equal_values_have_one_mark(one: Any, other: Any) -> None:
    assert mark(one) == mark(other)
    assert len({mark(value) for value in (1, True, "1", None, [1], {"a": 1})}) == 6


def test_the_list_must_show_entries_as_they_are_and_forget_deleted_ones() -> None:
    thing = run("s.read", got(200, {"id": 1, "name": "n001", "done": True}))
    shown = ask("http.contains", exam(thing, listing("l.all", 1)), step="l.all", holds="s.read")
    assert (shown.outcome, "`done` is true alone and false in the list" in shown.message) == (Outcome.FAIL, True)
    gone = run("s.create", got(201, {"id": 1}), captured={"id": 1})
    assert outcome("http.contains", exam(gone, listing("l.all", 1)), step="l.all", lacks="s.create") is Outcome.FAIL
    assert outcome("http.contains", exam(gone, listing("l.all", 2)), step="l.all", lacks="s.create") is Outcome.PASS


def test_fields_that_are_the_servers_may_also_be_refused() -> None:
    evidence = exam(run("s.a", got(422, {}), "POST /things", {"id": 99}))
    assert outcome("http.ignored", evidence, step="s.a", fields=("id",)) is Outcome.PASS


def test_lost_changes_count_only_when_they_happen_often_enough() -> None:
    rounds = [
        step
        for number, size in ((1, 3), (2, 4), (3, 4))
        for step in (
            run("r.write", got(200, THING), "PATCH /things/1", {"size": 4}, round=number, together=True),
            run("r.read", got(200, {**THING, "size": size}), round=number),
        )
    ]
    asked = {"step": "r.write", "read": "r.read"}
    assert outcome("http.kept_all", exam(*rounds), **asked, rounds=2) is Outcome.PASS
    assert outcome("http.kept_all", exam(*rounds), **asked, rounds=1) is Outcome.FAIL


def test_a_change_that_was_refused_need_not_be_there() -> None:
    conflict = run("r.write", got(409, {}), "PATCH /things/1", {"name": "other"}, together=True)
    evidence = exam(WRITES[0], conflict, run("r.read", got(200, THING)))
    assert outcome("http.kept_all", evidence, step="r.write", read="r.read") is Outcome.PASS


def test_a_service_that_does_not_come_back_after_a_restart_fails_there() -> None:
    off = run("s.off", None)
    evidence = exam(BEFORE, off, run("s.after", None), died_at="s.off")
    finding = ask("http.survives_restart", evidence, step="s.after", other="s.before", restart="s.off")
    assert (finding.outcome, finding.message.startswith("The service did not come back")) == (Outcome.FAIL, True)


@pytest.mark.parametrize("text", ["at ", "a", "/a", "sqlite3.", "at a(", "-"])
def test_an_answer_made_to_be_searched_for_ever_is_searched_soon(text: str) -> None:
    """Without bounds one of them takes minutes."""
    long = text * (4 * MOST_SEARCHED // len(text))
    assert outcome("http.no_stack_trace", exam(run("s.a", got(400, text=long))), step="s.a") is Outcome.PASS


def test_no_stack_trace_knows_the_traces_of_many_languages_and_no_plain_reason() -> None:
    traces = [
        "    at Object.handle (/app/src/server.js:10:5)",
        "at /app/node_modules/express/lib/router.js:284:15",
        "at com.example.TodoController.create(TodoController.java:42)",
        "goroutine 17 [running]:",
        "app/models/todo.rb:12:in `save'",
        "sqlite3.OperationalError: no such column: price",
        "SQLSTATE[42S22]: Column not found",
    ]
    for trace in traces:
        assert outcome("http.no_stack_trace", exam(run("s.a", got(500, text=trace))), step="s.a") is Outcome.FAIL, trace
    plain = "title at index 0: String should have at least 1 character; look at line 2 of the body"
    assert outcome("http.no_stack_trace", exam(run("s.a", got(422, text=plain))), step="s.a") is Outcome.PASS


def test_headers_of_an_answer_are_found_whatever_their_parameters() -> None:
    html = got(404, None, ("content-type", "text/html; charset=utf-8"), text="<script>x</script>")
    assert outcome("http.not_echoed", exam(run("s.a", html)), step="s.a", marker="<script>") is Outcome.FAIL
    assert got(200, {}, *JSON).header("content-type") == "application/json"


@pytest.mark.parametrize("depth", [200, 900, 100_000])
def test_a_body_nested_without_end_is_no_json_to_ask_about(depth: int) -> None:
    deep = '{"id": ' + "[" * depth + "]" * depth + "}"
    assert body(run("a.b", got(200, text=deep))) is MISSING
    assert body(run("a.b", got(200, {"id": [[1]]}))) == {"id": [[1]]}


@pytest.mark.parametrize(
    ("to", "same"),
    [
        ("https://example.org/", True),
        ("HTTPS://EXAMPLE.org:443", True),
        ("https://example.org//", False),
        ("http://example.org", False),
        ("https://example.org:8443", False),
        ("https://example.org/\r\nX-Evil: 1", False),
        ("//example.org", False),
        ("https://[example.org", False),
        ("", False),
    ],
)
def test_an_address_is_the_same_in_other_letters_but_never_another_one(to: str, *, same: bool) -> None:
    make = run("k.make", got(201, {}), "POST /links", {"url": "https://example.org"})
    found = outcome("http.redirect", exam(make, moved(302, to)), step="k.go", other="k.make")
    assert (found is Outcome.PASS) is same


def test_a_redirect_to_something_that_was_never_sent_is_a_mistake_of_the_pack() -> None:
    with pytest.raises(LookupError, match="sends no address in `uri`"):
        ask("http.redirect", exam(MADE_LINK, moved(302)), step="k.go", other="k.make", field="uri")


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (moved(302, control="public, max-age=3600"), True),
        (moved(302, control="max-age=0, must-revalidate"), False),
        (moved(301, control="private"), True),
        (moved(302, expires="Sat, 21 Nov 2026 11:00:00 GMT", date="Sat, 21 Nov 2026 10:00:00 GMT"), True),
        (moved(302, expires="Mon, 01 Jan 99999999999999999999 00:00:00 GMT", date="now"), False),
        (moved(302, expires="0", date="Sat, 21 Nov 2026 10:00:00 GMT"), False),
    ],
)
def test_what_a_browser_keeps_is_told_by_status_and_headers(answer: Any, *, wrong: bool) -> None:
    assert (outcome("http.not_kept", exam(answer), step="k.go") is Outcome.FAIL) is wrong


def test_a_limit_that_one_row_passed_by_chance_is_no_fault() -> None:
    asked = {"step": "q.a", "at_least": 1, "at_most": 1, "rounds": 2}
    good, late = in_a_row(201, 429, 429), in_a_row(201, 201, 429, round=2)
    assert outcome("http.limited", exam(*good, *late), **asked) is Outcome.PASS
    assert outcome("http.limited", exam(*late, *in_a_row(201, 201, 429, round=3)), **asked) is Outcome.FAIL


@pytest.mark.parametrize("statuses", [(429, 429, 429), (201, 500, 429), (201, 429, 201)])
def test_a_limit_is_wrong_too_early_too_late_or_with_another_status(statuses: tuple[int, ...]) -> None:
    assert outcome("http.limited", exam(*in_a_row(*statuses)), step="q.a", at_least=1, at_most=2) is Outcome.FAIL


@pytest.mark.parametrize(
    ("retry", "date", "wrong"),
    [
        ("Sat, 21 Nov 2026 10:00:05 GMT", "Sat, 21 Nov 2026 10:00:00 GMT", False),
        ("Sat, 21 Nov 2026 11:00:05 GMT", "Sat, 21 Nov 2026 10:00:00 GMT", True),
        ("Sat, 21 Nov 2026 10:00:05 GMT", "", False),
        ("0", "", False),
        ("8", "", True),
        ("-1", "", True),
        ("1.5", "", True),
        ("", "", True),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "", True),
        ("Sat, 21 Nov 2026 10:00:05 GMT", "Sat, 21 Nov 2026 10:00:00 +99999999999999", False),
    ],
)
def test_when_to_come_back_is_seconds_or_a_date(retry: str, date: str, *, wrong: bool) -> None:
    evidence = exam(*in_a_row(201, 429, retry=retry, date=date))
    assert (outcome("http.retry_after", evidence, step="q.a", most=7) is Outcome.FAIL) is wrong


def test_without_a_refusal_nothing_is_said_about_when_to_come_back() -> None:
    assert outcome("http.retry_after", exam(*in_a_row(201, 201)), step="q.a", most=7) is Outcome.BLOCKED


def test_a_time_that_is_none_is_no_time_between() -> None:
    assert outcome("http.seconds_between", exam(spanning("now", "later")), **SPAN) is Outcome.FAIL


def test_two_names_alike_by_chance_are_no_counter_and_too_few_say_nothing() -> None:
    assert outcome("http.unguessable", exam(*named("aaab", "aaac", "zzxx", "kqpw")), step="s.a") is Outcome.PASS
    assert outcome("http.unguessable", exam(*named("1001", "1002")), step="s.a") is Outcome.BLOCKED


def test_who_came_first_is_never_told() -> None:
    counts = ask("http.counted", exam(*visits(302, 302), run("v.read", got(200, {"clicks": 1}))), **COUNT)
    others = ask("http.counted", exam(*visits(302, 500), run("v.read", got(200, {"clicks": 9}))), **COUNT)
    assert (counts.message, counts.exhibits) == (others.message, others.exhibits)
    ones = [ask("http.only_one", exam(*visits(*order)), step="v.go") for order in ((201, 201, 409), (409, 201, 201))]
    assert ones[0].message == ones[1].message
    assert outcome("http.only_one", exam(*visits(409, 409)), step="v.go") is Outcome.BLOCKED
    assert outcome("http.only_one", exam(*visits(201, 500)), step="v.go") is Outcome.FAIL


def test_chance_counts_only_when_it_happens_often_enough() -> None:
    rounds = [
        step
        for number, clicks in ((1, 2), (2, 1))
        for step in (*visits(302, 302, round=number), run("v.read", got(200, {"clicks": clicks}), round=number))
    ]
    assert outcome("http.counted", exam(*rounds), **COUNT, rounds=2) is Outcome.PASS
    twice = [*visits(201, 201), *visits(201, 409, round=2)]
    assert outcome("http.only_one", exam(*twice), step="v.go", rounds=2) is Outcome.PASS
    assert outcome("http.only_one", exam(*twice), step="v.go", rounds=1) is Outcome.FAIL


def test_a_store_that_keeps_whole_seconds_may_show_the_same_second_again_but_never_an_earlier_one() -> None:
    seconds = exam(at("s.before", "10:00:00"), at("s.after", "10:00:00"))
    assert outcome("http.later", seconds, **LATER) is Outcome.PASS
    earlier = exam(at("s.before", "10:00:00"), at("s.after", "09:59:59"))
    assert outcome("http.later", earlier, **LATER) is Outcome.FAIL
    elsewhere = exam(at("s.before", "10:00:00.5"), at("s.after", "12:00:00.6", "+02:00"))
    assert outcome("http.later", elsewhere, **LATER) is Outcome.PASS
    no_time = exam(at("s.before", "10:00:00"), run("s.after", got(200, {"at": "soon"})))
    assert outcome("http.later", no_time, **LATER) is Outcome.BLOCKED

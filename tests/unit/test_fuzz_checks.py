from __future__ import annotations

import msgspec
import pytest

from grader.checks.fuzz import accepts_valid, conforms, keeps_answering, no_5xx, refuses_invalid
from grader.evidence.fuzz import FuzzFailure, FuzzRun, FuzzRuns, OperationTally
from grader.evidence.http import Exchange, Received, Sent
from grader.exhibits import HttpExhibit, RowsExhibit
from grader.model import Outcome

LIST, MAKE, READ, CHANGE = "GET /todos", "POST /todos", "GET /todos/{id}", "PATCH /todos/{id}"
MADE = Exchange(
    sent=Sent(method="POST", target="/todos", headers={"Content-Type": "application/json"}, body='{"title": "Milk"}'),
    received=Received(status=201, body='{"id": 7}'),
)


def failure(
    code: str, operation: str, status: int, *, count: int = 1, gone: bool = False, place: str = "", keyword: str = ""
) -> FuzzFailure:
    method, path = operation.split()
    template = path.replace("{id}", "$ID") if "{id}" in path and not gone else ""
    return FuzzFailure(
        code=code,
        operation=operation,
        status=status,
        place=place,
        keyword=keyword,
        count=count,
        example=Exchange(
            sent=Sent(method=method, target=path.replace("{id}", "1"), template=template),
            received=Received(status=status, body='{"id": 1234567, "at": "2026-11-21T10:00:00Z"}'),
        ),
    )


def tally(operation: str, **statuses: int) -> OperationTally:
    return OperationTally(operation=operation, statuses={key.strip("_"): count for key, count in statuses.items()})


REACHED = (tally(LIST, _200=4), tally(MAKE, _201=3, _422=2), tally(READ, _200=1, _404=3), tally(CHANGE, _200=2))


def runs(*failures: FuzzFailure, operations: tuple[OperationTally, ...] = REACHED, **more: object) -> FuzzRuns:
    run = FuzzRun(name="accept", operations=operations, failures=failures, prepared=MADE, items=1, ids=("7",))
    return FuzzRuns(runs=(msgspec.structs.replace(run, **more),))


def test_a_service_without_failures_passes_everything() -> None:
    fuzzed = runs()
    for ask in (no_5xx, conforms, accepts_valid, refuses_invalid, keeps_answering):
        found = ask(fuzzed)
        assert (found.outcome, found.score) == (Outcome.PASS, 1.0), ask
    assert no_5xx(fuzzed).message == "none of 15 requests to 4 operations was answered with a 5xx"


@pytest.mark.parametrize(
    ("ask", "code", "status"),
    [(no_5xx, "ST101", 500), (conforms, "ST103", 418), (accepts_valid, "ST202", 422), (refuses_invalid, "ST201", 200)],
)
def test_each_check_asks_about_its_own_codes_and_costs_once_per_operation(ask: object, code: str, status: int) -> None:
    fuzzed = runs(failure(code, MAKE, status, count=9))
    outcomes = {other: other(fuzzed).outcome for other in (no_5xx, conforms, accepts_valid, refuses_invalid)}
    assert outcomes == {
        other: Outcome.FAIL if other is ask else Outcome.PASS
        for other in (no_5xx, conforms, accepts_valid, refuses_invalid)
    }
    found = next(other(fuzzed) for other in outcomes if other is ask)
    assert found.score == 0.75
    assert MAKE in found.message
    assert found.expected


def test_a_failure_shows_the_request_the_answer_and_a_command_that_makes_the_item_first() -> None:
    found = no_5xx(runs(failure("ST101", CHANGE, 500), failure("ST101", READ, 500)))
    example, table = found.exhibits
    assert isinstance(example, HttpExhibit)
    assert example.request.startswith("PATCH /todos/$ID")
    assert example.response.startswith("500 Internal Server Error")
    assert example.command.startswith("ID=$(curl -sS -X POST http://127.0.0.1:8000/todos")
    assert example.command.endswith('curl -sS -i -X PATCH "http://127.0.0.1:8000/todos/${ID}"')
    assert isinstance(table, RowsExhibit)
    assert [row[0] for row in table.rows] == [CHANGE, READ]


def test_what_had_been_deleted_is_not_made_first() -> None:
    found = no_5xx(runs(failure("ST101", READ, 500, gone=True)))
    example = found.exhibits[0]
    assert isinstance(example, HttpExhibit)
    assert example.command == "curl -sS -i http://127.0.0.1:8000/todos/1"


def test_nothing_that_differs_between_two_runs_is_shown() -> None:
    example = conforms(runs(failure("ST108", MAKE, 201, place="at", keyword="type"))).exhibits[0]
    assert isinstance(example, HttpExhibit)
    assert "2026-11-21" not in example.response
    assert "1234567" not in example.response


@pytest.mark.parametrize("body", ['{"id": "x7Ka9Q", "self": "/x7Ka9Q"}', '{"id": true}', '["x"]', ""])
def test_a_random_name_given_by_the_shown_request_is_masked(body: str) -> None:
    made = failure("ST201", MAKE, 201)
    made = msgspec.structs.replace(
        made, example=msgspec.structs.replace(made.example, received=Received(status=201, body=body))
    )
    example = refuses_invalid(runs(made)).exhibits[0]
    assert isinstance(example, HttpExhibit)
    assert example.response.count("<id>") == body.count("x7Ka9Q")


def test_the_same_fault_on_several_operations_is_told_once() -> None:
    broken = [failure("ST108", operation, 200, place="id", keyword="type") for operation in (LIST, READ, CHANGE)]
    found = conforms(runs(*broken))
    assert found.message == (
        f"the answers of 3 of 4 operations break the contract: `type` is broken at id ({LIST}, {READ}, {CHANGE})"
    )
    assert found.score == 0.25


@pytest.mark.parametrize("cause", ["ST101", "ST401"])
def test_what_another_failure_explains_is_not_counted_again(cause: str) -> None:
    assert conforms(runs(failure(cause, MAKE, 500), failure("ST103", MAKE, 500))).outcome is Outcome.PASS


def test_a_refused_valid_request_is_not_counted_again_as_an_unlisted_status() -> None:
    fuzzed = runs(failure("ST202", MAKE, 409), failure("ST103", MAKE, 409))
    assert conforms(fuzzed).outcome is Outcome.PASS
    assert accepts_valid(fuzzed).outcome is Outcome.FAIL


def test_the_same_status_elsewhere_explains_nothing() -> None:
    assert conforms(runs(failure("ST101", MAKE, 500), failure("ST103", LIST, 500))).outcome is Outcome.FAIL


def test_a_pack_may_ask_about_fewer_codes_and_runs() -> None:
    fuzzed = runs(failure("ST107", MAKE, 201))
    assert conforms(fuzzed, codes=("ST103",)).outcome is Outcome.PASS
    assert conforms(fuzzed, runs=("accept",)).outcome is Outcome.FAIL
    assert conforms(fuzzed, runs=("another",)).outcome is Outcome.UNDECIDED


def test_a_service_that_accepts_nothing_earns_nothing() -> None:
    refusing = (tally(LIST, _404=4), tally(MAKE, _404=5))
    for ask in (no_5xx, conforms, accepts_valid, refuses_invalid):
        assert ask(runs(operations=refusing)).outcome is Outcome.BLOCKED, ask


def test_a_service_that_gives_the_same_answer_to_everybody_earns_nothing() -> None:
    fuzzed = runs(items=3, ids=("1", "1", "1"))
    for ask in (no_5xx, conforms, accepts_valid, refuses_invalid, keeps_answering):
        assert ask(fuzzed).outcome is Outcome.BLOCKED, ask
    found = conforms(runs(failure("ST108", MAKE, 201), items=1, ids=()))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0)


def test_an_operation_that_accepts_nothing_earns_nothing() -> None:
    found = refuses_invalid(runs(operations=(tally(MAKE, _201=1, _422=9), tally(CHANGE, _404=10))))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0.5)
    assert found.message == f"nothing is known of {CHANGE}: no valid request was accepted there"


def test_a_run_our_side_ended_is_undecided_whatever_was_found() -> None:
    fuzzed = runs(failure("ST101", MAKE, 500), ended="grader", reason="schemathesis stopped before its end")
    for ask in (no_5xx, conforms, accepts_valid, refuses_invalid, keeps_answering):
        assert ask(fuzzed).outcome is Outcome.UNDECIDED, ask


def test_a_service_that_stops_answering_fails_once_and_blocks_the_rest() -> None:
    last = Exchange(sent=Sent(method="POST", target="/todos", body="{}"), error="the connection ended")
    fuzzed = runs(ended="service", reason="the connection ended", unanswered=last)
    found = keeps_answering(fuzzed)
    assert (found.outcome, found.message) == (Outcome.FAIL, "POST /todos: the connection ended")
    assert isinstance(found.exhibits[0], HttpExhibit)
    for ask in (no_5xx, conforms, accepts_valid, refuses_invalid):
        assert ask(fuzzed).outcome is Outcome.BLOCKED, ask


def test_what_was_found_before_the_service_stopped_still_counts() -> None:
    fuzzed = runs(failure("ST101", MAKE, 500), ended="service", reason="the connection ended")
    assert no_5xx(fuzzed).outcome is Outcome.FAIL


def test_without_any_run_nothing_is_decided() -> None:
    for ask in (no_5xx, conforms, accepts_valid, refuses_invalid, keeps_answering):
        assert ask(FuzzRuns()).outcome is Outcome.UNDECIDED, ask


def test_saved_evidence_gives_the_same_finding() -> None:
    fuzzed = runs(failure("ST101", CHANGE, 500), failure("ST108", LIST, 200, place="items/*/id", keyword="type"))
    again = msgspec.json.decode(msgspec.json.encode(fuzzed), type=FuzzRuns)
    assert [ask(fuzzed) for ask in (no_5xx, conforms)] == [ask(again) for ask in (no_5xx, conforms)]

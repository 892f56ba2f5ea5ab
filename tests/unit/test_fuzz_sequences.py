from __future__ import annotations

import json
from typing import Any

import pytest

from grader.checks.fuzz import forgets_deleted, keeps_created, no_5xx
from grader.collectors.fuzz.lines import SequenceLine, read_lines
from grader.collectors.fuzz.report import run_of
from grader.collectors.fuzz.sequences import Asked, asked, digest
from grader.evidence.fuzz import FuzzRun, FuzzRuns
from grader.exhibits import HttpExhibit
from grader.model import Outcome

PATHS = ("/todos", "/todos/{id}")
FINISHED = {"kind": "finished", "reason": "completed", "requests": "of the tool"}


def step(
    method: str, status: int, *, after: int | None = None, name: str = "7", codes: dict[str, list[int]] | None = None
) -> dict[str, Any]:
    path = "/todos" if after is None else f"/todos/{name}"
    body = json.dumps({"title": method}) if method in ("POST", "PUT", "PATCH") else ""
    return {
        "operation": f"{method} {'/todos' if after is None else '/todos/{id}'}",
        "request": {"method": method, "target": path, "headers": {}, "size": len(body), "text": body},
        "answer": {"status": status, "headers": [], "body": json.dumps({"id": name}), "cut": False},
        "waited": 0.0,
        "after": after,
        "taken": [] if after is None else [{"name": "id", "expression": "$response.body#/id", "value": name}],
        "failures": [
            {"code": code, "place": "", "keyword": "", "headers": [], "chain": chain}
            for code, chain in (codes or {}).items()
        ],
    }


def sequence(*steps: dict[str, Any]) -> SequenceLine:
    (line,) = read_lines(json.dumps({"kind": "sequence", "steps": steps}) + "\n")
    assert isinstance(line, SequenceLine)
    return line


def run(*sequences: tuple[dict[str, Any], ...]) -> FuzzRun:
    lines = [{"kind": "sequence", "steps": steps} for steps in sequences] + [FINISHED]
    return run_of("stateful", read_lines("".join(json.dumps(line) + "\n" for line in lines)), paths=PATHS)


def undead(name: str = "7") -> tuple[dict[str, Any], ...]:
    """A deleted item that can still be read."""
    broken = step("GET", 200, after=0, name=name, codes={"ST301": [0, 1, 2]})
    return step("POST", 201, name=name), step("DELETE", 204, after=0, name=name), broken


def test_what_a_service_calls_its_items_changes_neither_digest_nor_finding() -> None:
    number, word = run(undead()), run(undead("8f3a-99b1-c0ffee"))
    assert number.requests == word.requests != "of the tool"
    assert forgets_deleted(FuzzRuns(runs=(number,))).message == forgets_deleted(FuzzRuns(runs=(word,))).message
    assert "8f3a" not in repr(forgets_deleted(FuzzRuns(runs=(word,))))


def test_the_digest_knows_methods_bodies_and_what_follows_what() -> None:
    one = [step("POST", 201), step("POST", 201), step("GET", 200, after=0)]
    other = [step("POST", 201), step("POST", 201), step("GET", 200, after=1)]
    patched = [step("POST", 201), step("POST", 201), step("PATCH", 200, after=0)]
    assert len({digest([sequence(*steps)]) for steps in (one, other, patched)}) == 3
    assert digest([]) == ""


def test_a_finding_shows_everything_that_leads_to_it() -> None:
    found = forgets_deleted(FuzzRuns(runs=(run(undead()),)))
    assert (found.outcome, found.score) == (Outcome.FAIL, 0)
    assert found.message == "a deleted item was still there: status 200 after it was deleted (GET /todos/{id})"
    (exhibit,) = found.exhibits
    assert isinstance(exhibit, HttpExhibit)
    made, deleted, asked_again = exhibit.command.split("\n")
    assert made.startswith("ID=$(curl -sS -X POST")
    assert made.endswith("| jq -r .id)")
    assert '-X DELETE "http://127.0.0.1:8000/todos/${ID}"' in deleted
    assert asked_again == 'curl -sS -i "http://127.0.0.1:8000/todos/${ID}"'


def test_a_5xx_shows_the_changes_before_it_whatever_the_tool_says_about_them() -> None:
    broken = step("PATCH", 500, after=0, codes={"ST101": [0, 2]})
    found = no_5xx(FuzzRuns(runs=(run((step("POST", 201), step("DELETE", 204, after=0), broken)),)))
    (exhibit,) = found.exhibits
    assert isinstance(exhibit, HttpExhibit)
    assert [line.partition("-X ")[2].split()[0] for line in exhibit.command.split("\n")] == ["POST", "DELETE", "PATCH"]


def test_of_equal_findings_the_shortest_sequence_is_shown() -> None:
    longer = (step("POST", 201), step("PUT", 200, after=0), *undead()[1:2], undead()[2])
    chained = (*longer[:3], step("GET", 200, after=0, codes={"ST301": [0, 1, 2, 3]}))
    (failure,) = run(chained, undead()).failures
    assert (failure.count, len(failure.before)) == (2, 2)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((step("POST", 201), step("GET", 200, after=0)), Asked(made=1)),
        ((step("POST", 422), step("GET", 404, after=0)), Asked()),
        ((step("POST", 201), step("PUT", 200, after=0), step("GET", 200, after=0)), Asked(made=1)),
        ((step("POST", 201), step("DELETE", 204, after=0), step("GET", 404, after=0)), Asked(made=1, deleted=1)),
        ((step("POST", 201), step("DELETE", 204, after=0), step("PUT", 404, after=0)), Asked(made=1)),
        ((step("POST", 201), step("DELETE", 404, after=0), step("GET", 200, after=0)), Asked(made=2)),
        (  # the new one may have the name of the old one
            (step("POST", 201), step("DELETE", 204, after=0), step("POST", 201), step("GET", 200, after=0)),
            Asked(made=1),
        ),
    ],
)
def test_only_requests_that_can_show_something_count(steps: tuple[dict[str, Any], ...], expected: Asked) -> None:
    assert asked(sequence(*steps)) == expected


def test_a_service_that_was_asked_nothing_has_shown_nothing() -> None:
    fuzzed = FuzzRuns(runs=(run((step("POST", 401), step("POST", 401))),))
    assert forgets_deleted(fuzzed).outcome is keeps_created(fuzzed).outcome is Outcome.BLOCKED


def test_a_right_service_passes_both() -> None:
    fuzzed = FuzzRuns(runs=(run((step("POST", 201), step("DELETE", 204, after=0), step("GET", 404, after=0))),))
    assert forgets_deleted(fuzzed).outcome is keeps_created(fuzzed).outcome is Outcome.PASS


def test_an_item_that_was_never_stored_is_found() -> None:
    lost = (step("POST", 201), step("GET", 404, after=0, codes={"ST302": [0, 1]}))
    found = keeps_created(FuzzRuns(runs=(run(lost),)))
    assert found.outcome is Outcome.FAIL
    assert (
        found.message == "an item that had just been made was not found: status 404 after it was made (GET /todos/{id})"
    )
    assert forgets_deleted(FuzzRuns(runs=(run(lost),))).outcome is Outcome.BLOCKED


@pytest.mark.parametrize(("ended", "outcome"), [("grader", Outcome.UNDECIDED), ("service", Outcome.BLOCKED)])
def test_a_run_that_did_not_end_decides_nothing(ended: Any, outcome: Outcome) -> None:
    fuzzed = FuzzRuns(runs=(FuzzRun(name="stateful", ended=ended, reason="why", asked_made=3, asked_deleted=3),))
    assert forgets_deleted(fuzzed).outcome is keeps_created(fuzzed).outcome is outcome


def test_without_such_a_run_nothing_is_decided() -> None:
    assert keeps_created(FuzzRuns(), runs=("stateful",)).outcome is Outcome.UNDECIDED

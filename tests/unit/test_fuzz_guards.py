"""Each deduction that was once made on a correct service, and what keeps it from being made again."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.challenge import load_challenge
from grader.checks import CHECKS
from grader.checks.fuzz import conforms
from grader.collectors import COLLECTORS
from grader.collectors.fuzz.collector import settings_of
from grader.collectors.fuzz.contract import read_contract
from grader.evidence.fuzz import FuzzFailure, FuzzRun, FuzzRuns, OperationTally
from grader.evidence.http import Exchange, Sent
from grader.model import Challenge, Level, Outcome

PACK = Path(__file__).parents[2] / "challenges" / "todo-api"
ALL_METHODS = (("GET", "PUT", "PATCH", "DELETE"), ("GET", "POST"))
RUNS = ("accept", "reject", "stateful")
every_run = pytest.mark.parametrize("name", RUNS)


@pytest.fixture(scope="module")
def challenge() -> Challenge:
    return load_challenge(PACK, collectors=COLLECTORS, checks=CHECKS)


@pytest.fixture(scope="module")
def plans(challenge: Challenge) -> dict[str, Any]:
    (use,) = [use for use in challenge.collect if use.name == "schemathesis"]
    return {plan.name: plan for plan in use.options["runs"]}


@pytest.fixture(scope="module")
def set_to(plans: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: tomllib.loads(settings_of(plans[name], seed=1, token="t")) for name in RUNS}


@pytest.fixture(scope="module")
def contracts(plans: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: read_contract(PACK, "openapi.yaml", plans[name].overlay) for name in RUNS}


def schemas(contract: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = contract["components"]["schemas"]
    return found


def sent_schemas(contract: dict[str, Any]) -> list[dict[str, Any]]:
    """Every schema of what is sent, with its alternatives."""
    parts = [schemas(contract)[name] for name in ("Title", "Description", "DueDate")]
    return parts + [choice for part in parts for choice in part.get("anyOf", ())]


@every_run
def test_01_no_type_list_with_null_has_a_format(contracts: dict[str, Any], name: str) -> None:
    assert not [s for s in sent_schemas(contracts[name]) if isinstance(s.get("type"), list) and "format" in s]


@pytest.mark.parametrize("name", ["accept", "stateful"])
@pytest.mark.parametrize("body", ["TodoCreate", "TodoReplace", "TodoPatch"])
def test_02_no_unknown_field_is_sent_where_all_must_be_accepted(
    contracts: dict[str, Any], name: str, body: str
) -> None:
    assert schemas(contracts[name])[body]["additionalProperties"] is False


@pytest.mark.parametrize("body", ["TodoCreate", "TodoReplace", "TodoPatch"])
def test_03_an_unknown_field_is_no_reason_to_refuse(contracts: dict[str, Any], body: str) -> None:
    assert schemas(contracts["reject"])[body].get("additionalProperties", True) is True


def test_04_what_a_framework_coerces_is_not_asked_to_be_refused(contracts: dict[str, Any]) -> None:
    wide = schemas(contracts["reject"])
    for schema in (wide["Title"], wide["Description"], wide["DueDate"]):
        assert {"string", "number", "boolean"} <= set(schema["type"])
    for body in ("TodoCreate", "TodoReplace", "TodoPatch"):
        assert {"boolean", "number", "string"} <= set(wide[body]["properties"]["completed"]["type"])


def test_05_no_parameter_out_of_range_is_asked_to_be_refused(contracts: dict[str, Any]) -> None:
    paths = contracts["reject"]["paths"]
    operations = [part for item in paths.values() for part in (item, *item.values()) if isinstance(part, dict)]
    assert [part["parameters"] for part in operations if part.get("parameters")] == []


@every_run
def test_06_allow_and_other_methods_are_not_asked(set_to: dict[str, Any], name: str) -> None:
    assert set_to[name]["phases"]["coverage"]["unexpected-methods"] == []
    assert set_to[name]["checks"]["enabled"] is False
    assert "allow_header_conformance" not in set_to[name]["checks"]


def test_07_every_refusal_a_framework_may_give_is_listed(contracts: dict[str, Any]) -> None:
    published = yaml.safe_load((PACK / "openapi.yaml").read_text(encoding="utf-8"))
    for item in published["paths"].values():
        for method, operation in item.items():
            if method == "parameters":
                continue
            body = {"413", "415"} if "requestBody" in operation else set()
            assert {"400", "401", "422"} | body <= set(operation["responses"])
            assert "default" not in operation["responses"], "it would blind the check"
    for item in contracts["reject"]["paths"].values():
        assert all(
            "4XX" in part["responses"] for part in item.values() if isinstance(part, dict) and "responses" in part
        )


@pytest.mark.parametrize(("cause", "effect"), [("ST101", "ST103"), ("ST401", "ST103"), ("ST101", "ST108")])
def test_08_one_root_cause_is_counted_once(cause: str, effect: str) -> None:
    asked = Exchange(sent=Sent(method="GET", target="/todos"))
    failures = tuple(
        FuzzFailure(code=code, operation="GET /todos", status=500, example=asked) for code in (cause, effect)
    )
    tally = OperationTally(operation="GET /todos", statuses={"200": 1, "500": 1})
    assert conforms(FuzzRuns(runs=(FuzzRun(name="a", operations=(tally,), failures=failures),))).outcome is Outcome.PASS


@pytest.mark.parametrize("name", ["accept", "stateful"])
def test_09_text_that_must_be_accepted_is_plain(contracts: dict[str, Any], set_to: dict[str, Any], name: str) -> None:
    text = schemas(contracts[name])["Title"]
    for odd in (" ", "", " a", "a ", "a\x00b", "a\tb", "ä", "🎉"):
        assert re.search(text["pattern"], odd) is None, odd
    assert set_to[name]["generation"]["codec"] == "ascii"
    assert set_to[name]["generation"]["allow-x00"] is False


@pytest.mark.parametrize("name", ["accept", "stateful"])
def test_10_days_that_must_be_accepted_are_of_this_century(contracts: dict[str, Any], name: str) -> None:
    (day,) = [choice for choice in schemas(contracts[name])["DueDate"]["anyOf"] if choice["type"] == "string"]
    for odd in ("0001-01-01", "1899-12-31", "2100-01-01", "2028-02-29"):
        assert re.search(day["pattern"], odd) is None
    assert re.search(day["pattern"], dt.date(2031, 2, 28).isoformat())


def test_11_no_length_is_near_where_ways_to_count_differ(contracts: dict[str, Any]) -> None:
    assert schemas(contracts["accept"])["Title"]["maxLength"] * 2 < 200
    assert schemas(contracts["reject"])["Title"]["maxLength"] >= 200 * 1.5


def test_12_how_something_is_refused_is_not_graded(set_to: dict[str, Any]) -> None:
    assert {"3xx", "4xx"} <= set(set_to["reject"]["checks"]["negative_data_rejection"]["expected-statuses"])


@every_run
def test_13_nothing_comes_from_answers_code_or_earlier_runs(set_to: dict[str, Any], name: str) -> None:
    phases = set_to[name]["phases"]
    assert not any(phases[phase]["extra-data-sources"]["responses"] for phase in ("examples", "coverage", "fuzzing"))
    assert phases["fuzzing"]["error-feedback"]["enabled"] is False
    assert phases["stateful"]["inference"]["algorithms"] == []
    assert phases["stateful"]["link-calibration"] is False
    assert set_to[name]["analysis"]["constants"]["enabled"] is False
    assert set_to[name]["cache"]["enabled"] is False
    assert set_to[name]["generation"]["database"] == "none"


def test_14_each_run_asks_in_one_direction_only(set_to: dict[str, Any]) -> None:
    on = {
        name: {check for check, value in set_to[name]["checks"].items() if isinstance(value, dict) and value["enabled"]}
        for name in RUNS
    }
    assert "negative_data_rejection" not in on["accept"]
    assert "positive_data_acceptance" not in on["reject"]
    assert on["stateful"] == {"not_a_server_error", "use_after_free", "ensure_resource_availability"}
    assert not {"use_after_free", "ensure_resource_availability"} & (on["accept"] | on["reject"])


@every_run
def test_15_one_worker_loses_no_operation(set_to: dict[str, Any], name: str) -> None:
    assert set_to[name]["workers"] == 1


@every_run
def test_16_warnings_are_no_findings(set_to: dict[str, Any], name: str) -> None:
    assert set_to[name]["warnings"] is False


def test_17_what_a_framework_decides_by_itself_is_scored_at_senior_level_only(challenge: Challenge) -> None:
    asked = {
        use.id: use
        for use in challenge.checks.values()
        if use.options.get("step") in ("http.media", "wrong.strict") or use.options.get("holds") in ALL_METHODS
    }
    assert asked
    assert {use.level for use in asked.values() if use.weight} == {Level.SENIOR}


def test_a_stateful_run_informs_and_never_scores(challenge: Challenge) -> None:
    uses = [use for use in challenge.checks.values() if "stateful" in (use.options.get("runs") or ())]
    assert {use.check for use in uses} == {"fuzz.forgets_deleted", "fuzz.keeps_created"}
    assert not any(use.weight for use in uses)


def test_only_the_stateful_phase_runs_in_a_stateful_run(set_to: dict[str, Any]) -> None:
    for name in RUNS:
        enabled = {phase for phase, value in set_to[name]["phases"].items() if value["enabled"]}
        assert enabled == ({"stateful"} if name == "stateful" else {"examples", "coverage", "fuzzing"})

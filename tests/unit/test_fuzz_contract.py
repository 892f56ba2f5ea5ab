from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.collectors.fuzz.contract import merged, read_contract
from grader.collectors.fuzz.settings import Mode, settings
from grader.errors import OurFault

PACK = Path(__file__).parents[2] / "challenges" / "todo-api"


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_rfc_7386_hold(target: Any, patch: Any, result: Any) -> None:
    assert merged(target, patch) == result


def test_merging_leaves_the_contract_as_it_was() -> None:
    target = {"a": {"b": 1}}
    merged(target, {"a": {"b": 2}})
    assert target == {"a": {"b": 1}}


def write(root: Path, name: str, text: str) -> str:
    (root / name).write_text(text, encoding="utf-8")
    return name


def test_without_a_token_the_contract_asks_for_none(tmp_path: Path) -> None:
    contract = (
        "security: [{bearerAuth: []}]\npaths:\n  /a:\n    parameters: []\n    get: {security: [{x: []}], tags: [a]}\n"
    )
    name = write(tmp_path, "openapi.yaml", contract)
    assert read_contract(tmp_path, name, secured=False) == {"paths": {"/a": {"parameters": [], "get": {"tags": ["a"]}}}}
    assert "security" in read_contract(tmp_path, name)


@pytest.mark.parametrize("text", [None, "[1]", "a: [", "\x00"])
def test_an_unreadable_contract_is_our_fault(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        write(tmp_path, "openapi.yaml", text)
    with pytest.raises(OurFault, match="E241"):
        read_contract(tmp_path, "openapi.yaml")


@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize("examples", [0, 20])
def test_the_settings_are_toml_and_keep_adaptive_sources_off(mode: Mode, examples: int) -> None:
    headers = {"Authorization": "Bearer abc"}
    parsed = tomllib.loads(
        settings(seed=7, mode=mode, examples=examples, seconds=15, headers=headers, agent="client/1.0", host="x:1")
    )
    assert (parsed["seed"], parsed["workers"], parsed["max-redirects"]) == (7, 1, 0)
    assert parsed["headers"]["Authorization"] == "Bearer abc"
    assert parsed["phases"]["fuzzing"]["enabled"] is bool(examples)
    assert parsed["phases"]["stateful"]["enabled"] is False
    sources = [
        parsed["phases"][phase]["extra-data-sources"]["responses"] for phase in ("examples", "coverage", "fuzzing")
    ]
    assert sources == [False, False, False]
    assert parsed["phases"]["fuzzing"]["error-feedback"]["enabled"] is False
    assert parsed["checks"]["positive_data_acceptance"]["enabled"] is (mode == "positive")
    assert parsed["checks"]["negative_data_rejection"]["enabled"] is (mode == "negative")


@pytest.fixture(scope="module")
def derived() -> dict[str, dict[str, Any]]:
    return {name: read_contract(PACK, "openapi.yaml", f"fuzz/{name}.overlay.yaml") for name in ("accept", "reject")}


def test_every_overlay_key_meets_the_contract_it_changes() -> None:
    """A misspelt name in an overlay would add something new instead of changing what is there."""
    published = yaml.safe_load((PACK / "openapi.yaml").read_text(encoding="utf-8"))
    for name in ("accept", "reject"):
        overlay = yaml.safe_load((PACK / "fuzz" / f"{name}.overlay.yaml").read_text(encoding="utf-8"))
        assert set(overlay) <= set(published)
        for part in ("schemas", "responses"):
            assert set(overlay["components"][part]) <= set(published["components"][part])
        removed = {path for path, item in overlay["paths"].items() if item is None}
        new = set(overlay["paths"]) - set(published["paths"])
        assert removed <= set(published["paths"])
        assert new <= {"/todos/1"}
        for path in set(overlay["paths"]) - removed - new:
            assert set(overlay["paths"][path]) <= set(published["paths"][path])


def test_the_wide_contract_accepts_all_that_the_narrow_one_sends(derived: dict[str, dict[str, Any]]) -> None:
    """Nothing may be asked to be accepted and refused at once."""
    validator = pytest.importorskip("jsonschema_rs")
    wide = derived["reject"]["components"]
    bodies = [
        {"title": "Buy milk", "completed": False, "description": None, "due_date": None},
        {"title": "a", "completed": True, "description": "Two litres, please.", "due_date": "2028-02-28"},
        {"title": "x" * 92, "completed": False},
    ]
    for name in ("TodoCreate", "TodoReplace", "TodoPatch"):
        for contract in (derived["accept"]["components"], wide):
            schema = {"$ref": f"#/components/schemas/{name}", "components": contract}
            assert [body for body in bodies if not validator.is_valid(schema, body)] == []

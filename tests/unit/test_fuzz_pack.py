from __future__ import annotations

from pathlib import Path

import pytest

from grader.collectors.fuzz.collector import Plan
from grader.collectors.fuzz.items import Item
from grader.collectors.fuzz.pack import inspect
from grader.errors import UsageError
from grader.model import Vocabulary

CONTRACT = "paths:\n  /things: {get: {}}\n  /things/{id}: {get: {}}\n"


def looked(root: Path, overlay: str, *, item: str = "/things", twice: bool = False) -> Vocabulary:
    (root / "api.yaml").write_text(CONTRACT)
    (root / "more.yaml").write_text(overlay)
    plan = Plan(name="accept", overlay="more.yaml", mode="positive", examples=1)
    runs = (plan, plan) if twice else (plan,)
    return inspect(root, {"contract": "api.yaml", "runs": runs, "item": Item(path=item, json={})})


def test_checks_may_name_the_runs(tmp_path: Path) -> None:
    assert looked(tmp_path, "paths: {/things/1: {get: {}}}").names == ("accept",)


@pytest.mark.parametrize("overlay", ["a: [", "3", "paths: {/thing: {get: {}}}", "paths: 3"])
def test_a_patch_that_is_wrong_is_a_mistake_of_the_pack(tmp_path: Path, overlay: str) -> None:
    with pytest.raises(UsageError, match="E101"):
        looked(tmp_path, overlay)


def test_items_are_made_at_a_path_of_the_contract_and_runs_have_a_name_each(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="items are made at `/thngs`"):
        looked(tmp_path, "{}", item="/thngs")
    with pytest.raises(UsageError, match="two runs"):
        looked(tmp_path, "{}", twice=True)


@pytest.mark.parametrize("answer", ["{'201': {links: {Read: {operationId: read}}}}", "{'201': {}}"])
def test_a_run_that_follows_links_needs_some(tmp_path: Path, answer: str) -> None:
    (tmp_path / "api.yaml").write_text(f"paths: {{/things: {{post: {{responses: {answer}}}}}}}\n")
    (tmp_path / "more.yaml").write_text("{}\n")
    plan = Plan(name="following", overlay="more.yaml", mode="stateful", examples=1)
    options = {"contract": "api.yaml", "runs": (plan,)}
    if "links" in answer:
        assert inspect(tmp_path, options).names == ("following",)
    else:
        with pytest.raises(UsageError, match="the contract has none"):
            inspect(tmp_path, options)

from __future__ import annotations

import pytest

from grader import pipeline
from grader.cli.shown import LEGEND, shown
from grader.model import Visibility
from grader.packs import find_pack


def test_the_files_for_a_candidate_are_listed_for_every_level() -> None:
    pack = pipeline.load(find_pack("slow-query"))
    lines = "\n".join(shown(pack, whole=False)).removeprefix((pack.root / "brief.md").read_text().rstrip()).splitlines()
    listed = {line.strip().removeprefix(f"{pack.root}/") for line in lines[: lines.index("Rubric")]}
    assert {"brief.md", "data/shop/data.sql", "exercises/junior/plan.txt", "exercises/senior/original.sql"} <= listed
    assert not any("reference" in line for line in listed)


@pytest.mark.parametrize("name", ["todo-api", "url-shortener", "ecommerce-schema", "slow-query"])
def test_private_checks_are_counted_and_named_only_when_asked_for(name: str) -> None:
    pack = pipeline.load(find_pack(name))
    private = {use.id: use for use in pack.checks.values() if use.visibility is Visibility.PRIVATE}
    brief = (pack.root / "brief.md").read_text().rstrip()
    usual = "\n".join(shown(pack, whole=False)).removeprefix(brief)
    whole = "\n".join(shown(pack, whole=True)).removeprefix(brief)
    assert LEGEND in usual
    for id_, use in private.items():
        assert f"    {id_} " not in usual
        assert use.title not in usual
        assert f"    {id_} " in whole
    hidden = [gate.title for gate in pack.gates if set(gate.checks) & set(private)]
    assert not any(f"Gate: {title} (" in usual for title in hidden)
    assert all(f"Gate: {title} (" in whole for title in hidden)
    counted = [int(line.split()[1]) for line in usual.splitlines() if line.endswith(" private")]
    assert sum(counted) == len(private)

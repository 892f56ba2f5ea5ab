from __future__ import annotations

from pathlib import Path

import pytest

from grader import pipeline
from grader.cli.shown import LEGEND, handed_out, shown
from grader.model import Visibility
from grader.packs import find_pack


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("todo-api", {"brief.md", "openapi.yaml"}),
        ("url-shortener", {"brief.md", "openapi.yaml"}),
        ("ecommerce-schema", {"brief.md"}),
        (
            "slow-query",
            {"brief.md", "exercises/mid/original.sql", "data/shop/schema.sql", "data/shop/data.sql"},
        ),
    ],
)
def test_the_files_for_a_candidate_are_those_that_the_brief_names(name: str, files: set[str]) -> None:
    root = find_pack(name)
    assert {file.relative_to(root).as_posix() for file in handed_out(root)} == files


def test_a_word_that_only_ends_like_a_file_names_no_file(tmp_path: Path) -> None:
    (tmp_path / "brief.md").write_text("Hand in my-query.sql and `query.sqlite`.")
    (tmp_path / "query.sql").write_text("")
    (tmp_path / "challenge.toml").write_text("")
    assert handed_out(tmp_path) == [tmp_path / "brief.md"]


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

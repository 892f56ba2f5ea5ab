from __future__ import annotations

from pathlib import Path

import pytest
from rubrics import CHECKS, COLLECTORS

from grader.challenge import digest, load_challenge
from grader.errors import UsageError
from grader.model import Challenge, Level, Severity, Visibility
from grader.packs import find_pack

PACK = """\
id = "tiny"
title = "Tiny"
version = "1.0"
answered_by = ["*.txt"]

[bands]
mid = 60

[[collect]]
use = "numbers"
with = { start = 3 }

[[criterion]]
id = "main"
title = "Main"
points = 100

[[criterion.check]]
id = "enough"
use = "at_least"
with = { name = "start", floor = 2 }
brief = "There is enough of it."
severity = "minor"
visibility = "public"

[[criterion.check]]
id = "plenty"
use = "at_least"
with = { name = "start", floor = 9 }
brief = "There is enough of it."
level = "senior"
explained_by = ["enough"]

[[gate]]
id = "some"
title = "Some"
checks = ["enough"]
cap = "junior"
"""


def load(root: Path, text: str = PACK, brief: str = "# Tiny\n\nThere is\nenough of **it**.\n") -> Challenge:
    root.mkdir(exist_ok=True)
    (root / "challenge.toml").write_text(text)
    if brief:
        (root / "brief.md").write_text(brief)
    return load_challenge(root, collectors=COLLECTORS, checks=CHECKS)


def refused(root: Path, old: str, new: str) -> str:
    assert old in PACK
    with pytest.raises(UsageError) as caught:
        load(root, PACK.replace(old, new, 1))
    problem = caught.value.problem
    return f"{problem.code} {problem.where.rpartition('challenge.toml')[2]} {problem.what}\n{problem.snippet}"


def test_a_pack_becomes_records(tmp_path: Path) -> None:
    pack = load(tmp_path / "tiny")
    enough, plenty = pack.criteria[0].checks
    assert (pack.id, pack.bands.mid, pack.bands.junior, pack.collect[0].options) == ("tiny", 60.0, 50.0, {"start": 3})
    assert (enough.severity, enough.visibility, enough.level) == (Severity.MINOR, Visibility.PUBLIC, Level.JUNIOR)
    assert (enough.title, enough.fix, plenty.explained_by) == ("Enough of it", "Add some", ("enough",))
    assert pack.gates[0].cap == "junior"


def test_toml_that_is_none_shows_line_and_caret(tmp_path: Path) -> None:
    told = refused(tmp_path / "t", "points = 100", "points = = 100")
    assert told.startswith("E101 :16:")
    assert "points = = 100" in told
    assert "^" in told


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("floor = 2", "flor = 2", "unknown key `flor` in `with` of `at_least`"),
        ("severity =", "sevrity =", "unknown key `sevrity`"),
        ("[bands]", "[band]", "unknown key `band`"),
        ("cap =", "cup =", "unknown key `cup`"),
        ('use = "numbers"', 'use = "number"', "no collector `number`"),
        ('use = "at_least"', 'use = "at_leest"', "no check `at_leest`"),
        ('name = "start", floor = 2', "floor = 2", "needs the option `name`"),
        ("floor = 2", 'floor = "two"', "Expected `int`"),
        ('severity = "minor"', 'severity = "bad"', "check `enough`"),
        ('id = "plenty"', 'id = "enough"', "two checks are called `enough`"),
        ('explained_by = ["enough"]', 'explained_by = ["enogh"]', "unknown check `enogh`"),
        ('checks = ["enough"]', 'checks = ["enogh"]', "unknown check `enogh`"),
        ('cap = "junior"', 'cap = "top"', "no band `top`"),
        ('brief = "There is enough of it."', 'brief = "Nobody said so."', "no sentence of brief.md"),
        ('brief = "There is enough of it."\nseverity', "severity", "has no `brief`"),
        ("points = 100", 'points = "many"', "criterion `main`"),
    ],
)
def test_every_mistake_is_refused_in_words(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert message in refused(tmp_path / "t", old, new)


def test_a_misspelt_option_says_which_was_meant_and_where(tmp_path: Path) -> None:
    told = refused(tmp_path / "t", "floor = 2", "flor = 2")
    assert ":21:26" in told
    assert "^^^^ did you mean `floor`?" in told


def test_a_check_whose_evidence_nobody_collects_is_refused(tmp_path: Path) -> None:
    text = PACK.replace('use = "at_least"\nwith = { name = "start", floor = 9 }', 'use = "says"\nwith = { word = "x" }')
    with pytest.raises(UsageError, match="needs `Words`, which nothing here collects"):
        load(tmp_path / "t", text)


def test_a_pack_without_a_brief_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has no brief\.md"):
        load(tmp_path / "t", brief="")


def test_an_unknown_challenge_is_answered_with_a_near_name(tmp_path: Path) -> None:
    load(tmp_path / "tiny")
    with pytest.raises(UsageError) as caught:
        find_pack("tini", tmp_path)
    assert (caught.value.code, caught.value.problem.help) == ("E105", "did you mean `tiny`?")
    assert find_pack("tiny", tmp_path) == tmp_path / "tiny"
    assert find_pack(str(tmp_path / "tiny")) == tmp_path / "tiny"


def test_a_folder_that_is_no_pack_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has no challenge\.toml"):
        find_pack(str(tmp_path))


def test_the_digest_names_contents_and_paths(tmp_path: Path) -> None:
    load(tmp_path / "a")
    load(tmp_path / "b")
    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    (tmp_path / "b" / "more.txt").write_text("x")
    assert digest(tmp_path / "a") != digest(tmp_path / "b")

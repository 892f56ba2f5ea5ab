from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from rubrics import CHECKS, COLLECTORS

from grader.challenge import digest, load_challenge
from grader.errors import UsageError
from grader.model import Challenge, Level, Options, Severity, Visibility, Vocabulary

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


def asking(question: str) -> tuple[str, str]:
    """An edit of the pack that lets its first check ask."""
    return 'severity = "minor"', f'severity = "minor"\nquestion = {{ {question} }}'


def test_a_pack_becomes_records(tmp_path: Path) -> None:
    pack = load(tmp_path / "tiny")
    enough, plenty = pack.criteria[0].checks
    assert (pack.id, pack.bands.mid, pack.bands.junior, pack.collect[0].options) == ("tiny", 60.0, 50.0, {"start": 3})
    assert (enough.severity, enough.visibility, enough.level) == (Severity.MINOR, Visibility.PUBLIC, Level.JUNIOR)
    assert (enough.title, enough.fix, plenty.explained_by) == ("Enough of it", "Add some", ("enough",))
    assert pack.gates[0].cap == "junior"


def test_what_to_listen_for_may_be_one_text_or_one_for_each_level(tmp_path: Path) -> None:
    for listen_for, heard in (
        ('"x"', ["x", "x", "x"]),
        ('{ junior = "a", mid = "b", senior = "c" }', ["a", "b", "c"]),
    ):
        text = PACK.replace(*asking(f'ask = "Why?", listen_for = {listen_for}'))
        question = load(tmp_path / "tiny", text).checks["enough"].question
        assert question is not None
        assert [question.sought(level) for level in Level] == heard


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
        ("points = 100", 'points = "100"', "criterion `main`: Expected `float`, got `str`"),
        ("points = 100", "points = 110", "sum to 110, not 100"),
        ("points = 100", "points = -100", "points are 0 or more"),
        ("mid = 60", "mid = 60\njunior = 80", "must rise from 0 to 100: junior 80, mid 60, senior 85"),
        ("mid = 60", "senior = 101", "must rise from 0 to 100"),
        ('level = "senior"', 'level = "senior"\nweight = -3', "a weight is 0 (informs only) or more"),
        ("[[gate]]", "[gate]", "`gate` must be a list of tables"),
        ("with = { start = 3 }", "with = 3", "must be a table"),
        (*asking('aks = "Why?"'), "unknown key `aks` in `question` of check `enough`"),
        (*asking('ask = "Why?"'), "`question` of check `enough`: Object missing required field `listen_for`"),
        (*asking('ask = "", listen_for = "x"'), "`ask` in `question` of check `enough` is empty"),
        (*asking('ask = "Why?", listen_for = { junor = "x" }'), "unknown key `junor` in `listen_for`"),
        (*asking('ask = "Why?", listen_for = { junior = "x", mid = "y" }'), "missing required field `senior`"),
        (*asking('ask = "Why?", listen_for = { junior = "x", mid = "", senior = "z" }'), "`listen_for` in `question`"),
        (*asking('ask = "Why?", listen_for = "x", route = "/todos"'), "`route` in `question` of check `enough`"),
    ],
)
def test_every_mistake_is_refused_in_words(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert message in refused(tmp_path / "t", old, new)


def test_a_misspelt_option_says_which_was_meant_and_where(tmp_path: Path) -> None:
    told = refused(tmp_path / "t", "floor = 2", "flor = 2")
    assert ":21:26" in told
    assert "^^^^ did you mean `floor`?" in told


def test_the_caret_is_under_the_wrong_value_and_not_under_the_same_word_elsewhere(tmp_path: Path) -> None:
    told = refused(tmp_path / "t", 'severity = "minor"', 'severity = "minr"  # not "minr"')
    assert told.startswith("E101 :23:13 check `enough`")
    assert "did you mean `minor`?" in told
    text = PACK.replace('id = "tiny"', '# severity = "minr"\nid = "tiny"').replace(
        'severity = "minor"', 'severity = "minr"'
    )
    with pytest.raises(UsageError) as caught:
        load(tmp_path / "t", text)
    assert caught.value.problem.where.endswith("challenge.toml:24:13")
    assert caught.value.problem.help == "one of: blocker, major, minor, note"


def test_an_invented_quote_is_answered_with_the_nearest_sentence(tmp_path: Path) -> None:
    text = PACK.replace('brief = "There is enough of it."', 'brief = "There was enough."', 1)
    with pytest.raises(UsageError) as caught:
        load(tmp_path / "t", text, brief="# Tiny\n\nNothing is asked. There is\nenough of **it**.\n")
    assert caught.value.problem.help == "the nearest one: There is enough of **it**."


def with_words(root: Path, options: str, *, words: Vocabulary) -> None:
    collector = msgspec.structs.replace(COLLECTORS["numbers"], inspect=lambda _root, _options: words)
    root.mkdir(exist_ok=True)
    (root / "challenge.toml").write_text(PACK.replace('name = "start", floor = 9', options))
    (root / "brief.md").write_text("There is enough of it.")
    load_challenge(root, collectors={**COLLECTORS, "numbers": collector}, checks=CHECKS)


@pytest.mark.parametrize("name", ["start", "st*", "stop.*"])
def test_a_name_that_a_collector_knows_is_taken(tmp_path: Path, name: str) -> None:
    words = Vocabulary(options=frozenset({"name"}), types=(str,), names=("start", "stop.a"))
    with_words(tmp_path / "t", f'name = "{name}"', words=words)


@pytest.mark.parametrize("name", ["strat", "stpo.*"])
def test_a_name_that_no_collector_knows_is_refused_when_the_pack_is_loaded(tmp_path: Path, name: str) -> None:
    words = Vocabulary(options=frozenset({"name"}), types=(str,), names=("start", "stop.a"))
    with pytest.raises(UsageError, match="check `plenty`: there is no") as caught:
        with_words(tmp_path / "t", f'name = "{name}"', words=words)
    assert caught.value.exit_code == 2
    assert "challenge.toml:29:18" in caught.value.problem.where
    assert "did you mean `st" in caught.value.problem.snippet


def test_an_option_of_another_type_holds_no_names(tmp_path: Path) -> None:
    words = Vocabulary(options=frozenset({"name"}), types=(tuple[str, ...],), names=("other",))
    with_words(tmp_path / "t", 'name = "start"', words=words)


def test_a_placeholder_that_nothing_draws_is_refused(tmp_path: Path) -> None:
    words = Vocabulary(names=(), values=frozenset({"word:a"}))
    with pytest.raises(UsageError, match=r"there is no value `\{word:b\}`"):
        with_words(tmp_path / "t", 'name = "{word:b}"', words=words)
    with_words(tmp_path / "t", 'name = "{word:a}"', words=words)
    with_words(tmp_path / "t", 'name = "{word:b}"', words=Vocabulary())


def test_a_collector_that_refuses_its_files_refuses_the_pack(tmp_path: Path) -> None:
    def broken(root: Path, options: Options) -> Vocabulary:
        raise UsageError("E101", f"{root.name} {options['start']} is broken")

    collector = msgspec.structs.replace(COLLECTORS["numbers"], inspect=broken)
    load(tmp_path / "t")
    with pytest.raises(UsageError, match="t 3 is broken"):
        load_challenge(tmp_path / "t", collectors={**COLLECTORS, "numbers": collector}, checks=CHECKS)


def test_a_check_whose_evidence_nobody_collects_is_refused(tmp_path: Path) -> None:
    text = PACK.replace('use = "at_least"\nwith = { name = "start", floor = 9 }', 'use = "says"\nwith = { word = "x" }')
    with pytest.raises(UsageError, match="needs `Words`, which nothing here collects"):
        load(tmp_path / "t", text)


def test_a_pack_without_a_brief_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has no brief\.md"):
        load(tmp_path / "t", brief="")


@pytest.mark.parametrize("name", ["challenge.toml", "brief.md"])
def test_a_file_that_is_no_text_is_a_mistake_of_the_pack(tmp_path: Path, name: str) -> None:
    load(tmp_path / "t")
    (tmp_path / "t" / name).write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot be read"):
        load_challenge(tmp_path / "t", collectors=COLLECTORS, checks=CHECKS)


def test_the_digest_names_contents_and_paths(tmp_path: Path) -> None:
    load(tmp_path / "a")
    load(tmp_path / "b")
    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    (tmp_path / "b" / "more.txt").write_text("x")
    assert digest(tmp_path / "a") != digest(tmp_path / "b")

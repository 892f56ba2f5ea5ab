"""Variants of reference answers: read, refused where they are wrong, and made."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import pipeline
from grader.errors import UsageError
from grader.model import Level
from grader.packs import find_pack
from grader.validation.answers import Answer, answers
from grader.validation.variants import Variant, variants

EXPECTED = "[mid]\nscore = [100, 100]\n"
MUTANT = """
[[mutant]]
name = "no-total"
fault = "the list does not count"
fails = ["total"]
blocked = ["pages"]

[[mutant.change]]
file = "src/main.py"
old = "count()"
new = "0"
"""
EQUIVALENT = """
[[equivalent]]
name = "reworded"
why = "texts are free"
levels = ["junior", "mid"]

[[equivalent.change]]
file = "src/main.py"
old = "hello"
new = "good day"

[[equivalent.change]]
file = "notes/more.md"
new = "more"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "good-one"
    (root / "src").mkdir(parents=True)
    (root / "expected.toml").write_text(EXPECTED)
    (root / "src" / "main.py").write_text("total = count()\nprint('hello')\r\nx = 1\nx = 1\n", newline="")
    (tmp_path / "variants").mkdir()
    return tmp_path


def read(folder: Path, text: str, name: str = "good-one") -> list[Variant]:
    (folder / "variants" / f"{name}.toml").write_text(text)
    return variants(folder, answers(folder), ("total", "pages"))


def test_the_folder_of_variants_is_no_answer(folder: Path) -> None:
    assert [answer.name for answer in answers(folder)] == ["good-one"]
    assert variants(folder, answers(folder), ()) == []


def test_a_mutant_names_what_must_see_it_and_an_equivalent_loses_nothing(folder: Path) -> None:
    mutant, same = read(folder, MUTANT + EQUIVALENT)
    assert (mutant.name, mutant.good, set(mutant.expected)) == ("good-one/no-total", False, {Level.MID})
    assert (mutant.expected[Level.MID].fails, mutant.expected[Level.MID].blocked) == (("total",), ("pages",))
    assert (same.good, set(same.expected)) == (True, {Level.JUNIOR, Level.MID})
    assert same.expected[Level.MID].score == (100.0, 100.0)
    assert set(same.at([Level.SENIOR]).expected) == {Level.SENIOR}


def test_only_what_a_variant_edits_differs_and_line_ends_stay(folder: Path) -> None:
    mutant, same = read(folder, MUTANT + EQUIVALENT)
    with mutant.made() as root:
        assert root.name == "no-total"
        assert (root / "src" / "main.py").read_bytes() == b"total = 0\nprint('hello')\r\nx = 1\nx = 1\n"
        assert not (root / "expected.toml").exists()
    assert not root.exists()
    with same.made() as root:
        assert b"good day" in (root / "src" / "main.py").read_bytes()
        assert (root / "notes" / "more.md").read_text() == "more"


def test_an_edit_may_build_on_the_one_before_it(folder: Path) -> None:
    second = '\n[[mutant.change]]\nfile = "src/main.py"\nold = "total = 0"\nnew = "total = 1"\n'
    with read(folder, MUTANT + second)[0].made() as root:
        assert b"total = 1" in (root / "src" / "main.py").read_bytes()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (MUTANT.replace("count()", "counts()"), "`old` stands 0 times in `src/main.py`, not once"),
        (MUTANT.replace("count()", "x = 1"), "`old` stands 2 times"),
        (MUTANT.replace("main.py", "other.py"), "there is no file `src/other.py`"),
        (MUTANT.replace('old = "count()"\n', ""), "`src/main.py` is there already"),
        (MUTANT.replace('["total"]', '["totl"]'), "the pack has no check `totl`"),
        (MUTANT.replace('["pages"]', '["page"]'), "the pack has no check `page`"),
        (MUTANT.replace('["total"]', "[]"), "fails nothing"),
        (MUTANT + MUTANT, "two variants are called `no-total`"),
        (MUTANT.replace("fault", "fautl"), "unknown key `fautl`"),
        (EQUIVALENT.replace('"mid"', '"middle"'), "middle"),
        ('[[equivalent]]\nname = "x"\nwhy = "y"\nchange = []\n', "`x` changes nothing"),
    ],
)
def test_what_is_wrong_is_refused_where_it_stands(folder: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(folder, text)
    assert caught.value.code == "E112"
    assert told in caught.value.problem.what
    assert "good-one.toml:" in caught.value.problem.where


def test_variants_of_an_answer_that_is_not_there_are_refused(folder: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read(folder, MUTANT, name="good-on")
    assert "did you mean `good-one`" in (caught.value.problem.help or "")


def test_answers_and_variants_are_made_alike(folder: Path) -> None:
    whole: Answer = answers(folder)[0]
    with whole.made() as root:
        assert root == folder / "good-one"


def test_what_may_be_left_to_a_person_is_said_for_all_and_for_one(folder: Path) -> None:
    one = EQUIVALENT.replace("levels", 'review = ["total"]\nlevels')
    assert read(folder, EQUIVALENT)[0].expected[Level.MID].review is None
    assert read(folder, 'review = ["pages"]\n' + EQUIVALENT)[0].expected[Level.MID].review == ("pages",)
    assert read(folder, 'review = ["pages"]\n' + one)[0].expected[Level.MID].review == ("pages", "total")
    for text in ('review = ["nothing"]\n' + EQUIVALENT, one.replace("total", "nothing")):
        with pytest.raises(UsageError, match="the pack has no check `nothing`"):
            read(folder, text)


def test_what_takes_long_to_gather_is_left_out_where_other_checks_are_proven() -> None:
    pack = pipeline.load(find_pack("ecommerce-schema", Path(__file__).parents[2] / "challenges"))
    costly = {"workload", "searches"}
    assert costly <= set(pipeline.scoring_part(pack).checks)
    assert costly <= set(pipeline.scoring_part(pack, expecting=("workload",)).checks)
    quick = set(pipeline.scoring_part(pack, expecting=("money", "reference-indexes")).checks)
    assert not costly & quick
    assert {"money", "reference-indexes", "value-ranges"} <= quick

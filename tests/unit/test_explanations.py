"""Whole explanations, good and bad, of every exercise, beside evidence that was taken from real answers."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.checks.query.explanation import ask_agrees, ask_comparison, ask_decisive, ask_plan_analysis
from grader.checks.query.facts import ground
from grader.evidence.query import QueryAnswer
from grader.exhibits import RowsExhibit
from grader.model import Finding, Outcome
from grader.sql.query.claims import Claim, claims

TEXTS = Path(__file__).parent.parent / "explanations"
LEVELS = ("junior", "mid", "senior")
ASKED = {
    "comparison": ask_comparison,
    "plan_analysis": ask_plan_analysis,
    "decisive": ask_decisive,
    "agrees": ask_agrees,
}


@cache
def about(level: str) -> dict[str, Any]:
    return tomllib.loads((TEXTS / level / "texts.toml").read_text())


@cache
def answers(level: str) -> dict[str, QueryAnswer]:
    """Evidence of whole answers, without what these checks do not ask for."""
    found = json.loads((TEXTS / level / "evidence.json").read_text())
    return {name: msgspec.convert(value, QueryAnswer) for name, value in found.items()}


def judged(level: str, name: str, text: str | None = None) -> dict[str, Finding]:
    told = (TEXTS / level / f"{name}.md").read_text() if text is None else text
    evidence = answers(level)[about(level)["answer"].get(name, about(level)["default"])]
    with_text = msgspec.structs.replace(evidence, explanation=told)
    return {asked: ask(with_text) for asked, ask in ASKED.items()}


def named(start: str) -> list[tuple[str, str]]:
    return [(level, path.stem) for level in LEVELS for path in sorted((TEXTS / level).glob(f"{start}-*.md"))]


@pytest.mark.parametrize(("level", "name"), named("good"))
def test_an_honest_explanation_loses_nothing_in_any_style_or_language(level: str, name: str) -> None:
    waits = set(about(level).get("for_review", {}).get(name, []))
    found = judged(level, name)
    assert {asked: finding.message for asked, finding in found.items() if finding.outcome is Outcome.FAIL} == {}
    assert {asked for asked, finding in found.items() if finding.outcome is Outcome.FOR_REVIEW} == waits


@pytest.mark.parametrize(("level", "name"), named("bad"))
def test_what_explains_nothing_or_is_false_earns_nothing_but_its_own_figures(level: str, name: str) -> None:
    found = judged(level, name)
    earned = {asked: finding.score for asked, finding in found.items() if finding.score}
    assert set(earned) <= {"comparison"}
    assert {found[asked].outcome for asked in ("decisive", "agrees")} == {Outcome.FAIL}


@pytest.mark.parametrize(("level", "name"), [one for one in named("bad") if "false" in one[1] or "other" in one[1]])
def test_what_is_false_is_shown_on_its_line(level: str, name: str) -> None:
    finding = judged(level, name)["agrees"]
    table = finding.exhibits[0]
    assert isinstance(table, RowsExhibit)
    lines = (TEXTS / level / f"{name}.md").read_text().splitlines()
    wrong = [row for row in table.rows if row[2] == "✗ contradicted"]
    assert wrong
    for number, text, _, because in wrong:
        assert text.startswith("… ") or text[:80] == lines[int(number) - 1][:80]
        assert because


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_line_endings_and_a_missing_last_one_change_nothing(ending: str) -> None:
    plain = (TEXTS / "mid" / "good-deutsch.md").read_text()
    told = ending.join(plain.splitlines())
    as_it_was, found = judged("mid", "good-deutsch"), judged("mid", "good-deutsch", told)
    assert [finding.message for finding in found.values()] == [finding.message for finding in as_it_was.values()]
    assert found["agrees"].exhibits[0].rows == as_it_was["agrees"].exhibits[0].rows  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("level", "name"), [("mid", "bad-keywords"), ("senior", "bad-textbook"), ("mid", "bad-gain-only")]
)
def test_saying_it_again_and_again_earns_no_more(level: str, name: str) -> None:
    text = (TEXTS / level / f"{name}.md").read_text()
    found = judged(level, name, text * 9)
    assert {asked for asked, finding in found.items() if finding.score} <= {"comparison"}


def test_instructions_to_the_grader_change_nothing_in_a_text_that_has_them() -> None:
    orders = (TEXTS / "mid" / "bad-to-the-grader.md").read_text()
    for name in ("good-terse", "bad-false"):
        text = (TEXTS / "mid" / f"{name}.md").read_text()
        plain, ordered = judged("mid", name), judged("mid", name, f"{text}\n\n{orders}")
        assert [(f.outcome, f.score) for f in ordered.values()] == [(f.outcome, f.score) for f in plain.values()]


def test_the_reports_table_is_bounded_and_says_what_it_leaves_out() -> None:
    text = "\n\n".join(f"The Seq Scan on orders read {number:,} rows." for number in range(1000, 1400))
    table = judged("mid", "good-terse", text)["agrees"].exhibits[0]
    assert isinstance(table, RowsExhibit)
    assert len(table.rows) == 120
    assert "280 more lines are not shown" in table.note


def test_far_less_computing_for_as_many_rows_is_a_gain_that_can_be_explained() -> None:
    evidence = answers("junior")["reference"]
    given, bare = evidence.cell("given", setup=False), evidence.cell("submitted", setup=False)
    assert given is not None
    assert bare is not None
    text = (
        "to_char(placed_at, …) was a function called for every row of orders; a range on placed_at needs none.\n\n"
        "It is 6 times faster: 316 ms before, 48 ms after. The plan is still a Seq Scan on orders."
    )
    for cpu, outcome in ((20.0, Outcome.PASS), (140.0, Outcome.BLOCKED)):
        cells = (msgspec.structs.replace(given, cpu=150.0), msgspec.structs.replace(bare, cpu=cpu))
        found = msgspec.structs.replace(evidence, cells=cells, added=(), setup="", explanation=text)
        assert {ask(found).outcome for ask in (ask_comparison, ask_plan_analysis, ask_decisive)} == {outcome}
        assert ask_agrees(found).outcome is (Outcome.PASS if cpu < 100 else Outcome.FAIL)


HOSTILE = [
    " " * 40_000,
    "1" * 40_000,
    "9 " * 20_000,
    "| a " * 10_000,
    "```\n" * 10_000,
    "> > > a\n" * 5_000,
    "<!--" * 10_000,
    "<td " * 10_000,
    "Seq Scan " + "(" * 39_000,
    "->  Seq Scan on orders (actual rows=1 loops=1)\n" * 850,
    "index on a " * 3_600,
    "first filter " * 3_000,
    "buffers:" * 5_000,
    "a_idx " * 6_600,
    "date(" * 8_000,
    "\ufdfa" * 40_000,
    "\u202e\u200b" * 20_000,
    "\x00\ud83d" * 10_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_text_that_is_made_to_be_hard_to_read_is_read_and_earns_nothing(text: str) -> None:
    found = judged("mid", "good-terse", text)
    assert not any(finding.outcome is Outcome.PASS for finding in found.values())


HONEST = [
    (level, line)
    for level in LEVELS
    for line in (TEXTS / level / "honest.txt").read_text().splitlines()
    if line.strip()
]


@pytest.mark.parametrize(("level", "sentence"), HONEST)
def test_a_true_or_supposed_or_denied_sentence_is_never_contradicted(level: str, sentence: str) -> None:
    assert [claim.because for claim in told(level, sentence) if claim.verdict == "contradicted"] == []


FALSE = [
    ("mid", "The original query reads orders only once.", "reads orders"),
    ("mid", "The Seq Scan on products, which read 4 million rows, is gone.", "no query reads products"),
    ("mid", "The Seq Scan on `invoices` is gone.", "there is no table invoices"),
    ("mid", "to_char(placed_at) prevented the use of an index.", "no statement holds to_char(placed_at)"),
    ("mid", "The new index on orders (status) is used by the nested loop.", "there is no index on orders (status)"),
    ("mid", "setup.sql sets work_mem to 64MB, which makes the hash join possible.", "setup.sql does not set work_mem"),
    ("junior", "Before, a correlated subquery on orders ran for every line.", "has no subquery"),
    (
        "junior",
        "The function date(placed_at) prevents the use of an index.",
        "no statement holds date(placed_at)",
    ),
    ("senior", "The CTE sales was never materialized.", "makes the CTE sales in full"),
    (
        "senior",
        "date(placed_at) is a function on the column, so the index could not be used.",
        "no statement holds date(placed_at)",
    ),
    ("senior", "The table `invoices` is now read by an index.", "there is no table invoices"),
]


@pytest.mark.parametrize(("level", "sentence", "because"), FALSE)
def test_what_no_data_can_make_true_is_contradicted(level: str, sentence: str, because: str) -> None:
    found = [claim.because for claim in told(level, sentence) if claim.verdict == "contradicted"]
    assert len(found) == 1
    assert because in found[0]


def told(level: str, sentence: str) -> list[Claim]:
    compared = ground(answers(level)[about(level)["default"]])
    assert compared is not None
    return claims(sentence, compared)

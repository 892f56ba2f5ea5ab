"""Whole explanations, good and bad, of every exercise, beside evidence that was taken from real answers."""

from __future__ import annotations

import json
import re
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
FEWEST_PAIRS = {"junior": 5, "mid": 5, "senior": 5}
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
    evidence = answer_of(level, name)
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


REFERENCE = Path(__file__).parent.parent.parent / "reference" / "slow-query"
INDEX_MADE = re.compile(r"create index (\w+)", re.IGNORECASE)


def reference_level(folder: Path) -> str:
    return next((level for level in LEVELS if level in folder.name), "mid")


def good_texts(level: str) -> list[tuple[str, str, str]]:
    """Name, text and setup of every good answer of a level."""
    own = [(TEXTS / level / f"{name}.md", answer_of(level, name).setup) for at, name in named("good") if at == level]
    folders = [path for path in sorted(REFERENCE.glob("good-*")) if reference_level(path) == level]
    own += [(path / "EXPLANATION.md", (path / "setup.sql").read_text()) for path in folders]
    return [(str(path.relative_to(TEXTS.parent.parent)), path.read_text(), setup) for path, setup in own]


def answer_of(level: str, name: str) -> QueryAnswer:
    return answers(level)[about(level)["answer"].get(name, about(level)["default"])]


def cross_pairs(level: str) -> list[tuple[str, str, str]]:
    """Texts under evidence of another answer: only those that name an index by a name which that one does not know."""
    pairs = []
    for path, text, setup in good_texts(level):
        for answer, evidence in answers(level).items():
            known = {index.name for index in (*evidence.added, *evidence.existing)} | set(
                re.findall(r"\w+", evidence.setup)
            )
            foreign = [name for name in INDEX_MADE.findall(setup) if name not in known and f"`{name}`" in text]
            if foreign:
                pairs.append((path, text, answer))
    return pairs


@pytest.mark.parametrize("level", LEVELS)
def test_a_text_that_was_written_for_another_answer_of_the_level_loses_something(level: str) -> None:
    pairs = cross_pairs(level)
    assert len(pairs) >= FEWEST_PAIRS[level]
    kept = []
    for path, text, answer in pairs:
        with_text = msgspec.structs.replace(answers(level)[answer], explanation=text)
        if all(ask(with_text).outcome is Outcome.PASS for ask in (ask_agrees, ask_decisive)):
            kept.append((path, answer))
    assert kept == []


def test_a_text_about_another_exercise_passes_neither_check() -> None:
    for level in LEVELS:
        evidence = answers(level)[about(level)["default"]]
        for other in LEVELS:
            for path, text, setup in good_texts(other) if other != level else ():
                if not any(f"`{name}`" in text and name not in evidence.setup for name in INDEX_MADE.findall(setup)):
                    continue
                finding = ask_agrees(msgspec.structs.replace(evidence, explanation=text))
                assert finding.outcome is not Outcome.PASS, (level, path)


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
    text = "\n\n".join(f"The Seq Scan on customers read {number:,} rows." for number in range(1000, 1400))
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
    ("junior", "The index `orders_by_status` on orders (status) is used now.", "no index orders_by_status"),
    ("junior", "The `orders_by_status` index makes it an Index Only Scan.", "no index orders_by_status"),
    ("junior", "I created an index called `orders_by_status`.", "no index orders_by_status"),
    ("junior", "CREATE INDEX orders_by_status ON orders (status) makes the difference.", "no index orders_by_status"),
    ("junior", "Now an Index Scan using orders_by_status reads one day.", "no index orders_by_status"),
    ("junior", "- `orders_by_status`: partial index on orders (placed_at), 1 MB", "no index orders_by_status"),
    ("junior", "- `orders_by_status` on `orders (placed_at)`", "no index orders_by_status"),
    ("junior", "Der neue Index `orders_nach_tag` auf `orders (placed_at)` wird benutzt.", "no index orders_nach_tag"),
    ("junior", "L'index `par_jour` sur `orders (placed_at)` est utilisé.", "no index par_jour"),
    ("junior", "El índice `por_dia` permite encontrar los pedidos.", "no index por_dia"),
    ("junior", "新建的索引 `orders_by_status` 让计划使用 Index Scan。", "no index orders_by_status"),
    (
        "junior",
        "I made a partial covering index for it. `orders_by_status` holds only the cancelled orders.",
        "no index orders_by_status",
    ),
]


@pytest.mark.parametrize(("level", "sentence", "because"), FALSE)
def test_what_no_data_can_make_true_is_contradicted(level: str, sentence: str, because: str) -> None:
    found = [claim.because for claim in told(level, sentence) if claim.verdict == "contradicted"]
    assert len(found) == 1
    assert because in found[0]


def test_an_unknown_index_is_contradicted_where_its_name_and_its_verb_stand_in_two_sentences() -> None:
    found = told("senior", "1. `orders_by_day` on `orders (placed_at)`. The plan now has an Index Scan using it.")
    assert [claim.because for claim in found if claim.verdict == "contradicted"] == [
        "there is no index orders_by_day",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "I put an index on orders (placed_at) and wrote the weekend as a range without to_char().",
        "I added an index on orders(placed_at), so no row is read in vain.",
        "Ich habe einen Index auf `orders (placed_at)` angelegt und die Bedingung ohne to_char() geschrieben.",
        "J'ai ajouté un index sur orders (placed_at) et écrit la condition sans to_char().",
    ],
)
def test_an_index_told_by_table_and_column_is_a_claim_whatever_else_the_sentence_denies(sentence: str) -> None:
    assert [(claim.verdict, claim.about) for claim in told("junior", sentence)] == [("confirmed", ("index",))]


@pytest.mark.parametrize(
    "sentence",
    [
        "I tried an index on orders (placed_at), but it was not used.",
        "I put no index on orders (placed_at).",
        "An index on orders (placed_at) did not help, the planner never used it.",
        "I put an index on orders (status) without thinking.",
    ],
)
def test_an_index_that_was_not_made_is_none(sentence: str) -> None:
    assert [claim for claim in told("junior", sentence) if "index" in claim.about] == []


def test_a_scan_that_none_of_our_plans_has_is_not_confirmed_by_lookups_of_the_same_table() -> None:
    found = told("mid", "The seq scan on `order_items` in the original plan read 660,000 rows per customer.")
    assert {"scan", "node"}.isdisjoint(found[0].about)
    assert found[0].verdict != "confirmed"


def test_a_node_that_is_said_to_be_gone_and_is_there_is_not_confirmed() -> None:
    for sentence in (
        "orders is small now, and the Nested Loop is gone.",
        "There is no longer a Nested Loop on orders.",
    ):
        found = told("mid", sentence)
        assert [claim.verdict for claim in found] == ["not checkable"]


def test_no_gain_is_far_when_another_that_is_told_is_near() -> None:
    evidence = answers("junior")["reference"]
    near = msgspec.structs.replace(evidence, explanation="300 ms / 6,177 blocks before, 0.5 ms / 2,000 blocks after.")
    far = msgspec.structs.replace(evidence, explanation="6,177 blocks before, 6,100 blocks after.")
    assert "is far from" not in ask_comparison(near).message
    assert "is far from" in ask_comparison(far).message


def told(level: str, sentence: str) -> list[Claim]:
    compared = ground(answers(level)[about(level)["default"]])
    assert compared is not None
    return claims(sentence, compared)

"""The prose of an explanation keeps its lines and leaves out what was pasted."""

from __future__ import annotations

import pytest

from grader.sql.query.prose import lines_of, prose, read


def told(text: str) -> list[tuple[int, str]]:
    return [(sentence.line, sentence.text) for sentence in read(text)]


def test_every_sentence_has_the_line_it_starts_on() -> None:
    text = "# Head\n\nOne. Two goes\non. Three\n\n- item\n  goes on\n\n| a | b |\n| - | - |\n| x | y |\n"
    assert told(text) == [(3, "One."), (3, "Two goes on."), (4, "Three"), (6, "- item goes on"), (11, "| x | y |")]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_an_editor_counts_them(ending: str) -> None:
    assert lines_of(f"a{ending}b\x0bc\u2028d{ending}e") == ["a", "b\x0bc\u2028d", "e"]


def test_a_sentence_knows_what_it_stands_under() -> None:
    text = "## Before\n\nSeq Scan.\n\nAfter\n-----\n\nIndex Scan.\n\n**Cost**\n\nThe old plan:\n\n- SubPlan"
    text += "\n\n| | new |\n|-|-|\n| a | b |"
    assert [(sentence.text, sentence.heading) for sentence in read(text)] == [
        ("Seq Scan.", "## Before"),
        ("Index Scan.", "After"),
        ("The old plan:", "**Cost**"),
        ("- SubPlan", "**Cost** The old plan:"),
        ("| a | b |", "**Cost** The old plan: | | new |"),
    ]


PASTED = [
    "```sql\nSELECT 1;\n```",
    "~~~~\n```\nx\n~~~~",
    "- ```\n  x\n  ```",
    "->  Seq Scan on orders o  (cost=0.00..1.1 rows=3 width=6) (actual time=0.1..1.2 rows=3 loops=44)",
    "    ->  Seq Scan on orders\n          Filter: (customer_id = 1)\n          Rows Removed by Filter: 99",
    " Limit  (actual time=1.9..1.9 rows=5 loops=1)\n   Buffers: shared hit=1104\n   SubPlan 1",
    "| ->  Index Scan using orders_a_idx on orders (actual rows=6 loops=44) |",
    "CREATE INDEX a_idx ON orders (customer_id);",
    "<!-- the Seq Scan on orders is gone -->",
    "<!-- line\nline -->",
]


@pytest.mark.parametrize("text", PASTED)
def test_what_was_pasted_or_does_not_show_is_no_prose(text: str) -> None:
    assert told(f"{text}\n\nEnd.") == [(text.count("\n") + 3, "End.")]
    assert prose(text).strip() == ""


SHOWN = [
    ("- `Seq Scan on orders` (actual rows=6 loops=44) runs for each person", None),
    ("Before: Seq Scan on orders (actual rows=6 loops=44)", None),
    ("`CREATE INDEX a_idx ON orders (customer_id);` finds them", None),
    ("> > quoted", "quoted"),
    ("<b>bold</b> &amp; <code>x &lt; y</code>", "bold & x < y"),
    ("a\u200bb \ufeffc", "ab c"),
    ("Ｓｅｑ　Ｓｃａｎ", "Seq Scan"),  # noqa: RUF001 - wide letters
    ("```not a fence``` but code", None),
    ("<!-- never closed", None),
    ("a < b and c > d", None),
]


@pytest.mark.parametrize(("text", "shown"), SHOWN)
def test_what_a_reader_sees_is_prose(text: str, shown: str | None) -> None:
    assert told(text) == [(1, shown or text)]


def test_a_fence_that_is_never_closed_ends_at_the_first_empty_line() -> None:
    assert told("```\nplan\n\nThe Seq Scan is gone.") == [(4, "The Seq Scan is gone.")]


def test_prose_inside_a_markdown_fence_is_prose() -> None:
    assert told("```markdown\nThe Seq Scan is gone.\n```") == [(2, "The Seq Scan is gone.")]


def test_a_table_in_html_is_read_by_rows() -> None:
    text = "<table><tr><td>orders</td><td>Seq Scan</td></tr><tr><td>items</td><td>none</td></tr></table>"
    assert [sentence for _, sentence in told(text)] == ["| orders | Seq Scan", "| items | none"]


@pytest.mark.parametrize(
    "text", ["x. " * 20_000, "a\n" * 20_000, "- a\n" * 10_000, "`" * 40_000, "|" * 40_000, "<b>" * 13_000]
)
def test_a_long_text_gives_a_bounded_number_of_sentences(text: str) -> None:
    found = read(text)
    assert len(found) <= 600
    assert all(len(sentence.text) <= 1_000 for sentence in found)

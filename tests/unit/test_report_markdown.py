from __future__ import annotations

import re
from html import unescape

import msgspec
import pytest
from markdown_it import MarkdownIt
from sample_results import SAMPLES, check, criterion, failed, result, self_check, shop, todo, undecided

from grader.exhibits import TextExhibit
from grader.model import Outcome
from grader.report.markdown import fence, plain, render, span
from grader.report.views import candidate
from grader.result import ChallengeRef

replace = msgspec.structs.replace


def test_a_comment_can_be_found_again() -> None:
    assert render(todo()).startswith(
        "<!-- grader:todo-api:mid -->\n### Todo REST API · 55.5 / 76 · junior · gate failed\n"
    )


def test_a_marker_cannot_be_closed_from_inside() -> None:
    evil = replace(todo(), challenge=replace(todo().challenge, id="a-->b --!> <c"))
    assert render(evil).startswith("<!-- grader:a-b-c:mid -->\n")


def test_criteria_are_a_table_with_what_decided_each() -> None:
    shown = render(todo())
    assert "| Criterion | Level | Points | What decided it |" in shown
    assert "| REST principles | 2 of 4, below the bar | 13 / 20 | ` POST /todos answered 200" in shown
    assert "| Code clarity | left to people | – / 15 |" in shown
    assert "**Gate failed:** No SQL built from user input" in shown


def test_a_finding_has_its_evidence_in_fences() -> None:
    shown = render(todo())
    assert "#### 1 blocker, 4 major, 1 minor" in shown
    assert "```sh\ncurl -isS --get 'http://127.0.0.1:8000/todos'" in shown
    assert '  48 |             f"SELECT id' in shown
    assert shown.count("<details>") == shown.count("</details>") == 6


def test_what_could_not_be_graded_has_a_neutral_title() -> None:
    assert "### Todo REST API · not graded: our side (E201)" in render(undecided())
    assert "undecided, our side" in render(undecided())
    assert "· 8 / 51 · below the bar · gate failed · could not be run" in render(failed())


def test_a_self_check_has_no_points() -> None:
    shown = render(self_check())
    assert "### Todo REST API · self-check · 3 passed, 3 not met" in shown
    assert "| Area | Public checks |" in shown
    assert " / " not in shown.split("<details>", maxsplit=1)[0]
    assert "### Todo REST API · feedback" in render(candidate(todo()))


def test_the_foot_says_what_ran_and_how() -> None:
    foot = render(SAMPLES["schema"]()).splitlines()[-1]
    assert foot.startswith("<sub>8 of 8 checks ran · mid level · seed 20261121")
    assert "not in a container (process)" in foot
    assert "2 of 9 checks ran, 7 blocked" in render(failed()).splitlines()[-1]


def test_sixty_kilobytes_are_never_passed_and_whole_sections_are_cut() -> None:
    long = [
        check(
            f"C-{i}",
            "x" * 300,
            Outcome.FAIL,
            message="`<|>" * 200,
            evidence=(TextExhibit(text="".join(f"é`{n}" for n in range(2000))),) * 3,
        )
        for i in range(60)
    ]
    big = result(ChallengeRef(id="big", title="Big", version="1", digest="0"), (criterion("a", "A", "r", *long),))
    shown = render(big)
    assert len(shown.encode()) <= 60_000
    assert "_Cut here:" in shown
    assert shown.count("<details>") == shown.count("</details>")
    assert shown.rstrip().endswith("</sub>")


@pytest.mark.parametrize("text", ["`", "``", "a ``` b", "|", "a|b`c", "`a` **b**", "<img>", "", "   ", "\n\n# x"])
def test_a_code_span_is_one_code_span_also_in_a_table(text: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {span(text, cell=True)} | x |"
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(table)
    assert html.count("<td") == 2
    found = re.findall(r"<code>(.*?)</code>", html)
    assert [unescape(code).strip() for code in found] == [" ".join(text.split())]


@pytest.mark.parametrize("text", ["```", "````\nx", "~~~", "a\n```\n# b", "</details>"])
def test_a_fence_is_longer_than_any_run_in_it(text: str) -> None:
    html = MarkdownIt("commonmark", {"html": True}).render(fence(text))
    assert html.startswith("<pre><code>")
    assert html.rstrip().endswith("</code></pre>")
    assert html.count("<pre>") == 1
    assert "<h1>" not in html


def test_a_long_fence_says_what_is_missing() -> None:
    assert "… 500 more characters in the report" in fence(" ".join(map(str, range(10_000)))[:2000])


def test_drawings_are_left_to_the_report_and_sql_is_shown() -> None:
    marked = replace(check("D", "t", Outcome.FAIL, message="m"), evidence=(shop(),))
    shown = render(
        result(ChallengeRef(id="c", title="C", version="1", digest="0"), (criterion("a", "A", "r", marked),))
    )
    assert "A drawing: see the full report." in shown
    assert "```sql\nINSERT INTO purchase_rows" in render(SAMPLES["schema"]())


def test_names_are_not_called() -> None:
    assert plain("ask @octocat") == "ask @\u200boctocat"

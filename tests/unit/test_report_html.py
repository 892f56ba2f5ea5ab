from __future__ import annotations

import base64
import hashlib
import html
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from sample_results import (
    SAMPLES,
    TODO_API,
    check,
    criterion,
    failed,
    informs,
    plan_given,
    plan_submitted,
    query,
    result,
    schema,
    self_check,
    todo,
    undecided,
)

import grader.report
from grader.exhibits import HttpExhibit, RowsExhibit, TextExhibit
from grader.model import Level, Outcome, Severity
from grader.report import FORMATS
from grader.report.overview import findings
from grader.report.views import candidate
from grader.result import ChallengeRef, Result

replace = msgspec.structs.replace
PAGES = [*SAMPLES, "feedback"]
STYLE = Path(grader.report.__file__).parent / "static" / "report.css"


def page(name: str) -> str:
    return FORMATS["html"](candidate(todo()) if name == "feedback" else SAMPLES[name]())


class Outline(HTMLParser):
    """Ids, links, headings and the text of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.targets: list[str] = []
        self.headings: list[int] = []
        self.first_in_head = ""
        self.text = ""
        self._in_head = False
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._in_head and not self.first_in_head:
            self.first_in_head = f"{tag} {given.get('http-equiv')}"
        self._in_head = self._in_head or tag == "head"
        if "id" in given:
            self.ids[given["id"] or ""] += 1
        if tag in ("a", "use"):
            self.targets.append(given["href"] or "")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", PAGES)
def test_the_policy_names_exactly_the_blocks_of_the_page(name: str) -> None:
    source = page(name)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', source)
    assert policy is not None
    for tag in ("style", "script"):
        blocks = re.findall(rf"<{tag}>(.*?)</{tag}>", source, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(blocks[0].encode()).digest()).decode()
        assert len(blocks) == 1
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    assert Outline(source).first_in_head == "meta Content-Security-Policy"


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_every_link_leads_somewhere_on_the_page(name: str) -> None:
    outline = Outline(page(name))
    assert [id_ for id_, times in outline.ids.items() if times > 1] == []
    assert [target for target in outline.targets if target[1:] not in outline.ids] == []


@pytest.mark.parametrize("name", PAGES)
def test_headings_never_skip_a_level(name: str) -> None:
    headings = Outline(page(name)).headings
    assert headings[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_loaded_from_anywhere(name: str) -> None:
    source = page(name)
    assert not re.search(r"""(?:src|href|action)\s*=\s*["'](?!#|data:image/)""", source)
    assert "@import" not in source
    assert "url(" not in source


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_result_gives_the_same_bytes(name: str) -> None:
    assert page(name) == page(name)


def test_every_format_is_the_same_in_another_process() -> None:
    program = (
        "import hashlib, sys; sys.path.insert(0, sys.argv[1])\n"
        "from grader.report import FORMATS; from sample_results import SAMPLES\n"
        "shown = [FORMATS[f](SAMPLES[s]()) for s in SAMPLES for f in FORMATS]\n"
        "print([hashlib.sha256(text.encode()).hexdigest() for text in shown])"
    )
    tests = str(Path(__file__).parents[1])
    seen = {
        subprocess.run(
            [sys.executable, "-c", program, tests],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def test_naming_the_formats_imports_none_of_them() -> None:
    program = (
        "import sys, grader.report; print([name for name in sys.modules if name.split('.')[0] in ('jinja2', 'rich')])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
    assert found.strip() == "[]"


def test_the_page_says_first_whether_the_run_is_valid() -> None:
    text = Outline(page("todo")).text
    places = [
        text.index(part)
        for part in ("Run complete: 13 of 13 checks that count", "55.5 / 76", "What decided it", "Ask in the")
    ]
    assert places == sorted(places)
    assert "3 only inform" in text
    assert "In a container, no network" in text


def test_the_score_says_what_it_would_be_without_the_failed_gate() -> None:
    text = Outline(page("todo")).text
    assert "Junior band" in text
    assert "73 % alone would be mid: the failed gate “No SQL built from user input” capped it." in text
    assert "15 points wait for review by people: of all 91 the total may become 61 to 77 %." in text
    assert "caps at junior" in text


def test_findings_are_worst_first() -> None:
    found = re.findall(r'<details id="check-([A-Z0-9-]+)"', page("todo"))
    assert found == ["ROB-07", "REST-06", "FUN-02", "REST-04", "ROB-02", "DOC-03", "ROB-11"]


def test_severity_comes_before_lost_points() -> None:
    checks = (
        check("dear", "t", Outcome.FAIL, 9, severity=Severity.MINOR),
        check("small", "t", Outcome.FAIL, 1, severity=Severity.BLOCKER),
        check("half", "t", Outcome.FAIL, 8, points=6, severity=Severity.MAJOR),
        check("whole", "t", Outcome.FAIL, 3, severity=Severity.MAJOR),
    )
    found = findings(result(TODO_API, (criterion("a", "A", "r", *checks),)))
    assert [(item.check.id, item.lost) for item in found] == [("small", 1), ("whole", 3), ("half", 2), ("dear", 9)]


def test_a_finding_says_all_that_a_deduction_must_say() -> None:
    source = page("todo")
    card = source[source.index('<details id="check-REST-06"') : source.index('<details id="check-FUN-02"')]
    text = Outline(card).text
    for part in (
        "PUT /todos/999999 answered 200 with null",
        "Expected: 404 with a JSON error",
        "PUT /todos/999999 HTTP/1.1",
        "HTTP/1.1 200 OK",
        "curl -isS -X PUT",
        "Why it matters: Lost updates look like successes.",
        "How to fix: Check the affected row count.",
        "“Unknown ids are answered with 404.”",
        "−4 pt",
        "0 of 4 points",
    ):
        assert part in text, part


def test_the_caret_stands_under_what_is_meant() -> None:
    text = Outline(page("todo")).text
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if "^^^^^^ user input" in line)
    assert lines[at].index("^") == lines[at - 1].index("{sort}") + 1
    tabs = Outline(page("schema")).text.splitlines()
    at = next(i for i, line in enumerate(tabs) if "^^^ no CHECK" in line)
    assert tabs[at].index("^") == tabs[at - 1].index("integer") - 1


def test_plans_stand_side_by_side_with_a_table_each() -> None:
    source = page("query")
    start = re.search(r'<div class="pair">\s*<figure>', source)
    assert start is not None
    pair = source[start.start() : source.index('<h2 id="checks">')]
    assert pair.count('<div class="plan"') == 2
    assert source.count("The same plan as a table") == 2
    assert "Seq Scan on order_items" in source


def test_the_same_evidence_is_shown_once() -> None:
    table = RowsExhibit(title="The one table", head=("", "b"), rows=(("x", "1"),))
    checks = [informs(f"C-{i}", f"Check {i}", table, plan_given() if i else plan_submitted()) for i in range(2)]
    source = FORMATS["html"](result(TODO_API, (criterion("a", "A", "r", *checks),)))
    assert source.count("<figcaption>The one table") == 1
    assert source.count('<div class="plan"') == 2
    assert "1 exhibit of this check is shown above." in source


def test_a_column_without_a_name_has_no_empty_heading() -> None:
    source = FORMATS["html"](
        result(
            TODO_API, (criterion("a", "A", "r", informs("C", "t", RowsExhibit(head=(" ", "b"), rows=(("x", "1"),)))),)
        )
    )
    assert '<thead><tr><td></td><th scope="col" class="number">b</th></tr></thead>' in source


def test_the_diagram_marks_findings_and_has_a_table() -> None:
    source = page("schema")
    assert source.count('class="er-warning"') == 3
    assert "Money as binary floating point" in source
    assert "The same diagram as a table" in source
    assert "vouchers" in source


def test_isolation_other_than_a_container_is_said_plainly() -> None:
    assert "Isolation: process." in Outline(page("schema")).text
    assert "Isolation: none." in Outline(page("self_check")).text
    assert "Isolation: docker." not in Outline(page("todo")).text


def test_an_undecided_run_has_no_number_and_says_whose_fault_it_is() -> None:
    text = Outline(page("undecided")).text
    assert "Undecided" in text
    assert "Our side failed" in text
    assert "nothing counts against the candidate" in text
    assert "our side: it costs the candidate nothing" in text
    assert '<svg class="ruler"' not in page("undecided")


def test_a_failed_run_tells_the_root_cause_once() -> None:
    text = Outline(page("failed")).text
    assert "E321 nothing listened on port 8000 within 60 s (the submission’s side)" in re.sub(r"\s+", " ", text)
    assert "What to do: use the port in PORT" in text
    blocked = text[text.index("Could not be answered") : text.index("All checks")]
    assert blocked.count("nothing listened") == 1


def test_the_self_check_has_no_score_and_no_private_check() -> None:
    source = page("self_check")
    text = Outline(source).text
    assert '<svg class="ruler"' not in source
    assert "Fix these first" in text
    assert "public checks are a floor, not a forecast" in text
    assert "Suggested time: 3 to 5 hours." in text
    assert " pt" not in text
    assert "3 passed" in text
    assert "grader check . --challenge todo-api --level mid --seed 20261121" in text


def test_feedback_does_not_claim_to_be_made_on_the_candidates_machine() -> None:
    text = Outline(page("feedback")).text
    assert "feedback" in text
    assert "nothing was sent anywhere" not in text
    assert "nothing left this machine" not in text


def test_questions_lead_to_the_finding_they_come_from() -> None:
    assert 'From <a href="#check-ROB-07">ROB-07</a>' in page("todo")
    assert 'From <a href="#row-check-FUN-03">FUN-03</a>' in page("todo")


def test_the_command_repeats_the_run() -> None:
    assert "grader grade todo-api ./k7-heron --level mid --seed 20261121<" in page("todo")
    assert "--sandbox process<" in page("schema")


def test_an_odd_name_is_quoted_in_the_command() -> None:
    odd = replace(todo(), submission=replace(todo().submission, name="a; rm -rf $HOME\n"))
    assert "&#39;./a; rm -rf $HOME⟦U+000A⟧&#39; --level" in FORMATS["html"](odd)


def worst_case(findings: int) -> Result:
    """Findings with three exhibits each, full of what escaping makes five times as long."""
    long = "".join(f"<&>'{n}" for n in range(2000))  # no repetition that could be folded
    exhibit = HttpExhibit(request=long, response=long[::-1], command=long)
    checks = [
        check(
            f"C-{i}",
            f"Check {i}",
            Outcome.FAIL,
            1.0,
            severity=Severity.MINOR if i else Severity.BLOCKER,
            message=long[:600],
            evidence=(exhibit, exhibit, exhibit),
        )
        for i in range(findings)
    ]
    challenge = ChallengeRef(id="big", title="Big", version="1", digest="0" * 64)
    return result(challenge, (criterion("all", "All", "much", *checks),), level=Level.MID)


@pytest.mark.parametrize("whole", [False, True])
def test_a_script_to_be_copied_is_shown_whole_and_as_it_is(*, whole: bool) -> None:
    script = "x" * 500 + "\n" + "\n".join(f"CREATE TABLE t{n} (id int);" for n in range(1_000))
    shown = check("C-1", "Read", Outcome.FAIL, 1.0, evidence=(TextExhibit(text=script, whole=whole),))
    challenge = ChallengeRef(id="one", title="One", version="1", digest="0" * 64)
    one = result(challenge, (criterion("all", "All", "much", shown),), level=Level.MID)
    assert (script in html.unescape(FORMATS["html"](one))) == whole


@pytest.mark.parametrize("findings", [50, 200])
def test_the_page_stays_below_a_megabyte_and_says_what_is_cut(findings: int) -> None:
    source = FORMATS["html"](worst_case(findings))
    assert len(source.encode()) < 1_000_000
    assert "more characters in result.json" in source
    assert "3 more exhibits in result.json." in source
    assert source.count("<details id=") == 50
    assert ("150 more findings" in source) == (findings == 200)


@pytest.mark.parametrize("empty", [todo, schema, query, failed, undecided, self_check])
def test_a_result_without_checks_still_renders(empty: object) -> None:
    assert callable(empty)
    bare = replace(empty(), criteria=(), gates=(), questions=(), problems=(), notes=())
    for render in FORMATS.values():
        assert render(bare)


def variables(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})\b", block))


def luminance(color: str) -> float:
    digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    dark, light = sorted((luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)


PAIRS = [
    *[(ink, ground) for ink in ("ink", "quiet") for ground in ("page", "card", "soft", "code", "no-soft", "wa-soft")],
    *[("ink", f"zone{i}") for i in range(4)],
    *[("ink", "accent-soft"), ("quiet", "accent-soft"), ("accent", "accent-soft"), ("accent", "card")],
    *[(tone, f"{tone}-soft") for tone in ("ok", "wa", "no", "nt")],
    *[(tone, "card") for tone in ("ok", "wa", "no", "nt")],
    *[("ink", "nt-soft"), ("no", "code"), ("accent", "page")],
]


@pytest.mark.parametrize("pair", PAIRS)
def test_text_has_enough_contrast_in_both_schemes(pair: tuple[str, str]) -> None:
    light, dark = STYLE.read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")[:2]
    for scheme in (variables(light), variables(light) | variables(dark.split("/* Page */")[0])):
        assert contrast(scheme[pair[0]], scheme[pair[1]]) >= 4.5, pair


def test_what_could_not_be_run_at_all_is_called_not_judged() -> None:
    page = FORMATS["html"](msgspec.structs.replace(failed(), criteria=failed().criteria[:2]))
    assert '<div class="big words">Not judged</div>' in page
    assert "Could not run, the submission" in page
    assert '<span class="aside">not judged</span>' in page


def test_notes_on_the_run_stand_right_below_the_criteria() -> None:
    page = FORMATS["html"](todo())
    assert page.index('id="criteria"') < page.index("Notes on the run.") < page.index('id="ask"')

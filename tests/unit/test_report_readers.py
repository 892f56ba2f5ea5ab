"""What a first-time reader took wrongly, and must not any more."""

from __future__ import annotations

import re
from html import unescape

import msgspec
import pytest
from sample_results import check, criterion, informs, result, self_check, shop, todo

from grader.exhibits import (
    CodeExhibit,
    DiagramColumn,
    DiagramEdge,
    DiagramExhibit,
    DiagramTable,
    HttpExhibit,
    RowsExhibit,
    SqlExhibit,
)
from grader.model import Level, Outcome, Visibility
from grader.report import FORMATS, er, er_layout, overview, wording
from grader.report.er_box import type_text
from grader.report.figures import code_rows
from grader.report.views import candidate
from grader.result import ChallengeRef, CheckResult, GateResult, Result
from grader.scoring import LEVELS

replace = msgspec.structs.replace
ANY = ChallengeRef(id="any", title="Any", version="1", digest="0")
TABLE = RowsExhibit(title="Three answers", head=("a", "b"), rows=(("x", "500"),))


def made(*checks: CheckResult, **more: object) -> Result:
    return result(ANY, (criterion("a", "A", "r", *checks),), **more)


def text_of(page: str) -> str:
    body = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", body)))


def html(given: Result) -> str:
    return FORMATS["html"](given)


def counted(id: str = "C", **more: object) -> CheckResult:
    settled = {"message": "two 500s", "counted_in": ("ROOT",), "evidence": (TABLE,), **more}
    return check(id, "Nothing leads to an error", Outcome.NOT_APPLICABLE, 0.0, **settled)


ROOT = check("ROOT", "Money is exact", Outcome.FAIL, 4, message="price is a float")


@pytest.mark.parametrize("name", ["html", "human", "github", "junit", "md"])
def test_no_format_gives_a_finding_a_title_that_reads_as_praise(name: str) -> None:
    shown = text_of(FORMATS["html"](made(ROOT))) if name == "html" else unescape(FORMATS[name](made(ROOT)))
    assert "Not met: Money is exact" in shown.replace("%3A", ":")


def test_what_kept_some_points_is_met_in_part_and_never_so_for_a_candidate() -> None:
    half = replace(ROOT, points=2.0)
    assert "Met in part: Money is exact" in text_of(html(made(half)))
    assert "Met in part" not in html(candidate(made(half)))
    assert "Not met: Money is exact" in text_of(html(candidate(made(half))))


def test_what_is_counted_elsewhere_is_a_finding_of_its_own_section() -> None:
    assert overview.evidence(made(ROOT, counted())) == []
    page = html(made(ROOT, counted()))
    section = page[page.index('<h2 id="counted">') : page.index('<h2 id="checks">')]
    assert "Not met: Nothing leads to an error" in text_of(section)
    assert 'Already counted in:</span> <a class="mono" href="#check-ROOT">ROOT</a>' in section
    assert "Three answers" in section
    assert '<h2 id="evidence">' not in page
    assert "Counted elsewhere" in text_of(page[page.index('<h2 id="checks">') :])


def test_what_was_found_or_was_no_question_is_no_limit_of_the_report() -> None:
    given = made(
        ROOT,
        counted(),
        check("N", "A product is in a category once", Outcome.NOT_APPLICABLE, 0.0, message="no such table"),
        check("E", "Lines not read", Outcome.NOT_APPLICABLE, 0.0, scored=False, message="every line was read"),
    )
    limits = text_of(html(given).split('<h2 id="limits">')[1].split("</ul>")[0])
    assert "A product is in a category once: no such table" in limits
    assert "Nothing leads to an error" not in limits
    assert "Lines not read" not in limits


def test_the_numbers_of_checks_add_up() -> None:
    given = made(
        ROOT,
        counted(),
        check("P", "p"),
        check("N", "n", Outcome.NOT_APPLICABLE, 0.0),
        informs("I", "i", TABLE),
        check("S", "s", Outcome.FAIL, 0.0, scored=False, level=Level.SENIOR),
    )
    text = text_of(html(given))
    assert "Run complete: 3 of 3 checks that count" in text
    assert "1 does not apply" in text
    assert "2 only inform" in text
    assert "All 6" in text


def test_exhibits_are_no_passed_checks() -> None:
    given = replace(made(check("P", "p"), informs("I", "Both plans", TABLE)), view="candidate")
    shown = FORMATS["human"](given)
    assert "    · Both plans" in shown
    assert "1 passed, 1 only inform." in shown
    assert "1 passed" in text_of(html(given))
    assert "2 passed" not in text_of(html(given))
    assert "self-check · 1 passed, 0 not met" in FORMATS["md"](given)
    assert "any: 1 passed, 0 not met" in FORMATS["github"](given)
    assert 'skipped="1"' in FORMATS["junit"](given)


def test_a_self_check_shows_advice_with_its_caret_and_what_exhibits_say() -> None:
    code = CodeExhibit(
        title="SELECT *", file="query.sql", line=2, lines=("-- a", "SELECT *"), column=8, label="every column"
    )
    told = {"scored": False, "visibility": Visibility.PUBLIC}
    lint = check("L", "Avoids costly forms", Outcome.FAIL, 0.0, message="SELECT * (line 2)", evidence=(code,), **told)
    shows = check("I", "Both plans", possible=0.0, message="3 of 4 things are gone", evidence=(TABLE,), **told)
    plain = check("X", "No lines", Outcome.FAIL, 0.0, message="said elsewhere", **told)
    shown = FORMATS["human"](replace(made(check("P", "p"), shows, lint, plain), view="candidate"))
    assert "        3 of 4 things are gone" in shown
    assert "Advice, costs nothing" in shown
    assert "      2 | SELECT *\n        |        ^ every column\n" in shown
    assert "said elsewhere" not in shown


def feedback(*more: CheckResult) -> Result:
    """Feedback on passed public checks beside failed ones that candidates see the rule of."""
    public = [check(f"P{i}", "p", visibility=Visibility.PUBLIC) for i in range(10)]
    return candidate(made(*public, *more, gates=()))


def test_feedback_does_not_read_like_a_self_check() -> None:
    given = feedback(check("A", "area", Outcome.FAIL), check("T", "Own tests", Outcome.FAIL, 0.0, scored=False))
    text = text_of(html(replace(given, challenge=replace(ANY, hours="3-5"))))
    for part in (
        "What will be looked at",
        "forecast",
        "until the must-pass gates",
        "Suggested time",
        "Before you submit",
    ):
        assert part not in text, part
    assert "10 of 11 checks met" in text
    assert "1 not met" in text
    assert "1 advice" in text
    assert "forecast" not in FORMATS["human"](given)


def test_a_criterion_with_something_not_met_has_no_green_tick() -> None:
    page = html(feedback(check("A", "area", Outcome.FAIL)))
    row = page[: page.index("10 of 11 checks met")].rpartition("<li>")[2]
    assert 'href="#i-wa"' in row
    whole = html(feedback())
    assert 'href="#i-ok"' in whole[: whole.index("10 of 10 checks met")].rpartition("<li>")[2]


def test_advice_that_no_level_asks_does_not_claim_one() -> None:
    given = made(
        check("T", "t", Outcome.FAIL, 0.0, scored=False),
        check("S", "s", Outcome.FAIL, 0.0, scored=False, level=Level.SENIOR),
    )
    for shown in (text_of(html(given)), text_of(html(candidate(given)))):
        assert "never costsT" in shown
        assert "asked from seniorS" in shown
        assert "asked from junior" not in shown


def test_a_list_of_first_things_says_how_many_it_leaves_out() -> None:
    fails = [check(f"F{i}", f"f{i}", Outcome.FAIL, visibility=Visibility.PUBLIC) for i in range(9)]
    assert "And 1 more below." in text_of(html(replace(made(*fails), view="candidate")))
    assert "more below" not in text_of(html(replace(made(*fails[:8]), view="candidate")))


def test_hours_have_their_unit() -> None:
    assert wording.hours("3–5") == "3–5 hours"
    assert wording.hours("3 to 5 hours") == "3 to 5 hours"
    assert "Suggested time: 2-4 hours." in text_of(html(replace(self_check(), challenge=replace(ANY, hours="2-4"))))


def test_a_self_check_with_green_gates_is_not_sent_to_make_them_green() -> None:
    assert "until the must-pass gates are green" not in html(self_check())
    gates = tuple(replace(gate, outcome=Outcome.FAIL) for gate in self_check().gates)
    assert "until the must-pass gates are green" in html(replace(self_check(), gates=gates))


def test_evidence_never_has_an_empty_card() -> None:
    page = html(made(informs("A", "First", TABLE), informs("B", "Second", TABLE)))
    section = page[page.index('<h2 id="evidence">') : page.index('<h2 id="checks">')]
    assert "First" in section
    assert "Second" not in section
    assert 'id="row-check-B"' in page


def test_backticks_are_code_and_names_of_steps_are_words() -> None:
    http = HttpExhibit(title="crud.read-replaced", request="GET /", response="200")
    page = html(made(replace(ROOT, title="`id` <b> stays", message="`x<y` is `1`", evidence=(http,))))
    assert "<code>id</code> &lt;b&gt; stays" in page
    assert "<code>x&lt;y</code> is <code>1</code>" in page
    assert "Step: read replaced" in page
    assert wording.caption("schema.sql holds 3 tables") == "schema.sql holds 3 tables"


def test_text_of_ours_is_not_put_into_the_mouth_of_postgresql() -> None:
    sql = SqlExhibit(title="Size", statement="\\di+", answer="The added indexes take 1,076 blocks")
    page = html(made(replace(ROOT, evidence=(sql,))))
    assert "PostgreSQL answered" not in page
    assert "What we saw" in page


def test_what_repeats_itself_is_folded_and_the_command_stays_whole() -> None:
    command = f"curl -d '{'d' * 2001}' http://127.0.0.1:8000"
    http = HttpExhibit(request="d" * 2001, response=f'{{"title": "{"ab" * 600}"}}', command=command)
    page = unescape(html(made(replace(ROOT, evidence=(http,)))))
    assert "dddddddddddd…⟨“d” × 2,001⟩" in page
    assert "ababababcdef" not in page
    assert "…⟨“ab” × 600⟩" in page
    whole = re.search(r'aria-label="[^"]*, whole" id="(figure-\d+)">([^<]*)</pre>', page)
    assert whole is not None
    assert whole[2] == command
    assert f'data-copy="{whole[1]}"' in page
    assert page.count("d" * 2001) == 1


def test_a_short_repetition_stays_as_it_is() -> None:
    line = "-" * 100
    assert wording.folded(line) == line


def test_a_command_that_is_cut_cannot_be_copied() -> None:
    long = "curl " + " ".join(map(str, range(2000)))
    page = html(made(replace(ROOT, evidence=(HttpExhibit(request="a", response="b", command=long),))))
    assert page.count("data-copy=") == html(made(ROOT)).count("data-copy=")


def test_a_long_text_has_a_sign_that_it_goes_on() -> None:
    def page(lines: int) -> str:
        http = HttpExhibit(request="GET /", response="\n".join(map(str, range(lines))))
        return html(made(replace(ROOT, evidence=(http,))))

    assert page(60).count('<pre class="tall"') == 1
    assert page(60).count("More below") == 1
    assert "More below" not in page(20)


def test_a_long_line_of_code_is_shown_around_its_caret() -> None:
    line = " ".join(f"word{n}" for n in range(100))
    at = line.index("word60")
    row = code_rows(CodeExhibit(file="a.sql", line=1, column=at + 1, length=6, lines=(line,)))[0]
    assert len(row.text) <= 122
    assert row.text.startswith("…")
    assert row.text.endswith("…")
    assert row.text[row.pad : row.pad + row.caret] == "word60"
    assert row.text[row.start : row.end] == "word60"
    wide = code_rows(CodeExhibit(file="a.sql", line=1, column=5, length=2, lines=("日本\tab\t日本",)))[0]
    assert wide.text[wide.start : wide.end].strip() == "b"


def test_percentages_say_of_what() -> None:
    text = text_of(html(todo()))
    assert "points that checks decide" in text
    assert "The point: 73 % of the 76 points that checks decide." in text
    assert "The line: what the share of all 91 may become." in text
    assert "Bands: junior from 50 %, mid from 70 %, senior from 85 %." in text


def test_a_high_level_says_what_is_missing_all_the_same() -> None:
    given = made(check("P", "p", possible=40), check("F", "f", Outcome.FAIL, 1.0))
    text = text_of(html(given))
    assert "Above the bar1 of 2 checks not met" in text
    assert "4 from 95 %" in text
    assert overview.unmet(made(check("P", "p")).criteria[0]) == ""


def test_the_order_of_findings_is_told() -> None:
    assert "by severity, then by points lost" in text_of(html(todo()))
    assert "worst first" not in html(todo())


def test_a_whole_grade_can_be_repeated_and_judged_again() -> None:
    text = text_of(html(todo()))
    assert "To repeat this grade" in text
    assert "grader rejudge grader-out/k7-heron" in text
    assert "rejudge" not in html(candidate(todo()))


@pytest.mark.parametrize(("gates", "there"), [(1, True), (4, False), (7, True)])
def test_the_summary_is_filled_with_what_to_read_first(gates: int, *, there: bool) -> None:
    gate = GateResult(id="g", title="g", outcome=Outcome.PASS, cap="below", checks=("ROOT",))
    page = html(made(ROOT, gates=(gate,) * gates))
    assert ("Read first" in page) is there


def test_a_fault_counted_in_a_private_check_does_not_betray_it() -> None:
    private = replace(ROOT, visibility=Visibility.PRIVATE)
    for visibility in (Visibility.PUBLIC, Visibility.AREA):
        alone = check("C", "Nothing leads to an error", Outcome.FAIL, 2.0, visibility=visibility, message="two 500s")
        passed = replace(private, outcome=Outcome.PASS, points=4.0)
        failing = counted(visibility=visibility, evidence=())
        assert candidate(made(private, failing)).checks() == candidate(made(passed, alone)).checks()
        for name in FORMATS:
            assert "ROOT" not in FORMATS[name](candidate(made(private, failing))), name


def test_of_several_causes_a_candidate_sees_those_that_may_be_seen() -> None:
    seen = replace(ROOT, id="SEEN")
    shown = candidate(made(seen, replace(ROOT, visibility=Visibility.PRIVATE), counted(counted_in=("ROOT", "SEEN"))))
    last = shown.checks()[-1]
    assert (last.outcome, last.counted_in) == (Outcome.NOT_APPLICABLE, ("SEEN",))


def test_every_reference_has_two_ends_of_its_own() -> None:
    placed = er_layout.layout(shop().tables, shop().edges)
    ends = [(end.x, round(end.y)) for line in placed.lines for end in (line.child, line.parent)]
    assert len(ends) == len(set(ends))


def test_no_two_references_share_a_piece_of_line() -> None:
    placed = er_layout.layout(shop().tables, shop().edges)
    turns = [turn for line in placed.lines for turn in re.findall(r"H(\d+)V", line.path)]
    assert len(turns) == len(set(turns))


def test_a_required_reference_has_no_circle_because_another_may_be_empty() -> None:
    tables = tuple(
        DiagramTable(name=name, columns=(DiagramColumn(name="id", type="bigint", keys=("PK",)), *more))
        for name, more in {
            "category": (DiagramColumn(name="parent_id", type="bigint", nullable=True),),
            "product": (DiagramColumn(name="category_id", type="bigint"),),
        }.items()
    )
    edges = (
        DiagramEdge(child="category", column="parent_id", parent="category", optional=True),
        DiagramEdge(child="product", column="category_id", parent="category"),
    )
    required, optional = er_layout.layout(tables, edges).lines
    assert abs(required.parent.y - optional.parent.y) >= er_layout.APART
    assert er.diagram(DiagramExhibit(tables=tables, edges=edges)).count('class="er-zero"') == 1


def test_a_reference_that_the_database_does_not_know_is_dashed() -> None:
    whole = shop()
    first, *rest = whole.edges
    drawn = er.diagram(replace(whole, edges=(replace(first, implied=True), *rest)))
    assert drawn.count("er-implied") == 1
    assert f"{first.child}.{first.column} is named like a reference to {first.parent}" in drawn


def test_lines_that_run_below_all_boxes_stay_in_the_picture() -> None:
    key = DiagramColumn(name="id", type="bigint", keys=("PK",))
    names = [f"t{n}" for n in range(9)]
    tables = tuple(DiagramTable(name=name, columns=(key, *(key,) * (n % 3))) for n, name in enumerate(names))
    edges = [DiagramEdge(child=a, column="id", parent=b) for i, b in enumerate(names) for a in names[i + 1 :: 2]]
    placed = er_layout.layout(tables, edges)
    heights = [float(y) for line in placed.lines for y in re.findall(r"V(\d+)", line.path)]
    assert max(heights) <= placed.height


def test_types_are_drawn_by_their_short_names() -> None:
    types = ("timestamp with time zone", "timestamp(3) without time zone", "character varying(20)", "double precision")
    short = [type_text(DiagramColumn(name="c", type=type_, nullable=True)) for type_ in types]
    assert short == ["timestamptz?", "timestamp(3)?", "varchar(20)?", "double?"]


def test_findings_about_tables_and_references_are_marked_too() -> None:
    whole = shop()
    tables = tuple(replace(t, warning="No primary key") if t.name == "audit_log" else t for t in whole.tables)
    edges = tuple(replace(e, warning="Deletes what was sold") if e.column == "order_id" else e for e in whole.edges)
    marked = replace(whole, tables=tables, edges=edges)
    drawn = er.diagram(marked)
    assert drawn.count('class="er-warning"') == er.diagram(whole).count('class="er-warning"') + 3
    assert drawn.count('<path class="er-line er-line-bad"') == 2 * 3  # line and both ends
    assert ("audit_log", "No primary key") in er.warnings(marked)
    assert ("payments.order_id → purchases", "Deletes what was sold") in er.warnings(marked)
    page = html(made(informs("D", "d", marked)))
    table = page[page.index("The same diagram as a table") :]
    assert "<td>No primary key</td>" in table
    assert "<td>Deletes what was sold</td>" in table


def test_the_key_of_the_levels_says_what_the_scoring_does() -> None:
    for floor, level in LEVELS:
        assert f"{level} from {floor:g} %" in wording.LEVEL_KEY

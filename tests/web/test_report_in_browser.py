"""What only a browser can say about the page: nothing runs, nothing is fetched, everything fits and can be read."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from chromium import Page
from hostile import CORPUS, poisoned
from sample_results import SAMPLES, criterion, informs, todo
from sample_results import result as made

from grader.exhibits import CodeExhibit, HttpExhibit, PlanExhibit, PlanNode
from grader.report.html import render
from grader.report.views import candidate
from grader.result import ChallengeRef, Result

replace = msgspec.structs.replace
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true; })"
ROWS = "[...document.querySelectorAll('.checks tbody tr')].filter(r => r.getClientRects().length).length"
# Contrast of every piece of HTML text with the first opaque ground behind it (texts in drawings: see the unit test).
FAINT = """(() => {
  const parse = text => { const m = text.match(/[\\d.]+/g).map(Number); return {rgb: m.slice(0, 3), a: m[3] ?? 1}; };
  const light = rgb => rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = node => { for (let n = node; n; n = n.parentElement) {
    const c = parse(getComputedStyle(n).backgroundColor); if (c.a === 1) return c.rgb; } return [255, 255, 255]; };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const skipped = node.closest('svg, script, style') || !node.checkVisibility();
    if (skipped || !walker.currentNode.textContent.trim()) continue;
    const [a, b] = [light(parse(getComputedStyle(node).color).rgb), light(ground(node))].sort((x, y) => x - y);
    const ratio = (b + 0.05) / (a + 0.05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${walker.currentNode.textContent.trim().slice(0, 40)}`);
  }
  return found;
})()"""


def written(folder: Path, result: Result) -> Path:
    file = folder / "report.html"
    file.write_text(render(result), encoding="utf-8")
    return file


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_opens_alone_and_without_complaint(chromium: Page, tmp_path: Path, name: str, *, dark: bool) -> None:
    chromium.open(written(tmp_path, SAMPLES[name]()), dark=dark)
    chromium.evaluate(OPEN_ALL)
    assert chromium.requests() == []
    assert chromium.complaints() == []
    assert chromium.evaluate(FAINT) == []
    assert chromium.picture().startswith(b"\x89PNG")


@pytest.mark.parametrize("width", [390, 860, 1280])
@pytest.mark.parametrize("name", SAMPLES)
def test_no_page_scrolls_sideways(chromium: Page, tmp_path: Path, name: str, width: int) -> None:
    chromium.open(written(tmp_path, SAMPLES[name]()), width=width)
    chromium.evaluate(OPEN_ALL)
    inside, outside = chromium.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert inside <= outside


@pytest.mark.parametrize("text", CORPUS)
def test_no_hostile_text_runs_moves_or_asks(chromium: Page, tmp_path: Path, text: str) -> None:
    for result in (poisoned(todo(), CORPUS[text]), candidate(poisoned(todo(), CORPUS[text]))):
        file = written(tmp_path, result)
        chromium.open(file)
        chromium.evaluate(OPEN_ALL)
        assert chromium.evaluate("window.pwned ?? null") is None
        assert chromium.evaluate("location.href") == file.as_uri()
        assert chromium.evaluate("document.querySelectorAll('img, iframe, form, link, object, embed').length") == 0
        assert chromium.requests() == []
        assert chromium.complaints() == []


def test_the_policy_would_stop_a_script_that_got_in(chromium: Page, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    injected = (
        "<script>window.pwned = 1</script><p style='color: red'>x</p><img src='data:,x' onerror='window.pwned = 2'>"
    )
    file.write_text(render(todo()).replace("<footer>", f"<footer>{injected}"), encoding="utf-8")
    chromium.open(file)
    assert chromium.evaluate("window.pwned ?? null") is None
    assert any("Content Security Policy" in said for said in chromium.complaints())


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_page_is_complete_without_script(chromium: Page, tmp_path: Path, *, script: bool) -> None:
    chromium.open(written(tmp_path, todo()), script=script)
    assert "73 % alone would be mid" in chromium.evaluate("document.body.innerText")
    whole = chromium.evaluate(ROWS)
    chromium.evaluate("document.querySelector('input[value=fail]').checked = true")
    failed = chromium.evaluate(ROWS)
    assert (whole, failed) == (17, 6)
    hidden = chromium.evaluate("document.querySelector('button[data-copy]').getClientRects().length === 0")
    assert hidden is (not script)


def test_a_link_opens_the_finding_it_leads_to(chromium: Page, tmp_path: Path) -> None:
    chromium.open(written(tmp_path, todo()))
    opened = "document.getElementById('check-REST-06').open"
    assert chromium.evaluate(opened) is False
    chromium.evaluate("location.hash = '#check-REST-06'; new Promise(done => setTimeout(done, 50))")
    assert chromium.evaluate(opened) is True


def test_paper_shows_what_is_folded_on_the_screen(chromium: Page, tmp_path: Path) -> None:
    chromium.open(written(tmp_path, todo()), script=False)
    chromium.call("Emulation.setEmulatedMedia", media="print", features=[])
    heights = "[...document.querySelectorAll('details > .body')].map(b => b.getBoundingClientRect().height)"
    assert min(chromium.evaluate(heights)) > 20
    assert chromium.pdf().startswith(b"%PDF")
    chromium.call("Emulation.setEmulatedMedia", media="screen", features=[])


def test_the_first_screen_answers_the_first_questions(chromium: Page, tmp_path: Path) -> None:
    chromium.open(written(tmp_path, todo()))
    fold = "document.querySelector({}).getBoundingClientRect().bottom <= innerHeight"
    for part in ("'.tags'", "'.big'", "'.ruler'", "'.hero .lines'", "'table.rows'"):
        assert chromium.evaluate(fold.format(part)), part


LONG = HttpExhibit(
    request="GET /todos\nAccept: application/json",
    response='{"description":"' + " ".join(f"raven{n}" for n in range(400)) + '","due_date":null}',
    command="curl http://127.0.0.1:8000/todos",
)


LABELLED = CodeExhibit(file="a.sql", line=1, lines=("SET x = 0; " * 60,), length=3, label="not allowed " * 30)


def with_long_answer() -> Result:
    shown = todo()
    first = shown.criteria[0]
    failed = next(check for check in first.checks if check.id == "FUN-02")
    checks = tuple(replace(check, evidence=(LONG, LABELLED)) if check is failed else check for check in first.checks)
    return replace(shown, criteria=(replace(first, checks=checks), *shown.criteria[1:]))


@pytest.mark.parametrize("width", [390, 1280])
def test_no_text_of_an_exhibit_is_cut_off_at_the_edge_of_its_box(chromium: Page, tmp_path: Path, width: int) -> None:
    chromium.open(written(tmp_path, with_long_answer()), width=width)
    chromium.evaluate(OPEN_ALL)
    wide = "[...document.querySelectorAll('pre')].filter(p => p.scrollWidth > p.clientWidth).length"
    hidden = "[...document.querySelectorAll('pre')].filter(p => p.scrollHeight > p.clientHeight + 1)"
    signed = "nextElementSibling?.classList.contains('more-below')"
    assert chromium.evaluate(wide) == 0
    assert chromium.evaluate(f"{hidden}.length") == 1
    assert chromium.evaluate(f"{hidden}.every(p => p.{signed} && p.nextElementSibling.checkVisibility())")


def test_paper_cuts_nothing_off(chromium: Page, tmp_path: Path) -> None:
    chromium.open(written(tmp_path, with_long_answer()))
    chromium.evaluate(OPEN_ALL)
    chromium.call("Emulation.setEmulatedMedia", media="print", features=[])
    cut = "p.scrollHeight > p.clientHeight + 1 || p.scrollWidth > p.clientWidth"
    assert chromium.evaluate(f"[...document.querySelectorAll('pre')].filter(p => {cut}).length") == 0
    assert chromium.evaluate("document.querySelector('.more-below').checkVisibility()") is False
    chromium.call("Emulation.setEmulatedMedia", media="screen", features=[])


def test_a_phone_shows_every_link_of_the_menu(chromium: Page, tmp_path: Path) -> None:
    chromium.open(written(tmp_path, SAMPLES["schema"]()), width=390)
    links = "[...document.querySelectorAll('.top nav a')].map(a => a.getBoundingClientRect())"
    assert chromium.evaluate(f"{links}.length") >= 6
    assert chromium.evaluate(f"{links}.every(r => r.left >= 0 && r.right <= innerWidth)")


@pytest.mark.parametrize("name", ["todo", "schema", "query"])
def test_what_stands_side_by_side_ends_at_the_same_height(chromium: Page, tmp_path: Path, name: str) -> None:
    chromium.open(written(tmp_path, SAMPLES[name]()), width=1280)
    ends = "[...document.querySelectorAll('.even > section > .card')].map(c => c.getBoundingClientRect().bottom)"
    left, right = chromium.evaluate(ends)
    assert abs(left - right) < 1
    whole = "[...document.querySelectorAll('#ask + .card, .hero')].map(c => c.getBoundingClientRect().width)"
    assert len(set(chromium.evaluate(whole))) == 1


def test_a_plan_can_be_copied_and_saved_whole(chromium: Page, tmp_path: Path) -> None:
    chromium.open(written(tmp_path, SAMPLES["query"]()))
    chromium.evaluate(OPEN_ALL)
    shown = "document.querySelector('pre.plan-json').textContent"
    assert chromium.evaluate(f"JSON.parse({shown})[0].Plan['Node Type']") == "Limit"
    kept = (
        "new Promise(done => { const made = URL.createObjectURL; URL.createObjectURL = blob => {"
        " blob.text().then(done); return made.call(URL, blob); };"
        " HTMLAnchorElement.prototype.click = () => {}; document.querySelector('button[data-save]').click(); })"
    )
    assert chromium.evaluate(kept) == chromium.evaluate(shown)
    assert chromium.complaints() == []


def deep_plan() -> PlanExhibit:
    """Forty nodes, half of them one below the other, with long names and reasons."""
    node = PlanNode(
        depth=0,
        name="Nested Loop Left Join",
        object="order_items_of_the_year",
        index="order_items_product_id_quantity_unit_price_idx",
        part="CTE orders_of_the_year",
        rows=123_456.5,
        planned=7,
        loops=98_765,
        removed=1_234_567,
        temp_blocks=12_345,
        share=0.25,
        condition="Filter: (" + " AND ".join(f"(a_rather_long_column_name_{n} = {n})" for n in range(6)) + ")",
        flags=("reads all 330,000 rows of order_items_of_the_year to keep 2.19, 98,765 times",),
    )
    return PlanExhibit(title="Deep", nodes=tuple(replace(node, depth=min(n, 20 + n % 3)) for n in range(40)), json="[]")


@pytest.mark.parametrize("width", [390, 1200])
def test_every_word_of_a_deep_plan_is_inside_its_box(chromium: Page, tmp_path: Path, width: int) -> None:
    shows = informs("I", "Both plans", deep_plan(), replace(deep_plan(), title="Beside it"))
    given = made(ChallengeRef(id="q", title="Q", version="1", digest="0"), (criterion("a", "A", "r", shows),))
    chromium.open(written(tmp_path, given), width=width)
    chromium.evaluate(OPEN_ALL)
    assert chromium.evaluate("document.querySelectorAll('.plan-node').length") == 80
    outside = "[...document.querySelectorAll('.plan-node, .plan-node *')].filter(n => n.scrollWidth > n.clientWidth + 1"
    assert chromium.evaluate(f"{outside} && getComputedStyle(n).display !== 'inline').map(n => n.textContent)") == []
    narrow = "Math.min(...[...document.querySelectorAll('.plan-node')].map(node => node.clientWidth))"
    assert chromium.evaluate(narrow) > 120
    inside, outer = chromium.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert inside <= outer

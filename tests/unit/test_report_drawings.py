from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from sample_results import plan_given, plan_submitted, shop

from grader.exhibits import DiagramColumn, DiagramEdge, DiagramExhibit, DiagramTable, PlanExhibit, PlanNode
from grader.report import er, er_layout
from grader.report.charts import bar, ruler
from grader.report.plan_tree import plan_tree
from grader.report.svg import clipped, number

BANDS = {"junior": 50.0, "mid": 70.0, "senior": 85.0}


def texts(svg: str) -> list[str]:
    return [item.text or "" for item in ET.fromstring(svg).iter("text")]


def test_the_ruler_names_the_bands_and_the_score() -> None:
    said = texts(ruler(73.5, BANDS))
    assert said == ["below the bar", "junior", "mid", "senior", "50", "70", "85", "73.5 %"]


def test_the_ruler_is_said_for_those_who_do_not_see_it() -> None:
    drawn = ET.fromstring(ruler(73.5, BANDS, (61.0, 77.5)))
    assert drawn.get("role") == "img"
    assert drawn.get("aria-label") == "73.5 percent, may become 61 to 77.5"
    assert drawn.findtext("desc") == "below the bar: 0 to 50; junior: 50 to 70; mid: 70 to 85; senior: 85 to 100"


@pytest.mark.parametrize("bands", [{}, {"senior": 0.0}, {"a": 120.0, "b": -5.0}, {"a": 99.5, "b": 50.0, "c": 50.0}])
@pytest.mark.parametrize("percent", [-10.0, 0.0, 100.0, 140.0])
def test_the_ruler_stays_inside_itself_whatever_the_bands(bands: dict[str, float], percent: float) -> None:
    drawn = ET.fromstring(ruler(percent, bands))
    for item in drawn.iter():
        for name in ("x", "cx"):
            assert 0 <= float(item.get(name, "0")) <= 620


def test_a_bar_is_full_at_most() -> None:
    assert 'width="100"' in bar(250)
    assert ET.fromstring(bar(-3))[1].get("width") == "0"


def lines(markup: str) -> list[str]:
    return ["".join(item.itertext()) for item in ET.fromstring(markup).iter("p")]


def test_a_plan_shows_work_estimates_and_reasons() -> None:
    said = lines(plan_tree(plan_given()))
    assert "Seq Scan on order_items41 %" in said
    assert "500,000 rows × 27 · planned 500,000" in said
    assert "⚠ read 27 times" in said
    assert "oi.order_id = o2.id" in said
    submitted = lines(plan_tree(plan_submitted()))
    assert "20 rows · planned 1" in submitted
    assert any(line.startswith("Index Scan on orders using orders_customer_id_created_at_idx") for line in submitted)


def test_a_plan_colours_only_what_stands_out() -> None:
    drawn = plan_tree(plan_given())
    assert drawn.count('class="plan-node hot"') == 1
    assert drawn.count("plan-share large") == 2


def test_a_node_below_another_stands_in_its_list() -> None:
    nodes = (
        PlanNode(depth=0, name="Limit"),
        PlanNode(depth=1, name="Result", part="InitPlan 1", loops=0),
        PlanNode(depth=1, name="Sort"),
    )
    root = ET.fromstring(plan_tree(PlanExhibit(nodes=nodes)))
    below = root.findall("./ul/li/ul/li")
    assert [item.findtext(".//b") for item in below] == ["Result", "Sort"]
    assert below[0].findtext(".//span[@class='plan-part']") == "InitPlan 1"
    assert below[0].findtext("./div/p[@class='plan-facts']") == "never ran"


@pytest.mark.parametrize("depths", [[], [0], [3, 0, 9, 1], [0] * 5, list(range(80)), [-1, 0]])
def test_any_shape_of_plan_is_drawn(depths: list[int]) -> None:
    nodes = tuple(PlanNode(depth=depth, name=f"Node {depth}", share=2.0) for depth in depths)
    drawn = ET.fromstring(plan_tree(PlanExhibit(nodes=nodes)))
    assert len(list(drawn.iter("li"))) == min(60, len(depths))
    for box in drawn.iter("rect"):
        assert 0 <= float(box.get("width", "0")) <= 100


def boxes(exhibit: DiagramExhibit) -> dict[str, tuple[float, float, float, float]]:
    placed = er_layout.layout(exhibit.tables, exhibit.edges)
    return {box.table.name: (box.x, box.y, box.x + box.width, box.y + box.height) for box in placed.boxes}


def overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def table(name: str, *columns: str, warning: str = "") -> DiagramTable:
    drawn = [DiagramColumn(name="id", type="bigint", keys=("PK",), warning=warning)]
    return DiagramTable(name=name, columns=(*drawn, *(DiagramColumn(name=c, type="bigint") for c in columns)))


def star(amount: int) -> DiagramExhibit:
    """Tables that reference several earlier ones each."""
    links = [(i, i // 2) for i in range(1, amount)] + [(i, i // 3) for i in range(3, amount)]
    columns: dict[int, list[str]] = {i: [] for i in range(amount)}
    for child, parent in links:
        columns[child].append(f"t{parent}_id")
    return DiagramExhibit(
        tables=tuple(table(f"t{i}", *columns[i]) for i in range(amount)),
        edges=tuple(DiagramEdge(child=f"t{a}", column=f"t{b}_id", parent=f"t{b}") for a, b in links),
    )


@pytest.mark.parametrize("exhibit", [shop(), star(2), star(8), star(25)])
def test_boxes_never_overlap(exhibit: DiagramExhibit) -> None:
    placed = list(boxes(exhibit).items())
    for i, (name, box) in enumerate(placed):
        for other, against in placed[i + 1 :]:
            assert not overlap(box, against), (name, other)


@pytest.mark.parametrize("exhibit", [shop(), star(8), star(25)])
def test_no_line_runs_through_a_box_on_its_way(exhibit: DiagramExhibit) -> None:
    placed = er_layout.layout(exhibit.tables, exhibit.edges)
    for line in placed.lines:
        for box in placed.boxes:
            if box.table.name in (line.edge.child, line.edge.parent):
                continue
            inner = (box.x + 1, box.y + 1, box.x + box.width - 1, box.y + box.height - 1)
            assert not any(overlap(piece, inner) for piece in pieces(line.path)), (line.edge, box.table.name)


def pieces(path: str) -> list[tuple[float, float, float, float]]:
    """The straight pieces of a path of M, H, V and h."""
    x = y = 0.0
    found = []
    for command, values in re.findall(r"([MHVh])([-\d. ]+)", path):
        given = [float(value) for value in values.split()]
        before = (x, y)
        if command == "M":
            x, y = given
            continue
        x, y = {"H": (given[0], y), "V": (x, given[0]), "h": (x + given[0], y)}[command]
        found.append((min(before[0], x), min(before[1], y), max(before[0], x) + 0.1, max(before[1], y) + 0.1))
    return found


def test_every_line_ends_at_its_tables() -> None:
    exhibit = shop()
    placed = er_layout.layout(exhibit.tables, exhibit.edges)
    at = {box.table.name: box for box in placed.boxes}
    for line in placed.lines:
        for end, name in ((line.child, line.edge.child), (line.parent, line.edge.parent)):
            box = at[name]
            assert end.x in (box.x, box.x + box.width)
            assert box.y <= end.y <= box.y + box.height


def test_a_key_to_a_table_that_is_not_there_is_told_in_the_table_only() -> None:
    exhibit = shop()
    lines = er_layout.layout(exhibit.tables, exhibit.edges).lines
    assert len(lines) == len(exhibit.edges) - 1
    payments = next(item for item in exhibit.tables if item.name == "payments")
    assert er.reference(payments.columns[2], payments, exhibit.edges) == "vouchers"


@pytest.mark.parametrize(
    "links",
    [
        [("a", "b"), ("b", "a")],
        [("a", "b"), ("b", "c"), ("c", "a")],
        [("a", "a")],
        [("a", "b"), ("a", "b")],
        [("a", "z"), ("z", "a")],
        [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a"), ("a", "c"), ("d", "b")],
        [],
    ],
)
def test_cycles_and_gaps_are_drawn(links: list[tuple[str, str]]) -> None:
    exhibit = DiagramExhibit(
        tables=tuple(table(name, "x") for name in "abcd"),
        edges=tuple(DiagramEdge(child=a, column="x", parent=b) for a, b in links),
    )
    assert texts(er.diagram(exhibit)).count("a") == 1
    assert len(boxes(exhibit)) == 4


def test_empty_diagrams_and_odd_tables_are_drawn() -> None:
    assert ET.fromstring(er.diagram(DiagramExhibit(tables=(), edges=()))).tag == "svg"
    bare = DiagramExhibit(tables=(DiagramTable(name="x" * 200, columns=()),), edges=())
    assert "…" in texts(er.diagram(bare))[0]


def test_a_table_that_references_itself_by_its_own_key_has_a_loop_that_is_seen() -> None:
    exhibit = DiagramExhibit(tables=(table("a"),), edges=(DiagramEdge(child="a", column="id", parent="a"),))
    line = er_layout.layout(exhibit.tables, exhibit.edges).lines[0]
    assert line.child.y != line.parent.y


def test_a_key_of_several_columns_starts_at_the_first() -> None:
    parent, child = table("a"), table("b", "x", "y")
    lines = er_layout.layout((parent, child), (DiagramEdge(child="b", column="x, y", parent="a"),)).lines
    alone = er_layout.layout((parent, child), (DiagramEdge(child="b", column="x", parent="a"),)).lines
    assert lines[0].child == alone[0].child


def test_many_tables_without_keys_stand_in_rows() -> None:
    exhibit = DiagramExhibit(tables=tuple(table(f"t{i}") for i in range(12)), edges=())
    placed = list(boxes(exhibit).values())
    assert len({box[1] for box in placed}) > 1
    assert not any(overlap(a, b) for i, a in enumerate(placed) for b in placed[i + 1 :])


def test_long_columns_and_types_share_the_room() -> None:
    column = DiagramColumn(name="n" * 60, type="t" * 60)
    said = texts(er.diagram(DiagramExhibit(tables=(DiagramTable(name="a", columns=(column,)),), edges=())))
    name, kind = said[2], said[3]
    assert name.endswith("…")
    assert kind.endswith("…")
    assert len(name) > len(kind) > 3


def test_crows_feet_say_many_and_circles_say_that_it_may_be_empty() -> None:
    drawn = er.diagram(shop())
    assert drawn.count('class="er-zero"') == 3
    one = DiagramExhibit(
        tables=(table("a"), table("b", "a_id")), edges=(DiagramEdge(child="b", column="a_id", parent="a"),)
    )
    many = er.diagram(one)
    single = er.diagram(
        DiagramExhibit(tables=one.tables, edges=(DiagramEdge(child="b", column="a_id", parent="a", one=True),))
    )
    assert many.count("l-12 -6") + many.count("l12 -6") == 1
    assert "l-12 -6" not in single
    assert "l12 -6" not in single


def test_long_tables_keep_the_columns_that_matter() -> None:
    columns = (
        *(DiagramColumn(name=f"c{i}", type="text") for i in range(40)),
        DiagramColumn(name="late", type="text", warning="look here"),
    )
    said = texts(er.diagram(DiagramExhibit(tables=(DiagramTable(name="wide", columns=columns),), edges=())))
    assert "late" in said
    assert "21 more columns" in said


def test_a_schema_too_large_to_read_shows_findings_and_their_neighbours() -> None:
    whole = star(60)
    marked = tuple(table(t.name, warning="bad") if t.name == "t7" else t for t in whole.tables)
    shown = {t.name for t in er.drawn_tables(DiagramExhibit(tables=marked, edges=whole.edges))}
    assert shown == {"t7", "t3", "t2", "t14", "t15", "t21", "t22", "t23"}
    assert len(er.drawn_tables(whole)) == 40


def test_twenty_five_tables_stay_small() -> None:
    assert len(er.diagram(star(25)).encode()) < 100_000


def test_names_too_long_for_their_box_are_cut() -> None:
    assert clipped("a" * 50, 60, 10) == "a" * 9 + "…"
    assert number(1 / 3) == "0.3"
    assert number(2.0) == "2"

"""Drawings of draw.io are read: tables, lists and boxes, plain and deflated; XML made to harm is not."""

# ruff: noqa: E501 - the lines of the drawings are those that draw.io writes

from __future__ import annotations

import base64
import zlib
from urllib.parse import quote

import pytest

from grader.evidence.drawing import DiagramFile
from grader.sql.schema.diagrams.sniffing import diagram

MODEL = """<mxGraphModel dx="1" dy="1"><root><mxCell id="0"/><mxCell id="1" parent="0"/>
<mxCell id="u" value="users" style="shape=table;startSize=30;container=1;childLayout=tableLayout;" vertex="1" parent="1">
  <mxGeometry x="1" y="1" width="180" height="150" as="geometry"/></mxCell>
<mxCell id="u1" value="" style="shape=tableRow;horizontal=0;" vertex="1" parent="u"/>
<mxCell id="u1a" value="PK" style="shape=partialRectangle;" vertex="1" parent="u1"/>
<mxCell id="u1b" value="id bigint" style="shape=partialRectangle;fontStyle=5" vertex="1" parent="u1"/>
<mxCell id="o" value="&lt;b&gt;orders&lt;/b&gt;" style="swimlane;childLayout=stackLayout;" vertex="1" parent="1"/>
<mxCell id="o1" value="+ id: int PK" style="text;html=1;" vertex="1" parent="o"/>
<mxCell id="o2" value="user_id: int (FK1)" style="text;html=1;" vertex="1" parent="o"/>
<object label="products" id="p"><mxCell style="rounded=0;html=1" vertex="1" parent="1"/></object>
<mxCell id="c" style="html=1" vertex="1" parent="1" value="&lt;div&gt;&lt;b&gt;categories&lt;/b&gt;&lt;/div&gt;&lt;hr&gt;\
&lt;p&gt;id : int &amp;lt;&amp;lt;PK&amp;gt;&amp;gt;&lt;/p&gt;name&lt;br&gt;slug&amp;nbsp;text"/>
<mxCell id="e1" style="edgeStyle=entityRelationEdgeStyle;startArrow=ERmandOne;endArrow=ERzeroToMany" edge="1" parent="1"
  source="u1" target="o2"><mxGeometry relative="1" as="geometry"/></mxCell>
<mxCell id="e2" style="endArrow=none" edge="1" parent="1" source="p" target="c"/>
<mxCell id="e2a" value="0..*" style="edgeLabel;" vertex="1" parent="e2"><mxGeometry x="-0.8" relative="1"/></mxCell>
<mxCell id="e2b" value="1" style="edgeLabel;" vertex="1" parent="e2"><mxGeometry x="0.8" relative="1"/></mxCell>
<mxCell id="t" value="The shop" style="text;" vertex="1" parent="1"/>
</root></mxGraphModel>"""


def packed(model: str) -> str:
    """A page as draw.io deflates it."""
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return base64.b64encode(packing.compress(quote(model).encode()) + packing.flush()).decode()


def read(text: str, name: str = "erd.drawio") -> DiagramFile:
    return diagram(name, text.encode(), len(text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        MODEL,
        f'<?xml version="1.0"?><mxfile host="x"><diagram id="a" name="Page-1">{MODEL}</diagram></mxfile>',
        f'<mxfile host="x"><diagram id="a">{packed(MODEL)}</diagram></mxfile>',
        f'<mxfile><diagram id="z"></diagram><diagram id="a">\n{packed(MODEL)}\n</diagram></mxfile>',
    ],
)
def test_tables_lists_and_boxes_with_their_lines_are_read(text: str) -> None:
    found = read(text)
    assert found.format == "drawio"
    assert {e.name: [(c.name, c.type, c.keys) for c in e.columns] for e in found.entities} == {
        "users": [("id", "bigint", ("PK",))],
        "orders": [("id", "int", ("PK",)), ("user_id", "int", ("FK",))],
        "products": [],
        "categories": [("id", "int", ("PK",)), ("name", "", ()), ("slug", "text", ())],
    }
    assert [(r.left, r.left_many, r.right_many, r.right) for r in found.relationships] == [
        ("users", "1", "0..*", "orders"),
        ("products", "0..*", "1", "categories"),
    ]
    assert found.unread == ()
    assert "users 1 -- 0..* orders" in found.text


def test_a_rhombus_between_two_boxes_is_a_relationship() -> None:
    model = """<mxGraphModel><root><mxCell id="a" value="users" vertex="1" style="rounded=0"/>
      <mxCell id="b" value="orders" vertex="1" style="whiteSpace=wrap"/>
      <mxCell id="n" value="name" vertex="1" style="ellipse;html=1"/>
      <mxCell id="r" value="places" vertex="1" style="rhombus;html=1"/>
      <mxCell id="1e" value="1" edge="1" source="a" target="r"/><mxCell id="2e" value="N" edge="1" source="r" target="b"/>
      <mxCell id="3e" edge="1" source="a" target="n"/></root></mxGraphModel>"""
    found = read(model)
    assert [entity.name for entity in found.entities] == ["users", "orders"]
    assert [(r.left_many, r.right_many, r.label) for r in found.relationships] == [("1", "many", "places")]


def test_two_pages_are_one_drawing_and_frames_around_tables_are_none() -> None:
    second = MODEL.replace('id="u" value="users"', 'id="u" value="accounts"')
    assert len(read(f"<mxfile><diagram>{MODEL}</diagram><diagram>{packed(second)}</diagram></mxfile>").entities) == 5
    framed = MODEL.replace(
        '<mxCell id="u" ', '<mxCell id="f" value="Sales" style="swimlane" vertex="1" parent="1"/><mxCell id="u" '
    )
    framed = framed.replace('vertex="1" parent="1">', 'vertex="1" parent="f">', 1)
    assert [entity.name for entity in read(framed).entities] == ["users", "orders", "products", "categories"]


def test_a_line_that_hangs_loose_is_kept_as_unread() -> None:
    loose = MODEL.replace('source="u1" target="o2"', 'source="u1"')
    assert read(loose).unread == ("a line at users of which an end is not attached to anything",)


def test_an_empty_page_is_no_drawing() -> None:
    empty = '<mxfile><diagram><mxGraphModel><root><mxCell id="0"/></root></mxGraphModel></diagram></mxfile>'
    assert read(empty).format == "unknown"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><mxfile><diagram>&b;</diagram></mxfile>'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "it declares entities"),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><mxfile><diagram>&e;</diagram></mxfile>', "entities"),
        ("<mxfile><diagram>" + packed("x" * 60_000_000) + "</diagram></mxfile>", "unfolds to more than 4 MB"),
        ("<mxfile><diagram>" + "<a>" * 200 + "</diagram></mxfile>", "too many elements"),
        ("<mxfile>" + "<mxCell/>" * 60_000 + "</mxfile>", "too many elements"),
        ("<mxfile><diagram>not base64!</diagram></mxfile>", "neither XML nor deflated XML"),
        ("<mxfile><diagram>" + packed(BOMB) + "</diagram></mxfile>", "it declares entities"),
        ("<mxfile><diagram><mxGraphModel><root>", "not well-formed"),
    ],
)
def test_xml_made_to_harm_is_refused_and_told(text: str, said: str) -> None:
    found = read(text)
    assert said in found.unread[0]
    assert found.entities == ()


@pytest.mark.parametrize(
    "text",
    [
        '<mxfile><diagram><mxGraphModel><root><mxCell id="a" vertex="1" value="'
        + "&lt;" * 400_000
        + '"/></root></mxGraphModel></diagram></mxfile>',
        "<mxGraphModel><root>"
        + "".join(f'<mxCell id="{n}" parent="{n + 1}" vertex="1" value="a{n}"/>' for n in range(20_000))
        + "</root></mxGraphModel>",
        '<mxGraphModel><root><mxCell id="a" parent="a" vertex="1" value="x"/><mxCell id="b" edge="1" source="a" target="a"/></root></mxGraphModel>',
        "<mxGraphModel><root>"
        '<mxCell id="a" vertex="1" value="x" style="' + ";" * 100_000 + '"/>' + "</root></mxGraphModel>",
    ],
)
def test_a_drawing_made_to_keep_us_busy_is_read_all_the_same(text: str) -> None:
    found = read(text)
    assert len(found.entities) + len(found.relationships) <= 500

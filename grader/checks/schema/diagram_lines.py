"""Does a line of the diagram say something else than the keys do?"""

from __future__ import annotations

from collections.abc import Iterator

from grader.checks.schema.diagram_files import Line, drawing, place_shown
from grader.checks.schema.footing import ground
from grader.checks.schema.normalization import category_columns
from grader.checks.schema.relations import misdirected
from grader.checks.schema.rules import empty, may_be_empty, never_empty
from grader.checks.schema.shown import Fault, keys_asked, shared
from grader.evidence.catalog import Table
from grader.evidence.drawing import Cardinality, DrawnRelationship
from grader.evidence.schema import SchemaFacts
from grader.exhibits import AnyExhibit
from grader.model import Check, Finding, blocked, not_applicable
from grader.sql.schema.links import Link
from grader.sql.schema.normal_forms import lists_categories, on_header
from grader.sql.schema.shop import Shop

MANY = ("1..*", "0..*", "many")
ONE = ("1", "0..1", "one")
# Pairs that no shop ties to each other; a line between them says something only where the schema ties them.
_STRANGERS = (
    *(("user", "category"), ("order", "category"), ("user", "product")),
    *(("user", "order_line"), ("order_line", "category"), ("order", "product")),
)


def cardinality(facts: SchemaFacts) -> Finding:
    """E04: no line says something else than the keys do. Of a line that does not say how many nothing is asked."""
    if early := ground(facts, "product", "order"):
        return early
    drawn = drawing(facts)
    if isinstance(drawn, Finding):
        return drawn
    known = [line for line in drawn.lines if line.left and line.right and line.left != line.right]
    if not known:
        return blocked("no line of the diagram connects two tables of the schema")
    keys = _Keys(facts)
    faults = [fault for line in known for fault in _faults(facts, keys, line)]
    asked = [line for line in known if line.drawn.left_many or line.drawn.right_many]
    if not asked and not faults:
        return not_applicable("the lines of the diagram do not say how many")
    return shared(
        faults,
        max(len(asked), len(faults)),
        good="lines agree with the keys",
        expected="the many end where the foreign key is, exactly one (`||`) only where the key is required",
        weight=2,
    )


def _faults(facts: SchemaFacts, keys: _Keys, line: Line) -> Iterator[Fault]:
    for why, cause in keys.contradiction(line.drawn, line.left, line.right):
        drawn = f"{line.left} {line.drawn.left_many or '?'} -- {line.drawn.right_many or '?'} {line.right}"
        shown = place_shown(line.file, line.drawn.line, why, drawn)
        yield Fault(
            table=f"{line.left} and {line.right}",
            what=f"are {why}",
            exhibits=(*shown, *_keys_shown(facts, line.left, line.right)),
            cause=cause,
            told=bool(cause),
        )


class _Keys:
    """What the keys of a schema say about a line. Where another check finds a key wrong, the diagram may be right."""

    def __init__(self, facts: SchemaFacts) -> None:
        self.shop = shop = Shop(facts.schema, facts.roles)
        self.never_empty, self.wrongly_empty = never_empty(facts), may_be_empty(facts)
        self.header = on_header(shop)
        self.wrong = misdirected(shop)
        product, category = shop.table("product"), shop.table("category")
        if product and category and lists_categories(shop):
            self.wrong[frozenset((product.name, category.name))] = category_columns(product)
        pairs = [(shop.table(one), shop.table(other)) for one, other in _STRANGERS]
        self.strangers = {frozenset((one.name, other.name)) for one, other in pairs if one and other}

    def contradiction(self, drawn: DrawnRelationship, left: str, right: str) -> Iterator[tuple[str, str]]:
        """How a line contradicts the keys, and the cause if another check tells it; nothing when it does not.

        Nothing either when each refers to the other.
        """
        forward, back = self.shop.links.direct(right, left), self.shop.links.direct(left, right)
        why, cause = "", ""
        if forward is not None and back is None:
            why, cause = self._against(forward, child_end=drawn.right_many, parent_end=drawn.left_many)
        elif back is not None and forward is None:
            why, cause = self._against(back, child_end=drawn.left_many, parent_end=drawn.right_many)
        elif back is None:
            why = self._apart(drawn, left, right)
        if why:
            yield why, cause

    def _against(self, link: Link, *, child_end: Cardinality, parent_end: Cardinality) -> tuple[str, str]:
        """The line against the key of one direction."""
        child, parent, column = link.table, link.target, link.columns[0]
        wrong = self.wrong.get(frozenset((child, parent)), "")
        if (child, link.columns[-1]) in self.header:
            return "", ""
        if parent_end in MANY:
            return self._many(link, child_end), wrong
        if child_end in ONE and not self._alone(link):
            return f"drawn as one to one, but one row of `{parent}` may have many of `{child}`", wrong
        if parent_end == "1" and self._optional(link):
            told = [empty(child, name) for name in link.columns if (child, name) in self.wrongly_empty]
            return f"drawn as always connected, but `{child}.{column}` may be empty", wrong or "".join(told[:1])
        return "", ""

    def _many(self, link: Link, child_end: Cardinality) -> str:
        """Many drawn where the key leads to one."""
        child, parent = link.table, link.target
        if child_end in ONE:
            return f"drawn the wrong way round: the reference is `{child}.{link.columns[0]}`"
        if self.shop.links.junction(parent, child):
            return ""
        return f"drawn as many to many, but each row of `{child}` refers to one of `{parent}`"

    def _apart(self, drawn: DrawnRelationship, left: str, right: str) -> str:
        """A line between tables without a key of their own: they may be joined by a table in between, or not at all."""
        middle, product, category = (self.shop.table(c) for c in ("product_category", "product", "category"))
        if middle and product and category and {left, right} == {product.name, category.name}:
            ends = {left: drawn.left_many, right: drawn.right_many}
            return self._between(middle, product, category, ends) or self._between(middle, category, product, ends)
        links = self.shop.links
        if frozenset((left, right)) in self.strangers and not (links.joined(left, right) or links.joined(right, left)):
            return "drawn as connected, but nothing in the schema connects them"
        return ""

    def _between(self, middle: Table, one: Table, other: Table, ends: dict[str, Cardinality]) -> str:
        """One drawn at an end of which the table in between takes many."""
        link = self.shop.links.direct(middle.name, one.name)
        if link is None or ends[other.name] not in ONE or self._alone(link):
            return ""
        return f"drawn with one of `{other.name}` for each of `{one.name}`, but `{middle.name}` takes several"

    def _alone(self, link: Link) -> bool:
        table = self.shop.schema.table(link.table)
        return table is not None and any(set(keys) <= set(link.columns) for keys in table.unique_sets())

    def _optional(self, link: Link) -> bool:
        table = self.shop.schema.table(link.table)
        columns = [column for column in table.columns if column.name in link.columns] if table else []
        nullable = any(column.nullable and (link.table, column.name) not in self.never_empty for column in columns)
        return nullable and len(self.shop.links.between(link.table, link.target)) == 1


def _keys_shown(facts: SchemaFacts, one: str, other: str) -> tuple[AnyExhibit, ...]:
    links = Shop(facts.schema, facts.roles).links
    child: Table | None = facts.schema.table(other if links.direct(other, one) else one)
    return (keys_asked(facts, child),) if child else ()


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.erd_cardinality",
        needs=SchemaFacts,
        ask=cardinality,
        title="The diagram agrees with the keys",
        why="A diagram that says something else than the schema misleads whoever trusts it",
        fix="Put the many end where the foreign key is, and exactly one (`||`) only where it is required",
    ),
)

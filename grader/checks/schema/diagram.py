"""Does the candidate's entity-relationship diagram show the schema that the script makes?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec

from grader.checks.schema.footing import ground
from grader.checks.schema.normalization import category_columns, lists_categories, on_header
from grader.checks.schema.relations import misdirected
from grader.checks.schema.rules import empty, may_be_empty, never_empty
from grader.checks.schema.shown import Fault, keys_asked, shared, tables_asked, verdict
from grader.evidence.catalog import Table
from grader.evidence.drawing import Cardinality, DiagramFile, DrawnRelationship
from grader.evidence.schema import SchemaFacts
from grader.exhibits import AnyExhibit, CodeExhibit, TextExhibit
from grader.model import Check, Finding, blocked, failed, for_review, passed
from grader.sql.schema.links import Link
from grader.sql.schema.matcher import concept_of
from grader.sql.schema.names import table_words
from grader.sql.schema.shop import Shop
from grader.visible import one_line

FORMATS = {
    "mermaid": "Mermaid",
    "dbml": "DBML",
    "plantuml": "PlantUML",
    "drawio": "draw.io",
    "picture": "a picture",
    "pdf": "PDF",
    "other": "in a form that the grader does not read",
    "unknown": "an unknown format",
}
SMALLEST_PICTURE = 2_000
MANY = ("1..*", "0..*")
SHOWN = 1_500


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """A diagram that could be read: which table each entity stands for."""

    file: DiagramFile
    tables: dict[str, str]


def present(facts: SchemaFacts) -> Finding:
    """E01: there is a diagram."""
    if early := ground(facts):
        return early
    chosen = _chosen(facts)
    if chosen is not None and chosen.format == "mermaid" and chosen.entities:
        return passed(f"`{chosen.name}` draws {len(chosen.entities)} entities")
    if chosen is not None and chosen.format in ("mermaid", "other"):
        return for_review(
            f"`{chosen.name}` may draw the schema, {FORMATS['other']}: a person must look", exhibits=_text(chosen)
        )
    if chosen is not None:
        return passed(f"`{chosen.name}` is {FORMATS[chosen.format]}")
    empty = facts.diagrams[0] if facts.diagrams else None
    return failed(
        f"`{empty.name}` holds no diagram" if empty else "there is no ER diagram",
        expected="erd.md with a Mermaid `erDiagram`, or another diagram file named erd.*",
        exhibits=(TextExhibit(title=empty.name, text=empty.text[:SHOWN]),) if empty and empty.text else (),
    )


def _chosen(facts: SchemaFacts) -> DiagramFile | None:
    """The diagram to judge: one named erd.* before others, and among those one that can be read."""
    usable = _usable(facts)
    return next((file for file in usable if file.format == "mermaid" and file.entities), next(iter(usable), None))


def _usable(facts: SchemaFacts) -> list[DiagramFile]:
    usable = [file for file in facts.diagrams if _draws(file)]
    named = [file for file in usable if PurePosixPath(file.name.lower()).stem.startswith("erd")]
    return named or usable


def _draws(file: DiagramFile) -> bool:
    if file.format == "mermaid":
        return bool(file.entities or file.unread)
    return file.format != "unknown" and file.size >= _smallest(file)


def _text(file: DiagramFile) -> tuple[AnyExhibit, ...]:
    return (TextExhibit(title=file.name, text=file.text),) if file.text else ()


def _smallest(file: DiagramFile) -> int:
    return SMALLEST_PICTURE if file.format in ("picture", "pdf") else 1


def entities(facts: SchemaFacts) -> Finding:
    """E02: every core table is drawn; a table in between may be drawn as a many-to-many line."""
    if early := ground(facts, "product", "order"):
        return early
    drawing = _drawing(facts)
    if isinstance(drawing, Finding):
        return drawing
    shop = Shop(facts.schema, facts.roles)
    wanted = {concept: table for concept, table in shop.core().items() if concept != "product_category"}
    if not wanted:
        return blocked("no core table was found to look for")
    drawn = set(drawing.tables.values())
    absent = [table for table in wanted.values() if table.name not in drawn]
    if absent and (unsure := _unsure(facts, drawing, f"`{absent[0].name}` is not among the entities")):
        return unsure
    faults = [Fault(table=table.name, what="is not drawn", exhibits=_shown(drawing, facts)) for table in absent]
    return verdict(
        faults,
        good=f"all {len(wanted)} core tables are drawn in `{drawing.file.name}`",
        expected=f"an entity for each of {', '.join(table.name for table in wanted.values())}",
        share=1 - len(absent) / len(wanted),
    )


def relationships(facts: SchemaFacts) -> Finding:
    """E03: the references between core tables are drawn."""
    if early := ground(facts, "product", "order"):
        return early
    drawing = _drawing(facts)
    if isinstance(drawing, Finding):
        return drawing
    shop = Shop(facts.schema, facts.roles)
    drawn = {
        frozenset((drawing.tables.get(r.left, ""), drawing.tables.get(r.right, ""))) for r in drawing.file.relationships
    }
    wanted = _wanted(shop)
    if not wanted:
        return blocked("no core table refers to another")
    absent = [(one, other) for one, other, shortcut in wanted if not _is_drawn(one, other, shortcut, drawn)]
    if absent and (unsure := _unsure(facts, drawing, f"no line connects `{absent[0][0]}` and `{absent[0][1]}`")):
        return unsure
    asked = [(one, other) for one, other, shortcut in wanted if _ends_drawn(one, other, shortcut, drawing)]
    if not asked:
        return blocked("no two tables that refer to each other are drawn")
    absent = [pair for pair in absent if pair in asked]
    faults = [
        Fault(table=f"{one} and {other}", what="are not connected", exhibits=_shown(drawing, facts))
        for one, other in absent
    ]
    return verdict(
        faults,
        good=f"all {len(asked)} references between core tables are drawn",
        expected="a line for every reference between users, orders, order lines, products and categories",
        share=1 - len(absent) / len(asked),
    )


def _wanted(shop: Shop) -> list[tuple[str, str, frozenset[str]]]:
    """Pairs of tables that refer to each other, with the line that may stand for a table in between."""
    middle, product, category = (shop.table(c) for c in ("product_category", "product", "category"))
    shortcut = frozenset((product.name, category.name)) if product and category else frozenset()
    found: dict[frozenset[str], tuple[str, str, frozenset[str]]] = {}
    for link in shop.core_links():
        over = shortcut if middle is not None and link.table == middle.name else frozenset[str]()
        found.setdefault(frozenset((link.table, link.target)), (link.table, link.target, over))
    return list(found.values())


def _ends_drawn(one: str, other: str, shortcut: frozenset[str], drawing: Drawing) -> bool:
    """Both tables are there to be connected; one that is not drawn at all is told by `entities`."""
    drawn = set(drawing.tables.values())
    return {one, other} <= drawn or (bool(shortcut) and shortcut <= drawn)


def _is_drawn(one: str, other: str, shortcut: frozenset[str], drawn: set[frozenset[str]]) -> bool:
    return frozenset((one, other)) in drawn or (bool(shortcut) and shortcut in drawn)


def cardinality(facts: SchemaFacts) -> Finding:
    """E04: no line says something else than the keys do."""
    if early := ground(facts, "product", "order"):
        return early
    drawing = _drawing(facts)
    if isinstance(drawing, Finding):
        return drawing
    lines = [(r, *_ends(r, drawing)) for r in drawing.file.relationships]
    known = [(r, one, other) for r, one, other in lines if one and other and one != other]
    if not known:
        return blocked("no line of the diagram connects two tables of the schema")
    keys = _Keys(facts)
    faults = [
        Fault(
            table=f"{one} and {other}",
            what=f"are {why}",
            exhibits=(*_line_shown(drawing, relationship, why), *_keys_shown(facts, one, other)),
            cause=cause,
            told=bool(cause),
        )
        for relationship, one, other in known
        for why, cause in keys.contradiction(relationship, one, other)
    ]
    return shared(
        faults,
        len(known),
        good="lines agree with the keys",
        expected="the many end where the foreign key is, `||` only where the key is required",
        weight=2,
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

    def contradiction(self, drawn: DrawnRelationship, left: str, right: str) -> Iterator[tuple[str, str]]:
        """How a line contradicts the keys, and the cause if another check tells it; nothing when it does not.

        Nothing either when there is no key to compare with, or when each refers to the other.
        """
        forward, back = self.shop.links.direct(right, left), self.shop.links.direct(left, right)
        if forward is not None and back is None:
            why, cause = self._against(forward, child_end=drawn.right_many, parent_end=drawn.left_many)
        elif back is not None and forward is None:
            why, cause = self._against(back, child_end=drawn.left_many, parent_end=drawn.right_many)
        else:
            return
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
        if child_end not in MANY and not self._alone(link):
            return f"drawn as one to one, but one row of `{parent}` may have many of `{child}`", wrong
        if parent_end == "1" and self._optional(link):
            told = [empty(child, name) for name in link.columns if (child, name) in self.wrongly_empty]
            return f"drawn as always connected, but `{child}.{column}` may be empty", wrong or "".join(told[:1])
        return "", ""

    def _many(self, link: Link, child_end: Cardinality) -> str:
        """Many drawn where the key leads to one."""
        child, parent = link.table, link.target
        if child_end not in MANY:
            return f"drawn the wrong way round: the reference is `{child}.{link.columns[0]}`"
        if self.shop.links.junction(parent, child):
            return ""
        return f"drawn as many to many, but each row of `{child}` refers to one of `{parent}`"

    def _alone(self, link: Link) -> bool:
        table = self.shop.schema.table(link.table)
        return table is not None and any(set(keys) <= set(link.columns) for keys in table.unique_sets())

    def _optional(self, link: Link) -> bool:
        table = self.shop.schema.table(link.table)
        columns = [column for column in table.columns if column.name in link.columns] if table else []
        nullable = any(column.nullable and (link.table, column.name) not in self.never_empty for column in columns)
        return nullable and len(self.shop.links.between(link.table, link.target)) == 1


def _drawing(facts: SchemaFacts) -> Drawing | Finding:
    """The diagram to compare, or why there is none."""
    file = _chosen(facts)
    if file is None:
        return blocked("there is no ER diagram")
    if file.format == "mermaid" and file.entities:
        return Drawing(file=file, tables=_tables(file, facts))
    form = FORMATS["other" if file.format == "mermaid" else file.format]
    return for_review(f"`{file.name}` is {form}: a person must compare it with the schema", exhibits=_text(file))


def _unsure(facts: SchemaFacts, drawing: Drawing, absent: str) -> Finding | None:
    """What is absent may stand on lines that could not be read, or in another file: then nobody has lost a point."""
    file = drawing.file
    if file.unread:
        lines = f"{len(file.unread)} of its lines could not be read, such as `{one_line(file.unread[0], 80)}`"
        return for_review(f"{absent} read from `{file.name}`, but {lines}: a person must look", exhibits=_text(file))
    other = next((other for other in _usable(facts) if other.name != file.name), None)
    if other is None:
        return None
    return for_review(f"{absent} of `{file.name}`, but `{other.name}` may show it: a person must look")


def _tables(file: DiagramFile, facts: SchemaFacts) -> dict[str, str]:
    """The table that each entity stands for: by name, else by what its name means."""
    shop = Shop(facts.schema, facts.roles)
    by_words = {shop.links.words(table.name): table.name for table in facts.schema.tables}
    by_concept = {concept: role.table for concept, role in facts.roles.items()}
    found = {}
    for entity in file.entities:
        exact = next((t.name for t in facts.schema.tables if t.name.lower() == entity.name.lower()), "")
        table = exact or by_words.get(table_words(entity.name, shop.links.prefix), "")
        found[entity.name] = table or by_concept.get(concept_of(entity.name), "")
    return found


def _ends(relationship: DrawnRelationship, drawing: Drawing) -> tuple[str, str]:
    return drawing.tables.get(relationship.left, ""), drawing.tables.get(relationship.right, "")


def _shown(drawing: Drawing, facts: SchemaFacts) -> tuple[AnyExhibit, ...]:
    names = ", ".join(entity.name for entity in drawing.file.entities)
    return (TextExhibit(title=f"Entities in {drawing.file.name}", text=names[:SHOWN]), tables_asked(facts))


def _line_shown(drawing: Drawing, relationship: DrawnRelationship, why: str) -> tuple[AnyExhibit, ...]:
    lines = drawing.file.text.split("\n")
    if relationship.line > len(lines):
        return ()
    first = max(1, relationship.line - 1)
    line = lines[relationship.line - 1]
    return (
        CodeExhibit(
            file=drawing.file.name,
            line=relationship.line,
            lines=tuple(lines[first - 1 : relationship.line + 1]),
            first_line=first,
            column=len(line) - len(line.lstrip()) + 1,
            length=max(1, len(line.strip())),
            label=why,
        ),
    )


def _keys_shown(facts: SchemaFacts, one: str, other: str) -> tuple[AnyExhibit, ...]:
    shop = Shop(facts.schema, facts.roles)
    child: Table | None = facts.schema.table(other if shop.links.direct(other, one) else one)
    return (keys_asked(facts, child),) if child else ()


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.erd_present",
        needs=SchemaFacts,
        ask=present,
        title="There is an ER diagram",
        why="A diagram is how a design is talked about before it is built",
        fix="Add erd.md with a Mermaid `erDiagram`",
    ),
    Check(
        name="schema.erd_entities",
        needs=SchemaFacts,
        ask=entities,
        title="The diagram shows the core tables",
        why="What is not drawn is not talked about",
        fix="Draw every table of users, products, categories, orders and order lines",
    ),
    Check(
        name="schema.erd_relationships",
        needs=SchemaFacts,
        ask=relationships,
        title="The diagram shows the references",
        why="The lines are what a diagram is for",
        fix="Draw a line for every foreign key between the core tables",
    ),
    Check(
        name="schema.erd_cardinality",
        needs=SchemaFacts,
        ask=cardinality,
        title="The diagram agrees with the keys",
        why="A diagram that says something else than the schema misleads whoever trusts it",
        fix="Put the many end where the foreign key is, and `||` only where it is required",
    ),
)

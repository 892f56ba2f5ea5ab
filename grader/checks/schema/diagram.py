"""Is there an entity-relationship diagram, and does it show the schema that the script makes?"""

from __future__ import annotations

from grader.checks.schema import diagram_keys, diagram_lines, diagram_sets
from grader.checks.schema.diagram_files import FORMATS, READ, SHOWN, form, readable, shortcoming, text, usable
from grader.checks.schema.footing import ground
from grader.evidence.drawing import DiagramFile
from grader.evidence.schema import SchemaFacts
from grader.exhibits import TextExhibit
from grader.model import Check, Finding, failed, for_review, passed


def present(facts: SchemaFacts) -> Finding:
    """E01: there is a diagram."""
    if early := ground(facts):
        return early
    files = usable(facts)
    if not files:
        return _absent(next(iter(facts.diagrams), None))
    chosen = files[0]
    if readable(chosen):
        return passed(f"`{chosen.name}` draws {len(chosen.entities)} entities in {FORMATS[chosen.format]}")
    if chosen.format in (*READ, "other"):
        return for_review(
            f"`{chosen.name}` may draw the schema, {form(chosen)}: a person must look", exhibits=text(chosen)
        )
    size = f" of {chosen.width} × {chosen.height} pixels" if chosen.width else ""
    return passed(f"`{chosen.name}` is {form(chosen)}{size}")


def _absent(file: DiagramFile | None) -> Finding:
    """Nothing that could be a diagram: what the file that should be one is instead."""
    return failed(
        f"`{file.name}` {shortcoming(file)}" if file else "there is no ER diagram",
        expected="erd.md with a Mermaid `erDiagram`, or another diagram file named erd.*",
        exhibits=(TextExhibit(title=file.name, text=file.text[:SHOWN]),) if file and file.text else (),
    )


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.erd_present",
        needs=SchemaFacts,
        ask=present,
        title="There is an ER diagram",
        why="A diagram is how a design is talked about before it is built",
        fix="Add erd.md with a Mermaid `erDiagram`, or erd.dbml, erd.puml or erd.drawio",
    ),
    *diagram_sets.CHECKS,
    *diagram_lines.CHECKS,
    *diagram_keys.CHECKS,
)

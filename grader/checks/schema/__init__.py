"""Questions about a database schema: is it complete, normal, well typed, guarded, indexed and drawn as it is?"""

from __future__ import annotations

from grader.checks.schema import (
    completeness,
    data_types,
    deletions,
    diagram,
    indexes,
    integrity,
    normalization,
    reading,
    relations,
    rules,
)
from grader.evidence.schema import SchemaFacts
from grader.model import Check

CHECKS: tuple[Check[SchemaFacts], ...] = (
    *completeness.CHECKS,
    *relations.CHECKS,
    *normalization.CHECKS,
    *data_types.CHECKS,
    *integrity.CHECKS,
    *rules.CHECKS,
    *deletions.CHECKS,
    *indexes.CHECKS,
    *diagram.CHECKS,
    *reading.CHECKS,
)

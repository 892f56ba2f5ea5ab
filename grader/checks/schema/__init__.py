"""Questions about a database schema: is it complete, normal, well typed, guarded, indexed and drawn as it is?"""

from __future__ import annotations

from grader.checks.schema import (
    advice,
    attributes,
    beyond,
    catalog_diagram,
    completeness,
    data_types,
    deletions,
    diagram,
    generic,
    indexes,
    integrity,
    key_changes,
    keys,
    limits,
    moments,
    money,
    normalization,
    purchase,
    reading,
    relations,
    rules,
    totals,
    workload,
)
from grader.checks.schema.dialects import careful
from grader.checks.schema.hollow import substantial
from grader.evidence.schema import SchemaFacts
from grader.model import Check

_ASKED: tuple[Check[SchemaFacts], ...] = (
    *completeness.CHECKS,
    *attributes.CHECKS,
    *beyond.CHECKS,
    *relations.CHECKS,
    *normalization.CHECKS,
    *purchase.CHECKS,
    *totals.CHECKS,
    *generic.CHECKS,
    *money.CHECKS,
    *moments.CHECKS,
    *data_types.CHECKS,
    *limits.CHECKS,
    *advice.CHECKS,
    *keys.CHECKS,
    *integrity.CHECKS,
    *rules.CHECKS,
    *deletions.CHECKS,
    *key_changes.CHECKS,
    *indexes.CHECKS,
    *workload.CHECKS,
)
_JUDGED: tuple[Check[SchemaFacts], ...] = substantial(_ASKED)
CHECKS: tuple[Check[SchemaFacts], ...] = careful(
    (*_JUDGED, *diagram.CHECKS, *catalog_diagram.checks(careful(_JUDGED)), *reading.CHECKS)
)

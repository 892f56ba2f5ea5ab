"""Questions about a rewritten query, its set-up and its explanation."""

from __future__ import annotations

from typing import Any

from grader.checks.query import economy, explanation, lint, plans, rows, runs, work
from grader.model import Check

CHECKS: tuple[Check[Any], ...] = (
    *runs.CHECKS,
    *rows.CHECKS,
    *work.CHECKS,
    *economy.CHECKS,
    *plans.CHECKS,
    *lint.CHECKS,
    *explanation.CHECKS,
)

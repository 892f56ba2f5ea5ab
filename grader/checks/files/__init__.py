"""Questions about the submitted files. Style is never asked about."""

from __future__ import annotations

from typing import Any

from grader.checks.files import clarity, documentation, settings
from grader.model import Check

CHECKS: tuple[Check[Any], ...] = (*documentation.CHECKS, *settings.CHECKS, *clarity.CHECKS)

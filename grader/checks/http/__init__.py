"""Questions about a REST service, asked of an exam that was run against it. They know no challenge.

A pack names the steps of its exam; what is sent is in the exam, what is asked is here.
"""

from __future__ import annotations

from typing import Any

from grader.checks.http import (
    collections,
    comparing,
    contention,
    fields,
    forms,
    headers,
    limits,
    own_contract,
    redirects,
    safety,
    statuses,
    together,
)
from grader.model import Check

CHECKS: tuple[Check[Any], ...] = (
    *statuses.CHECKS,
    *headers.CHECKS,
    *fields.CHECKS,
    *comparing.CHECKS,
    *collections.CHECKS,
    *safety.CHECKS,
    *together.CHECKS,
    *redirects.CHECKS,
    *limits.CHECKS,
    *forms.CHECKS,
    *contention.CHECKS,
    *own_contract.CHECKS,
)

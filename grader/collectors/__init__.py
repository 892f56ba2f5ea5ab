"""Every collector. To add one: write it in its module and name it here."""

from __future__ import annotations

from typing import Any

from grader.collectors import files, http_exam, query, schema, schemathesis
from grader.model import Collector

_ALL: tuple[Collector[Any], ...] = (
    files.COLLECTOR,
    http_exam.COLLECTOR,
    query.COLLECTOR,
    schema.COLLECTOR,
    schemathesis.COLLECTOR,
)

COLLECTORS: dict[str, Collector[Any]] = {collector.name: collector for collector in _ALL}

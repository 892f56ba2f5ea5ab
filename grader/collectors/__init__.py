"""Every collector. To add one: write it in its package and name it here."""

from __future__ import annotations

from typing import Any

from grader.collectors.exam import collector as exam
from grader.collectors.files import collector as files
from grader.collectors.fuzz import collector as fuzz
from grader.collectors.own_tests import collector as own_tests
from grader.collectors.query import collector as query
from grader.collectors.readme import collector as readme
from grader.collectors.schema import collector as schema
from grader.model import Collector

_ALL: tuple[Collector[Any], ...] = (
    files.COLLECTOR,
    exam.COLLECTOR,
    fuzz.COLLECTOR,
    readme.COLLECTOR,
    own_tests.COLLECTOR,
    query.COLLECTOR,
    schema.COLLECTOR,
)

COLLECTORS: dict[str, Collector[Any]] = {collector.name: collector for collector in _ALL}

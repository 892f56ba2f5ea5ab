"""What several contract tests of schemas stand on: one PostgreSQL per module, empty for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from schema_server import SharedDatabases, shared

from grader.collectors.schema.load import prepare
from grader.database import Server


@pytest.fixture(scope="module")
def databases() -> Iterator[SharedDatabases]:
    with shared() as databases:
        yield databases


@pytest.fixture
def server(databases: SharedDatabases) -> Iterator[Server]:
    with databases.start() as started:
        prepare(started)
        yield started

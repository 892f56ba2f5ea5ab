"""What tests of several kinds share: is the engine here, and must it be?"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from grader.errors import OurFault
from grader.sandbox.engine import Engine


@pytest.fixture
def engine() -> Iterator[Engine]:
    """A session with the container engine. Where it is required a missing one fails, otherwise the test is skipped."""
    try:
        connected = Engine.connect()
    except OurFault as fault:
        if os.environ.get("GRADER_REQUIRE_DOCKER") == "1":
            raise
        pytest.skip(f"no container engine: {fault.problem.what}")
    with connected:
        yield connected

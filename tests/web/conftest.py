from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import PROGRAM, Page, browser

REQUIRED = "GRADER_REQUIRE_CHROMIUM"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.web)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Page]:
    """A tab of a headless Chromium; a machine without one skips, unless it is required."""
    if not Path(PROGRAM).exists():
        if os.environ.get(REQUIRED):
            pytest.fail(f"there is no {PROGRAM}, and {REQUIRED} is set")
        pytest.skip(f"there is no {PROGRAM}; set {REQUIRED}=1 to make this a failure")
    with browser() as page:
        yield page

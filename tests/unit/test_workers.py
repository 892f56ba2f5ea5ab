"""Tasks on several processes come back with their numbers, and a worker that is gone is told, not waited for."""

from __future__ import annotations

import os
import signal

import pytest

from grader.cli.workers import spread
from grader.errors import OurFault


def doubled(number: int) -> int:
    return 2 * number


def killed(number: int) -> int:
    if number:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_every_task_comes_back_with_its_number() -> None:
    assert sorted(spread(doubled, [3, 4, 5], 2)) == [(0, 6), (1, 8), (2, 10)]


def test_a_worker_that_was_killed_is_our_fault_and_ends_the_run() -> None:
    with pytest.raises(OurFault) as caught:
        list(spread(killed, [1, 0], 1))
    assert caught.value.code == "E207"

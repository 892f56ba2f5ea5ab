"""Tasks spread over processes: grading is mostly computing, so threads would not help."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.queues import SimpleQueue
from typing import TypeVar

from grader.errors import OurFault

Given = TypeVar("Given")
Made = TypeVar("Made")
ENDED = 128 + signal.SIGTERM  # what shells report of a process ended by that signal


def spread(work: Callable[[Given], Made], tasks: Sequence[Given], jobs: int) -> Iterator[tuple[int, Made]]:
    """What `work` made of each task with the task's number, as they come; `work` and tasks must be picklable.

    Whatever ends this early asks the workers to end, too, and waits until they removed what they started. Raises
    `OurFault` E207 when a worker is ended from outside (`multiprocessing.Pool` would wait for it for ever).
    """
    context = multiprocessing.get_context("spawn")
    started: SimpleQueue[int] = context.SimpleQueue()
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(started,))
    try:
        numbers = {pool.submit(work, task): number for number, task in enumerate(tasks)}
        for done in as_completed(numbers):
            yield numbers[done], done.result()
    except BrokenProcessPool as broken:
        raise OurFault(
            "E207",
            "a worker process was ended from outside while it graded",
            note="a machine that runs out of memory ends the largest process",
            help="run it again with `--jobs 1`",
        ) from broken
    except BaseException:
        _end(started)
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(started: SimpleQueue[int]) -> None:
    """A worker tells who it is; one that is asked to end unwinds, so that what it started is removed."""
    signal.signal(signal.SIGTERM, _unwind)
    started.put(os.getpid())


def _unwind(_signal: int, _frame: object) -> None:
    raise SystemExit(ENDED)


def _end(started: SimpleQueue[int]) -> None:
    while not started.empty():
        with contextlib.suppress(ProcessLookupError):
            os.kill(started.get(), signal.SIGTERM)

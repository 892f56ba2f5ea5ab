"""A submission that does not start is tried once: every collector that needs it is told the same."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from grader.errors import SubmissionFault
from grader.model import Submission


class Starts:
    """Remembers why submissions did not start, for as long as the copy they were started from is there."""

    def __init__(self) -> None:
        self._failed: dict[tuple[Path, str], SubmissionFault] = {}

    @contextlib.contextmanager
    def once(self, submission: Submission) -> Iterator[None]:
        """Around building and starting; raises the `SubmissionFault` of the first try at once."""
        key = (submission.root, submission.digest)
        if key in self._failed:
            raise self._failed[key].with_traceback(None)
        try:
            yield
        except SubmissionFault as fault:
            self._failed[key] = fault
            raise

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
        self.known(submission)
        try:
            yield
        except SubmissionFault as fault:
            self._failed[submission.root, submission.digest] = fault
            raise

    def known(self, submission: Submission) -> None:
        """Raises the `SubmissionFault` with which it did not start, if it was tried before."""
        if fault := self._failed.get((submission.root, submission.digest)):
            raise fault.with_traceback(None)

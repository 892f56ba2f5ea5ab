"""Stages of a grade: who is shown what is going on, and how long each took."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from grader.result import Measured, Stage

Listener = Callable[[str, str, float | None], None]


def silent(name: str, detail: str, seconds: float | None) -> None:
    """A listener that shows nothing."""


class Stages:
    """Records wall time per stage and tells a listener.

    It hears `(name, detail, None)` at the start of a stage and `(name, detail, seconds)` at its end.
    """

    def __init__(self, listener: Listener = silent) -> None:
        self._listener = listener
        self._seconds: dict[str, float] = {}
        self._measured: dict[str, Measured] = {}

    @contextlib.contextmanager
    def measure(self, name: str, detail: str = "") -> Iterator[None]:
        """Time the block as stage `name`; repeated stages add up."""
        self._listener(name, detail, None)
        start = time.monotonic()
        try:
            yield
        finally:
            seconds = time.monotonic() - start
            self._seconds[name] = self._seconds.get(name, 0.0) + seconds
            self._listener(name, detail, seconds)

    def took(self, name: str, *, milliseconds: float, cpu: float) -> None:
        """Keep for people how long something took that is judged by other means."""
        self._measured[name] = Measured(name=name, milliseconds=round(milliseconds, 1), cpu_milliseconds=round(cpu, 1))

    def measured(self) -> tuple[Measured, ...]:
        """What was kept, in order."""
        return tuple(self._measured.values())

    def recorded(self) -> tuple[Stage, ...]:
        """Every stage so far, in order of first start, seconds rounded to milliseconds."""
        return tuple(Stage(name=name, seconds=round(seconds, 3)) for name, seconds in self._seconds.items())

"""What can stop or spoil a grade, and whose turn it is to act.

Every error owns its sentence: what happened, where, why probably, what to do. The code is stable: tools
and people look it up with `grader explain CODE`. The subclass says who must act, and so the exit code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import msgspec


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error in words, ready to be shown or saved. `where` is `file:line:column` or a command."""

    code: str
    what: str
    where: str = ""
    snippet: str = ""
    note: str = ""
    help: str = ""


class GraderError(Exception):
    """A problem somebody can act on; shown without a traceback."""

    exit_code: ClassVar[int] = 3

    def __init__(
        self, code: str, what: str, *, where: str = "", snippet: str = "", note: str = "", help: str = ""
    ) -> None:
        super().__init__(f"{code}: {what}")
        texts = {"what": what, "where": where, "snippet": snippet, "note": note, "help": help}
        # Names in a stranger's JSON may hold half of a surrogate pair, which nothing could show or save
        texts = {name: text.encode(errors="replace").decode() for name, text in texts.items()}
        self.problem = Problem(code=code, **texts)

    @property
    def code(self) -> str:
        """The stable code, such as `E201`."""
        return self.problem.code

    def __reduce__(self) -> tuple[Callable[..., GraderError], tuple[type[GraderError], Problem]]:
        """How it comes back whole from another process."""
        return _whole, (type(self), self.problem)


class UsageError(GraderError):
    """Wrong arguments, or a challenge pack that cannot be read: whoever typed or wrote it must act (exit 2)."""

    exit_code = 2


class OurFault(GraderError):
    """The grader's side failed: engine, disk, PostgreSQL, a tool (exit 3). It never costs the candidate a point."""

    exit_code = 3


class SubmissionFault(GraderError):
    """The submission cannot be built, started or read (exit 4). It is still graded: its gate fails."""

    exit_code = 4


def _whole(kind: type[GraderError], problem: Problem) -> GraderError:
    return kind(**{name: getattr(problem, name) for name in Problem.__struct_fields__})

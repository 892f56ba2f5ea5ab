"""What a collector gets: the task at hand and the ways to touch the world."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.database import Databases
from grader.model import Challenge, Level, Submission
from grader.sandbox import Sandbox
from grader.stages import Stages


@dataclass(frozen=True, slots=True)
class Job:
    """One submission being graded. `public_only` holds in a self-check: nothing private may be sent.

    `notes` collects remarks for the reader that cost nothing ("your Dockerfile was not used").
    """

    challenge: Challenge
    submission: Submission
    level: Level
    seed: int
    public_only: bool
    sandbox: Sandbox
    databases: Databases
    stages: Stages
    notes: list[str] = field(default_factory=list)

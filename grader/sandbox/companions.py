"""Services a submission asks for beside itself: so far, a PostgreSQL."""

from __future__ import annotations

import os

from grader.errors import OurFault
from grader.model import Submission

ADDRESS = "DATABASE_URL"


def own_postgres(submission: Submission) -> dict[str, str]:
    """For a self-check: the address of the candidate's own PostgreSQL, when the submission asks for one.

    Raises `OurFault` E216 when the environment names none.
    """
    if not submission.settings.services.postgres:
        return {}
    if ADDRESS not in os.environ:
        raise no_postgres()
    return {ADDRESS: os.environ[ADDRESS]}


def no_postgres() -> OurFault:
    """E216: a submission asks for a PostgreSQL and this way of running it offers none."""
    return OurFault(
        "E216",
        "the submission asks for a PostgreSQL, and there is none to offer here",
        where="submission.toml",
        note="nothing was taken from the submission for it",
        help=f"run it in containers, or set {ADDRESS} to a PostgreSQL of your own for a self-check",
    )

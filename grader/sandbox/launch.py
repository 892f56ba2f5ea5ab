"""What a submission's container is told: the command it runs and the environment it sees."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from grader.sandbox import golang
from grader.sandbox.hardening import SCRATCH
from grader.sandbox.plan import Plan

SOURCE, APP, DATA = "/src", "/app", "/data"
PATHS = {
    "python": "/deps/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "node": "/deps/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "go": f"{golang.BINARIES}:{golang.TOOLS}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}


def environment(plan: Plan, given: Mapping[str, str]) -> dict[str, str]:
    """All the submission's process gets to see: nothing of ours is among it."""
    seen = {
        "PATH": PATHS[plan.stack],
        "HOME": SCRATCH,
        "PORT": str(plan.port),
        "DATA_DIR": DATA,
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
    }
    if plan.import_root is not None:
        seen["PYTHONPATH"] = "/".join(part for part in (APP, plan.folder, plan.import_root) if part)
    if plan.stack == "go":
        seen |= golang.environment(APP, c=bool(plan.compiled))
    return {**seen, **given}


def script(plan: Plan, *, first: bool) -> str:
    """What the container runs: copy the code to where it may write, once, then the start command."""
    folder = shlex.quote("/".join(part for part in (APP, plan.folder) if part))
    steps = []
    if first:
        steps.append(f"cp -R {SOURCE}/. {APP}/")
    steps.append(f"cd {folder}")
    if first and plan.stack == "node" and plan.installer:
        steps.append("rm -rf node_modules && ln -s /deps/node_modules node_modules")
    if first and plan.stack == "go":
        steps += golang.first_steps(plan.start, plan.programs, APP)
    if first and plan.prepare:
        steps.append(plan.prepare)
    steps.append(awaited(plan.start))
    return " && ".join(steps)


def awaited(start: str) -> str:
    """The start command in a shell that waits for it when it is asked to end.

    Without a trap the shell ends at once, and everything with it, before the service could save what it holds. A trap
    with a command is not inherited by what the shell starts (POSIX, `trap`).
    """
    return f"exec sh -c {shlex.quote(f'trap : TERM; {start}')}"

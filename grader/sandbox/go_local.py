"""Compile a Go submission for a self-check without containers, with the candidate's own Go."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from grader.errors import OurFault
from grader.sandbox.go_blame import uncompiled
from grader.sandbox.go_deps import MOD
from grader.sandbox.plan import Plan

SECONDS = 300.0
MOST_LOG = 1 << 16


def compile_here(plan: Plan, source: Path, programs: Path, environment: Mapping[str, str]) -> None:
    """Put the programs of a Go submission in `source` into a folder; nothing to do for other languages.

    Raises `OurFault` E225 when there is no Go on PATH, E217 when compiling takes too long, `SubmissionFault` E315 when
    it does not compile.
    """
    if plan.stack != "go":
        return
    go = shutil.which("go", path=environment.get("PATH"))
    if go is None:
        raise _no_go()
    if not (source / MOD).exists():
        (source / MOD).write_text(plan.manifest[MOD], encoding="utf-8")
        _run([go, "mod", "edit", f"-go={_version(go, source, environment)}"], source, environment)
    failed = ""
    for name, package in plan.programs.items():
        done = _run([go, "build", "-buildvcs=false", "-o", str(programs / name), package], source, environment)
        failed += done.stdout[-MOST_LOG:] if done.returncode else ""
    if failed and not any(programs.iterdir()):
        raise uncompiled(plan, failed)


def _version(go: str, source: Path, environment: Mapping[str, str]) -> str:
    return _run([go, "env", "GOVERSION"], source, environment).stdout.strip().removeprefix("go").split()[0]


def _run(command: list[str], source: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=source,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OurFault(
            "E217",
            f"compiling did not end well: {error}",
            note="nothing was taken from the submission for it",
            help="see whether `go build ./...` works in the folder",
        ) from error


def _no_go() -> OurFault:
    return OurFault(
        "E225",
        "this is a Go program, and there is no `go` on PATH",
        note="nothing was taken from the submission for it",
        help="install Go, or check it in containers: `grader check --sandbox docker`",
    )

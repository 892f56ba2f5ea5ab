"""Who is at fault when the go command fails: the submission, or what we have for it."""

from __future__ import annotations

import re

from grader.errors import OurFault, SubmissionFault
from grader.sandbox.plan import Plan
from grader.visible import visible

TOO_NEW = re.compile(r"requires go >= (\S+)")
NO_REPOSITORIES = re.compile(
    r"GOVCS disallows[^\n]*|exec: \"(?:git|hg|svn|bzr|fossil)\"[^\n]*|module lookup disabled[^\n]*"
)
BLOCK = re.compile(r"(?m)^# (\S+)(?: \[.*\])?\n((?:(?!# ).*\n?)*)")
PLACE = re.compile(r"(?m)^((?:\./)?[\w@.+/ -]*?\.go):(\d+)(?::\d+)?: (.+)$")
THEIRS = re.compile(r"/deps/modules/|build constraints exclude all Go files|C compiler \"\w+\" not found|cgo:")
TOO_MANY = "too many errors"
MOST_LINES, MOST_LINE = 8, 240


def blame_go(plan: Plan, log: str) -> SubmissionFault | OurFault:
    """Why modules cannot be fetched: E213, E219, else E312 with what the go command says."""
    lines = _told(log)
    if newer := TOO_NEW.search(log):
        return _needs_newer(newer[1])
    if NO_REPOSITORIES.search(log):
        return OurFault(
            "E219",
            f"the sandbox takes modules from the index only, and it has not all of them: {lines[0]}",
            where=plan.declared,
            note="nothing was taken from the submission for it",
            help="see whether each module is spelt as in the index; grade it by hand when one is private",
        )
    return SubmissionFault(
        "E312",
        f"the modules cannot be fetched: {lines[0]}",
        where=plan.declared,
        snippet="\n".join(lines[:MOST_LINES]),
        note="modules are fetched from the index; none of their code runs for it",
        help="run `go mod tidy` and hand in go.mod and go.sum",
    )


def uncompiled(plan: Plan, log: str) -> SubmissionFault | OurFault:
    """Why it does not compile: E315 with the first errors; E213 or E214 when what is missing is ours."""
    if newer := TOO_NEW.search(log):
        return _needs_newer(newer[1])
    lines = _told(log)
    ours = [line for line in lines if not THEIRS.search(line)]
    if THEIRS.search(log) and not any(PLACE.match(line) for line in ours):
        return OurFault(
            "E214",
            f"the sandbox cannot compile a module that the code uses: {lines[0]}",
            note="nothing was taken from the submission for it",
            help="grade it by hand, or name an image that can in GRADER_BASE_GO",
        )
    first = next((match for line in ours if (match := PLACE.match(line))), None)
    where = f"{plan.folder}/{first[1].removeprefix('./')}".lstrip("/") if first else plan.declared
    return SubmissionFault(
        "E315",
        f"the code does not compile: {first[3] if first else ours[0]}",
        where=f"{where}:{first[2]}" if first else where,
        snippet="\n".join(ours[:MOST_LINES]),
        note="compiled with `go build`, without a network",
        help="run `go build ./...` in a fresh copy of the folder",
    )


def _told(log: str) -> list[str]:
    """What the go command says, without its own headings and in an order that is the same every time.

    Packages are compiled side by side, so the order of their errors is chance.
    """
    blocks = dict(BLOCK.findall(log))
    loose = BLOCK.sub("", log)
    parts = [loose, *(blocks[name] for name in sorted(blocks))]
    lines = [visible(line).strip()[:MOST_LINE] for part in parts for line in part.splitlines()]
    return [
        line for line in lines if line and not line.startswith(("go: downloading", "go: warning")) and line != TOO_MANY
    ] or ["it said nothing"]


def _needs_newer(version: str) -> OurFault:
    return OurFault(
        "E213",
        f"the code needs Go {version} or newer, and the sandbox has an older one",
        note="nothing was taken from the submission for it",
        help="name an image with a newer Go in GRADER_BASE_GO",
    )

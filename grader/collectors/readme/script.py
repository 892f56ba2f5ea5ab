"""What a README tells to type, as one script for the submission's container, and whether that is already known."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from grader.documents.steps import Kind, Step, bare_command
from grader.sandbox.plan import Plan

DEEPEST = 3
_NPM = re.compile(r"^npm\s+(?:run\s+)?([\w:-]+)(?=\s|$)")
_SERVER = re.compile(r"^python\s+-m\s+(?=(?:uvicorn|gunicorn|hypercorn|daphne|granian|flask|fastapi)\b)")
# How a server listens and watches its files: none of it decides whether the service starts.
_LISTENING = re.compile(
    r"""\s+(?:(?:--host|--port|--bind|--listen|--workers|--threads|--log-level|-b|-w|-p|-h)(?:=|\s+)(?:"[^"]*"|[^\s"]+)"""
    r"|--reload|--debug|--noreload|--access-log|--no-access-log)"
)
# A port that only an administrator may open, TLS, and what goes on in the background: nothing that could be seen here.
_ELSEWISE = re.compile(r"(?i)(?:port[= ]\s*|-p\s+|:)[1-9]\d{0,2}(?!\d)|ssl|tls|certfile|https|--daemon\b|\s-D(?=\s|$)")


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """A script of the steps that matter. `beside` says that it leaves the folder in which the service is started."""

    script: str
    doubts: tuple[str, ...]
    beside: bool


def typed(found: Sequence[Step], files: Iterable[str], *, start_in: str, plan: Plan) -> Typed:
    """Everything up to the last start command, from the README's folder `start_in` on.

    Folders that were not handed in are not gone to, nor the first one after `git clone`: it is the submission itself.
    A doubt is what comes before a start command and is not understood, or may differ between a desk and the sandbox.
    """
    folders = {folder for name in files for folder in _parents(name)}
    here, lines, doubts, cloned = plan.folder, [], [], False
    last = max(index for index, step in enumerate(found) if step.kind is Kind.START)
    for step in found[: last + 1]:
        cloned = cloned or step.text.startswith("git clone")
        if step.kind is Kind.FOLDER:
            moved = None if cloned else _moved(step.command, start_in, here, folders)
            cloned = False
            if moved not in (None, here):
                lines.append(f"cd {posixpath.relpath(moved or '.', here or '.')}")
                here = moved or ""
                doubts += [step.text] if here != plan.folder else []
        elif step.kind in (Kind.START, Kind.PREPARE):
            lines.append(step.command)
            doubts += [step.text] if _ELSEWISE.search(step.command) else []
        elif step.kind is Kind.UNKNOWN:
            doubts.append(step.text)
    doubts += [step.text for step in found if step.kind is Kind.ELSEWHERE]
    return Typed(script="\n".join(lines), doubts=tuple(doubts), beside=here != plan.folder)


def same(command: str, detected: str, scripts: Mapping[str, str]) -> bool:
    """True when both start the same program, whatever port, host and variables they give it."""
    return _plain(command, scripts) == _plain(detected, scripts)


def scripts_of(package: str) -> dict[str, str]:
    """The scripts of a package.json, none when it cannot be read."""
    try:
        data = json.loads(package)
    except (ValueError, RecursionError):
        return {}
    scripts = data.get("scripts") if isinstance(data, dict) else None
    return {str(k): v for k, v in scripts.items() if isinstance(v, str)} if isinstance(scripts, dict) else {}


def _plain(command: str, scripts: Mapping[str, str]) -> str:
    for _ in range(DEEPEST):
        command = bare_command(command)[1]
        script = _NPM.match(command)
        if not script or script[1] not in scripts or f"pre{script[1]}" in scripts:
            break
        command = scripts[script[1]] + command[script.end() :]
    command = re.sub(r"^python3(?=\s)", "python", command.strip())
    command = _LISTENING.sub("", _SERVER.sub("", command))
    return " ".join(part.removeprefix("./").strip("\"'") for part in command.split())


def _moved(command: str, start_in: str, here: str, folders: set[str]) -> str | None:
    """Where `cd` leads, None when there is no such folder. A new block may begin at the top again."""
    wanted = command.removeprefix("cd").strip().strip("\"'")
    for base in (here, start_in):
        target = posixpath.normpath(posixpath.join(base, wanted)).removeprefix(".").removeprefix("/")
        if target in folders and not target.startswith(".."):
            return target
    return None


def _parents(name: str) -> Iterable[str]:
    parent = posixpath.dirname(name)
    while parent:
        yield parent
        parent = posixpath.dirname(parent)
    yield ""

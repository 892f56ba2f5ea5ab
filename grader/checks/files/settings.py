"""Questions about what belongs in the environment and not in a repository: secrets, and settings of one machine.

What a folder holds that nobody would commit (node_modules, a virtual environment, caches) is left out before anything
is read: a candidate's working tree has them, and nothing tells a folder that was committed from one that lies there.
For the same reason what else was left behind is a remark and costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import msgspec

from grader.checks.files.excerpts import excerpt
from grader.checks.files.secrets import Secret, secrets
from grader.checks.files.sources import is_example, is_local_setup, is_program, is_test
from grader.evidence.files import SourceFiles
from grader.exhibits import AnyExhibit, RowsExhibit
from grader.model import Check, Finding, blocked, failed, passed
from grader.visible import one_line

MOST_SHOWN = 5
MOST_REMARKS = 12
MAX_LINE = 2_000
CONTEXT = 2
_SOMEBODYS = re.compile(
    r"(?<![\w./~-])/(?:Users|home)/(?!(?:node|app|user|ubuntu|runner|vscode|www|deploy|appuser|nonroot)\b)[A-Za-z][\w.-]*/"
    r"|\b[A-Za-z]:(?:\\{1,2}|/)Users(?:\\{1,2}|/)[\w.-]+"
)
_SETTINGS_FILE = re.compile(r"^\.env(?:\.(?:local|development|production|prod|dev|staging))?$")
_SET = re.compile(r"^\s*(?:export\s+)?[A-Za-z_]\w*=\S")
_LEFT_BEHIND: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), what)
    for pattern, what in (
        (r"\.(?:py[co]|class|o|so|dll|exe)$", "made by a compiler"),
        (r"\.(?:db|sqlite3?|rdb|mdb)(?:-(?:wal|shm|journal))?$", "a database with somebody's data"),
        (r"(?:^|/)(?:npm-debug\.log.*|yarn-error\.log|nohup\.out|[\w.-]+\.log)$", "a log"),
        (r"(?:^|/)(?:Thumbs\.db|desktop\.ini|\.DS_Store)$|\.sw[op]$|~$", "left by an editor or a desktop"),
        (r"(?:^|/)(?:dist|target|htmlcov|coverage|\.next|\.nuxt)/", "made by a build or a test run"),
    )
)


class Remark(NamedTuple):
    """Something that would not be in a repository that others work with."""

    where: str
    what: str


def no_hardcoded_secrets(files: SourceFiles, *, variables: tuple[str, ...] = ()) -> Finding:
    """No private key, no token in a known format and no literal password outside of tests and examples.

    With `variables`, code or settings must also name each of these settings: a program without secrets shows nothing.
    """
    found = list(secrets(files.texts))
    own = "\n".join(text for name, text in files.texts.items() if not is_test(name) and not is_example(name)).lower()
    unread = [name for name in variables if not re.search(_spelt(name), own)]
    if not found and (unread or not own):
        return blocked(f"nothing reads {', '.join(unread)}" if unread else "no program could be read")
    if not found:
        return passed(f"no secret is written down in {len(files.texts)} files")
    first = found[0]
    more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
    return failed(
        f"{first.file}:{first.line} holds {first.kind}{more}",
        expected="secrets come from the environment",
        where=f"{first.file}:{first.line}",
        exhibits=tuple(_secret_place(files, secret) for secret in found[:MOST_SHOWN]),
    )


def configuration(files: SourceFiles) -> Finding:
    """What ties the repository to one machine or was left behind: remarks for the talk, no points."""
    remarks = sorted(set(_remarks(files)))
    if not remarks:
        return passed("nothing in the repository belongs to one machine only")
    rows = tuple((remark.where, remark.what) for remark in remarks[:MOST_REMARKS])
    more = len(remarks) - len(rows)
    return failed(
        f"{remarks[0].where}: {remarks[0].what}" + (f" ({len(remarks) - 1} more)" if len(remarks) > 1 else ""),
        expected="settings in the environment, and no files that one machine made",
        where=remarks[0].where,
        exhibits=(
            RowsExhibit(title="Left behind", head=("where", "what"), rows=rows, note=f"{more} more" * (more > 0)),
        ),
    )


def _remarks(files: SourceFiles) -> Iterator[Remark]:
    for name in files.names:
        what = next((what for pattern, what in _LEFT_BEHIND if pattern.search(name)), "")
        if what:
            yield Remark(_folder(name) if "build" in what else one_line(name, 80), what)
    for name, text in files.texts.items():
        line = _settings_line(name, text)
        if line:
            yield Remark(f"{one_line(name, 80)}:{line}", "settings of one machine; hand out an example of them instead")
        if is_program(name) and not (is_test(name) or is_example(name) or is_local_setup(name)):
            yield from _paths(name, text)


def _folder(name: str) -> str:
    """The folder that was made, not each file in it."""
    parts = PurePosixPath(name).parts
    end = next(n for n in range(1, len(parts) + 1) if any(p.search(f"{parts[n - 1]}/") for p, _ in _LEFT_BEHIND))
    return one_line("/".join(parts[:end]) + "/", 80)


def _settings_line(name: str, text: str) -> int:
    if not _SETTINGS_FILE.match(PurePosixPath(name).name):
        return 0
    return next((number for number, line in enumerate(text.splitlines(), start=1) if _SET.match(line)), 0)


def _paths(name: str, text: str) -> Iterator[Remark]:
    for number, line in enumerate(text.splitlines(), start=1):
        found = _SOMEBODYS.search(line[:MAX_LINE])
        if found and not line.lstrip().startswith(("#!", "//", "#", "*")):
            yield Remark(f"{one_line(name, 80)}:{number}", f"a path of one machine: {one_line(found[0], 60)}")


def _spelt(variable: str) -> str:
    """The name of a setting as languages write it: `API_TOKEN`, `api_token`, `apiToken`, `api-token`."""
    return "[_.-]?".join(re.escape(part) for part in variable.lower().split("_"))


def _secret_place(files: SourceFiles, secret: Secret) -> AnyExhibit:
    """The line with the secret itself left out."""
    shown = excerpt(files, secret.file, secret.line, CONTEXT, CONTEXT + 1, label=secret.kind)
    hidden = secret.value[:4] + "…"
    lines = tuple(line.replace(secret.value, hidden) for line in shown.lines)
    return msgspec.structs.replace(shown, lines=lines, column=secret.column, length=len(hidden))


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="files.no_hardcoded_secrets",
        needs=SourceFiles,
        ask=no_hardcoded_secrets,
        title="No secret is written down",
        why="What is once in a repository is known to everybody who ever gets a copy of it",
        fix="Read it from the environment, take it out of the files and the history, and replace it",
    ),
    Check(
        name="files.configuration",
        needs=SourceFiles,
        ask=configuration,
        title="Nothing of one machine is in the repository",
        why="What works on one machine only fails on the next, and data nobody meant to share goes with it",
        fix="Read settings from the environment, and name in .gitignore what machines make",
    ),
)

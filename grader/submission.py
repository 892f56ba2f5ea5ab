"""Open a submission: a folder, a `.zip` or `.tar.gz`, or a git repository with `@revision`."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from grader.errors import SubmissionFault, UsageError
from grader.intake import MAX_TOTAL, Intake, shown
from grader.model import Submission, SubmissionSettings
from grader.sandbox.scratch import own_folder
from grader.toml import TomlText

SETTINGS = "submission.toml"
GIT_SECONDS = 60
PREFIX = "grader-submission-"
MOST_PORT = 65535


@contextlib.contextmanager
def open_submission(given: str) -> Iterator[Submission]:
    """A private copy of the submission, removed at the end.

    Raises `UsageError` E102 when there is nothing at `given`, `SubmissionFault` E301 when it is empty, E302
    when it cannot be taken in, E303 when its submission.toml cannot be read.
    """
    with own_folder(PREFIX) as folder:
        root = folder / "src"
        root.mkdir(mode=0o755)
        folder.chmod(0o755)  # the sandbox's user must be able to read it
        intake = Intake(root)
        name = shown(_take(given, intake, folder))
        if not intake.names():
            raise SubmissionFault("E301", f"the submission `{name}` is empty", help="hand in at least one file")
        yield Submission(
            name=name,
            root=root,
            digest=intake.digest(),
            files=intake.names(),
            settings=read_settings(root),
            skipped=tuple(intake.skipped),
        )


def exists(given: str) -> None:
    """Raise `UsageError` E102 when there is nothing at `given`, before anything costly is started."""
    path = Path(given)
    repository, at, _ = given.rpartition("@")
    if not path.exists() and not (at and Path(repository).is_dir()):
        raise _nothing(given)


def _nothing(given: str) -> UsageError:
    return UsageError(
        "E102", f"there is nothing at `{given}`", help="give a folder, an archive, or REPOSITORY@REVISION"
    )


def _take(given: str, intake: Intake, scratch: Path) -> str:
    path = Path(given)
    if path.is_dir():
        intake.folder(path)
        return path.resolve().name
    if path.is_file():
        intake.archive(path)
        return path.name.removesuffix(".gz").removesuffix(".tar").removesuffix(".tgz").removesuffix(".zip")
    repository, at, revision = given.rpartition("@")
    if at and Path(repository).is_dir() and not revision.startswith("-"):
        intake.archive(_git_archive(Path(repository), revision, scratch), strip=False)
        return Path(repository).resolve().name
    raise _nothing(given)


def _git_archive(repository: Path, revision: str, scratch: Path) -> Path:
    """A tar of one revision. Hooks, filters and submodules do not run."""
    target = scratch / "revision.tar"
    command = ["git", "-c", "core.hooksPath=/dev/null", "-C", str(repository), "archive", "--format=tar", revision]
    try:
        with target.open("wb") as out:
            done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, timeout=GIT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError("E102", f"git cannot read `{repository}`: {error}") from None
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError("E102", f"git cannot read `{repository}@{revision}`", note=reason[-1] if reason else "")
    if target.stat().st_size > 2 * MAX_TOTAL:
        raise SubmissionFault("E302", f"revision {revision} is larger than {MAX_TOTAL >> 20} MB")
    return target


def read_settings(root: Path) -> SubmissionSettings:
    """submission.toml of a folder, defaults when there is none; raises `SubmissionFault` E303."""
    path = root / SETTINGS
    if not path.is_file():
        return SubmissionSettings()
    text = TomlText(SETTINGS, path.read_bytes()[: 1 << 16].decode("utf-8", "replace"), SubmissionFault, "E303")
    data = text.parse()
    _known(data, SubmissionSettings, text, SETTINGS)
    try:
        settings = msgspec.convert(data, type=SubmissionSettings)
    except msgspec.ValidationError as error:
        place = str(error).rpartition("$.")[2].strip("`")
        raise text.value(place.rpartition(".")[2], f"{SETTINGS}: {error}") from None
    if not 1 <= settings.run.port <= MOST_PORT:
        raise text.value("port", f"{SETTINGS}: port {settings.run.port} is none of 1 to {MOST_PORT}")
    return settings


def _known(data: dict[str, Any], kind: type[Any], text: TomlText, inside: str) -> None:
    fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
    for key, value in data.items():
        if key not in fields:
            raise text.unknown_key(key, fields, inside=inside)
        if isinstance(value, dict) and isinstance(fields[key], type) and issubclass(fields[key], msgspec.Struct):
            _known(value, fields[key], text, f"[{key}]")

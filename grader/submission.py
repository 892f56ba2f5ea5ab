"""Open a submission: a folder, a `.zip` or `.tar.gz`, or a git repository with `@revision`."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from grader.errors import SubmissionFault, UsageError
from grader.filenames import shown
from grader.intake import Intake
from grader.model import Submission, SubmissionSettings
from grader.sandbox.scratch import own_folder
from grader.toml import TomlText

SETTINGS = "submission.toml"
NO_FILES = ""  # stands for a submission that is a running service and nothing else
GIT_SECONDS = 60
PREFIX = "grader-submission-"
MOST_PORT = 65535
MOST_SHOWN = 5


@contextlib.contextmanager
def open_submission(given: str) -> Iterator[Submission]:
    """A private copy of the submission, removed at the end; `NO_FILES` is a submission without any.

    Raises `UsageError` E102 when there is nothing at `given`, `SubmissionFault` E301 when it is empty, E302
    when it cannot be taken in, E303 when its submission.toml cannot be read.
    """
    with own_folder(PREFIX) as folder:
        root = folder / "src"
        root.mkdir(mode=0o755)
        folder.chmod(0o755)  # the sandbox's user must be able to read it
        intake = Intake(root)
        name = shown(_take(given, intake, folder))
        if given != NO_FILES and not intake.names():
            note = f"not taken in: {', '.join(intake.skipped[:MOST_SHOWN])}" if intake.skipped else ""
            what = f"the submission `{name}` is empty"
            raise SubmissionFault("E301", what, note=note, help="hand in at least one file")
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
    if "://" in given:
        help_ = "only what is on this machine can be graded: clone it and give the folder with @REVISION"
        return UsageError("E102", f"`{given}` is an address, no path", help=help_)
    return UsageError(
        "E102", f"there is nothing at `{given}`", help="give a folder, an archive, or REPOSITORY@REVISION"
    )


def _take(given: str, intake: Intake, scratch: Path) -> str:
    if given == NO_FILES:
        return "no files"
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
        return f"{Path(repository).resolve().name}@{revision}"
    raise _nothing(given)


def _git_archive(repository: Path, revision: str, scratch: Path) -> Path:
    """A tar of one revision, made in a repository of our own that borrows the objects of the given one.

    A stranger's `.git/config` may name programs (filters, transports) that git would run while it writes files.
    """
    try:
        commit = _git(repository, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        objects = _git(repository, "rev-parse", "--path-format=absolute", "--git-path", "objects")
        kind = _git(repository, "rev-parse", "--show-object-format")
        own, target = scratch / "borrowed", scratch / "revision.tar"
        _git(scratch, "init", "-q", "--bare", "--template=", f"--object-format={kind}", str(own))
        (own / "objects" / "info").mkdir(exist_ok=True)
        (own / "objects" / "info" / "alternates").write_text(f"{objects}\n", encoding="utf-8")
        _git(own, "archive", "--format=tar", f"--output={target}", commit)
    except subprocess.CalledProcessError as error:
        reason = error.stderr.strip().splitlines()
        raise UsageError(
            "E102", f"git cannot read `{repository}@{revision}`", note=reason[-1] if reason else ""
        ) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError("E102", f"git cannot read `{repository}`: {error}") from None
    return target


def _git(folder: Path, *arguments: str) -> str:
    """What git says; without the settings of this machine and without any way to another one."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.environ.get("HOME", "/"),  # names the repositories of other users that may be read
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "LC_ALL": "C",
    }
    done = subprocess.run(
        ["git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=GIT_SECONDS,
        check=True,
    )
    return done.stdout.strip()


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

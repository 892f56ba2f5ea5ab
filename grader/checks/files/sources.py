"""What a file is for, told by its name: a test, an example, somebody else's code."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_TEST_FOLDERS = frozenset({"test", "tests", "__tests__", "spec", "specs", "testing", "e2e", "fixtures", "testdata"})
_TEST_FILE = re.compile(r"(?i)^(?:test[_-].+|.+[._-](?:test|tests|spec|e2e)|conftest|tests?)\.[a-z]{1,5}$")
_CAMEL_TEST = re.compile(r"^.+[a-z](?:Test|Tests|Spec|IT)\.[a-z]{1,5}$")
_EXAMPLE = re.compile(r"(?i)example|sample|template|\.dist$")
_DOCUMENT = (".md", ".mdx", ".markdown", ".rst", ".adoc", ".txt", ".html", ".http", ".rest")
_DATA = (
    *(".json", ".yaml", ".yml", ".toml", ".lock", ".cfg", ".ini", ".conf", ".env", ".css", ".svg", ".png", ".jpg"),
    *(
        ".gif",
        ".ico",
        ".pdf",
        ".csv",
        ".xml",
        ".log",
        ".db",
        ".sqlite",
        ".sqlite3",
        ".zip",
        ".gz",
        ".mmd",
        ".puml",
        ".dbml",
    ),
)
_SERVICES = re.compile(r"(?i)^(?:docker-)?compose[\w.-]*\.ya?ml$|^\.gitlab-ci\.ya?ml$")
_FOREIGN = frozenset({"vendor", "third_party", "node_modules", "dist", "build", "migrations", "generated"})


def is_test(name: str) -> bool:
    """True for a test, a fixture or test data."""
    path = PurePosixPath(name)
    in_folder = bool({part.lower() for part in path.parts[:-1]} & _TEST_FOLDERS)
    return in_folder or bool(_TEST_FILE.match(path.name) or _CAMEL_TEST.match(path.name))


def is_example(name: str) -> bool:
    """True for documents and for files that say that they are examples: `.env.example`."""
    path = PurePosixPath(name)
    return path.suffix.lower() in _DOCUMENT or bool(_EXAMPLE.search(path.name))


def is_program(name: str) -> bool:
    """True for what may be a program, in whatever language: no document, no data, no setting."""
    suffix = PurePosixPath(name).suffix.lower()
    return bool(suffix) and suffix not in _DOCUMENT and suffix not in _DATA


def is_local_setup(name: str) -> bool:
    """True for what starts services beside the code, for development and in CI: their passwords guard nothing."""
    path = PurePosixPath(name)
    return bool(_SERVICES.match(path.name)) or {".github", ".circleci", ".devcontainer"} & set(path.parts) != set()


def is_foreign(name: str) -> bool:
    """True for code that a tool wrote or that was copied in."""
    return bool({part.lower() for part in PurePosixPath(name).parts[:-1]} & _FOREIGN)

"""What of the submitted files is documentation: prose, request collections, OpenAPI documents.

A copy of the brief is not the candidate's documentation, and a copy of the contract counts only when their own words
point to it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import yaml

from grader.evidence.files import SourceFiles

_PROSE = frozenset(
    {*(".md", ".mdx", ".markdown", ".rst", ".adoc", ".asciidoc", ".org", ".textile", ".html", ".http", ".rest")}
)
_NO_DOCUMENT = re.compile(r"(?i)^(licen[cs]e|copying|notice|changelog|code_of_conduct|contributing|security)\b")
_README = re.compile(r"(?i)^(readme|lies_?mich|lisezmoi|leeme|leiame)\b")
_DESCRIPTIONS = (".yaml", ".yml", ".json")
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
_COPIED_SHARE = 0.7
_SHORT = 4
_DEEPEST = 12
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Operation(NamedTuple):
    """A method on a path, as a machine-readable document writes it, with the statuses it lists."""

    method: str
    path: str
    statuses: frozenset[str] = frozenset()


class Document(NamedTuple):
    """A file somebody new would read. `text` leaves out what was copied from the brief."""

    name: str
    text: str
    operations: tuple[Operation, ...] = ()

    @property
    def is_readme(self) -> bool:
        """True for a README, in several languages."""
        return bool(_README.match(PurePosixPath(self.name).name))


def documents(files: SourceFiles) -> list[Document]:
    """Every document with something of the candidate's own in it, READMEs first."""
    prose = [Document(name, own_text(text, files.handed_out)) for name, text in files.texts.items() if _is_prose(name)]
    prose = [document for document in prose if document.text.strip()]
    words = "\n".join(document.text for document in prose)
    described = [
        Document(name, "", operations)
        for name, text in files.texts.items()
        if name.lower().endswith(_DESCRIPTIONS)
        and (not is_copy(text, files.handed_out) or PurePosixPath(name).name in words)
        and (operations := tuple(_operations(text)))
    ]
    return sorted(prose, key=lambda document: (not document.is_readme, document.name)) + described


def own_text(text: str, handed_out: Mapping[str, str]) -> str:
    """The text without the lines of a handed-out file that it is a copy of; lines quoted here and there stay."""
    for given in handed_out.values():
        if _holds(text, given):
            theirs = _lines(given)
            text = "\n".join(line for line in text.splitlines() if line.strip() not in theirs)
    return text


def is_copy(text: str, handed_out: Mapping[str, str]) -> bool:
    """True when a handed-out file is in there, with nothing much added."""
    return any(_holds(text, given) and _holds(given, text) for given in handed_out.values())


def _holds(text: str, given: str) -> bool:
    lines = _lines(given)
    return bool(lines) and len(lines & _lines(text)) >= _COPIED_SHARE * len(lines)


def _lines(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if len(line.strip()) > _SHORT}


def _is_prose(name: str) -> bool:
    path = PurePosixPath(name)
    if _NO_DOCUMENT.match(path.name):
        return False
    if _README.match(path.name):
        return True
    return path.suffix.lower() in _PROSE or (path.suffix == ".txt" and "doc" in str(path.parent).lower())


def _operations(text: str) -> Iterator[Operation]:
    """Operations of an OpenAPI or Swagger document or a Postman collection; nothing for any other file."""
    if not re.search(r"\b(?:openapi|swagger|item)[\"']?\s*:", text):
        return
    try:
        document = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader
    except (ValueError, yaml.YAMLError, RecursionError):
        return
    if not isinstance(document, dict):
        return
    if "openapi" in document or "swagger" in document:
        yield from _described(document.get("paths"))
    elif isinstance(document.get("item"), list):
        yield from _collected(document["item"], _DEEPEST)


def _described(paths: object) -> Iterator[Operation]:
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method, operation in item.items() if isinstance(item, dict) else ():
            if str(method).lower() in _METHODS:
                responses = operation.get("responses") if isinstance(operation, dict) else None
                statuses = (
                    frozenset(str(status) for status in responses) if isinstance(responses, dict) else frozenset()
                )
                yield Operation(str(method).upper(), str(path), statuses)


def _collected(items: list[Any], depth: int) -> Iterator[Operation]:
    """Requests of a Postman collection, folders within folders."""
    for item in items if depth else ():
        if not isinstance(item, dict):
            continue
        if isinstance(item.get("item"), list):
            yield from _collected(item["item"], depth - 1)
        request = item.get("request")
        if isinstance(request, dict):
            url = request.get("url")
            raw = url.get("raw", "") if isinstance(url, dict) else url
            yield Operation(str(request.get("method", "GET")).upper(), _path(str(raw or "")))


def _path(url: str) -> str:
    """The path of an address that may begin with a variable: `{{base}}/todos/{{id}}?limit=5`."""
    address = re.sub(r"^\{\{[^{}/]*\}\}", "", url.partition("?")[0])
    try:
        return urlsplit(address).path or address
    except ValueError:
        return address

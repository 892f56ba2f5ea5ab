"""Read OpenAPI (3.x) and Swagger (2.0) documents as their authors meant them, however they are split up.

Of a schema only what callers build on is kept: types, fields, required fields, alternatives. Patterns, bounds and
formats are left out (dialects differ in them), and so is all that cannot be followed. What is left out can only make
a document agree with more answers, never with fewer.
"""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from grader.evidence.own_contract import DocumentedOperation

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
MAX_OPERATIONS = 200
MAX_RESPONSES = 40
MAX_MEDIA = 8
MAX_HOPS = 16  # references that lead to references
MAX_DEPTH = 16  # of a schema; deeper parts (and those that hold themselves) may be anything
MAX_SCHEMA = 2_000  # parts of one schema
MAX_SCHEMAS = 40_000  # parts of all schemas
MAX_NAME = 200  # of a field, a path or a media type; one long name in a shared part is repeated wherever that is used
MAX_INDEX = 9  # digits; Python refuses to read a number of thousands of them
_TYPES = ("null", "boolean", "object", "array", "number", "string", "integer")
_LISTS = (("allOf", "allOf"), ("anyOf", "anyOf"), ("oneOf", "anyOf"))  # without bounds, several may fit
_ANYTHING: dict[str, Any] = {}


def is_openapi(document: object) -> bool:
    """True for a parsed OpenAPI or Swagger document."""
    return isinstance(document, dict) and ("openapi" in document or "swagger" in document)


def operations(name: str, load: Callable[[str], Any]) -> tuple[DocumentedOperation, ...]:
    """The operations of the document `name`; `load` gives the value of a file of the submission, None for no file."""
    return tuple(_Reader(name, load).operations())


class _Reader:
    """One document and what it refers to in other files of the submission. Nothing is ever fetched."""

    def __init__(self, name: str, load: Callable[[str], Any]) -> None:
        self._name, self._load = name, load
        self._document: Mapping[Any, Any] = load(name)
        self._left = MAX_SCHEMAS

    def operations(self) -> Iterator[DocumentedOperation]:
        found = 0
        for path, given in _pairs(self._document.get("paths")):
            item, at = self._follow(given, self._name)
            for method, operation in _pairs(item) if len(str(path)) <= MAX_NAME else ():
                if str(method).lower() in METHODS and found < MAX_OPERATIONS:
                    found += 1
                    yield self._operation(str(method).upper(), str(path), operation, at)

    def _operation(self, method: str, path: str, operation: object, at: str) -> DocumentedOperation:
        given = operation if isinstance(operation, dict) else {}
        produced = given.get("produces") or self._document.get("produces") or ["application/json"]
        responses = {
            str(status).upper() if str(status) != "default" else "default": self._media(response, at, produced)
            for status, response in _named(given.get("responses"))[:MAX_RESPONSES]
        }
        return DocumentedOperation(
            method=method,
            path=path,
            responses=responses,
            bases=_bases(self._document),
            secured=bool(given.get("security", self._document.get("security"))),
        )

    def _media(self, response: object, at: str, produced: object) -> dict[str, Any]:
        """The media types of a response with their schemas; none when it does not speak of a body."""
        given, at = self._follow(response, at)
        if not isinstance(given, dict):
            return {}
        if "schema" in given:
            media = produced if isinstance(produced, list) else [produced]
            kinds = [str(kind) for kind in media[:MAX_MEDIA]]
            return {kind: self._schema(given["schema"], at) for kind in kinds if len(kind) <= MAX_NAME}
        found = {}
        for kind, described in _named(given.get("content"))[:MAX_MEDIA]:
            value, where = self._follow(described, at)
            schema = value.get("schema") if isinstance(value, dict) else None
            found[str(kind)] = self._schema(schema, where)
        return found

    def _schema(self, value: object, at: str) -> dict[str, Any]:
        before = self._left
        self._left = allowed = min(before, MAX_SCHEMA)
        schema = self._structure(value, at, MAX_DEPTH)
        self._left = before - (allowed - self._left)
        return schema

    def _structure(self, value: object, at: str, depth: int) -> dict[str, Any]:
        """The structure a schema asks for, references followed; anything once it is too large or too deep."""
        self._left -= 1
        given, at = self._follow(value, at)
        if not isinstance(given, dict) or depth <= 0 or self._left <= 0:
            return _ANYTHING
        schema: dict[str, Any] = {**_types(given), **self._counted(_values(given))}
        properties = {str(name): self._structure(part, at, depth - 1) for name, part in _named(given.get("properties"))}
        if properties:
            schema["properties"] = properties
        schema |= self._counted({"required": self._required(given, at)})
        if isinstance(given.get("items"), dict):
            schema["items"] = self._structure(given["items"], at, depth - 1)
        for key, kept in _LISTS:
            parts = given.get(key)
            if isinstance(parts, list) and parts:
                schema[kept] = [self._structure(part, at, depth - 1) for part in parts]
        return {"anyOf": [schema, {"type": "null"}]} if given.get("nullable") is True else schema

    def _counted(self, keyword: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """A keyword with its list; nothing for an empty one, or when its entries are more parts than are left."""
        entries = sum(map(len, keyword.values()))
        if not 0 < entries <= self._left:
            return {}
        self._left -= entries
        return keyword

    def _required(self, given: Mapping[Any, Any], at: str) -> list[str]:
        """Required fields of an answer: what is only ever sent (`writeOnly`) is not in it."""
        required, properties = given.get("required"), given.get("properties")
        if not isinstance(required, list) or len(required) > MAX_SCHEMA:
            return []
        parts = properties if isinstance(properties, dict) else {}
        names = [name for name in required if isinstance(name, str) and len(name) <= MAX_NAME]
        return [name for name in names if not _written(self._follow(_entry(parts, name), at)[0])]

    def _follow(self, value: Any, at: str) -> tuple[Any, str]:  # noqa: ANN401 - any JSON value
        """What a value stands for and the file that is in; an empty mapping when it leads nowhere we can see."""
        for _ in range(MAX_HOPS):
            if not (isinstance(value, dict) and isinstance(value.get("$ref"), str)):
                return value, at
            value, at = self._target(value["$ref"], at)
        return _ANYTHING, at

    def _target(self, reference: str, at: str) -> tuple[Any, str]:
        address, _, pointer = reference.partition("#")
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|/", address):
            return _ANYTHING, at
        if address:
            at = posixpath.normpath(posixpath.join(posixpath.dirname(at), unquote(address)))
        value = self._load(at)
        for part in pointer.split("/")[1:]:
            value = _entry(value, unquote(part).replace("~1", "/").replace("~0", "~"))
        return _ANYTHING if value is None else value, at


def _pairs(value: object) -> list[tuple[Any, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _named(value: object) -> list[tuple[Any, Any]]:
    """The pairs whose name anybody would write."""
    return [(name, part) for name, part in _pairs(value) if len(str(name)) <= MAX_NAME]


def _entry(value: object, key: object) -> Any:  # noqa: ANN401 - any JSON value
    """What stands under a key of a mapping (YAML reads `200` as a number) or at an index of a list."""
    if not isinstance(key, str):
        return None
    index = int(key) if key.isdecimal() and len(key) <= MAX_INDEX else None
    if isinstance(value, dict):
        return value.get(key if key in value or index is None else index)
    return value[index] if isinstance(value, list) and index is not None and index < len(value) else None


def _types(given: Mapping[Any, Any]) -> dict[str, Any]:
    """The JSON types a schema names; a type that JSON does not know (`file`, `date`) says nothing."""
    named = given.get("type")
    listed = named[: len(_TYPES) + 1] if isinstance(named, list) else [named]
    known = [kind for kind in dict.fromkeys(str(kind) for kind in listed) if kind in _TYPES]
    if not known or len(known) < len(listed):
        return {}
    return {"type": known if isinstance(named, list) else known[0]}


def _values(given: Mapping[Any, Any]) -> dict[str, Any]:
    """The values a schema lists; a list with anything but plain and short values says nothing."""
    listed = [given["const"]] if "const" in given else given.get("enum")
    if not isinstance(listed, list) or not 0 < len(listed) <= MAX_SCHEMA:
        return {}
    if any(isinstance(value, dict | list) or len(str(value)) > MAX_NAME for value in listed):
        return {}
    values = [_plain(value) for value in listed]
    return {"enum": [*values, None] if given.get("nullable") is True else values}


def _plain(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """The value as JSON has it: YAML reads a date where JSON has a text."""
    known = value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))
    return value if known else str(value)


def _written(part: object) -> bool:
    return isinstance(part, dict) and part.get("writeOnly") is True


def _bases(document: Mapping[Any, Any]) -> tuple[str, ...]:
    """Paths below which a document says it is served; variables in them are not known."""
    servers = document.get("servers")
    urls = [server.get("url") for server in servers if isinstance(server, dict)] if isinstance(servers, list) else []
    found = []
    for url in [*urls, document.get("basePath")][:MAX_MEDIA]:
        try:
            path = urlsplit(str(url or "")).path.rstrip("/")
        except ValueError:
            continue
        if path and "{" not in path and len(path) <= MAX_NAME:
            found.append("/" + path.lstrip("/"))
    return tuple(dict.fromkeys(found))

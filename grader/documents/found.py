"""What of the submitted files is documentation: prose, request collections, OpenAPI documents.

A copy of the brief is not the candidate's documentation, and a copy of the contract counts only when their own words
point to it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from grader.documents.openapi import is_openapi, operations
from grader.documents.parsing import parsed
from grader.evidence.files import SourceFiles
from grader.evidence.own_contract import DocumentedOperation, OwnContract

_PROSE = frozenset(
    {*(".md", ".mdx", ".markdown", ".rst", ".adoc", ".asciidoc", ".org", ".textile", ".html", ".http", ".rest")}
)
_NO_DOCUMENT = re.compile(r"(?i)^(licen[cs]e|copying|notice|changelog|code_of_conduct|contributing|security)\b")
_README = re.compile(r"(?i)^(readme|lies_?mich|lisezmoi|leeme|leiame)\b")
_DESCRIPTIONS = (".yaml", ".yml", ".json")
_MAY_DESCRIBE = re.compile(r"\b(?:openapi|swagger|item)[\"']?\s*:")
_COPIED_SHARE = 0.7
_SHORT = 4
_DEEPEST = 12
MOST_DESCRIBED = 20  # documents for machines; each may be as large as their bounds allow
MAX_LINE = 2_000
_RUN = 5  # words in a row that are no chance
_CELLS = 2
_NAMES = {
    "400": r"bad[ _]?request",
    "401": r"unauthori[sz]ed|unauthenticated",
    "403": r"forbidden",
    "404": r"not[ _]?found",
    "405": r"method not allowed",
    "409": r"conflict",
    "410": r"\bgone\b",
    "413": r"(?:payload|content|entity) too large",
    "415": r"unsupported media type",
    "422": r"unprocessable",
    "429": r"too many requests",
}
_EVERYDAY = frozenset({"403", "404", "409", "410"})
_ABOUT_ERRORS = re.compile(r"(?i)\berrors?\b|\bstatus|\brespon|\breturn|\banswer|\bhttp\b|\b[45]\d\d\b")
_CELL = re.compile(r"\s+[*-] ")  # of a list-table in reStructuredText: a row is a list of them
_NO_WORDS = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|HTTP)\b|/[\w{}<>:*/-]+|\{[^{}\s]*\}")


class Document(NamedTuple):
    """A file somebody new would read. `text` leaves out what was copied from the brief.

    `operations` is what a machine-readable document describes; `is_openapi` tells such a contract from a collection of
    requests, which says nothing about answers.
    """

    name: str
    text: str
    operations: tuple[DocumentedOperation, ...] = ()
    is_openapi: bool = False

    @property
    def is_readme(self) -> bool:
        """True for a README, in several languages."""
        return bool(_README.match(PurePosixPath(self.name).name))


def documents(files: SourceFiles) -> list[Document]:
    """Every document with something of the candidate's own in it, READMEs first."""
    prose = [Document(name, own_text(text, files.handed_out)) for name, text in files.texts.items() if _is_prose(name)]
    prose = [document for document in prose if document.text.strip()]
    words = "\n".join(document.text for document in prose)
    described: list[Document] = []
    load = _loader(files)
    for name, text in files.texts.items():
        if len(described) == MOST_DESCRIBED:
            break
        if not name.lower().endswith(_DESCRIPTIONS) or not _MAY_DESCRIBE.search(text):
            continue
        if not is_copy(text, files.handed_out) or PurePosixPath(name).name in words:
            document = _described(name, load)
            described += [document] if document.operations else []
    return sorted(prose, key=lambda document: (not document.is_readme, document.name)) + described


def own_contract(files: SourceFiles) -> OwnContract | None:
    """What the OpenAPI documents among the files say, all together; None when there is none."""
    known = documents(files)
    contracts = [document for document in known if document.is_openapi]
    if not contracts:
        return None
    told = [code for code in _NAMES if any(tells(document, code) for document in known if document.text)]
    return OwnContract(
        files=tuple(document.name for document in contracts),
        operations=tuple(operation for document in contracts for operation in document.operations),
        told=tuple(told),
    )


def tells(document: Document, code: str) -> bool:
    """True when a status is named: in an OpenAPI document as a response, in prose as a number or by its name.

    A number counts beside words or in a row of a table (in reStructuredText a cell may be a line of its own): a bare
    list of numbers tells nobody when which one comes.
    """
    if document.operations:
        return any({code, f"{code[0]}XX"} & set(operation.responses) for operation in document.operations)
    number = re.compile(rf"(?<![\w.:/-])(?:[1-5]\d\d/)*{code}(?![\w%]|\.\d|\s?(?:ms|px|MB|kB)\b)")
    cells = ".. list-table::" in document.text
    return any(
        (number.search(line) and (_says_something(line) or (cells and _CELL.match(line)))) or _is_called(line, code)
        for line in document.text.splitlines()
    )


def _says_something(line: str) -> bool:
    rest = _NO_WORDS.sub(" ", line[:MAX_LINE])
    return line.count("|") >= _CELLS or bool(re.search(r"[^\W\d_]{3}|[\u3040-\u9fff\uac00-\ud7af]", rest))


def _is_called(line: str, code: str) -> bool:
    """Whether an error is called by its name; a name that is an everyday word only where errors are spoken of."""
    name = _NAMES.get(code)
    if name is None:
        return False
    found = re.search(name, line, re.IGNORECASE)
    return bool(found and (code not in _EVERYDAY or found[0][0].isupper() or _ABOUT_ERRORS.search(line)))


def own_text(text: str, handed_out: Mapping[str, str]) -> str:
    """The text without what was taken from a handed-out file that it is a copy of; what is quoted here and there stays.

    Words are compared, not lines: a copy may be wrapped at another width.
    """
    for given in handed_out.values():
        theirs = _runs(_words(given))
        words = _words(text)
        shared = theirs.intersection(_runs(words))
        if theirs and len(shared) >= _COPIED_SHARE * len(theirs):
            text = _without(text, words, shared)
    return text


def _words(text: str) -> list[tuple[str, int, int]]:
    """Every word with where it begins and ends; marks of tables and lists are none."""
    found = ((re.sub(r"\W", "", match[0]).lower(), match.start(), match.end()) for match in re.finditer(r"\S+", text))
    return [word for word in found if word[0]]


def _runs(words: list[tuple[str, int, int]]) -> set[tuple[str, ...]]:
    return {tuple(word for word, _, _ in words[n : n + _RUN]) for n in range(len(words) - _RUN + 1)}


def _without(text: str, words: list[tuple[str, int, int]], shared: set[tuple[str, ...]]) -> str:
    """The text with every word of a shared run left out; the lines stay where they are."""
    copied: set[int] = set()
    for n in range(len(words) - _RUN + 1):
        if tuple(word for word, _, _ in words[n : n + _RUN]) in shared:
            copied.update(range(n, n + _RUN))
    kept, end = [], 0
    for n in sorted(copied):
        kept.append(text[end : words[n][1]])
        end = words[n][2]
    return "".join([*kept, text[end:]])


def is_copy(text: str, handed_out: Mapping[str, str]) -> bool:
    """True when a handed-out file is in there, with nothing much added, or the same in another notation."""
    return any(
        (_holds(text, given) and _holds(given, text)) or _says_the_same(text, given) for given in handed_out.values()
    )


def _says_the_same(text: str, given: str) -> bool:
    """Whether two OpenAPI documents have the same paths: one of them may be written as JSON."""
    theirs = parsed(given) if _MAY_DESCRIBE.search(given) else None
    return is_openapi(theirs) and _paths(theirs) is not None and _paths(parsed(text)) == _paths(theirs)


def _paths(document: object) -> object:
    return document.get("paths") if isinstance(document, dict) else None


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


def _loader(files: SourceFiles) -> Callable[[str], Any]:
    """What a file of the submission holds; each is read once, however often documents refer to it."""

    @functools.cache
    def load(file: str) -> Any:  # noqa: ANN401 - any JSON value
        return parsed(files.texts[file]) if file in files.texts else None

    return load


def _described(name: str, load: Callable[[str], Any]) -> Document:
    """An OpenAPI document or a Postman collection; without operations when it is neither."""
    document = load(name)
    if is_openapi(document):
        return Document(name, "", operations(name, load), is_openapi=True)
    if isinstance(document, dict) and isinstance(document.get("item"), list):
        return Document(name, "", tuple(_collected(document["item"], _DEEPEST)))
    return Document(name, "")


def _collected(items: list[Any], depth: int) -> Iterator[DocumentedOperation]:
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
            yield DocumentedOperation(method=str(request.get("method", "GET")).upper(), path=_path(str(raw or "")))


def _path(url: str) -> str:
    """The path of an address that may begin with a variable: `{{base}}/todos/{{id}}?limit=5`."""
    address = re.sub(r"^\{\{[^{}/]*\}\}", "", url.partition("?")[0])
    try:
        return urlsplit(address).path or address
    except ValueError:
        return address

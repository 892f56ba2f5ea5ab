"""Read a challenge pack into a `Challenge`, refusing anything misspelt, unfinished or unknown."""

from __future__ import annotations

import hashlib
import inspect
import os
import re
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from grader.errors import UsageError
from grader.model import (
    Bands,
    Challenge,
    Check,
    CheckUse,
    Collector,
    CollectorUse,
    Criterion,
    Gate,
    Options,
)
from grader.toml import TomlText, did_you_mean

FILE = "challenge.toml"
BRIEF = "brief.md"
SHIPPED = "_challenges"

S = TypeVar("S", bound=msgspec.Struct)

_TOP = ("id", "title", "version", "hours", "answered_by", "bands", "collect", "criterion", "gate")
_COLLECT = ("use", "with")
_CRITERION = ("id", "title", "points", "anchors", "review", "check")
_CHECK = (
    *("id", "use", "with", "title", "why", "fix", "brief", "weight", "level", "severity", "visibility"),
    *("explained_by", "requires", "question", "praise"),
)


def pack_folders(extra: Path | None = None) -> list[Path]:
    """Where packs are looked for: `extra`, `GRADER_CHALLENGES`, beside the program, inside the installed package."""
    package = Path(__file__).parent
    named = os.environ.get("GRADER_CHALLENGES")
    places = [extra, Path(named) if named else None, package.parent / "challenges", package / SHIPPED]
    return [place for place in places if place is not None and place.is_dir()]


def pack_roots(extra: Path | None = None) -> dict[str, Path]:
    """Folder of every pack by name, the first place winning."""
    roots: dict[str, Path] = {}
    for folder in pack_folders(extra):
        for file in sorted(folder.glob(f"*/{FILE}")):
            roots.setdefault(file.parent.name, file.parent)
    return roots


def find_pack(name: str, extra: Path | None = None) -> Path:
    """The folder of a pack given by name or path; `UsageError` E105 with a did-you-mean when there is none."""
    path = Path(name)
    if (path / FILE).is_file():
        return path
    roots = pack_roots(extra)
    if name in roots:
        return roots[name]
    if path.is_dir():
        raise UsageError("E105", f"`{name}` is not a challenge: it has no {FILE}")
    raise UsageError("E105", f"there is no challenge `{name}`", help=did_you_mean(name, roots))


def load_challenge(
    root: Path, *, collectors: Mapping[str, Collector[Any]], checks: Mapping[str, Check[Any]]
) -> Challenge:
    """The pack in `root`; raises `UsageError` (E101 to E107) pointing at the line that is wrong."""
    path = root / FILE
    text = TomlText(str(path), path.read_text(encoding="utf-8"), UsageError, "E101")
    return _Loader(root, text, collectors, checks).load()


class _Loader:
    """Turns one challenge.toml into records; every method raises `UsageError` with a place."""

    def __init__(
        self,
        root: Path,
        text: TomlText,
        collectors: Mapping[str, Collector[Any]],
        checks: Mapping[str, Check[Any]],
    ) -> None:
        self.root, self.text, self.collectors, self.checks = root, text, collectors, checks
        brief = root / BRIEF
        self.brief = _words(brief.read_text(encoding="utf-8")) if brief.is_file() else ""

    def load(self) -> Challenge:
        data = self.text.parse()
        self._keys(data, _TOP, "a challenge")
        if not self.brief:
            raise UsageError("E106", f"{self.root} has no {BRIEF}", help="a challenge needs the brief candidates get")
        challenge = self._record(
            Challenge,
            {
                **{key: data[key] for key in ("id", "title", "version", "hours") if key in data},
                "root": self.root,
                "digest": digest(self.root),
                "answered_by": tuple(data.get("answered_by", ())),
                "bands": self._record(Bands, data.get("bands", {}), "[bands]"),
                "collect": tuple(self._collect(line) for line in data.get("collect", ())),
                "criteria": tuple(self._criterion(row) for row in data.get("criterion", ())),
                "gates": tuple(self._record(Gate, row, "a gate") for row in data.get("gate", ())),
            },
            "a challenge",
        )
        self._whole(challenge)
        return challenge

    def _collect(self, line: dict[str, Any]) -> CollectorUse:
        self._keys(line, _COLLECT, "a collector")
        name = str(line.get("use", ""))
        if name not in self.collectors:
            raise self.text.value(name, f"there is no collector `{name}`", label=did_you_mean(name, self.collectors))
        options = self._options(self.collectors[name].collect, line.get("with", {}), name)
        return CollectorUse(name=name, options=options)

    def _criterion(self, row: dict[str, Any]) -> Criterion:
        name = f"criterion `{row.get('id', '?')}`"
        self._keys(row, _CRITERION, name)
        uses = tuple(self._check(line, name) for line in row.get("check", ()))
        fields = {key: value for key, value in row.items() if key != "check"}
        return self._record(Criterion, {**fields, "checks": uses}, name)

    def _check(self, line: dict[str, Any], inside: str) -> CheckUse:
        id_ = str(line.get("id", "?"))
        self._keys(line, _CHECK, f"check `{id_}` of {inside}")
        name = str(line.get("use", ""))
        if name not in self.checks:
            raise self.text.value(name, f"there is no check `{name}`", label=did_you_mean(name, self.checks))
        check = self.checks[name]
        fields = {key: value for key, value in line.items() if key not in ("use", "with")}
        texts = {key: fields.get(key) or getattr(check, key) for key in ("title", "why", "fix")}
        options = self._options(check.ask, line.get("with", {}), name)
        use = self._record(CheckUse, {**fields, **texts, "check": name, "options": options}, f"check `{id_}`")
        self._finished(use)
        return use

    def _finished(self, use: CheckUse) -> None:
        """A check that can take points explains itself and quotes the brief."""
        missing = [key for key in ("title", "why", "fix", "brief") if not getattr(use, key)]
        if use.weight > 0 and missing:
            raise self.text.value(use.id, f"check `{use.id}` has no `{missing[0]}`", label="a scored check needs it")
        if use.brief and _words(use.brief) not in self.brief:
            raise self.text.value(use.brief, f"`brief` of check `{use.id}` is no sentence of {BRIEF}")

    def _options(self, function: Callable[..., Any], given: object, where: str) -> Options:
        """The keyword-only parameters of a check or collector are the options it takes."""
        if not isinstance(given, dict):
            raise self.text.value(where, f"`with` of `{where}` must be a table")
        hints = typing.get_type_hints(function)
        parameters = {p.name: p for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY}
        for name in given:
            if name not in parameters:
                raise self.text.unknown_key(name, parameters, inside=f"`with` of `{where}`")
        missing = [n for n, p in parameters.items() if p.default is p.empty and n not in given]
        if missing:
            raise self.text.value(where, f"`{where}` needs the option `{missing[0]}`")
        return {name: self._typed(value, hints[name], f"{where}.{name}") for name, value in given.items()}

    def _typed(self, value: object, hint: object, where: str) -> object:
        try:
            return msgspec.convert(value, type=hint)
        except msgspec.ValidationError as error:
            raise self.text.value(where.rsplit(".", 1)[-1], f"option `{where}`: {error}") from None

    def _record(self, kind: type[S], data: dict[str, Any], where: str) -> S:
        self._keys(data, kind.__struct_fields__, where)
        try:
            return msgspec.convert(data, type=kind, strict=False)
        except msgspec.ValidationError as error:
            raise self.text.value(str(data.get("id", where)), f"{where}: {error}") from None

    def _keys(self, data: Mapping[str, Any], known: Iterable[str], inside: str) -> None:
        known = tuple(known)
        for key in data:
            if key not in known:
                raise self.text.unknown_key(key, known, inside=inside)

    def _whole(self, challenge: Challenge) -> None:
        """What can only be seen on the whole: unique ids, known references, evidence that is gathered."""
        seen: set[str] = set()
        for criterion in challenge.criteria:
            for use in criterion.checks:
                if use.id in seen:
                    raise self.text.value(use.id, f"two checks are called `{use.id}`")
                seen.add(use.id)
        gathered = {self.collectors[use.name].gathers for use in challenge.collect}
        for use in challenge.checks.values():
            kind = self.checks[use.check].needs
            if kind not in gathered:
                raise self.text.value(use.id, f"check `{use.id}` needs `{kind.__name__}`, which nothing here collects")
            self._known((*use.explained_by, *use.requires), seen, f"check `{use.id}`")
        for gate in challenge.gates:
            self._known(gate.checks, seen, f"gate `{gate.id}`")
            if gate.cap not in ("below", *Bands.__struct_fields__):
                raise self.text.value(gate.cap, f"gate `{gate.id}`: there is no band `{gate.cap}`")

    def _known(self, ids: Iterable[str], seen: set[str], where: str) -> None:
        for id_ in ids:
            if id_ not in seen:
                raise self.text.value(id_, f"{where} names an unknown check `{id_}`", label=did_you_mean(id_, seen))


def digest(root: Path) -> str:
    """sha256 over the sorted paths and contents of a pack, as hexadecimal digits."""
    total = hashlib.sha256()
    for file in sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        content = file.read_bytes()
        total.update(f"{file.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def _words(text: str) -> str:
    """Text without markup and line breaks, so that a quoted sentence is found however it is wrapped."""
    return " ".join(re.sub(r"[`*_>#|]", "", text).split()).casefold()

"""Read a challenge pack into a `Challenge`, refusing anything misspelt, unfinished or unknown."""

from __future__ import annotations

import hashlib
import inspect
import itertools
import re
import typing
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from grader.brief import Quotes
from grader.errors import UsageError
from grader.handout import mistake
from grader.model import (
    Bands,
    Challenge,
    Check,
    CheckUse,
    Collector,
    CollectorUse,
    Criterion,
    Gate,
    Level,
    ListenFor,
    Options,
    Question,
    Vocabulary,
)
from grader.packs import BRIEF, FILE
from grader.toml import TomlText, did_you_mean, near_miss
from grader.toml_places import Place

S = TypeVar("S", bound=msgspec.Struct)
ALL_POINTS = 100
ROUNDING = 0.01

_TOP = ("id", "title", "version", "hours", "answered_by", "handout", "bands", "collect", "criterion", "gate")
_PLACEHOLDER = re.compile(r"\{([a-z]+:[^{}\s]+)\}")
_ROUTE = re.compile(r"[A-Z]+ /\S*")
_COLLECT = ("use", "with")
_CRITERION = ("id", "title", "points", "anchors", "review", "check")
_CHECK = (
    *("id", "use", "with", "title", "why", "fix", "brief", "weight", "level", "severity", "visibility"),
    *("explained_by", "requires", "question", "praise"),
)


def load_challenge(
    root: Path, *, collectors: Mapping[str, Collector[Any]], checks: Mapping[str, Check[Any]]
) -> Challenge:
    """The pack in `root`; raises `UsageError` (E101 to E107) pointing at the line that is wrong."""
    path = root / FILE
    text = TomlText(str(path), _read(path), UsageError, "E101")
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
        self.brief = Quotes(_read(brief)) if brief.is_file() else None
        self.places: dict[str, Place] = {}  # of every check by id

    def load(self) -> Challenge:
        data = self.text.parse()
        self._keys(data, _TOP, "a challenge", ())
        if self.brief is None:
            raise UsageError("E106", f"{self.root} has no {BRIEF}", help="a challenge needs the brief candidates get")
        plain: dict[str, Any] = {
            key: data[key] for key in ("id", "title", "version", "hours", "answered_by", "handout") if key in data
        }
        fields: dict[str, Any] = {
            **plain,
            "root": self.root,
            "digest": digest(self.root),
            "bands": self._record(Bands, data.get("bands", {}), "[bands]", ("bands",)),
            "collect": tuple(self._collect(line, at) for line, at in self._tables(data, "collect", ())),
            "criteria": tuple(self._criterion(row, at) for row, at in self._tables(data, "criterion", ())),
            "gates": tuple(self._record(Gate, row, "a gate", at) for row, at in self._tables(data, "gate", ())),
        }
        challenge = self._record(Challenge, fields, "a challenge", ())
        self._handout(challenge)
        self._whole(challenge)
        self._numbers(challenge)
        self._named(challenge)
        return challenge

    def _handout(self, challenge: Challenge) -> None:
        """Every file for candidates is there, at every level."""
        wrong = mistake(challenge.handout, lambda path: (self.root / path).is_file())
        if wrong is not None:
            pattern, what = wrong
            raise self.text.value(pattern, what, at=("handout", challenge.handout.index(pattern)))

    def _tables(self, data: Mapping[str, Any], key: str, at: Place) -> list[tuple[dict[str, Any], Place]]:
        """The tables of a list with their places."""
        rows = data.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.text.value("", f"`{key}` must be a list of tables", help=f"write [[{key}]]", at=(*at, key))
        return [(row, (*at, key, number)) for number, row in enumerate(rows)]

    def _collect(self, line: dict[str, Any], at: Place) -> CollectorUse:
        self._keys(line, _COLLECT, "a collector", at)
        name = str(line.get("use", ""))
        if name not in self.collectors:
            near = did_you_mean(name, self.collectors)
            raise self.text.value(name, f"there is no collector `{name}`", label=near, at=(*at, "use"))
        options = self._options(self.collectors[name].collect, line.get("with", {}), name, (*at, "with"))
        return CollectorUse(name=name, options=options)

    def _criterion(self, row: dict[str, Any], at: Place) -> Criterion:
        name = f"criterion `{row.get('id', '?')}`"
        self._keys(row, _CRITERION, name, at)
        uses = tuple(self._check(line, name, place) for line, place in self._tables(row, "check", at))
        fields = {key: value for key, value in row.items() if key != "check"}
        return self._record(Criterion, {**fields, "checks": uses}, name, at)

    def _check(self, line: dict[str, Any], inside: str, at: Place) -> CheckUse:
        id_ = str(line.get("id", "?"))
        self._keys(line, _CHECK, f"check `{id_}` of {inside}", at)
        if id_ in self.places:
            raise self.text.value(id_, f"two checks are called `{id_}`", at=(*at, "id"))
        self.places[id_] = at
        name = str(line.get("use", ""))
        if name not in self.checks:
            near = did_you_mean(name, self.checks)
            raise self.text.value(name, f"there is no check `{name}`", label=near, at=(*at, "use"))
        check = self.checks[name]
        fields = {key: value for key, value in line.items() if key not in ("use", "with")}
        texts = {key: fields.get(key) or getattr(check, key) for key in ("title", "why", "fix")}
        options = self._options(check.ask, line.get("with", {}), name, (*at, "with"))
        for key in ("question", "praise"):
            if key in fields:
                fields[key] = self._question(fields[key], key, id_, at)
        use = self._record(CheckUse, {**fields, **texts, "check": name, "options": options}, f"check `{id_}`", at)
        self._finished(use, at)
        return use

    def _question(self, data: object, key: str, id_: str, at: Place) -> Question:
        """A question whose `listen_for` is one text, or one for each level."""
        where, at = f"`{key}` of check `{id_}`", (*at, key)
        if isinstance(data, dict) and isinstance(data.get("listen_for"), dict):
            levels = self._record(ListenFor, data["listen_for"], f"`listen_for` in {where}", (*at, "listen_for"))
            data = {**data, "listen_for": levels}
        question = self._record(Question, data, where, at)
        if question.route and not _ROUTE.fullmatch(question.route):
            what = f"`route` in {where} must be a method and a path"
            raise self.text.value(question.route, what, label="such as `PATCH /todos/{id}`", at=(*at, "route"))
        for part, texts in (("ask", [question.ask]), ("listen_for", [question.sought(level) for level in Level])):
            if not all(texts):
                raise self.text.value("", f"`{part}` in {where} is empty", at=(*at, part))
        return question

    def _finished(self, use: CheckUse, at: Place) -> None:
        """A check that can take points explains itself and quotes the brief."""
        if use.weight < 0:
            raise self.text.value("", f"check `{use.id}`: a weight is 0 (informs only) or more", at=(*at, "weight"))
        missing = [key for key in ("title", "why", "fix", "brief") if not getattr(use, key)]
        if use.weight > 0 and missing:
            what = f"check `{use.id}` has no `{missing[0]}`"
            raise self.text.value(use.id, what, label="a scored check needs it", at=(*at, "id"))
        if use.brief and self.brief is not None and use.brief not in self.brief:
            raise self.text.value(
                use.brief,
                f"`brief` of check `{use.id}` is no sentence of {BRIEF}",
                help=f"the nearest one: {self.brief.nearest(use.brief)}",
                at=(*at, "brief"),
            )

    def _options(self, function: Callable[..., Any], given: object, where: str, at: Place) -> Options:
        """The keyword-only parameters of a check or collector are the options it takes."""
        if not isinstance(given, dict):
            raise self.text.value("", f"`with` of `{where}` must be a table", at=at)
        hints = typing.get_type_hints(function)
        parameters = {p.name: p for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY}
        self._keys(given, parameters, f"`with` of `{where}`", at)
        missing = [n for n, p in parameters.items() if p.default is p.empty and n not in given]
        if missing:
            raise self.text.value(where, f"`{where}` needs the option `{missing[0]}`", at=at[:-1])
        return {name: self._typed(value, hints[name], where, (*at, name)) for name, value in given.items()}

    def _typed(self, value: object, hint: object, where: str, at: Place) -> object:
        try:
            return msgspec.convert(value, type=hint)
        except msgspec.ValidationError as error:
            raise self.text.invalid(error, hint, f"option `{where}.{at[-1]}`", at=at) from None

    def _record(self, kind: type[S], data: object, where: str, at: Place) -> S:
        if not isinstance(data, dict):
            raise self.text.value("", f"{where} must be a table", at=at)
        self._keys(data, kind.__struct_fields__, where, at)
        try:
            return msgspec.convert(data, type=kind)
        except msgspec.ValidationError as error:
            raise self.text.invalid(error, kind, where, at=at) from None

    def _keys(self, data: Mapping[str, Any], known: Iterable[str], inside: str, at: Place) -> None:
        known = tuple(known)
        for key in data:
            if key not in known:
                raise self.text.unknown_key(key, known, inside=inside, at=at)

    def _whole(self, challenge: Challenge) -> None:
        """What can only be seen on the whole: unique ids, known references, evidence that is gathered."""
        self._unique("criterion", [criterion.id for criterion in challenge.criteria])
        self._unique("gate", [gate.id for gate in challenge.gates])
        gathered = {self.collectors[use.name].gathers for use in challenge.collect}
        for use in challenge.checks.values():
            at, kind = self.places[use.id], self.checks[use.check].needs
            if kind not in gathered:
                what = f"check `{use.id}` needs `{kind.__name__}`, which nothing here collects"
                raise self.text.value(use.check, what, at=(*at, "use"))
            self._known(use.explained_by, f"check `{use.id}`", (*at, "explained_by"))
            self._known(use.requires, f"check `{use.id}`", (*at, "requires"))
        for number, gate in enumerate(challenge.gates):
            self._known(gate.checks, f"gate `{gate.id}`", ("gate", number, "checks"))
            bands = ("below", *Bands.__struct_fields__)
            if gate.cap not in bands:
                what, near = f"gate `{gate.id}`: there is no band `{gate.cap}`", did_you_mean(gate.cap, bands)
                raise self.text.value(gate.cap, what, label=near, at=("gate", number, "cap"))

    def _unique(self, kind: str, ids: list[str]) -> None:
        for number, id_ in enumerate(ids):
            if id_ in ids[:number]:
                raise self.text.value(id_, f"two entries of [[{kind}]] are called `{id_}`", at=(kind, number, "id"))

    def _numbers(self, challenge: Challenge) -> None:
        """Points that share 100, bands that rise."""
        for number, criterion in enumerate(challenge.criteria):
            if criterion.points < 0:
                what = f"criterion `{criterion.id}`: points are 0 or more"
                raise self.text.value("", what, at=("criterion", number, "points"))
        points = sum(criterion.points for criterion in challenge.criteria)
        if abs(points - ALL_POINTS) > ROUNDING:
            raise self.text.value(
                "",
                f"the points of all criteria sum to {points:g}, not {ALL_POINTS}",
                at=("criterion", len(challenge.criteria) - 1, "points"),
            )
        limits = (0.0, *msgspec.structs.astuple(challenge.bands), float(ALL_POINTS))
        for (below, above), name in zip(itertools.pairwise(limits), (*Bands.__struct_fields__, "senior"), strict=True):
            if below > above:
                told = ", ".join(f"{key} {value:g}" for key, value in msgspec.structs.asdict(challenge.bands).items())
                raise self.text.value("", f"[bands] must rise from 0 to 100: {told}", at=("bands", name))

    def _named(self, challenge: Challenge) -> None:
        """Every file the collectors will read can be read, and what the options of checks name stands in them."""
        for use in challenge.collect:
            collector = self.collectors[use.name]
            if collector.inspect is None:
                continue
            words = collector.inspect(self.root, use.options)
            for asked in challenge.checks.values():
                if self.checks[asked.check].needs is collector.gathers:
                    self._vocabulary(asked, words)

    def _vocabulary(self, use: CheckUse, words: Vocabulary) -> None:
        hints = typing.get_type_hints(self.checks[use.check].ask)
        for option, value in use.options.items():
            at = (*self.places[use.id], "with", option)
            if option in words.options and hints[option] in words.types:
                for name in (value,) if isinstance(value, str) else value:
                    if not any(fnmatchcase(known, name) for known in words.names):
                        what = f"check `{use.id}`: there is no `{name}` for `{option}`"
                        raise self.text.value(name, what, label=near_miss(name, words.names), at=at)
            for drawn in _PLACEHOLDER.findall(str(value)) if words.values is not None else ():
                if words.values is not None and drawn not in words.values:
                    what = f"check `{use.id}`: there is no value `{{{drawn}}}`"
                    raise self.text.value(f"{{{drawn}}}", what, label=near_miss(drawn, words.values), at=at)

    def _known(self, ids: Iterable[str], where: str, at: Place) -> None:
        for id_ in ids:
            if id_ not in self.places:
                near = did_you_mean(id_, self.places)
                raise self.text.value(id_, f"{where} names an unknown check `{id_}`", label=near, at=at)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("E101", f"{path} cannot be read: {error}") from None


def digest(root: Path) -> str:
    """sha256 over the sorted paths and contents of a pack, as hexadecimal digits."""
    total = hashlib.sha256()
    for file in sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        content = file.read_bytes()
        total.update(f"{file.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()

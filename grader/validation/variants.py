"""Variants of reference answers: small edits of a good one, so that what they change is all they change.

`variants/<answer>.toml` beside the answers holds `[[mutant]]` (one fault, and the checks that must see it) and
`[[equivalent]]` (as correct as the answer itself: it must lose nothing). `review` above them names the checks that
these may leave to a person; without it any. An edit replaces a text that stands in a file exactly once, so an answer
that is rewritten breaks its variants loudly.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from grader.errors import UsageError
from grader.model import Level
from grader.toml import TomlText, did_you_mean
from grader.toml_places import Place
from grader.validation.answers import CODE, EXPECTED, VARIANTS, Answer, Expected

ANY = "*"


class Edit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Replace `old`, which stands in `file` exactly once, with `new`; without `old` the file is made."""

    file: str
    old: str = ""
    new: str = ""


class Mutant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault in words, the edits that make it, and the checks that must fail for it: these and no others.

    `blocked` names the checks that cannot be answered any more because of it; `["*"]` allows any, for faults after
    which hardly anything can be asked.
    """

    name: str
    fault: str
    fails: tuple[str, ...]
    change: tuple[Edit, ...]
    level: Level = Level.MID
    blocked: tuple[str, ...] = ()


class Equivalent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change after which the answer is as correct as before, and `why`; it must lose nothing at these levels.

    `review` names checks that may be left to a person because of it.
    """

    name: str
    why: str
    change: tuple[Edit, ...]
    levels: tuple[Level, ...] = (Level.MID,)
    review: tuple[str, ...] = ()


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that is another one with a few edits. `fault` is empty for one that must lose nothing."""

    name: str
    base: Path
    edits: tuple[Edit, ...]
    expected: dict[Level, Expected]
    fault: str = ""

    @property
    def good(self) -> bool:
        """True when nothing may be lost."""
        return not self.fault

    def at(self, levels: Sequence[Level]) -> Variant:
        """The same asked at other levels."""
        return msgspec.structs.replace(self, expected=dict.fromkeys(levels, next(iter(self.expected.values()))))

    @contextlib.contextmanager
    def made(self) -> Iterator[Path]:
        """A folder with the edited answer, as long as the block runs. It is named like the variant."""
        with tempfile.TemporaryDirectory(prefix="grader-variant-") as folder:
            root = Path(folder) / self.name.rpartition("/")[2]
            shutil.copytree(self.base, root, ignore=shutil.ignore_patterns(EXPECTED))
            for edit in self.edits:
                path = root / edit.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(edited(path, edit), encoding="utf-8", newline="")
            yield root


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    review: tuple[str, ...] | None = None  # what equivalents may leave to a person; None: anything
    mutant: tuple[Mutant, ...] = ()
    equivalent: tuple[Equivalent, ...] = ()


def variants(folder: Path, known: Sequence[Answer], checks: Sequence[str]) -> list[Variant]:
    """Every variant of the answers in `folder`, named `<answer>/<variant>`; none when there is no such folder.

    Raises `UsageError` E112 for a file that is wrong: another answer's name, an edit that does not fit, a check that
    the pack does not have, two variants of one name, a mutant that fails nothing.
    """
    files = sorted((folder / VARIANTS).glob("*.toml"))
    return [variant for path in files for variant in _read(path, {answer.name: answer for answer in known}, checks)]


def edited(path: Path, edit: Edit) -> str:
    """The text of a file after an edit; raises `ValueError` saying why it does not fit."""
    if not edit.old:
        if path.exists():
            raise ValueError(f"`{edit.file}` is there already: name the text to replace as `old`")
        return edit.new
    if not path.is_file():
        raise ValueError(f"there is no file `{edit.file}`")
    text = path.read_bytes().decode("utf-8")
    count = text.count(edit.old)
    if count != 1:
        raise ValueError(f"`old` stands {count} times in `{edit.file}`, not once")
    return text.replace(edit.old, edit.new)


def _read(path: Path, known: dict[str, Answer], checks: Sequence[str]) -> list[Variant]:
    text = TomlText(str(path), path.read_text(encoding="utf-8"), UsageError, CODE)
    data = text.parse()
    try:
        file = msgspec.convert(data, type=_File)
    except msgspec.ValidationError as error:
        raise text.invalid(error, _File, path.name) from None
    base = known.get(path.stem)
    if base is None:
        raise UsageError(CODE, f"{path} changes no answer there is", help=did_you_mean(path.stem, known))
    _Proof(text, base, checks).run(file)
    return [*(_mutant(base, m) for m in file.mutant), *(_equivalent(base, e, file.review) for e in file.equivalent)]


def _mutant(base: Answer, mutant: Mutant) -> Variant:
    blocked = None if mutant.blocked == (ANY,) else mutant.blocked
    expected = Expected(fails=mutant.fails, blocked=blocked, gates_failed=None)
    return Variant(
        name=f"{base.name}/{mutant.name}",
        base=base.root,
        edits=mutant.change,
        expected={mutant.level: expected},
        fault=mutant.fault,
    )


def _equivalent(base: Answer, equivalent: Equivalent, left: tuple[str, ...] | None) -> Variant:
    review = None if left is None else (*left, *equivalent.review)
    expected = Expected(score=(100.0, 100.0), blocked=(), review=review)
    return Variant(
        name=f"{base.name}/{equivalent.name}",
        base=base.root,
        edits=equivalent.change,
        expected=dict.fromkeys(equivalent.levels, expected),
    )


class _Proof:
    """What only shows beside the answer and the pack."""

    def __init__(self, text: TomlText, base: Answer, checks: Sequence[str]) -> None:
        self._text, self._base, self._checks = text, base, checks

    def run(self, file: _File) -> None:
        """Raises the error of the text at the first mistake."""
        self._known(self._base.name, "review", file.review or (), ())
        seen: set[str] = set()
        entries: list[tuple[Place, Mutant | Equivalent]] = [
            *((("mutant", number), mutant) for number, mutant in enumerate(file.mutant)),
            *((("equivalent", number), equivalent) for number, equivalent in enumerate(file.equivalent)),
        ]
        for at, entry in entries:
            if entry.name in seen:
                raise self._text.value(entry.name, f"two variants are called `{entry.name}`", at=(*at, "name"))
            seen.add(entry.name)
            self._edits(entry, at)
            if isinstance(entry, Mutant):
                self._names(entry, at)
            else:
                self._known(entry.name, "review", entry.review, at)

    def _edits(self, entry: Mutant | Equivalent, at: Place) -> None:
        if not entry.change:
            raise self._text.value(entry.name, f"`{entry.name}` changes nothing", at=(*at, "name"))
        texts: dict[str, int] = {}
        for number, edit in enumerate(entry.change):
            texts[edit.file] = texts.get(edit.file, 0) + 1
            if texts[edit.file] > 1:
                continue  # it is made on the text the edits before it leave; `made` sees whether it fits
            try:
                edited(self._base.root / edit.file, edit)
            except ValueError as error:
                place = (*at, "change", number, "file")
                raise self._text.value(edit.file, f"`{entry.name}`: {error}", at=place) from None

    def _names(self, mutant: Mutant, at: Place) -> None:
        if not mutant.fails:
            what = f"`{mutant.name}` fails nothing: a fault that no check sees is no mutant"
            raise self._text.value(mutant.name, what, at=(*at, "name"))
        self._known(mutant.name, "fails", mutant.fails, at)
        if mutant.blocked != (ANY,):
            self._known(mutant.name, "blocked", mutant.blocked, at)

    def _known(self, variant: str, key: str, names: Sequence[str], at: Place) -> None:
        for name in names:
            if name not in self._checks:
                what = f"`{variant}`: the pack has no check `{name}`"
                raise self._text.value(name, what, label=did_you_mean(name, self._checks), at=(*at, key))

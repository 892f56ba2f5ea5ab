from __future__ import annotations

import io
import os
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

import msgspec
import pytest

from grader import intake
from grader.errors import SubmissionFault, UsageError
from grader.sandbox import owner
from grader.sandbox.scratch import OWNER
from grader.submission import PREFIX, exists, open_submission


def tar(path: Path, *members: tuple[str, bytes, dict[str, object]]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data, fields in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for key, value in fields.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(data))
    return path


def zipped(path: Path, *members: tuple[str, bytes, int]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, mode in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return path


def lying_zip(path: Path) -> Path:
    """A zip whose directory says 10 bytes where 40 MB follow."""
    zipped(path, ("a", b"\0" * (40 << 20), 0o100644))
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.find(mark) + offset
        data[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    return path


def why(given: Path) -> str:
    with pytest.raises(SubmissionFault) as caught, open_submission(str(given)):
        pass
    assert caught.value.code in ("E301", "E302")
    return caught.value.problem.what


LEADS_OUT = ("../../etc/x", "/etc/x", "a/../../x")


@pytest.mark.parametrize("name", LEADS_OUT)
def test_archives_with_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    for given in (
        tar(tmp_path / "a.tar.gz", ("ok", b"x", {}), (name, b"x", {})),
        zipped(tmp_path / "a.zip", ("ok", b"x", 0o100644), (name, b"x", 0o100644)),
    ):
        assert "leads out of the folder" in why(given)


NO_FILES = {
    "symlink": {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"},
    "hard link": {"type": tarfile.LNKTYPE, "linkname": "/etc/passwd"},
    "device": {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 5},
    "fifo": {"type": tarfile.FIFOTYPE},
}


@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_in_an_archive_is_left_out_like_in_a_folder(tmp_path: Path, kind: str) -> None:
    with open_submission(str(tar(tmp_path / "a.tgz", ("ok", b"x", {}), ("odd", b"", NO_FILES[kind])))) as submission:
        assert submission.files == ("ok",)
        assert [name.split(" ")[0] for name in submission.skipped] == ["odd"]


@pytest.mark.parametrize("mode", [0o120777, 0o020644])
def test_links_and_devices_in_a_zip_are_left_out(tmp_path: Path, mode: int) -> None:
    given = zipped(tmp_path / "a.zip", ("ok", b"x", 0o100644), ("odd", b"/etc/passwd", mode))
    with open_submission(str(given)) as submission:
        assert submission.files == ("ok",)


ODD_NAMES = ("a\nb", "Icon\r", "..\\x", "C:x", "/".join("d" * 30), "n" * 255)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_whose_name_cannot_be_used_is_left_out_and_named(tmp_path: Path, name: str) -> None:
    with open_submission(str(tar(tmp_path / "a.tar.gz", ("ok", b"x", {}), (name, b"x", {})))) as submission:
        assert submission.files == ("ok",)
        assert submission.skipped[0].endswith("(a name that cannot be used)")
        assert submission.skipped[0].isprintable()


def test_one_large_file_is_left_out_and_named_with_its_size_and_the_limit(tmp_path: Path) -> None:
    large = b"\0" * (intake.MAX_FILE + (1 << 20))
    folder = tmp_path / "answer"
    folder.mkdir()
    (folder / "ok").write_text("x")
    (folder / "big.csv").write_bytes(large)
    for given in (
        folder,
        tar(tmp_path / "a.tgz", ("ok", b"x", {}), ("big.csv", large, {})),
        zipped(tmp_path / "a.zip", ("ok", b"x", 0o100644), ("big.csv", large, 0o100644)),
    ):
        with open_submission(str(given)) as submission:
            assert (submission.files, submission.skipped) == (
                ("ok",),
                ("big.csv (9.0 MB; one file may have 8 MB)",),
            )


def test_an_archive_of_nothing_but_what_is_left_out_says_what(tmp_path: Path) -> None:
    with pytest.raises(SubmissionFault) as caught, open_submission(str(tar(tmp_path / "a.tgz", ("l", b"", LINK)))):
        pass
    assert (caught.value.code, caught.value.problem.note) == ("E301", "not taken in: l (a link)")


LINK = {"type": tarfile.SYMTYPE, "linkname": "x"}


def test_dependencies_in_an_archive_are_left_out_and_count_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MAX_FILES", 3)
    names = [f"answer/node_modules/p{i}/i.js" for i in range(9)]
    names += ["answer/.git/config", "answer/env/lib/x.py", "answer/env/pyvenv.cfg", "__MACOSX/answer/._main.py"]
    members = [(name, b"x", {}) for name in ("answer/main.py", *names)]
    binaries = [("answer/node_modules/.bin/x", b"", LINK), ("answer/node_modules/big", b"x" * (9 << 20), {})]
    for given in (
        tar(tmp_path / "answer.tgz", *members, *binaries),
        zipped(tmp_path / "answer.zip", *((name, data, 0o100644) for name, data, _ in members)),
    ):
        with open_submission(str(given)) as submission:
            assert (submission.files, submission.skipped) == (("main.py",), ())


def test_a_virtual_environment_in_a_folder_is_left_out_whatever_its_name(tmp_path: Path) -> None:
    for name in ("answer/main.py", "answer/my-env/pyvenv.cfg", "answer/my-env/lib/flask.py", "answer/pyvenv.cfg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    with open_submission(str(tmp_path / "answer")) as submission:
        assert submission.files == ("main.py", "pyvenv.cfg")


@pytest.mark.parametrize("prefix", ["./answer/", "./", "answer/", ""])
def test_a_tar_is_the_same_submission_however_its_folder_was_named(tmp_path: Path, prefix: str) -> None:
    top: list[tuple[str, bytes, dict[str, object]]] = [(prefix, b"", {"type": tarfile.DIRTYPE})] if prefix else []
    given = tar(tmp_path / "a.tgz", *top, (f"{prefix}src/a.py", b"x", {}), (f"{prefix}README.md", b"y", {}))
    with open_submission(str(given)) as submission:
        assert submission.files == ("README.md", "src/a.py")


def test_a_zip_with_the_folders_of_windows_is_understood(tmp_path: Path) -> None:
    given = tmp_path / "a.zip"
    with zipfile.ZipFile(given, "w") as archive:
        for name in ("answer\\src\\main.py", "answer\\README.md"):
            info = zipfile.ZipInfo(name)
            info.create_system = 0
            archive.writestr(info, b"x")
    with open_submission(str(given)) as submission:
        assert submission.files == ("README.md", "src/main.py")


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MAX_UNPACKED", 1 << 20)
    bomb = tar(tmp_path / "a.tgz", *((f"node_modules/{i}", b"\0" * (1 << 19), {}) for i in range(3)))
    assert "unpacks to more than 1 MB" in why(bomb)
    monkeypatch.setattr(intake, "MAX_ENTRIES", 2)
    assert "more than 2 entries" in why(zipped(tmp_path / "a.zip", *((f".git/{i}", b"", 0) for i in range(3))))


def test_a_header_that_says_it_is_huge_is_not_read(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 4 << 30
    (tmp_path / "a.tar").write_bytes(header.tobuf() + bytes(1 << 12))
    assert "a header of the archive is too large" in why(tmp_path / "a.tar")


def test_an_archive_that_lies_about_sizes_is_refused(tmp_path: Path) -> None:
    assert "cannot be taken in" in why(lying_zip(tmp_path / "a.zip"))


def test_names_that_differ_only_in_case_are_two_files_and_equal_ones_are_refused(tmp_path: Path) -> None:
    given = zipped(tmp_path / "a.zip", ("README.md", b"1", 0), ("README.MD", b"2", 0))
    try:
        with open_submission(str(given)) as submission:
            assert submission.files == ("README.MD", "README.md")
    except SubmissionFault as fault:  # a disk that does not tell them apart
        assert "same name" in fault.problem.what  # noqa: PT017 - either is right, by machine
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = zipped(tmp_path / "b.zip", ("a.py", b"", 0), ("a.py", b"", 0))
    assert "same name" in why(twice)


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_FILES", 5)
    members = [(f"f{i}", b"", {}) for i in range(6)]
    assert "more than 5 files" in why(tar(tmp_path / "a.tar.gz", *members))


def test_too_much_in_all_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_TOTAL", 1000)
    folder = tmp_path / "many"
    folder.mkdir()
    for i in range(3):
        (folder / f"f{i}").write_bytes(b"x" * 400)
    assert "MB in all" in why(folder)


def test_something_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"not an archive")
    assert "cannot be read" in why(tmp_path / "a.zip")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "is empty" in why(tmp_path / "empty")


def test_a_folder_is_copied_without_links_dependencies_and_modes(tmp_path: Path) -> None:
    folder = tmp_path / "answer"
    for name in ("node_modules/x/index.js", ".git/config", "src/app.py", "run.sh", "grader-out/a/result.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    (folder / "run.sh").chmod(0o6755)
    (folder / "secret").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    with open_submission(str(folder)) as submission:
        assert submission.files == ("run.sh", "src/app.py")
        assert set(submission.skipped) == {"secret (a link)", "pipe (no regular file)"}
        assert (submission.root / "run.sh").stat().st_mode & 0o7777 == 0o755
        root = submission.root
    assert not root.exists()


def test_a_folder_and_its_archives_are_the_same_submission(tmp_path: Path) -> None:
    folder = tmp_path / "answer"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "app.py").write_text("print()")
    (folder / "README.md").write_text("# hi")
    members = [("answer/README.md", b"# hi"), ("answer/src/app.py", b"print()")]
    archives = [
        tar(tmp_path / "answer.tar.gz", *((name, data, {}) for name, data in members)),
        zipped(tmp_path / "answer.zip", *((name, data, 0o100644) for name, data in members)),
    ]
    digests = set()
    for given in (folder, *archives):
        with open_submission(str(given)) as submission:
            assert submission.name == "answer"
            digests.add(submission.digest)
    assert len(digests) == 1


def test_a_revision_of_a_repository_is_taken_without_its_working_tree(tmp_path: Path) -> None:
    repository = tmp_path / "repo"
    repository.mkdir()
    (repository / "only").mkdir()
    (repository / "only" / "schema.sql").write_text("select 1")
    git = ["git", "-C", str(repository), "-c", "user.name=x", "-c", "user.email=x@example.com"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    (repository / "later.sql").write_text("select 2")
    with open_submission(f"{repository}@HEAD") as submission:
        assert submission.files == ("only/schema.sql",)
    with pytest.raises(UsageError, match="git cannot read"), open_submission(f"{repository}@nothing"):
        pass


def test_a_name_that_is_no_utf8_is_left_out_and_can_be_shown(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"bad\xff.py")).write_bytes(b"x")
    (tmp_path / "main.py").write_bytes(b"x")
    with open_submission(str(tmp_path)) as submission:
        assert submission.files == ("main.py",)
        assert submission.skipped == (r"'bad\udcff.py' (a name that cannot be used)",)


def test_what_a_repository_says_about_programs_is_not_run(tmp_path: Path) -> None:
    repository, mark = tmp_path / "repo", tmp_path / "ran"
    repository.mkdir()
    (repository / "main.py").write_text("x")
    (repository / ".gitattributes").write_text("* filter=evil\n")
    git = ["git", "-C", str(repository), "-c", "user.name=x", "-c", "user.email=x@example.com"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    for command in (["filter.evil.smudge", f"touch {mark}; cat"], ["core.fsmonitor", f"touch {mark}"]):
        subprocess.run([*git, "config", *command], check=True)
    with open_submission(f"{repository}@HEAD") as submission:
        assert submission.files == (".gitattributes", "main.py")
    assert not mark.exists()


def test_the_name_of_what_is_left_out_can_be_saved_whatever_its_bytes(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"answer\xfe")
    folder.mkdir()
    (folder / "main.py").write_text("x")
    (folder / os.fsdecode(b"bad\xff")).symlink_to("/etc/passwd")
    with open_submission(str(folder)) as submission:
        assert submission.files == ("main.py",)
        assert msgspec.json.encode([submission.name, submission.skipped])


def test_the_copy_of_a_killed_run_is_removed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, running = tmp_path / f"{PREFIX}left", tmp_path / f"{PREFIX}running"
    for folder, program in ((left, "1:0"), (running, owner.program())):
        (folder / "src").mkdir(parents=True)
        (folder / OWNER).write_text(f"{owner.host()}\n{program}\n")
    (tmp_path / "answer").mkdir()
    (tmp_path / "answer" / "main.py").write_text("x")
    with open_submission(str(tmp_path / "answer")) as submission:
        assert submission.files == ("main.py",)
    assert (left.exists(), running.exists()) == (False, True)


def test_a_missing_path_is_told_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        exists(str(tmp_path / "nothing"))
    assert caught.value.code == "E102"


def test_a_revision_is_part_of_the_name_so_that_two_reports_can_be_told_apart(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    (tmp_path / "main.py").write_text("x")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *arguments], check=True)
    with open_submission(f"{tmp_path}@HEAD") as submission:
        assert submission.name == f"{tmp_path.name}@HEAD"


def test_an_address_is_answered_with_what_works() -> None:
    with pytest.raises(UsageError) as caught:
        exists("file:///tmp/x@HEAD")
    assert "is an address, no path" in caught.value.problem.what
    assert "clone it" in caught.value.problem.help


def settings(tmp_path: Path, text: str) -> SubmissionFault:
    (tmp_path / "submission.toml").write_text(text)
    with pytest.raises(SubmissionFault) as caught, open_submission(str(tmp_path)):
        pass
    assert caught.value.code == "E303"
    return caught.value


def test_broken_settings_show_line_and_caret(tmp_path: Path) -> None:
    problem = settings(tmp_path, '[run]\nstart = "x\n').problem
    assert problem.where.startswith("submission.toml:2:")
    assert "^" in problem.snippet


def test_a_misspelt_setting_says_which_was_meant(tmp_path: Path) -> None:
    problem = settings(tmp_path, "[run]\nprot = 3000\n").problem
    assert problem.what == "unknown key `prot` in [run]"
    assert "did you mean `port`?" in problem.snippet


def test_a_setting_of_the_wrong_type_is_told(tmp_path: Path) -> None:
    assert "Expected `int`" in settings(tmp_path, '[run]\nport = "eighty"\n').problem.what


@pytest.mark.parametrize("port", [0, -1, 65536, 10**30])
def test_a_port_that_does_not_exist_is_told(tmp_path: Path, port: int) -> None:
    problem = settings(tmp_path, f"[run]\nport = {port}\n").problem
    assert problem.where == "submission.toml:2:1"
    assert f"{port}" in problem.snippet


def test_settings_reach_the_submission(tmp_path: Path) -> None:
    (tmp_path / "submission.toml").write_text('[run]\nport = 3000\n[concepts]\nuser = "people"\n')
    with open_submission(str(tmp_path)) as submission:
        assert (submission.settings.run.port, submission.settings.concepts) == (3000, {"user": "people"})
        assert submission.read("submission.toml", limit=5) == "[run]"
        assert submission.read("../../etc/passwd") == ""

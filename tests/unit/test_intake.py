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


HOSTILE_TARS = {
    "slip": ("../../etc/x", b"x", {}),
    "absolute": ("/etc/x", b"x", {}),
    "symlink": ("link", b"", {"type": tarfile.SYMTYPE, "linkname": "/etc"}),
    "hard link": ("link", b"", {"type": tarfile.LNKTYPE, "linkname": "/etc/passwd"}),
    "device": ("dev", b"", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3}),
    "fifo": ("fifo", b"", {"type": tarfile.FIFOTYPE}),
    "backslash": ("..\\x", b"x", {}),
    "control character": ("a\nb", b"x", {}),
    "deep": ("/".join("d" * 30), b"x", {}),
    "long name": ("n" * 255, b"x", {}),
    "one large file": ("big", b"\0" * (intake.MAX_FILE + 1), {}),
}


@pytest.mark.parametrize("name", HOSTILE_TARS)
def test_hostile_tar_archives_are_refused(tmp_path: Path, name: str) -> None:
    assert "cannot be taken in" in why(tar(tmp_path / "a.tar.gz", ("ok", b"x", {}), HOSTILE_TARS[name]))


@pytest.mark.parametrize(
    ("name", "data", "mode"),
    [
        ("../x", b"x", 0o100644),
        ("link", b"/etc", 0o120777),
        ("big", b"\0" * (intake.MAX_FILE + 1), 0o100644),
        ("dev", b"", 0o020644),
    ],
)
def test_hostile_zip_archives_are_refused(tmp_path: Path, name: str, data: bytes, mode: int) -> None:
    assert "cannot be taken in" in why(zipped(tmp_path / "a.zip", ("ok", b"x", 0o100644), (name, data, mode)))


def test_an_archive_that_lies_about_sizes_is_refused(tmp_path: Path) -> None:
    assert "cannot be taken in" in why(lying_zip(tmp_path / "a.zip"))


def test_names_that_differ_only_in_case_are_refused(tmp_path: Path) -> None:
    assert "same name" in why(zipped(tmp_path / "a.zip", ("A.py", b"", 0), ("a.py", b"", 0)))


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_FILES", 5)
    members = [(f"f{i}", b"", {}) for i in range(6)]
    assert "too many files" in why(tar(tmp_path / "a.tar.gz", *members))


def test_too_much_in_all_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_TOTAL", 1000)
    folder = tmp_path / "many"
    folder.mkdir()
    for i in range(3):
        (folder / f"f{i}").write_bytes(b"x" * 400)
    assert "too large in all" in why(folder)


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
        assert set(submission.skipped) == {"secret", "pipe"}
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


def test_a_name_that_is_no_utf8_is_refused_and_can_be_shown(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"bad\xff.py")).write_bytes(b"x")
    with pytest.raises(SubmissionFault) as caught, open_submission(str(tmp_path)):
        pass
    assert (caught.value.code, caught.value.problem.where) == ("E302", r"'bad\udcff.py'")
    assert msgspec.json.encode(caught.value.problem)


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

from __future__ import annotations

import os
from pathlib import Path

from grader.caches import locked
from grader.database.cluster import IN_USE, PREFIX, remove_left_behind


def scratch(root: Path, name: str, *, old: bool, lock: bool = True) -> Path:
    folder = root / f"{PREFIX}{name}"
    (folder / "data").mkdir(parents=True)
    if lock:
        (folder / IN_USE).touch()
    if old:
        os.utime(folder, (1, 1))
    return folder


def test_scratch_folders_of_killed_runs_are_removed_and_no_others(tmp_path: Path) -> None:
    killed = scratch(tmp_path, "killed", old=True)
    young = scratch(tmp_path, "young", old=False)
    unknown = scratch(tmp_path, "unknown", old=True, lock=False)
    used = scratch(tmp_path, "used", old=True)
    other = tmp_path / "elsewhere"
    other.mkdir()
    link = tmp_path / f"{PREFIX}link"
    link.symlink_to(other)
    with locked(used / IN_USE):
        os.utime(used, (1, 1))
        remove_left_behind(tmp_path)
    assert not killed.exists()
    assert all(folder.exists() for folder in (young, unknown, used, other, link))

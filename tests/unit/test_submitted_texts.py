"""Texts of a submission are read in the encoding that their byte order mark tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.model import Submission


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_a_text_is_read_in_utf_8_and_in_marked_utf_16(tmp_path: Path, encoding: str) -> None:
    text = "# Vorher 2,8 s, nachher 3 ms \u2014 \u8bf4\u660e\n"
    mark = "\ufeff" if encoding == "utf-16-be" else ""  # `utf-16` writes its own
    (tmp_path / "EXPLANATION.md").write_bytes((mark + text).encode(encoding))
    submission = Submission(name="x", root=tmp_path, digest="", files=("EXPLANATION.md",))
    assert submission.read("EXPLANATION.md") == text


def test_what_is_no_text_is_read_with_marks_in_place_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "query.sql").write_bytes(b"SELECT \x9f1")
    assert Submission(name="x", root=tmp_path, digest="", files=("query.sql",)).read("query.sql") == "SELECT \ufffd1"

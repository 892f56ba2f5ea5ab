from __future__ import annotations

import pytest

from grader.cli.doctor import _told
from grader.sandbox.selftest import HELP, Probe


@pytest.mark.parametrize("name", sorted(HELP))
def test_an_error_that_must_happen_is_not_left_looking_like_one(name: str) -> None:
    assert _told(Probe(name=name, ok=True, seen="refused")) == "blocked, as it should be: refused"
    assert _told(Probe(name=name, ok=False, seen="went through")) == "went through"


def test_other_things_are_told_as_they_were_seen() -> None:
    assert _told(Probe(name="base image", ok=True, seen="python 1")) == "python 1"

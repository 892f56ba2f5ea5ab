"""The candidate's own figures beside what was counted."""

from __future__ import annotations

import pytest

from grader.sql.query.comparison import told_figures, told_gains
from grader.sql.query.plan import Work

GIVEN, FINAL = Work(rows=1_000_000, buffers=50_000, temp=0), Work(rows=1_000, buffers=500, temp=0)  # 280 times less

COMPARED = [
    ("Before: 2.8 s. After: 2 ms.", [("before", 2_800.0), ("after", 2.0)]),
    ("2,790 ms → 1.9 ms", [("before", 2_790.0), ("after", 1.9)]),
    ("It takes 2 ms instead of 400 ms.", [("after", 2.0), ("before", 400.0)]),
    ("| | time (ms) |\n| --- | --- |\n| before | 900 |\n| after | 30 |", [("before", 900.0), ("after", 30.0)]),
    ("| | before | after |\n| --- | --- | --- |\n| time | 2.8 s | 3 ms |", [("before", 2_800.0), ("after", 3.0)]),
    ("Vorher 2.790 ms, nachher 1,9 ms.", [("before", 2_790.0), ("after", 1.9)]),
    ("Avant : 2,8 secondes. Après : 2 ms.", [("before", 2_800.0), ("after", 2.0)]),
    ("Antes 9 segundos, ahora 3 milisegundos", [("before", 9_000.0), ("after", 3.0)]),
    ("Było 3 sekundy, teraz 2 ms.", [("before", 3_000.0), ("after", 2.0)]),
    ("Было 3 с, стало 4 мс.", [("before", 3_000.0), ("after", 4.0)]),  # noqa: RUF001 - Russian
    ("改写前 2800 毫秒,改写后 3 毫秒。", [("before", 2_800.0), ("after", 3.0)]),
    ("変更前は2.8秒、変更後は3ミリ秒。", [("before", 2_800.0), ("after", 3.0)]),
    ("The original took about 9 s, the new one needs 3 ms.", [("before", 9_000.0), ("after", 3.0)]),
    ("It took 4 seconds and now takes 5 milliseconds.", [("before", 4_000.0), ("after", 5.0)]),
]


@pytest.mark.parametrize(("text", "expected"), COMPARED)
def test_times_are_read_with_the_query_they_are_about(text: str, expected: list[tuple[str, float]]) -> None:
    assert [(one.side, one.value) for one in told_figures(text)] == expected


def test_every_figure_has_its_line_and_measure() -> None:
    found = told_figures("# Figures\n\nBefore: 411 000 buffers, 9,000 temp blocks.\nAfter: 330k rows, 98 % less.")
    assert [(one.line, one.text, one.kind, one.temporary) for one in found] == [
        (3, "411 000 buffers", "buffers", False),
        (3, "9,000 temp blocks", "buffers", True),
        (4, "330k rows", "rows", False),
        (4, "98 %", "percent", False),
    ]
    assert found[2].value == 330_000


def gains(text: str) -> list[tuple[str, int, bool]]:
    return [(one.kind, round(one.told), one.far) for one in told_gains(told_figures(text), GIVEN, FINAL)]


def test_a_gain_of_another_size_than_the_counted_one_is_far_apart() -> None:
    assert gains("Before 2.8 s, after 10 ms.") == [("time", 280, False)]
    assert gains("Before 2.8 s, after 1 s.") == [("time", 3, True)]
    assert gains("Before 60 s, after 1 ms.") == [("time", 60_000, True)]
    assert gains("Before: 60,000 buffers. After: 700 buffers.") == [("buffers", 86, False)]
    assert gains("Before: 60,000 buffers. After: 59,000 buffers.") == [("buffers", 1, True)]
    assert gains("It is 500x faster.") == [("factor", 500, False)]
    assert gains("The index takes 20 MB. One figure: 3 ms.") == []


def test_two_million_rows_are_no_milliseconds() -> None:
    assert [one.kind for one in told_figures("It reads 2 million rows.")] == ["rows"]
    assert told_figures("It joins two million pairs.") == []

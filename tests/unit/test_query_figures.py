"""Measured figures of explanations in many notations and languages."""

from __future__ import annotations

import pytest

from grader.sql.query.figures import figures

PLAN = """```
Sort  (cost=512330.41..512330.42 rows=5 width=60) (actual time=9100.1..9100.2 rows=5 loops=1)
  Buffers: shared hit=410310
  ->  Seq Scan on orders  (cost=0.00..1.1 rows=3 width=6) (actual time=0.1..1.2 rows=3 loops=44)
Planning Time: 0.4 ms
Execution Time: 9100.3 ms
```
"""

COMPARED = [
    "The original took about 9 s, the new one 3 ms.",
    "9,100 ms → 3 ms",
    "52s to 3ms",
    "4 minutes → 2 ms",
    "from 3.2 s down to 12 ms",
    "9100 → 3 ms",
    "| | |\n|---|---|\n| before | 9100 ms |\n| after | 3 ms |",
    "| | time (ms) |\n| before | 900 |\n| after | 30 |",
    "| | before | after |\n|---|---|---|\n| buffers | 411000 | 1200 |",
    "|  | Laufzeit | Blöcke |\n| --- | --- | --- |\n| vorher | 2.812 ms | 410.310 |\n| nachher | 2,4 ms | 1.090 |",
    "Execution Time: 9100.3 ms\n\nExecution Time: 12.3 ms",
    "Before: 411 000 buffers. After: 1 200 buffers.",
    "In buffers: 411 000 before, 1 200 after.",
    "cost 512,330 before and 1,290 now",
    "The cost fell from 512330.4 to 1290",
    "330,000 rows read before, 260 rows now",
    "It is 300x faster, 3 ms",
    "300 times faster; 3 ms",
    "99 % fewer buffers, 3 ms",
    "Vorher 2,8 Sekunden, nachher 3 Millisekunden.",
    "Avant 2 812 ms, après 2,4 ms",
    "Antes 9 segundos, ahora 3 milisegundos",
    "Prima 2,8 secondi, dopo 3 ms",
    "Antes: 2,8 segundos; depois: 3 ms",
    "Было 3 секунды, стало 4 мс.",
    "改写前 2800 毫秒,改写后 3 毫秒。",
    "変更前は2.8秒、変更後は3ミリ秒。",
    "It took three seconds before and four milliseconds after.",
    "2’812.5ms and 2.4ms",
    "1.2e6 rows, then 4.5e3 rows",
    "410k buffers, 1.1k buffers",
    "3s/4ms",
    "2.8sec, then 0.003sec",
    "**2.8 s** → **3 ms**",
    "`2812 ms` vs `3 ms`",
    "If you run both on the practice data, the original takes 9 s and mine 3 ms.",
    "9100 ms → 3 ms, which should be good enough.",
    "As expected: 9 s before, 3 ms after.",
    "2,790&nbsp;ms and 2&nbsp;ms",
    "Buffers: shared hit=410310 → Buffers: shared hit=1200",
    "Time: 9100.123 ms (00:09.100)\nTime: 3.2 ms",
    "1m52s before, 20ms after",
    "I did not measure the cost of writes. Reads: 9 s → 3 ms.",
    "Laufzeit von 2812 auf 3 ms",
    "2812,4 ms -> 2,4 ms",
    "Runtime dropped from 2,812 ms to 2 ms (~1400x)",
    "9.1 s before / 0.003 s after",
    "Från 9 sekunder till 3 ms",
    "Z 9 sekund do 3 ms",
    "Van 9 seconden naar 3 ms",
    '"Execution Time": 9100.1\n"Execution Time": 3.2',
    "before: 5,643 ms, 410 thousand buffers",
    "Time in ms: 9100 before, 3 after",
    "The runtime went from 9 to 3 ms",
    f"{PLAN}\nnow\n\n{PLAN.replace('9100', '12')}",
    f"{PLAN}\nNow it is 3 ms.",
]


@pytest.mark.parametrize("text", COMPARED)
def test_figures_count_in_any_notation_when_each_has_its_unit(text: str) -> None:
    assert len(figures(text)) >= 2


NOT_COMPARED = [
    "I did not measure anything. It should take a few ms for company 42 with size 55000.",
    "In 2024 it was 5 better",
    "1200 and 300",
    "I ran 5 queries on 2 days in 2024",
    "faster",
    "Step 1, step 2",
    "the s in rows",
    "It should take 3 ms instead of 9 s.",
    "I guess 9 s before and 3 ms after.",
    "I haven't measured at all: 9 s, 3 ms",
    "SubPlan 1 and SubPlan 5 run 44 times for company 42",
    "Page 2 of 5, company 42",
    "It would take 9 s before and 3 ms after",
    "Es dürfte 3 ms statt 9 s dauern.",
    "customer 42's 55 orders",
    "LIMIT 5 OFFSET 5; 5 of 55 people",
    PLAN,
]


@pytest.mark.parametrize("text", NOT_COMPARED)
def test_numbers_without_a_unit_or_that_nobody_measured_do_not_count(text: str) -> None:
    assert len(figures(text)) < 2


def test_a_figure_is_told_with_its_unit_and_kind() -> None:
    found = figures("9.1 s → 3 ms; 410,310 shared buffers; 330k rows; cost=512330.41; 98 % less, 300x")
    assert [(figure.text, figure.kind) for figure in found] == [
        ("9.1 s", "time"),
        ("3 ms", "time"),
        ("410,310 shared buffers", "buffers"),
        ("330k rows", "rows"),
        ("512330.41", "cost"),
        ("98 %", "percent"),
        ("300x", "factor"),
    ]


def test_the_same_figure_twice_is_one() -> None:
    assert len(figures("3 ms. Again 3 ms.")) == 1


def test_a_long_text_of_digits_is_read_in_time() -> None:
    assert figures("1" * 50_000 + " " + "9 9 " * 20_000) == []


def test_which_practice_data_it_was_is_no_figure_as_in_the_given_plan() -> None:
    head = "EXPLAIN (ANALYZE, BUFFERS) of original.sql on the practice data (data.seed=1, data.size=120000), no figure"
    assert figures(head) == []
    assert [one.text for one in figures(f"{head}\n\n{PLAN}")] == ["9100.3 ms"]

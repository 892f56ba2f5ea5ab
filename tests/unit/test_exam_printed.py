from __future__ import annotations

from pathlib import Path

from grader.exam.chosen import chosen
from grader.exam.plan import Exam, read_exam
from grader.exam.printed import printed_scenario, text
from grader.exam.values import draw
from grader.model import Level

EXAM = """
words = ["amber", "basil", "cedar"]
token = { level = "mid" }

[[scenario]]
id = "notes"
title = "Notes are kept"
rounds = 2

[[scenario.step]]
id = "make"
send = "POST /notes"
json = { text = "{word:a}", round = "{round}" }
capture = { id = "id" }

[[scenario.step]]
id = "many"
send = "POST /notes"
json = { text = "note {n}", after = "{id}" }
repeat = 3
concurrent = true

[[scenario.step]]
id = "read"
send = "GET /notes/{id}"
token = ["none", "wrong"]

[[scenario.step]]
id = "again"
restart = true

[[scenario.step]]
id = "later"
wait = { seconds = 2, since = "notes.make" }

[[scenario.step]]
id = "list"
send = "GET /notes?all=yes"
walk = { size = 5 }

[[scenario.step]]
id = "odd"
send = "POST /notes"
headers = { Content-Type = "text/plain" }
each = [{ name = "bytes", hex = "ff00" }, { name = "control", raw = "a\\u0007b" }]

[[scenario]]
id = "late"
title = "Asked late"
level = "senior"

[[scenario.step]]
id = "read"
send = "GET /notes"
"""
MID = """
== notes: Notes are kept
   (area, asked from junior level upwards)
   (2 rounds of all of this; {round} is the number of the round)

notes.make   (keeps $ID from `id`)
    POST /notes
    Content-Type: application/json
    Authorization: Bearer $API_TOKEN
    | {"text": "WORD", "round": "{round}"}

notes.many   (3 times, {n} counts them; all at the same time)
    POST /notes
    Content-Type: application/json
    Authorization: Bearer $API_TOKEN
    | {"text": "note {n}", "after": "$ID"}

notes.read # no token
    GET /notes/$ID

notes.read # wrong token
    GET /notes/$ID
    Authorization: Bearer not-the-token

notes.again   (the service is stopped and started again, with the same DATA_DIR)

notes.later   (wait until 2 s have gone by since `notes.make`)

notes.list   (`offset` grows by as many as came, until a page is empty; at most 40 requests)
    GET /notes?all=yes&limit=5&offset=0
    Authorization: Bearer $API_TOKEN

notes.odd # bytes
    POST /notes
    Content-Type: text/plain
    Authorization: Bearer $API_TOKEN
    | (2 bytes that are no UTF-8)

notes.odd # control
    POST /notes
    Content-Type: text/plain
    Authorization: Bearer $API_TOKEN
    | a⟦U+0007⟧b"""


def exam(folder: Path) -> Exam:
    path = folder / "exam.toml"
    path.write_text(EXAM, encoding="utf-8")
    return read_exam(path)


def printed(plan: Exam, level: Level, seed: int = 1) -> str:
    token = level.reaches(Level.MID)
    values = draw(seed, plan.texts(), plan.words)
    put, _ = chosen(plan, level, token=token)
    return "\n".join(text(printed_scenario(scenario, values, token=token) for scenario in put))


def test_an_exam_is_printed_in_the_order_and_in_the_words_it_is_sent(tmp_path: Path) -> None:
    plan = exam(tmp_path)
    word = str(draw(1, plan.texts(), plan.words)["word:a"])
    assert printed(plan, Level.MID) == MID.replace("WORD", word)


def test_another_seed_prints_other_values_and_another_level_other_scenarios(tmp_path: Path) -> None:
    plan = exam(tmp_path)
    assert len({printed(plan, Level.MID, seed) for seed in range(20)}) == len(plan.words)
    assert "== late" in printed(plan, Level.SENIOR)
    assert "== notes" not in printed(plan, Level.JUNIOR), "it asks about tokens"

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.errors import OurFault, UsageError
from grader.evidence.http import TOKEN
from grader.exam.paths import MISSING, dig
from grader.exam.plan import Exam, Step, TokenMode, Variant, read_exam
from grader.exam.requests import build, calls, secret_headers
from grader.exam.values import MissingValue, draw, fill, fill_draws
from grader.exam.vocabulary import inspect

WORDS = tuple(f"word{n}" for n in range(20))
EXAM = """\
words = ["amber", "basil", "cedar"]

[[scenario]]
id = "a"
title = "A"

[[scenario.step]]
id = "make"
send = "POST /things"
json = { name = "{word:x}" }
capture = { id = "id" }

[[scenario.step]]
id = "read"
send = "GET /things/{id}"
"""


def read(folder: Path, text: str = EXAM) -> Exam:
    path = folder / "exam.toml"
    path.write_text(text)
    return read_exam(path)


def refused(folder: Path, old: str, new: str) -> str:
    assert old in EXAM
    with pytest.raises(OurFault) as caught:
        read(folder, EXAM.replace(old, new, 1))
    return f"{caught.value.problem.code} {caught.value.problem.what}\n{caught.value.problem.snippet}"


def step(**fields: Any) -> Step:
    return Step(**{"id": "s", "send": "POST /things", **fields})


def test_an_exam_becomes_records(tmp_path: Path) -> None:
    exam = read(tmp_path)
    assert list(exam.steps()) == ["a.make", "a.read"]
    assert exam.steps()["a.make"].token is TokenMode.VALID
    assert "{word:x}" in exam.texts()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("capture", "captures", "did you mean `capture`?"),
        ("json = {", "json = ", "this TOML cannot be read"),
        ("GET /things/{id}", "GET things", "`send` is a method and a path"),
        ("GET /things/{id}", "GET /things/{key}", "step `a.read` needs `key`, which no earlier step captures"),
        ('id = "read"', 'id = "make"', "two steps are called `a.make`"),
        ('title = "A"', 'title = "A"\nlevel = "boss"', "level"),
        ('title = "A"', 'title = "A"\nlevel = "snior"', "did you mean `senior`?"),
        ("{word:x}", "{wrod:x}", "did you mean `word`?"),
        ("{word:x}", "{colour:x}", "known: word, text, date, number, repeat"),
        ("{word:x}", "{number:x:1}", "`{number:x:1}` cannot be understood"),
        ("{word:x}", "{text:x:9}", "the exam:"),
        ("{word:x}", "{word:x}{word:y}{word:z}{word:w}", "4 words are asked for, `words` holds 3"),
        ("{id}", "{id.other}", "step `a.read` needs `id.other`"),
        ('send = "POST /things"', 'send = "POST /things"\nwalk = { sise = 3 }', "did you mean `size`?"),
        ('send = "POST /things"', 'send = "POST /things"\nhex = "7b2"', "pairs of hexadecimal digits"),
        ('send = "GET /things/{id}"', "wait = { seconds = 10.5 }", "step `a.read` waits 10.5 s"),
        ('send = "GET /things/{id}"', "wait = { seconds = 0 }", "step `a.read` waits 0 s"),
        ('send = "GET /things/{id}"', 'wait = { seconds = 1, since = "a.mak" }', "did you mean `a.make`?"),
        ('send = "GET /things/{id}"', 'wait = { seconds = 1, since = "a.read" }', "no earlier step is called `a.read`"),
        ('title = "A"', 'title = "A"\nrounds = 3\n[[scenario.step]]\nid = "w"\nwait = { seconds = 7 }', "take 21 s"),
        ('send = "GET /things/{id}"', 'send = "GET /"\nheaders = { X-Id = "{id}" }', "a header can hold drawn values"),
        ("[[scenario]]", '[environment]\nPORT = "1"\n[[scenario]]', "`PORT` cannot be set in [environment]"),
        ("[[scenario]]", '[environment]\nsize = "1"\n[[scenario]]', "`size` cannot be set in [environment]"),
    ],
)
def test_mistakes_in_an_exam_are_told_with_their_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert told in refused(tmp_path, old, new)


def test_the_place_of_a_mistake_is_the_step_it_is_in(tmp_path: Path) -> None:
    told = refused(tmp_path, 'send = "GET /things/{id}"', 'send = "GET /things/{id}"\nrepeat = "often"')
    assert '> 16 | repeat = "often"'.lstrip("> ") in told
    assert "Expected `int`, got `str`" in told


def test_values_of_variants_and_repetitions_can_be_named(tmp_path: Path) -> None:
    variants = 'capture = { id = "id" }\neach = [{ name = "one two" }, { name = "b" }]'
    read(tmp_path, EXAM.replace('capture = { id = "id" }', variants).replace("{id}", "{id.one-two}"))
    repeated = 'capture = { id = "id" }\nrepeat = 3'
    read(tmp_path, EXAM.replace('capture = { id = "id" }', repeated).replace("{id}", "{id.3}"))


def test_braces_of_raw_text_may_mean_something_else(tmp_path: Path) -> None:
    read(tmp_path, EXAM.replace('json = { name = "{word:x}" }', "raw = '{colour:x}'"))


def test_what_checks_may_name_are_steps_variants_and_drawn_values(tmp_path: Path) -> None:
    (tmp_path / "exam.toml").write_text(EXAM.replace("capture", 'token = ["valid", "none"]\ncapture'))
    words = inspect(tmp_path, {})
    assert {"a.make", "a.read", "a.make#no token"} <= set(words.names)
    assert words.values == {"word:x"}
    (tmp_path / "exam.toml").write_text("scenario = 3")
    with pytest.raises(UsageError, match="E101"):
        inspect(tmp_path, {"exam": "exam.toml"})


def test_a_missing_exam_is_a_fault_of_the_pack(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="E242"):
        read_exam(tmp_path / "none.toml", UsageError)


def test_values_differ_per_seed_and_label_and_are_the_same_every_time() -> None:
    texts = ["{word:a} {word:b}", "{date:d}", "{number:n:1:9}", "{text:t:3}"]
    one, two, again = draw(1, texts, WORDS), draw(2, texts, WORDS), draw(1, texts, WORDS)
    assert one == again
    assert one != two
    assert one["word:a"] != one["word:b"]
    assert 1 <= one["number:n:1:9"] <= 9
    assert len(one["text:t:3"].split()) == 3


def test_too_few_words_and_unknown_placeholders_are_mistakes() -> None:
    with pytest.raises(ValueError, match="2 words are asked for"):
        draw(1, ["{word:a} {word:b}"], ("amber",))
    with pytest.raises(ValueError, match="cannot be understood"):
        draw(1, ["{number:n:1}"], WORDS)


def test_a_lone_placeholder_keeps_its_type_and_others_become_text() -> None:
    scope = {"id": 7, "word:a": "amber"}
    assert fill({"x": "{id}", "y": "{id} {word:a}", "z": ["{null}"], "n": 5}, scope) == {
        "x": 7,
        "y": "7 amber",
        "z": [None],
        "n": 5,
    }


def test_braces_in_raw_bodies_stay() -> None:
    assert fill_draws('{"a": {id}, "b": "{word:a}"}', {"word:a": "amber"}) == '{"a": {id}, "b": "amber"}'


def test_a_value_that_no_answer_gave_is_missing_and_never_sent() -> None:
    with pytest.raises(MissingValue, match="id"):
        build(step(send="GET /things/{id}"), calls(step(), token=False)[0], {}, token=False)


def test_each_times_token_modes_times_repetitions() -> None:
    variants = (Variant(name="list"), Variant(name="read", send="GET /things/1"))
    sent = calls(step(each=variants, token=(TokenMode.NONE, TokenMode.WRONG)), token=True)
    assert [call.name for call in sent] == [
        "list, no token",
        "list, wrong token",
        "read, no token",
        "read, wrong token",
    ]
    assert [call.number for call in calls(step(repeat=3), token=False)] == [1, 2, 3]


def test_variants_differ_from_the_step_in_one_place() -> None:
    base = step(json={"name": "{word:a}", "size": 3})
    changed = {
        name: build(base, calls(step(each=(variant,)), token=False)[0], {"word:a": "amber"}, token=False).content
        for name, variant in {
            "merge": Variant(name="v", merge={"size": "{null}"}),
            "without": Variant(name="v", without=("size",)),
            "raw": Variant(name="v", raw='{"half'),
            "hex": Variant(name="v", hex="fffe"),
        }.items()
    }
    assert changed == {
        "merge": b'{"name": "amber", "size": null}',
        "without": b'{"name": "amber"}',
        "raw": b'{"half',
        "hex": b"\xff\xfe",
    }


def test_the_token_is_never_saved_and_the_client_says_nothing_about_itself() -> None:
    ready = build(step(json={}), calls(step(), token=True)[0], {}, token=True)
    assert ready.sent.headers["Authorization"] == f"Bearer {TOKEN}"
    sent = secret_headers(ready.sent, "s3cret")
    assert sent["Authorization"] == "Bearer s3cret"
    assert sent["Accept-Encoding"] == "identity"
    assert "grader" not in json.dumps(sent).lower()
    without = build(step(json={}), calls(step(token=TokenMode.NONE), token=True)[0], {}, token=True)
    assert "Authorization" not in without.sent.headers


def test_headers_may_hold_drawn_values_and_numbers() -> None:
    base = step(headers={"X-Client": "{word:a}-{n}"}, repeat=2)
    sent = [build(base, call, {"word:a": "amber"}, token=False).sent for call in calls(base, token=False)]
    assert [one.headers["X-Client"] for one in sent] == ["amber-1", "amber-2"]


def test_captured_values_are_shown_as_shell_variables() -> None:
    call = calls(step(), token=False)[0]
    scope = {"id.2": "a/b", "word:a": "x", "location": "/things/7"}
    item = build(step(send="GET /things/{id.2}?q={word:a}"), call, scope, token=False).sent
    path = build(step(send="GET {location}"), call, scope, token=False).sent
    assert (item.target, item.template) == ("/things/a%2Fb?q=x", "/things/$ID_2?q=x")
    assert (path.target, path.template) == ("/things/7", "$LOCATION")


def test_long_and_undecodable_bodies_are_described_with_a_command_that_makes_them() -> None:
    call = calls(step(), token=False)[0]
    long = build(step(json={"name": "x" * 100_000}), call, {}, token=False).sent
    assert (long.body, "(100000 times)" in long.body_note) == (None, True)
    assert "head -c 100000 /dev/zero" in long.body_command
    broken = build(step(hex="fffe"), call, {}, token=False).sent
    assert (broken.body, broken.body_command) == (None, "printf '\\377\\376'")


def test_places_in_json() -> None:
    value = {"items": [{"id": 7}], "none": None}
    assert dig(value, "items.0.id") == 7
    assert dig(value, "none") is None
    assert dig(value, "") == value
    assert [dig(value, path) for path in ("items.1.id", "items.x", "a.b")] == [MISSING] * 3

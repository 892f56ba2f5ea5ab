from __future__ import annotations

from typing import Any

import lizard
import pytest
from rubrics import CHECKS, Numbers, challenge, criterion, saved, use

from grader.assess import assess
from grader.errors import Problem
from grader.evidence import NoEvidence
from grader.evidence.files import FunctionFacts, SourceFiles
from grader.evidence.query import QueryAnswer
from grader.evidence.schema import SchemaFacts, SqlFile
from grader.exhibits import CodeExhibit, HttpExhibit
from grader.model import Finding, Judgement, Level, ListenFor, Outcome, Question, Severity, failed, for_review, passed
from grader.questions import Sources, handlers, questions, sources
from grader.questions.handlers import Route, handler
from grader.questions.sources import short_name
from grader.result import QuestionResult

GOOD = passed("it is fine")
BAD = failed("it is wrong")
LEVELS = ListenFor(junior="what happened", mid="why it matters", senior="what it means for the system")


def judged(id_: str, finding: Finding = BAD, *, scored: bool = True, **changes: Any) -> Judgement:
    """A check that asks about its failure and praises its success."""
    asks: dict[str, Any] = {
        "question": Question(ask=f"About {id_}?", listen_for=LEVELS),
        "praise": Question(ask=f"How did you {id_}?", listen_for=LEVELS),
    }
    return Judgement(use=use(id_, **{**asks, **changes}), finding=finding, scored=scored)


def asked(*group: Judgement, level: Level = Level.MID, known: Sources | None = None) -> tuple[QuestionResult, ...]:
    return questions({"main": group}, level, known or Sources())


def because(found: tuple[QuestionResult, ...]) -> list[str]:
    return [question.because for question in found]


def source(files: dict[str, str]) -> SourceFiles:
    """The evidence of some programs, measured as they are in a grade."""
    functions = tuple(
        FunctionFacts(
            file=name,
            name=found.name,
            line=found.start_line,
            lines=found.nloc,
            complexity=found.cyclomatic_complexity,
            parameters=found.parameter_count,
            end=found.end_line,
        )
        for name, text in files.items()
        for found in lizard.analyze_file.analyze_source_code(name, text).function_list
    )
    return SourceFiles(names=tuple(files), texts=files, functions=functions)


def known(**files: str) -> Sources:
    """Sources by file name, with `__` for a slash and `_dot_` for a dot."""
    named = {name.replace("__", "/").replace("_dot_", "."): text for name, text in files.items()}
    return sources({SourceFiles: source(named)})


def behind(route: str, **files: str) -> str:
    """Name and place of the function that looks like the handler."""
    found = handler(Route(*route.split(" ", 1)), known(**files))
    return f"{found.name} {found.file}:{found.line}" if found else ""


# ---------------------------------------------------------------------------------------------- which are asked


def test_the_worst_failures_come_first_and_a_strength_last() -> None:
    worst = judged("worst", severity=Severity.BLOCKER)
    small = judged("small", severity=Severity.MINOR)
    heavy = judged("heavy", weight=5)
    light = judged("light")
    strong = judged("strong", GOOD)
    assert because(asked(small, light, strong, heavy, worst)) == ["worst", "heavy", "light", "strong"]


def test_there_are_never_more_than_four() -> None:
    everything = [judged(f"bad{n}") for n in range(9)] + [judged(f"good{n}", GOOD) for n in range(9)]
    assert because(asked(*everything)) == ["bad0", "bad1", "bad2", "good0"]


def test_without_a_strength_its_place_goes_to_a_failure() -> None:
    assert because(asked(*(judged(f"bad{n}") for n in range(9)))) == ["bad0", "bad1", "bad2", "bad3"]


def test_without_failures_two_strengths_are_asked_about() -> None:
    assert because(asked(*(judged(f"good{n}", GOOD, weight=n) for n in range(9)))) == ["good7", "good8"][::-1]


def test_of_one_topic_one_question_is_asked() -> None:
    def about_token(id_: str, finding: Finding) -> Judgement:
        ask = Question(ask=f"{id_}?", listen_for="x", topic="token")
        return judged(id_, finding, question=ask, praise=ask)

    group = (about_token("read", BAD), about_token("write", BAD), about_token("first", GOOD), judged("lists"))
    assert because(asked(*group)) == ["read", "lists"]


def test_what_is_as_heavy_is_asked_about_another_criterion_first() -> None:
    group = {
        "function": (judged("a", weight=9), judged("b", weight=8), judged("c", weight=7)),
        "security": (judged("d", weight=1), judged("e", severity=Severity.MINOR)),
        "rest": (judged("f", GOOD),),
    }
    assert because(questions(group, Level.MID, Sources())) == ["a", "b", "d", "f"]
    worse = {**group, "function": (judged("a"), judged("b", severity=Severity.BLOCKER), judged("c"))}
    assert because(questions(worse, Level.MID, Sources()))[0] == "b"


def test_what_costs_nothing_is_asked_last() -> None:
    advice = judged("advice", scored=False, severity=Severity.BLOCKER)
    assert because(asked(advice, judged("small", severity=Severity.NOTE))) == ["small", "advice"]


@pytest.mark.parametrize("outcome", [Outcome.BLOCKED, Outcome.UNDECIDED, Outcome.NOT_APPLICABLE, Outcome.UNSTABLE])
def test_what_was_not_seen_is_not_asked_about(outcome: Outcome) -> None:
    assert asked(judged("a", Finding(outcome=outcome, message="not seen"))) == ()


def test_without_a_template_nothing_is_asked() -> None:
    assert asked(judged("a", question=None), judged("b", GOOD, praise=None)) == ()


def test_an_answer_that_could_not_be_run_gets_no_questions() -> None:
    fault = NoEvidence(problem=Problem(code="E312", what="it does not build"))
    pack = challenge(criterion(use("a"), use("docs", question=Question(ask="Why?", listen_for="x"))))
    everything = {Numbers: Numbers(values={"a": 0, "docs": 0})}
    assert because(assess(pack, saved(everything), CHECKS).questions) == ["docs"]
    assert assess(pack, saved({**everything, SourceFiles: fault}), CHECKS).questions == ()


# ----------------------------------------------------------------------------------------------------- by level


def test_what_to_listen_for_fits_the_level_and_says_what_one_more_would_add() -> None:
    told = {level: asked(judged("a"), level=level)[0] for level in Level}
    both = f"{LEVELS.mid}. Beyond that: {LEVELS.senior}"
    assert [told[level].listen_for for level in Level] == [LEVELS.junior, LEVELS.mid, both]
    assert [told[level].above for level in Level] == [LEVELS.mid, LEVELS.senior, ""]


def test_one_text_for_all_levels_is_not_said_twice() -> None:
    plain = Question(ask="Why?", listen_for="a reason")
    (told,) = asked(judged("a", question=plain), level=Level.JUNIOR)
    assert (told.listen_for, told.above) == ("a reason", "")


# ------------------------------------------------------------------------------------ at the candidate's own lines

FLASK = """\
from flask import Flask

app = Flask(__name__)


def validated(body):
    if not body or "title" not in body:
        raise ValueError
    return body if body["title"] else None


@app.route("/todos")
def everything():
    return []


@app.route("/todos/<int:todo_id>", methods=["PUT", "PATCH"])
def change(todo_id):
    return validated(request.get_json())


@app.route("/todos/<int:todo_id>", methods=["DELETE"])
def gone(todo_id):
    return "", 204
"""


def patching(ask: str = "How?", **more: str) -> dict[str, Any]:
    return {"question": Question(ask=ask, listen_for="keys that were sent", route="PATCH /todos/{id}", **more)}


def test_a_failure_leads_to_the_function_that_looks_like_its_handler() -> None:
    (told,) = asked(judged("a", **patching(when="only a title is sent")), known=known(app_dot_py=FLASK))
    assert told.ask == (
        "Walk me through `change` (`app.py:18`), which looks like the function behind `PATCH /todos/{id}`: "
        "what happens when only a title is sent?"
    )
    assert told.listen_for.endswith("the test to add. keys that were sent")
    assert told.code is not None
    assert (told.code.file, told.code.line, told.code.first_line) == ("app.py", 18, 17)
    assert told.code.lines[1] == "def change(todo_id):"
    assert told.code.label == "looks like PATCH /todos/{id}"


def test_only_one_question_points_at_lines() -> None:
    found = asked(judged("a", **patching()), judged("b", **patching()), known=known(app_dot_py=FLASK))
    assert [question.code is not None for question in found] == [True, False]


def test_the_worst_failure_that_leads_to_lines_points_even_when_a_worse_one_does_not() -> None:
    worse = judged("worse", severity=Severity.BLOCKER)
    found = asked(worse, judged("a", **patching()), known=known(app_dot_py=FLASK))
    assert [(question.because, question.code is not None) for question in found] == [("worse", False), ("a", True)]


def test_without_a_route_the_request_of_the_finding_leads_to_the_handler() -> None:
    request = HttpExhibit(request='DELETE /todos/17 HTTP/1.1\nHost: x\n\n{"a": 1}', response="HTTP/1.1 200 OK")
    before = HttpExhibit(request="GET /todos/17 HTTP/1.1", response="HTTP/1.1 200 OK")
    found = failed("it stays", exhibits=(request, before))
    (told,) = asked(judged("a", found), known=known(app_dot_py=FLASK))
    assert told.ask == (
        "Walk me through `gone` (`app.py:23`), which looks like the function behind `DELETE /todos/{id}`: "
        "what happens when `DELETE /todos/17` arrives?"
    )


def test_a_finding_that_names_its_line_points_there_with_its_own_exhibit() -> None:
    hidden = CodeExhibit(file="app.py", line=3, lines=('KEY = "AKIA…"',), first_line=3, title="A key")
    found = failed("app.py:3 holds a key", where="app.py:3", exhibits=(hidden,))
    (told,) = asked(judged("a", found), known=known(app_dot_py='\n\nKEY = "AKIAVERYSECRET"\n'))
    assert told.ask == "Look at `app.py:3`. About a?"
    assert told.code == CodeExhibit(file="app.py", line=3, lines=('KEY = "AKIA…"',), first_line=3)
    assert told.listen_for == LEVELS.mid


def test_a_finding_about_sql_points_into_the_file() -> None:
    facts = SchemaFacts(files=(SqlFile(name="schema.sql", text="CREATE TABLE a (\n\tid int,\n\tprice real\n);\n"),))
    found = failed("price is inexact", where="schema.sql:3:2")
    (told,) = questions({"main": (judged("a", found),)}, Level.MID, sources({SchemaFacts: facts}))
    assert told.ask == "Look at `schema.sql:3`. About a?"
    assert told.code is not None
    assert (told.code.line, told.code.column, told.code.lines[2].strip()) == (3, 5, "price real")


def test_a_question_may_name_a_file() -> None:
    answer = QueryAnswer(exercise="x", given="SELECT 1", query="\n-- fast\nSELECT 1;\n")
    asks = Question(ask="What is left?", listen_for="x", file="query.sql")
    group = {"main": (judged("a", GOOD, praise=asks),)}
    (told,) = questions(group, Level.MID, sources({QueryAnswer: answer}))
    assert told.ask == "Walk me through `query.sql`. What is left?"
    assert told.code is not None
    assert (told.code.line, told.code.lines) == (2, ("-- fast", "SELECT 1;"))
    other = Question(ask="What is left?", listen_for="x", file="setup.sql")
    (told,) = questions({"main": (judged("a", GOOD, praise=other),)}, Level.MID, sources({QueryAnswer: answer}))
    assert (told.ask, told.code) == ("What is left?", None)


def test_where_no_failure_leads_to_lines_it_is_the_function_with_the_most_branches() -> None:
    look = judged("look", for_review("read it"), question=Question(ask="What would you change?", listen_for="x"))
    found = asked(judged("good", GOOD), look, judged("bad"), known=known(app_dot_py=FLASK))
    assert because(found) == ["bad", "look", "good"]
    assert found[1].ask == (
        "Walk me through `validated` (`app.py:6`), the function with the most branches. What would you change?"
    )
    assert found[1].code is not None
    assert found[1].code.label == "4 branches"
    assert because(asked(judged("good", GOOD), look, judged("bad"))) == ["bad", "good"]


def test_tests_and_foreign_code_are_never_pointed_at() -> None:
    files = {"tests__test_app_dot_py": FLASK, "vendor__app_dot_py": FLASK, "docs__app_dot_md": FLASK}
    assert known(**files).functions == ()
    (told,) = asked(judged("a", **patching()), known=known(**files))
    assert (told.ask, told.code) == ("How?", None)


def test_a_name_of_the_candidates_cannot_leave_its_place_in_the_question() -> None:
    facts = FunctionFacts(file="a`b\n.py", name="x`](http://x)", line=1, lines=3, complexity=9, parameters=0)
    sourced = Sources(texts={"a`b\n.py": "x\ny\nz"}, functions=(facts,))
    look = judged("look", for_review("read it"), question=Question(ask="Why?", listen_for="x"))
    told = next(item for item in asked(judged("bad"), look, known=sourced) if item.because == "look")
    assert "\n" not in told.ask
    assert told.ask.startswith("Walk me through the function at `a'b")
    assert told.ask.count("`") == 2


def test_a_function_whose_text_is_missing_does_no_harm() -> None:
    facts = FunctionFacts(file="a.py", name="f", line=40, lines=3, complexity=9, parameters=0)
    look = judged("look", for_review("read it"), question=Question(ask="Why?", listen_for="x"))
    found = asked(judged("bad"), look, known=Sources(texts={"a.py": "short"}, functions=(facts,)))
    assert found[1].code == CodeExhibit(file="a.py", line=40, lines=(), first_line=40, label="9 branches")


# ------------------------------------------------------------------------------------------------- which handler

EXPRESS = """\
const app = express();
app.get('/todos', (req, res) => res.json([]));
app.get(
  '/todos/:id', auth,
  async (req, res, next) => {
    if (req.x) next();
  });
app.patch('/todos/:id', requireJson, controller.partial);
app.delete("/todos/:id", wrap(async function (req, res) { res.end(); }));
function partial(req, res) { return 1; }
"""
ROUTER = """\
const router = express.Router();
router.route('/')
  .get((req, res) => res.json([]))
  .post((req, res) => res.json({}));
router.route('/:id')
  .get((req, res) => res.json({}))
  .patch((req, res) => {
    res.json({});
  });
"""
GO = """\
package main
func (s *Server) patchTodo(w http.ResponseWriter, r *http.Request) { if x { return } }
func main() {
	mux.HandleFunc("PATCH /todos/{id}", s.patchTodo)
	mux.HandleFunc("DELETE /todos/{id}", func(w http.ResponseWriter, r *http.Request) {
		if x { return }
	})
	r.HandleFunc("/todos/{id}", s.patchTodo).Methods("PUT")
}
"""
SPRING = """\
@RestController
class TodoController {
  @PostMapping
  public Todo make(@RequestBody Todo body) {
    return body;
  }
  @PatchMapping("/{id}")
  public Todo some(@PathVariable long id) {
    if (id > 0) { return null; }
    return x;
  }
}
"""
NEST = """\
@Controller('todos')
export class TodosController {
  @Patch(':id')
  async some(@Param('id') id: string): Promise<Todo> {
    return 1;
  }
  @Get()
  every(): Todo[] {
    return [];
  }
}
"""
FASTAPI = """\
router = APIRouter(prefix="/todos")


@router.get("")
def every():
    return []


@router.get("/{todo_id}")
def one(todo_id: int):
    return {}


@router.patch(
    "/{todo_id}",
    response_model=Todo,
)
async def some(todo_id: int):
    return {}
"""
VIEWS = """\
from django.http import HttpResponse


class TodoView(View):
    def patch(self, request, pk):
        return 1

    def partial_change_log(self, request):
        return 1


class Store:
    def get_settings(self):
        return 1
"""
PLAIN = """\
const server = http.createServer((req, res) => {
  if (req.method === 'PATCH') return change(req, res);
  if (req.method === 'GET') return answer(req, res);
});
function one(req, res) { return 'GET'; }
"""


@pytest.mark.parametrize(
    ("route", "file", "text", "expected"),
    [
        ("GET /todos", "app_dot_js", EXPRESS, "(anonymous) app.js:2"),
        ("GET /todos/{id}", "app_dot_js", EXPRESS, "(anonymous) app.js:4"),
        ("PATCH /todos/{id}", "app_dot_js", EXPRESS, "partial app.js:10"),
        ("DELETE /todos/{id}", "app_dot_js", EXPRESS, "(anonymous) app.js:9"),
        ("PATCH /todos/{id}", "app_dot_js", ROUTER, "(anonymous) app.js:7"),
        ("GET /todos/{id}", "app_dot_js", ROUTER, "(anonymous) app.js:6"),
        ("POST /todos", "app_dot_js", ROUTER, "(anonymous) app.js:4"),
        ("DELETE /todos/{id}", "app_dot_js", ROUTER, ""),
        ("PATCH /todos/{id}", "main_dot_go", GO, "patchTodo main.go:2"),
        ("PUT /todos/{id}", "main_dot_go", GO, "patchTodo main.go:2"),
        ("DELETE /todos/{id}", "main_dot_go", GO, "anonymous__0 main.go:5"),
        ("PATCH /todos/{id}", "T_dot_java", SPRING, "TodoController::some T.java:8"),
        ("POST /todos", "T_dot_java", SPRING, "TodoController::make T.java:4"),
        ("PATCH /todos/{id}", "t_dot_ts", NEST, "some t.ts:4"),
        ("GET /todos", "t_dot_ts", NEST, "every t.ts:8"),
        ("GET /todos", "api_dot_py", FASTAPI, "every api.py:5"),
        ("GET /todos/{id}", "api_dot_py", FASTAPI, "one api.py:10"),
        ("PATCH /todos/{id}", "api_dot_py", FASTAPI, "some api.py:18"),
        ("GET /todos", "app_dot_py", FLASK, "everything app.py:13"),
        ("PUT /todos/{id}", "app_dot_py", FLASK, "change app.py:18"),
        ("POST /todos", "app_dot_py", FLASK, ""),
        ("PATCH /todos/{id}", "views_dot_py", VIEWS, "patch views.py:5"),
        ("GET /todos/{id}", "views_dot_py", VIEWS, ""),
        ("PATCH /todos/{id}", "s_dot_js", PLAIN, "(anonymous) s.js:1"),
        ("PATCH /notes/{id}", "app_dot_py", FLASK, ""),
    ],
)
def test_the_handler_is_found_as_routes_are_written(route: str, file: str, text: str, expected: str) -> None:
    assert behind(route, **{file: text}) == expected


def test_of_two_functions_that_look_alike_neither_is_named() -> None:
    two = "from http.server import X\n\ndef update_todo(a):\n    return 1\n\n\ndef edit_todo(a):\n    return 2\n"
    assert behind("PATCH /todos/{id}", a_dot_py=two) == "update_todo a.py:3"
    same = two.replace("edit_todo", "todo_update")
    assert behind("PATCH /todos/{id}", a_dot_py=same) == ""


def test_a_function_of_that_name_in_a_store_is_no_handler() -> None:
    store = "class Store:\n    def update(self, todo):\n        return 1\n"
    assert behind("PATCH /todos/{id}", store_dot_py=store) == ""


def test_a_path_on_a_prefix_counts_less_than_the_whole_path() -> None:
    notes = 'router = R(prefix="/notes")\n\n@router.patch("/{id}")\ndef note(id):\n    return 1\n'
    todos = '@app.patch("/todos/{id}")\ndef todo(id):\n    return 1\n'
    assert behind("PATCH /todos/{id}", a_dot_py=notes, b_dot_py=todos) == "todo b.py:2"


def test_text_that_never_ends_is_looked_through_in_no_time() -> None:
    hostile = "app.route('/todos')" * 4000 + "@app.patch(" * 4000 + "(" * 50_000
    assert behind("PATCH /todos/{id}", a_dot_js=hostile) == ""


def test_a_file_made_of_registrations_is_not_searched_for_each_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[FunctionFacts] = []

    def counted(facts: FunctionFacts) -> str:
        named.append(facts)
        return short_name(facts)

    monkeypatch.setattr(handlers, "short_name", counted)
    files = source({"app.js": "router.patch('/things/:id', a, b, c\n" * 5000 + "function change() {\n  return 1\n}\n"})
    assert handler(Route("PATCH", "/things/{id}"), sources({SourceFiles: files})) is None
    assert len(named) < 100

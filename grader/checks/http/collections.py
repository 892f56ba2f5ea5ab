"""Questions about lists: what is in them, how much, in which order, and whether pages make up the whole."""

from __future__ import annotations

from typing import Any

from grader.checks.http.faults import Fault, verdict
from grader.checks.http.json_values import different, equal, mark
from grader.checks.http.runs import Names, Unanswerable, body, judged, listed, need, sent_runs, told_status, worked
from grader.checks.http.showing import told
from grader.evidence.exam import HttpExam, StepRun
from grader.exam.paths import MISSING, dig
from grader.exam.values import fill
from grader.model import Check, Finding, blocked

ITEMS = "items"
KEY = "id"
# What sets faults of lists apart: only the same one can have the same root cause
ABSENT, OTHERS, STALE, DISORDER = "absent entries", "entries that do not belong", "other values", "another order"


@judged
def contains(
    exam: HttpExam,
    *,
    step: Names,
    holds: Names = (),
    lacks: Names = (),
    items: str = ITEMS,
    key: str = KEY,
    given: Names = (),
) -> Finding:
    """The list has what the answers to `holds` showed, field for field, and nothing of `lacks`."""
    need(exam, (*listed(given), *listed(holds), *listed(lacks)))
    runs = sent_runs(exam, step)
    entries = _entries(exam, runs, items)
    faults = [_absent(exam, runs[0], entries, run, key) for run in _of(exam, holds)]
    faults += [_present(exam, runs[0], entries, run, key) for run in _of(exam, lacks)]
    found = [fault for fault in faults if fault is not None]
    return verdict(exam, found, len(faults), good="The list shows what is there", expected="what is there, as it is")


@judged
def page_complete(
    exam: HttpExam, *, step: str, holds: Names, items: str = ITEMS, key: str = KEY, given: Names = ()
) -> Finding:
    """Pages one after the other show everything once: no holes, no duplicates."""
    need(exam, (*listed(given), *listed(holds)))
    runs = sent_runs(exam, step)
    keys = [dig(entry, key) for entry in _entries(exam, runs, items)]
    there = {mark(value) for value in keys}
    twice = len(keys) - len(there)
    wanted = [dig(body(run), key) for run in _of(exam, holds)]
    missing = [value for value in wanted if mark(value) not in there]
    said = f"{twice} entries came twice, {len(missing)} of {len(wanted)} never"
    faults = [Fault(runs[min(1, len(runs) - 1)], said, (runs[0],), ABSENT)] if twice or missing else []
    return verdict(exam, faults, 1, good=f"{len(runs)} pages show everything once", expected="every entry exactly once")


@judged
def page_size(
    exam: HttpExam,
    *,
    step: str,
    most: int,
    least: int = 0,
    items: str = ITEMS,
    refusal: bool = False,
    given: Names = (),
) -> Finding:
    """Every page has at most `most` entries and the first at least `least`; with `refusal` 4xx is as good."""
    need(exam, given)
    runs, faults = sent_runs(exam, step), []
    for n, run in enumerate(runs):
        if refusal and _refused(run):
            continue
        entries = dig(body(run), items)
        if not worked(run) or not isinstance(entries, list):
            faults.append(Fault(run, _no_list(exam, run, items)))
        elif len(entries) > most or (n == 0 and len(entries) < least):
            symptom = OTHERS if len(entries) > most else ABSENT
            faults.append(Fault(run, f"{told_status(run)} with {len(entries)} entries", symptom=symptom))
    wanted = (
        f"{most} entries" if least == most else f"at most {most} entries" + (f", at least {least}" if least else "")
    )
    return verdict(exam, faults, len(runs), good="Pages have the right size", expected=wanted)


@judged
def total(
    exam: HttpExam, *, step: str, path: str = "total", items: str = ITEMS, key: str = KEY, given: Names = ()
) -> Finding:
    """Every page says how many entries there are on all of them together."""
    need(exam, given)
    runs = sent_runs(exam, step)
    runs = _pages(runs)
    if not all(worked(run) and isinstance(dig(body(run), items), list) for run in runs):
        raise Unanswerable(blocked(f"Cannot be asked: {_no_list(exam, runs[-1], items)}"))
    keys = [repr(dig(entry, key)) for entry in _entries(exam, runs, items)]
    count = len(set(keys))
    wrong = [run for run in runs if not equal(dig(body(run), path), count)]
    faults = [Fault(run, f"`{path}` is {told(exam, run, dig(body(run), path))}, not {count}") for run in wrong]
    return verdict(exam, faults, len(runs), good=f"`{path}` is {count}", expected=f"`{path}` {count} on every page")


@judged
def filtered(
    exam: HttpExam,
    *,
    step: Names,
    field: str,
    value: Any,  # noqa: ANN401 - any JSON value
    holds: Names,
    items: str = ITEMS,
    key: str = KEY,
    given: Names = (),
) -> Finding:
    """A filtered list has only entries of that value, and all that `holds` made with it."""
    need(exam, (*listed(given), *listed(holds)))
    wanted = fill(value, exam.values)
    runs = sent_runs(exam, step)
    entries = _entries(exam, runs, items)
    others = [entry for entry in entries if not equal(dig(entry, field), wanted)]
    mine = [dig(body(run), key) for run in _of(exam, holds) if equal(dig(body(run), field), wanted)]
    there = {mark(dig(entry, key)) for entry in entries}
    missing = [k for k in mine if mark(k) not in there]
    said = [f"{len(others)} of {len(entries)} entries have another `{field}`"] if others else []
    said += [f"{len(missing)} of {len(mine)} entries are missing"] if missing else []
    symptom = OTHERS if others else ABSENT
    faults = [Fault(runs[0], f"`{_query(runs[0])}`: {' and '.join(said)}", symptom=symptom)] if said else []
    expected = f"all entries whose `{field}` is {str(wanted).lower()}, and no other"
    return verdict(exam, faults, 1, good="The filter does what it says", expected=expected)


@judged
def sorted_by(
    exam: HttpExam,
    *,
    step: Names,
    by: str,
    among: Names,
    descending: bool = False,
    items: str = ITEMS,
    key: str = KEY,
    given: Names = (),
) -> Finding:
    """Entries that `among` made come in the order of a field; other entries do not matter."""
    need(exam, (*listed(given), *listed(among)))
    runs = sent_runs(exam, step)
    entries = _entries(exam, runs, items)
    keys = {mark(dig(body(run), key)) for run in _of(exam, among)}
    got = [dig(entry, by) for entry in entries if mark(dig(entry, key)) in keys]
    wanted = _ordered([dig(body(run), by) for run in _of(exam, among)], descending=descending)
    said = f"`{_query(runs[0])}`: `{by}` comes as {told(exam, runs[0], got, 100)}"
    symptom = ABSENT if equal(got, [value for value in wanted if value in got]) else DISORDER
    faults = [] if equal(got, wanted) else [Fault(runs[0], said, symptom=symptom)]
    direction = "descending" if descending else "ascending"
    expected = f"{direction} `{by}`: {told(exam, runs[0], wanted, 100)}"
    return verdict(exam, faults, 1, good=f"In {direction} order of `{by}`", expected=expected)


def _entries(exam: HttpExam, runs: list[StepRun], items: str) -> list[Any]:
    """The entries of all pages; raises `Unanswerable` (a failure) when one of them is no list."""
    entries: list[Any] = []
    for run in _pages(runs):
        page = dig(body(run), items)
        if not worked(run) or not isinstance(page, list):
            fault = Fault(run, _no_list(exam, run, items))
            raise Unanswerable(verdict(exam, [fault], 1, good="", expected=f"a list in `{items}`"))
        entries += page
    return entries


def _pages(runs: list[StepRun]) -> list[StepRun]:
    """The pages of a walk. A refusal past the last entry ends it like an empty page: a question of its own."""
    return runs[:-1] if len(runs) > 1 and _refused(runs[-1]) else runs


def _no_list(exam: HttpExam, run: StepRun, items: str) -> str:
    if not worked(run):
        return told_status(run)
    return f"{told_status(run)}, but `{items}` is {told(exam, run, dig(body(run), items))}"


def _absent(exam: HttpExam, run: StepRun, entries: list[Any], made: StepRun, key: str) -> Fault | None:
    value = body(made)
    twin = next((entry for entry in entries if equal(dig(entry, key), dig(value, key))), MISSING)
    if twin is MISSING:
        return Fault(run, f"the list lacks what {told_status(made)} for", (made,), ABSENT)
    bad = different(value, twin) if isinstance(twin, dict) and isinstance(value, dict) else [key]
    if not bad:
        return None
    values = f"{told(exam, run, dig(value, bad[0]))} alone and {told(exam, run, dig(twin, bad[0]))} in the list"
    return Fault(run, f"`{bad[0]}` is {values}", (made,), STALE)


def _present(_exam: HttpExam, run: StepRun, entries: list[Any], gone: StepRun, key: str) -> Fault | None:
    keys = [capture.value for capture in gone.captured] or [dig(body(gone), key)]
    if any(equal(dig(entry, key), value) for entry in entries for value in keys):
        return Fault(run, "the list still has it", (gone,))
    return None


def _ordered(values: list[Any], *, descending: bool) -> list[Any]:
    numbers = all(isinstance(value, int | float) for value in values)
    return sorted(values, key=(lambda value: value) if numbers else str, reverse=descending)


def _refused(run: StepRun) -> bool:
    received = run.exchange.received if run.exchange else None
    return received is not None and received.status in range(400, 500)


def _of(exam: HttpExam, names: Names) -> list[StepRun]:
    return sent_runs(exam, names) if names else []


def _query(run: StepRun) -> str:
    return run.exchange.sent.target if run.exchange else run.step


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="http.contains",
        needs=HttpExam,
        ask=contains,
        title="The list shows what is there",
        why="A list that disagrees with the single resource makes every client show old data",
        fix="Read the list from the same store and build its entries with the same function",
    ),
    Check(
        name="http.page_complete",
        needs=HttpExam,
        ask=page_complete,
        title="Pages make up the whole",
        why="An entry that is on no page is lost for every user who scrolls",
        fix="Skip exactly `offset` entries of a stable order, then take `limit`",
    ),
    Check(
        name="http.page_size",
        needs=HttpExam,
        ask=page_size,
        title="A page has the size that was asked for",
        why="Without a bound one request reads the whole table",
        fix="Apply the limit in the query",
    ),
    Check(
        name="http.total",
        needs=HttpExam,
        ask=total,
        title="The total counts everything",
        why="Clients compute the number of pages from it",
        fix="Count with the same filter as the list, without limit and offset",
    ),
    Check(
        name="http.filtered",
        needs=HttpExam,
        ask=filtered,
        title="The filter filters",
        why="An ignored filter looks right until somebody trusts the result",
        fix="Apply the query parameter to the query, for both values",
    ),
    Check(
        name="http.sorted",
        needs=HttpExam,
        ask=sorted_by,
        title="The order is the one that was asked for",
        why="Paging over an order that is not fixed shows entries twice and skips others",
        fix="Order by the field that was asked for, then by the key",
    ),
)

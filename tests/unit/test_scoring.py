from __future__ import annotations

import pytest
from rubrics import challenge, criterion, finding, use

from grader.model import CheckUse, Gate, Judgement, Level, Outcome
from grader.scoring import band_of, gate_outcome, level_of, score_criterion


def judged(outcome: Outcome, score: float = 0.0, *, weight: float = 1.0, scored: bool = True) -> Judgement:
    return Judgement(use=use("x", weight=weight), finding=finding(outcome, score), scored=scored)


def points(*judgements: Judgement, review: bool = False) -> tuple[float | None, float, float]:
    score = score_criterion(criterion(points=12.0, review=review), judgements)
    return score.points, score.possible, score.waiting


PASS, FAIL = judged(Outcome.PASS, 1.0), judged(Outcome.FAIL)


def test_passes_and_failures_share_the_points_by_weight() -> None:
    assert points(PASS, FAIL) == (6.0, 12.0, 0.0)
    assert points(judged(Outcome.PASS, 1.0, weight=3), FAIL) == (9.0, 12.0, 0.0)


def test_a_graded_failure_keeps_its_share() -> None:
    assert points(judged(Outcome.FAIL, 0.25)) == (3.0, 12.0, 0.0)


def test_what_does_not_apply_leaves_the_sum() -> None:
    assert points(PASS, judged(Outcome.NOT_APPLICABLE)) == (12.0, 12.0, 0.0)
    assert points(judged(Outcome.NOT_APPLICABLE)) == (0.0, 0.0, 0.0)


def test_blocked_checks_stay_in_the_sum_and_earn_nothing() -> None:
    assert points(PASS, judged(Outcome.BLOCKED)) == (6.0, 12.0, 0.0)


def test_one_undecided_check_leaves_the_criterion_undecided() -> None:
    assert points(PASS, judged(Outcome.UNDECIDED))[0] is None


def test_an_undecided_advice_changes_nothing() -> None:
    assert points(PASS, judged(Outcome.UNDECIDED, scored=False)) == (12.0, 12.0, 0.0)


def test_what_a_person_must_say_waits_and_is_not_lost() -> None:
    assert points(PASS, judged(Outcome.FOR_REVIEW)) == (6.0, 6.0, 6.0)
    assert points(judged(Outcome.FOR_REVIEW), review=True) == (None, 0.0, 12.0)


def test_advice_never_scores() -> None:
    assert points(PASS, judged(Outcome.FAIL, scored=False)) == (12.0, 12.0, 0.0)


@pytest.mark.parametrize(("earned", "level"), [(10, 4), (9.5, 4), (9.4, 3), (7.5, 3), (4, 2), (3.9, 1), (0, 1)])
def test_levels_are_anchored_on_shares(earned: float, level: int) -> None:
    assert level_of(earned, 10) == level


def test_a_criterion_without_anything_asked_has_no_level() -> None:
    assert level_of(0, 0) is None


def gate_of(*outcomes: Outcome) -> Outcome:
    ids = [f"c{i}" for i in range(len(outcomes))]
    judgements = {
        id_: Judgement(use=use(id_), finding=finding(outcome), scored=True)
        for id_, outcome in zip(ids, outcomes, strict=True)
    }
    return gate_outcome(Gate(id="g", title="G", checks=tuple(ids)), judgements, Level.MID)


def test_a_gate_fails_with_any_of_its_checks() -> None:
    assert gate_of(Outcome.PASS, Outcome.FAIL) is Outcome.FAIL
    assert gate_of(Outcome.PASS, Outcome.BLOCKED) is Outcome.FAIL
    assert gate_of(Outcome.PASS, Outcome.PASS) is Outcome.PASS


def test_a_gate_our_side_could_not_decide_is_undecided_and_not_failed() -> None:
    assert gate_of(Outcome.PASS, Outcome.UNDECIDED) is Outcome.UNDECIDED


def test_a_gate_only_people_can_see_waits_for_them() -> None:
    assert gate_of(Outcome.PASS, Outcome.FOR_REVIEW) is Outcome.FOR_REVIEW
    assert gate_of(Outcome.FAIL, Outcome.FOR_REVIEW) is Outcome.FAIL


def test_a_gate_that_is_not_asked_does_not_apply() -> None:
    assert gate_of(Outcome.NOT_APPLICABLE) is Outcome.NOT_APPLICABLE


def test_a_failed_gate_caps_the_band_whatever_the_score() -> None:
    pack = challenge()
    assert band_of(pack, 99.0, []) == "senior"
    assert band_of(pack, 99.0, [Gate(id="g", title="G", checks=(), cap="junior")]) == "junior"
    assert band_of(pack, 10.0, [Gate(id="g", title="G", checks=(), cap="junior")]) == "below"


@pytest.mark.parametrize(
    ("percent", "band"), [(0, "below"), (49.9, "below"), (50, "junior"), (70, "mid"), (84.9, "mid"), (85, "senior")]
)
def test_bands_begin_where_the_design_says(percent: float, band: str) -> None:
    assert band_of(challenge(), percent, []) == band


def test_shares_add_up_to_the_points_of_the_criterion() -> None:
    uses: list[CheckUse] = [use(f"c{i}", weight=w) for i, w in enumerate((1.0, 2.0, 4.0))]
    judgements = tuple(Judgement(use=u, finding=finding(Outcome.PASS, 1.0), scored=True) for u in uses)
    score = score_criterion(criterion(*uses, points=10.0), judgements)
    assert sum(share.points or 0 for share in score.shares) == pytest.approx(10.0, abs=0.02)


def test_a_gate_does_not_ask_what_only_advises_at_this_level() -> None:
    gate = Gate(id="g", title="G", checks=("a", "b"))
    asked = Judgement(use=use("a"), finding=finding(Outcome.PASS), scored=True)
    above = Judgement(use=use("b", level=Level.SENIOR), finding=finding(Outcome.FAIL), scored=False)
    judgements = {"a": asked, "b": above}
    assert gate_outcome(gate, judgements, Level.MID) is Outcome.PASS
    assert gate_outcome(gate, judgements, Level.SENIOR) is Outcome.FAIL
    assert gate_outcome(Gate(id="g", title="G", checks=("b",)), judgements, Level.MID) is Outcome.NOT_APPLICABLE

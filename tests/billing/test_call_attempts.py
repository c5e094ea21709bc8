from itertools import permutations

from billing.cdrs.lines.attempts import NO_RESULT, AttemptFacts, AttemptResult, resolve_call

CONGESTION = AttemptResult("CONGESTION", 34, 503, 100)
BUSY = AttemptResult("BUSY", 17, 486, 200)
ANSWER = AttemptResult("ANSWER", 16, 200, 300)


def attempt(sequence: int, recorded: AttemptResult = NO_RESULT, *, answered: bool = False) -> AttemptFacts:
    return AttemptFacts(sequence, answered, has_destination=True, recorded=recorded)


def leftover(sequence: int, recorded: AttemptResult = NO_RESULT) -> AttemptFacts:
    return AttemptFacts(sequence, is_answered=False, has_destination=False, recorded=recorded)


def resolved(*facts: AttemptFacts) -> dict[int, tuple[bool, AttemptResult]]:
    outcomes = []
    for order in permutations(facts):
        result = resolve_call(order)
        outcomes.append(
            {fact.sequence: (found.is_last_attempt, found.result) for fact, found in zip(order, result, strict=True)}
        )
    assert all(outcome == outcomes[0] for outcome in outcomes), "the order of arrival mattered"
    return outcomes[0]


def test_the_call_is_counted_by_its_only_record() -> None:
    assert resolved(attempt(0, ANSWER, answered=True)) == {0: (True, ANSWER)}


def test_the_result_of_a_failed_attempt_is_on_the_next_record() -> None:
    assert resolved(attempt(0), leftover(2, BUSY)) == {0: (True, BUSY), 2: (False, NO_RESULT)}


def test_each_of_several_failed_attempts_gets_its_own_result() -> None:
    assert resolved(attempt(0), attempt(2, CONGESTION), leftover(4, BUSY)) == {
        0: (False, CONGESTION),
        2: (True, BUSY),
        4: (False, NO_RESULT),
    }


def test_a_call_is_counted_by_the_answered_attempt_after_a_failed_one() -> None:
    assert resolved(attempt(0), attempt(2, CONGESTION, answered=True)) == {
        0: (False, CONGESTION),
        2: (True, NO_RESULT),
    }


def test_a_result_that_the_answered_attempt_overwrote_is_not_given_to_the_failed_one() -> None:
    assert resolved(attempt(0), attempt(2, ANSWER, answered=True)) == {0: (False, NO_RESULT), 2: (True, ANSWER)}


def test_results_that_are_on_their_own_records_stay_there() -> None:
    assert resolved(attempt(0, CONGESTION), attempt(2, BUSY)) == {0: (False, CONGESTION), 2: (True, BUSY)}
    assert resolved(attempt(0, CONGESTION), attempt(2, ANSWER, answered=True)) == {
        0: (False, CONGESTION),
        2: (True, ANSWER),
    }


def test_a_result_carried_over_from_a_failed_attempt_is_not_that_of_the_answered_one() -> None:
    assert resolved(attempt(0, CONGESTION), attempt(2, CONGESTION, answered=True))[2] == (True, NO_RESULT)


def test_a_record_of_its_own_result_keeps_it_where_nothing_follows() -> None:
    cancelled = AttemptResult("CANCEL", 127, 487, 80)
    assert resolved(attempt(0, cancelled)) == {0: (True, cancelled)}


def test_where_nothing_was_dialled_the_call_is_counted_by_its_last_record() -> None:
    assert resolved(leftover(0), leftover(1, BUSY))[1] == (True, BUSY)


def test_a_call_to_two_parties_at_once_is_counted_by_the_answered_one() -> None:
    assert resolved(attempt(0, answered=True), attempt(1))[0][0] is True


def test_a_result_survives_its_way_through_text() -> None:
    for result in (NO_RESULT, CONGESTION, AttemptResult("BUSY"), AttemptResult("", 17)):
        assert AttemptResult.from_text(result.to_text()) == result

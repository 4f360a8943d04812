from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftest.scoring import Answer, every_score, score

YES, NO, NOT_APPLICABLE = Answer
TEN_ANSWERS = st.lists(st.sampled_from(Answer), min_size=10, max_size=10)


@given(TEN_ANSWERS, st.integers(1, 10))
def test_an_appointment_is_advised_exactly_from_the_threshold(answers, threshold):
    result = score(answers, threshold)
    assert result.yes_count == answers.count(YES)
    assert result.question_count == 10
    assert result.advises_appointment is (answers.count(YES) >= threshold)


@given(TEN_ANSWERS, st.integers(1, 10))
def test_not_applicable_never_counts(answers, threshold):
    as_no = [NO if answer == NOT_APPLICABLE else answer for answer in answers]
    assert score(answers, threshold) == score(as_no, threshold)


@given(TEN_ANSWERS, st.integers(1, 10), st.randoms())
def test_the_order_of_the_questions_does_not_matter(answers, threshold, random):
    shuffled = random.sample(answers, len(answers))
    assert score(shuffled, threshold) == score(answers, threshold)


def test_all_1024_combinations_of_yes_and_no_with_the_shipped_threshold():
    advised = [score(answers, 2).advises_appointment for answers in product([YES, NO], repeat=10)]
    assert len(advised) == 1024
    # One way to have no yes at all, and ten to have one.
    assert advised.count(False) == 11
    for answers in [(NO,) * 10, *[(NO,) * n + (YES,) + (NO,) * (9 - n) for n in range(10)]]:
        assert not score(answers, 2).advises_appointment


@pytest.mark.parametrize(("answers", "threshold"), [([], 1), ([YES], 0), ([YES], -1), ([YES], 2)])
def test_a_threshold_that_no_count_can_reach_or_miss_is_refused(answers, threshold):
    with pytest.raises(ValueError, match="threshold"):
        score(answers, threshold)


def test_every_score_is_all_there_can_be():
    scores = every_score(3, 2)
    assert [s.yes_count for s in scores] == [0, 1, 2, 3]
    assert [s.advises_appointment for s in scores] == [False, False, True, True]

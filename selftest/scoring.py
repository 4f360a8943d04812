"""The rule: enough times "yes" means advice to make an appointment."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """What a patient can answer, in the words of the form; only a yes counts."""

    YES = "ja"
    NO = "nee"
    NOT_APPLICABLE = "niet van toepassing"


@dataclass(frozen=True)
class Score:
    """How often the answer was yes, out of how many questions, and how often it takes."""

    yes_count: int
    question_count: int
    threshold: int

    @property
    def advises_appointment(self) -> bool:
        return self.yes_count >= self.threshold


def score(answers: Collection[Answer], threshold: int) -> Score:
    """The score of one answer to each question.

    ValueError if ``threshold`` is not between 1 and the number of answers: such a test would
    advise everybody, or nobody ever.
    """
    if not 1 <= threshold <= len(answers):
        raise ValueError(f"a threshold of {threshold} for {len(answers)} answers")
    yes_count = sum(answer == Answer.YES for answer in answers)
    return Score(yes_count, len(answers), threshold)


def every_score(question_count: int, threshold: int) -> list[Score]:
    """What ``question_count`` questions can lead to, from no yes to nothing but yes."""
    return [
        score([Answer.YES] * yes + [Answer.NO] * (question_count - yes), threshold)
        for yes in range(question_count + 1)
    ]

"""The easy way out is told in words, and only when it was taken."""

import pytest

from detector.training.alarms import Epoch, alarms_of, gap, one_answer, skewed, standstill


def history(losses: list[float], train: float | None = None, held_out: float | None = None, judged: int = 50):
    return [Epoch("posture", loss, 1.0986, train, held_out, judged) for loss in losses]


def test_a_net_that_gives_one_answer_to_mixed_pictures_is_found() -> None:
    alarm = one_answer("posture", ["sitting"] * 30 + ["standing"] * 20, ["sitting"] * 50)
    assert alarm is not None
    assert "answers 'sitting' to 50 of 50 pictures, which is right for only 30" in alarm.sentence


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        (["sitting"] * 30 + ["standing"] * 20, ["sitting"] * 35 + ["standing"] * 15),  # it tells them apart
        (["sitting"] * 50, ["sitting"] * 50),  # there is only one answer to give
        (["sitting"] * 99 + ["standing"], ["sitting"] * 100),  # one picture in a hundred proves nothing
        ([], []),
    ],
)
def test_answers_that_follow_the_labels_are_no_alarm(truth: list[str], said: list[str]) -> None:
    assert one_answer("posture", truth, said) is None


def test_a_loss_that_stands_still_far_up_is_found() -> None:
    alarm = standstill(history([1.2, 1.10, 1.10, 1.099, 1.10, 1.10, 1.098]))
    assert alarm is not None
    assert "has not fallen for 5 passes" in alarm.sentence


@pytest.mark.parametrize(
    "losses",
    [
        [1.2, 1.0, 0.9, 0.8, 0.75, 0.7, 0.66],  # it falls
        [0.5, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05],  # it is good already
        [1.1, 1.1, 1.1],  # too early to say
    ],
)
def test_a_loss_that_falls_or_is_small_is_no_alarm(losses: list[float]) -> None:
    assert standstill(history(losses)) is None


def test_pictures_learned_by_heart_are_found() -> None:
    alarm = gap(history([0.1] * 4, train=0.99, held_out=0.6))
    assert alarm is not None
    assert "right in 99% of the pictures that were learned, but in 60% of 50 from another time" in alarm.sentence


def test_a_small_gap_few_pictures_or_a_short_one_are_no_alarm() -> None:
    assert gap(history([0.1] * 4, train=0.95, held_out=0.85)) is None
    assert gap(history([0.1] * 4, train=0.99, held_out=0.6, judged=9)) is None
    assert gap(history([0.1] * 4, train=0.99, held_out=None)) is None
    assert gap([*history([0.1] * 3, 0.9, 0.85), *history([0.1], 0.99, 0.6)]) is None


def test_labels_out_of_balance_are_told_before_training() -> None:
    alarm = skewed("hen", ["ginger"] * 60 + ["olive"] * 5)
    assert alarm is not None
    assert "Label more of 'olive'" in alarm.sentence
    assert skewed("hen", ["ginger"] * 30 + ["olive"] * 5) is None
    assert skewed("hen", ["ginger"] * 30) is None


def test_good_training_raises_no_alarm_and_a_bad_one_both() -> None:
    assert alarms_of([history([1.0, 0.7, 0.5, 0.4, 0.3, 0.25, 0.2], 0.95, 0.92)]) == []
    kinds = {alarm.kind for alarm in alarms_of([history([1.1] * 8, 0.95, 0.4)])}
    assert kinds == {"standstill", "gap"}

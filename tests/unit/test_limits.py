"""How much one person may ask: bursts, patience, and one polite word."""

from __future__ import annotations

from henbot.bot.limits import BURST, MOST_PEOPLE, PEACE_S, PRESS, Admission, Limiter


def test_who_waits_for_each_answer_is_never_refused() -> None:
    limiter = Limiter()
    assert {limiter.admit(1, float(second)) for second in range(500)} == {Admission.ANSWER}


def test_who_labels_pictures_may_press_three_buttons_a_second_for_long() -> None:
    limiter = Limiter()
    pressed = [limiter.admit(1, number / 3, PRESS) for number in range(600)]
    assert set(pressed) == {Admission.ANSWER}
    assert limiter.admit(1, 200.0) is Admission.ANSWER


def test_a_flood_gets_one_polite_word_and_then_silence_until_there_was_peace() -> None:
    limiter = Limiter()
    flood = [limiter.admit(1, n / 100) for n in range(200)]
    answered = flood.count(Admission.ANSWER)
    assert BURST <= answered <= BURST + 2 and flood.count(Admission.SAY_SO) == 1
    assert flood[answered - 1 :].count(Admission.SILENCE) >= 160
    later = 2 + PEACE_S
    assert limiter.admit(1, later) is Admission.ANSWER
    assert limiter.refuse(1, later) is Admission.SAY_SO and limiter.refuse(1, later + 1) is Admission.SILENCE


def test_one_persons_flood_is_nobody_elses() -> None:
    limiter = Limiter()
    for _ in range(100):
        limiter.admit(1, 0)
    assert limiter.admit(2, 0) is Admission.ANSWER


def test_those_who_rest_are_forgotten_when_there_are_many() -> None:
    limiter = Limiter()
    for person in range(MOST_PEOPLE):
        limiter.admit(person, 0)
    limiter.admit(-1, 2 * PEACE_S)
    assert len(limiter._buckets) == 1

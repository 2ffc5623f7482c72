"""What people told of one picture, put together."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from henbot.domain.labelling import Draft, Step
from henbot.domain.observations import HenId, Posture
from henbot.services.agreement import Word, agreed

ANN, BORIS, CARL = 1, 2, 3
NOON = datetime(2024, 5, 5, 12, tzinfo=UTC)


def said(*answers: tuple[int, dict[str, str]], settles: Sequence[int] = ()) -> list[Word]:
    """Words of some answers, one after the other; `settles`: places of those that end a dispute."""
    return [
        Word(field, value, by, NOON + timedelta(minutes=place), place, place in settles)
        for place, (by, told) in enumerate(answers)
        for field, value in told.items()
    ]


def test_a_persons_newest_word_says_all_of_who_is_there_anew() -> None:
    two = {"hens": "2", "hen": "olive", "hen2": "ginger"}
    found = agreed(said((ANN, two), (ANN, {"hens": "1", "hen": "olive"})))
    assert (found.told, found.disputed) == ({"hens": "1", "hen": "olive"}, frozenset())


def test_eggs_that_were_counted_stay_when_only_the_hen_is_told_anew() -> None:
    found = agreed(said((ANN, {"hens": "0", "eggs": "2"}), (BORIS, {"hens": "0"})))
    assert (found.told, found.disputed) == ({"hens": "0", "eggs": "2"}, frozenset())


def test_who_sees_nobody_contradicts_who_names_a_hen() -> None:
    found = agreed(said((ANN, {"hen": "olive"}), (BORIS, {"hens": "0"})))
    assert found.disputed == {"hens", "hen"}
    assert found.by_person == {ANN: {"hen": "olive"}, BORIS: {"hens": "0"}}


def test_what_settles_a_dispute_counts_alone_until_somebody_contradicts_it() -> None:
    words = [(ANN, {"hens": "1", "hen": "olive"}), (BORIS, {"hens": "1", "hen": "ginger"})]
    settled = agreed(said(*words, (CARL, {"hens": "1", "hen": "ginger"}), settles=[2]))
    assert (settled.told["hen"], settled.disputed) == ("ginger", frozenset())
    assert agreed(said(*words, words[1], words[0], settles=[2])).disputed == {"hen"}


@given(st.lists(st.sampled_from(["olive", "ginger", "nobody"]), max_size=6), st.integers(1, 3))
def test_one_person_never_disagrees_with_themselves(answers: list[str], by: int) -> None:
    told = [{"hens": "0"} if one == "nobody" else {"hens": "1", "hen": one} for one in answers]
    found = agreed(said(*((by, one) for one in told)))
    assert not found.disputed
    assert found.told == (told[-1] if told else {})


MOVES = st.sampled_from(["nobody", "two", "a", "b", "sitting", "standing", "pass", "more", "eggs", "back"])


@given(st.lists(MOVES, max_size=12))
def test_whatever_is_pressed_what_is_told_fits_together(moves: list[str]) -> None:
    draft = Draft()
    for move in moves:
        draft = _moved(draft, move)
    told = draft.values
    assert not (told.get("hens") == "0" and told.keys() & {"hen", "hen2", "posture", "posture2"})
    assert not (told.get("hens") == "1" and told.keys() & {"hen2", "posture2"})
    assert "hen2" not in told or told["hen2"] != told.get("hen")


def _moved(draft: Draft, move: str) -> Draft:
    """As the buttons that are shown allow."""
    step, is_first = draft.step, draft.step is Step.WHO and "hens" not in draft.told
    if move in ("nobody", "two"):
        fresh = draft.with_nobody() if move == "nobody" else draft.with_two()
        return fresh if is_first else draft
    if move in ("a", "b"):
        fits = step in (Step.WHO, Step.SECOND) and draft.told.get("hen") != move
        return draft.with_hen(HenId(move)) if fits else draft
    if move in ("sitting", "standing"):
        return draft.with_posture(Posture(move)) if step in (Step.POSTURE, Step.SECOND_POSTURE) else draft
    if move in ("more", "eggs"):
        return (draft.counting(1) if move == "more" else draft.with_eggs()) if step is Step.EGGS else draft
    return draft.passed() if move == "pass" else draft.begun_again()

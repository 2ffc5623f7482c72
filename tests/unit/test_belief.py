"""What is believed of a nest: steadier than single looks, at any frame rate, and the same after a restart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from henbot.domain.belief import MOTION_RULES, POSTURES, RULES, BeliefRules, NestBelief, believe
from henbot.domain.observations import UNKNOWN, Bird, CameraId, NestId, Observation, Posture, Quality
from henbot.domain.watch import NestWatch, WatchState

NINE = datetime(2016, 10, 3, 9, tzinfo=UTC)
SITTING, STANDING, PARTIAL = POSTURES


def look(seconds: float, hen: float, sitting: float = 0.8, quality: Quality = Quality.OK) -> Observation:
    """A look that gives one hen probability `hen` and her sitting `sitting`."""
    postures = {SITTING: sitting, STANDING: (1 - sitting) * 0.7, PARTIAL: (1 - sitting) * 0.3}
    birds = (Bird({UNKNOWN: 1.0}, postures), Bird({UNKNOWN: 1.0}))
    counts = (1 - hen, hen * 0.98, hen * 0.02)
    at = NINE + timedelta(seconds=seconds)
    return Observation(CameraId("cam"), NestId("nest"), at, counts, birds, quality=quality)


def after(*looks: Observation, rules: BeliefRules = RULES) -> list[Observation]:
    belief = NestBelief()
    found = []
    for one in looks:
        belief, seen = believe(belief, one, rules)
        found.append(seen)
    return found


def test_one_doubtful_look_between_sure_ones_does_not_make_her_go() -> None:
    seen = after(*(look(60 * n, hen) for n, hen in enumerate((0.99, 0.98, 0.35, 0.99))))
    assert [one.hens for one in seen] == [1, 1, 1, 1]


def test_one_doubtful_look_between_sure_ones_brings_nobody() -> None:
    seen = after(*(look(60 * n, hen) for n, hen in enumerate((0.01, 0.02, 0.65, 0.01))))
    assert [one.hens for one in seen] == [0, 0, 0, 0]


def test_a_sure_look_is_believed_at_once() -> None:
    seen = after(*(look(60 * n, hen) for n, hen in enumerate((0.01, 0.02, 0.97, 0.02))))
    assert [one.hens for one in seen] == [0, 0, 1, 0]


def test_a_hen_who_sat_is_not_said_to_stand_for_one_doubtful_look() -> None:
    seen = after(*(look(30 * n, 0.99, sitting) for n, sitting in enumerate((0.8, 0.9, 0.9, 0.4, 0.9))))
    assert [one.birds[0].posture for one in seen] == [SITTING] * 5


def test_a_hen_who_stands_up_is_soon_said_to() -> None:
    seen = after(*(look(30 * n, 0.99, sitting) for n, sitting in enumerate((0.9, 0.9, 0.1, 0.1))))
    assert seen[-1].birds[0].posture is Posture.STANDING


@pytest.mark.parametrize("every_s", [1 / 30, 1, 10, 60])
def test_an_arrival_is_believed_within_a_minute_at_any_frame_rate(every_s: float) -> None:
    count = int(120 / every_s)
    looks = [look(n * every_s, 0.97 if n * every_s >= 60 else 0.03) for n in range(count + 1)]
    first = next(one.at for one in after(*looks) if one.hens)
    assert timedelta(seconds=60) <= first - NINE <= timedelta(seconds=90)


def test_thirty_doubtful_looks_in_a_second_weigh_no_more_than_one() -> None:
    calm = [look(n, 0.02) for n in range(0, 60, 10)]
    assert not any(one.hens for one in after(*calm, *(look(60 + n / 30, 0.7) for n in range(30))))


def test_a_covered_lens_changes_nobody() -> None:
    covered = [look(60 + 10 * n, 0.01, quality=Quality.COVERED) for n in range(4)]
    assert [one.hens for one in after(look(0, 0.99), look(30, 0.99), *covered)] == [1] * 6


def test_there_are_as_many_birds_as_hens() -> None:
    for one in after(look(0, 0.01), look(60, 0.99), look(120, 0.02)):
        assert len(one.birds) == one.hens


def test_a_late_look_changes_no_belief() -> None:
    belief, _ = believe(NestBelief(), look(60, 0.99))
    assert believe(belief, look(30, 0.01))[0] == belief


def test_after_the_clock_was_set_back_belief_starts_afresh() -> None:
    belief, _ = believe(NestBelief(), look(3600, 0.99))
    again, seen = believe(belief, look(0, 0.01))
    assert again.at == NINE
    assert seen.hens == 0


@given(
    st.lists(
        st.tuples(
            st.floats(0.01, 90_000), st.floats(0, 1), st.floats(0, 1), st.sampled_from([Quality.OK, Quality.COVERED])
        ),
        max_size=12,
    )
)
def test_beliefs_are_probabilities_and_survive_being_stored(steps: list[tuple[float, float, float, Quality]]) -> None:
    stored = TypeAdapter(WatchState)
    watch, seconds = NestWatch(NestId("nest")), 0.0
    for pause, hen, sitting, quality in steps:
        seconds += pause
        restored = NestWatch(NestId("nest"), state=stored.validate_json(stored.dump_json(watch.state)))
        seen, again = (each.believed(look(seconds, hen, sitting, quality)) for each in (watch, restored))
        assert seen == again
        assert watch.state == restored.state
        assert sum(seen.hens_probabilities) == pytest.approx(1)
        assert min(seen.hens_probabilities) >= 0


def test_a_state_that_was_stored_before_there_were_beliefs_is_read() -> None:
    stored = TypeAdapter(WatchState)
    old = stored.dump_python(replace(WatchState(), serial=3), mode="json")
    del old["belief"]
    assert stored.validate_python(old) == WatchState(serial=3)


def test_a_covered_lens_is_silence_to_the_watch() -> None:
    watch = NestWatch(NestId("nest"))
    for n in range(4):
        watch.observe(replace(look(10 * n, 0.99), quality=Quality.OK))
    events = [
        event.kind for n in range(30) for event in watch.observe(look(40 + 10 * n, 0.01, quality=Quality.COVERED))
    ]
    assert events == ["hen_left", "nest_unseen"]
    assert watch.state.last_at == NINE + timedelta(seconds=30)


def test_the_silence_of_a_camera_that_motion_triggers_is_stillness() -> None:
    looks = [look(0, 0.99), look(30, 0.99), look(20 * 60, 0.45)]
    assert after(*looks, rules=MOTION_RULES)[-1].hens == 1
    assert after(*looks, rules=RULES)[-1].hens == 0

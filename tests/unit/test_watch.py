"""NestWatch: each bullet of its contract, on made-up looks and on the labels of real days."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from henbot.domain.events import Event, HenArrived, HenLeft, HenSettled, NestUnseen
from henbot.domain.observations import NestId, Observation
from henbot.domain.tracks import WatchRules
from henbot.domain.visits import Visit
from henbot.domain.watch import NestWatch
from tests.builders import NEST, at, bird, look

MOTION = WatchRules(motion=True, leave_after=timedelta(seconds=30), trust_gap=timedelta(minutes=45))
CONTINUOUS = WatchRules()
HALF_HOURLY = WatchRules(trust_gap=timedelta(minutes=35))


def story(rules: WatchRules, *looks: Observation, until: datetime | None = None) -> tuple[list[Event], list[Visit]]:
    """All events and the final form of all visits after these looks."""
    watch = NestWatch(looks[0].nest, rules)
    events: list[Event] = []
    visits: dict[str, Visit] = {}
    for one in looks:
        events += watch.observe(one)
        visits.update(watch.touched)
    if until:
        events += watch.advance(until)
        visits.update(watch.touched)
    return events, list(visits.values())


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


def test_a_hen_that_comes_and_goes_makes_one_visit_from_first_to_last_sighting():
    looks = [look(at(0)), look(at(10), bird("ginger")), look(at(100), bird("ginger")), look(at(110)), look(at(175))]
    events, (visit,) = story(CONTINUOUS, *looks)
    assert kinds(events) == [HenArrived, HenLeft]
    assert (visit.arrived_at, visit.left_at, visit.hen) == (at(10), at(100), "ginger")


def test_a_miss_shorter_than_the_leave_time_does_not_end_a_visit():
    looks = [look(at(s), bird("ginger")) for s in (0, 5, 10)] + [look(at(15)), look(at(60))]
    events, (visit,) = story(CONTINUOUS, *looks, look(at(70), bird("ginger")))
    assert kinds(events) == [HenArrived]
    assert visit.left_at is None
    assert visit.last_seen_at == at(70)


def test_on_a_motion_triggered_camera_one_empty_frame_and_thirty_seconds_end_a_visit():
    looks = [look(at(0), bird("ginger")), look(at(60), bird("ginger")), look(at(70))]
    events, (visit,) = story(MOTION, *looks, until=at(100))
    assert kinds(events) == [HenArrived, HenLeft]
    assert visit.left_at == at(60)


def test_silence_up_to_the_trust_gap_is_stillness_on_a_motion_triggered_camera():
    events, (visit,) = story(MOTION, look(at(0), bird("ginger")), look(at(minutes=45), bird("ginger")))
    assert kinds(events) == [HenArrived, HenSettled]
    assert visit.duration == timedelta(minutes=45)


def test_silence_beyond_the_trust_gap_ends_a_visit_at_its_last_sighting():
    events, (first, second) = story(MOTION, look(at(0), bird("ginger")), look(at(minutes=46), bird("ginger")))
    assert kinds(events) == [HenArrived, HenLeft, NestUnseen, HenArrived]
    assert first.left_at == at(0)
    assert second.arrived_at == at(minutes=46)


def test_a_continuous_camera_that_falls_silent_leaves_the_nest_unseen_at_the_deadline():
    watch = NestWatch(NEST, CONTINUOUS)
    watch.observe(look(at(0)))
    deadline = watch.deadline
    assert deadline is not None
    assert watch.advance(deadline - timedelta(milliseconds=1)) == []
    assert watch.advance(deadline) == [NestUnseen(NEST, at(0))]
    assert watch.deadline is None


def test_she_has_settled_when_she_has_been_sitting_for_a_while_and_since_she_sat_down():
    looks = [look(at(0), bird("ginger"))]
    looks += [look(at(s), bird("ginger", "sitting")) for s in range(30, 400, 30)]
    events, (visit,) = story(CONTINUOUS, *looks)
    assert events[1] == HenSettled(NEST, at(30), visit.id)
    assert visit.settled_at == at(30)
    assert visit.sat == timedelta(seconds=360)


def test_stillness_on_a_motion_triggered_camera_lets_her_settle_without_another_frame():
    watch = NestWatch(NEST, MOTION)
    watch.observe(look(at(0), bird("ginger", "sitting")))
    assert watch.deadline == at(minutes=5)
    assert kinds(watch.advance(at(minutes=5))) == [HenSettled]


def test_long_stillness_before_a_motion_triggered_camera_says_that_she_had_settled_whatever_she_looked_like() -> None:
    looks = [look(at(0), bird("ginger")), look(at(minutes=2), bird("ginger")), look(at(minutes=22), bird("ginger"))]
    events, (visit,) = story(MOTION, *looks)
    assert events[1:] == [HenSettled(NEST, at(minutes=2), visit.id)]
    assert visit.settled_at == at(minutes=2)
    assert HenSettled not in kinds(story(replace(MOTION, motion=False), *looks)[0])


def test_a_visitor_who_only_stands_does_not_settle():
    looks = [look(at(s), bird("ginger")) for s in range(0, 1200, 20)]
    events, _ = story(CONTINUOUS, *looks)
    assert HenSettled not in kinds(events)


def test_a_glance_at_another_name_does_not_end_a_visit():
    looks = [look(at(s), bird("ginger")) for s in range(0, 60, 5)]
    looks += [look(at(60), bird("olive")), look(at(65), bird("olive"))]
    looks += [look(at(s), bird("ginger")) for s in range(70, 120, 5)]
    events, (visit,) = story(CONTINUOUS, *looks)
    assert kinds(events) == [HenArrived]
    assert visit.hen == "ginger"


def test_a_sustained_change_of_identity_ends_one_visit_and_opens_another():
    looks = [look(at(s), bird("ginger")) for s in range(0, 60, 5)]
    looks += [look(at(s), bird("olive")) for s in range(60, 120, 5)]
    events, (ginger, olive) = story(CONTINUOUS, *looks)
    assert kinds(events) == [HenArrived, HenLeft, HenArrived]
    assert (ginger.hen, ginger.left_at) == ("ginger", at(55))
    assert (olive.hen, olive.arrived_at, olive.left_at) == ("olive", at(60), None)


def test_two_hens_at_once_are_two_open_visits_each_with_its_own_name():
    looks = [look(at(s), bird("ginger")) for s in range(0, 30, 5)]
    looks += [look(at(s), bird("ginger"), bird("olive")) for s in range(30, 90, 5)]
    looks += [look(at(s), bird("olive")) for s in range(90, 200, 5)]
    events, (ginger, olive) = story(CONTINUOUS, *looks)
    assert kinds(events) == [HenArrived, HenArrived, HenLeft]
    assert (ginger.hen, ginger.left_at) == ("ginger", at(85))
    assert (olive.hen, olive.arrived_at, olive.left_at) == ("olive", at(30), None)


def test_a_second_hen_in_a_single_look_is_not_believed():
    looks = [look(at(0), bird("ginger")), look(at(60), bird("ginger"), bird()), look(at(120), bird("ginger"))]
    events, _ = story(MOTION, *looks, until=at(minutes=10))
    assert kinds(events) == [HenArrived]


def test_a_light_jump_that_shows_a_hen_for_one_fast_frame_invents_no_visit():
    looks = [look(at(s / 30)) for s in range(60)] + [look(at(2), bird())] + [look(at(2 + s / 30)) for s in range(1, 60)]
    events, visits = story(CONTINUOUS, *looks)
    assert events == []
    assert visits == []


def test_duplicate_and_late_frames_change_nothing():
    looks = [look(at(0), bird("ginger")), look(at(10), bird("ginger"))]
    watch = NestWatch(NEST, CONTINUOUS)
    for one in looks:
        watch.observe(one)
    before = watch.state
    assert watch.observe(looks[1]) == []
    assert watch.observe(look(at(5))) == []
    assert watch.state == before


def test_a_clock_set_back_is_believed_when_it_runs_on():
    watch = NestWatch(NEST, CONTINUOUS)
    watch.observe(look(at(minutes=120), bird("ginger")))
    events = [event for s in range(0, 90, 10) for event in watch.observe(look(at(s), bird("ginger")))]
    assert kinds(events) == [HenLeft, NestUnseen, HenArrived]
    assert watch.state.last_at == at(80)


def test_a_clock_set_back_while_nothing_was_seen_is_not_told_as_another_silence() -> None:
    watch = NestWatch(NEST, CONTINUOUS)
    watch.observe(look(at(minutes=120)))
    events = watch.advance(at(minutes=180))
    events += [event for s in range(0, 90, 10) for event in watch.observe(look(at(s)))]
    assert events == [NestUnseen(NEST, at(minutes=120))]


def test_a_hen_does_not_settle_by_another_hens_sitting_down() -> None:
    looks = [look(at(s), bird("ginger")) for s in (0, 30)]
    looks += [look(at(s), bird("olive", "sitting")) for s in (60, 400, 420)]
    events, (ginger, olive) = story(MOTION, *looks)
    assert kinds(events) == [HenArrived, HenLeft, HenArrived, HenSettled]
    assert (ginger.left_at, ginger.settled_at, ginger.sat) == (at(30), None, timedelta())
    assert (olive.arrived_at, olive.settled_at) == (at(60), at(60))


def test_a_hen_who_follows_another_sits_from_when_she_sat_down() -> None:
    looks = [look(at(s), bird("ginger")) for s in (0, 30)] + [look(at(60), bird("olive"))]
    looks += [look(at(s), bird("olive", "sitting")) for s in (80, 100, 120, 390)]
    events, (_, olive) = story(MOTION, *looks)
    assert kinds(events) == [HenArrived, HenLeft, HenArrived, HenSettled]
    assert olive.settled_at == at(80)


def test_a_look_that_half_resembles_another_hen_does_not_keep_her_from_settling() -> None:
    looks = [look(at(0), bird("ginger")), look(at(60), bird("olive", "sitting", sure=0.65))]
    events, (visit,) = story(MOTION, *looks, until=at(minutes=10))
    assert kinds(events) == [HenArrived, HenSettled]
    assert (visit.settled_at, visit.last_seen_at) == (at(60), at(60))


def test_two_birds_that_look_exactly_alike_are_two_hens_all_the_same() -> None:
    stranger = bird()
    events, visits = story(CONTINUOUS, *[look(at(s), stranger, stranger) for s in range(0, 200, 20)])
    assert kinds(events) == [HenArrived, HenArrived]
    assert [visit.last_seen_at for visit in visits] == [at(180), at(180)]


def test_a_model_swap_in_mid_visit_does_not_end_it():
    old = [look(at(s), bird("unknown")) for s in range(0, 60, 5)]
    new = [replace(look(at(s), bird("ginger")), model="newer") for s in range(60, 300, 5)]
    events, (visit,) = story(CONTINUOUS, *old, *new)
    assert kinds(events) == [HenArrived]
    assert (visit.hen, visit.model) == ("ginger", "newer")


def test_the_same_visit_comes_out_at_any_frame_rate():
    def watched(every_s: float) -> Visit:
        moments = [n * every_s for n in range(int(600 / every_s) + 1)]
        looks = [look(at(s), *([bird("ginger", "sitting")] if 60 <= s <= 480 else [])) for s in moments]
        _, (visit,) = story(CONTINUOUS, *looks)
        return visit

    visits = [watched(every_s) for every_s in (0.1, 1, 10, 30, 60)]
    assert {(visit.arrived_at, visit.left_at, visit.settled_at, visit.hen) for visit in visits} == {
        (at(60), at(480), at(60), "ginger")
    }


def labelled(folder: Path, nest: str, day: str, start: str, end: str) -> list[Observation]:
    """Looks that say what a person saw, from a dataset's labels."""
    with (folder / "labels.csv").open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["nest"] == nest]
    return [
        look(
            datetime.fromisoformat(row["captured_at"]).astimezone(UTC),
            *([bird(row["hen"], row["posture"])] if row["hens"] != "0" else []),
            nest=nest,
        )
        for row in rows
        if f"{day}T{start}" <= row["captured_at"] <= f"{day}T{end}"
    ]


def test_third_october_she_leaves_comes_back_and_is_not_thought_to_sit_through_hours_without_frames(
    shared_data: Path,
) -> None:
    looks = labelled(shared_data / "chickencam", "nest", "2016-10-03", "10:42:00", "15:36:00")
    _, visits = story(MOTION, *looks)
    spans = [(f"{visit.arrived_at:%H:%M:%S}", f"{visit.last_seen_at:%H:%M:%S}") for visit in visits]
    assert spans == [("10:42:07", "10:42:07"), ("11:03:17", "11:53:41"), ("15:35:56", "15:35:56")]


def test_nineteenth_june_hens_that_follow_each_other_unseen_make_a_visit_each(shared_data: Path) -> None:
    looks = labelled(shared_data / "chookegg", "right", "2016-06-19", "08:30:00", "12:30:00")
    _, visits = story(HALF_HOURLY, *looks)
    assert [(visit.hen, f"{visit.arrived_at:%H:%M}", f"{visit.last_seen_at:%H:%M}") for visit in visits] == [
        ("cocoa", "09:00", "09:30"),
        ("snow", "10:00", "10:00"),
        ("rusty", "10:30", "11:00"),
    ]
    assert all(visit.left_at for visit in visits)
    assert visits[0].nest == NestId("right")

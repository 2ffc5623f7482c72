"""NestWatch: what holds whatever comes in."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from henbot.domain.events import Event, HenArrived, HenLeft, HenSettled, NestUnseen, VisitEvent
from henbot.domain.observations import UNKNOWN, Bird, CameraId, HenId, ModelId, Observation, Posture, VisitId
from henbot.domain.tracks import WatchRules
from henbot.domain.visits import Visit
from henbot.domain.watch import MOST_HENS, NestWatch, WatchState
from tests.builders import NEST, NINE

ALL_RULES = {
    "motion-triggered": WatchRules(
        motion=True, leave_after=timedelta(seconds=30), trust_gap=timedelta(minutes=45), name=0.7
    ),
    "continuous": WatchRules(),
    "a picture every half hour": WatchRules(trust_gap=timedelta(minutes=35)),
    "hasty": WatchRules(
        motion=True,
        leave_after=timedelta(minutes=3),
        trust_gap=timedelta(minutes=4),
        settle_after=timedelta(seconds=20),
        still_after=timedelta(seconds=30),
        second_after=timedelta(minutes=1),
    ),
}
HENS = [HenId("ginger"), HenId("olive"), UNKNOWN]
STATES = TypeAdapter(WatchState)

quiet = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
any_rules = st.sampled_from(sorted(ALL_RULES)).map(ALL_RULES.__getitem__)

TELLING_GAPS_S = (0, 1, 5, 19, 20, 30, 31, 60, 61, 119, 120, 121, 300, 301, 600, 2100, 2700, 2701, 7200)
gaps_s = st.one_of(
    st.sampled_from(TELLING_GAPS_S),
    st.sampled_from(TELLING_GAPS_S[1:14]),
    st.floats(0, 400),
    st.sampled_from((-1, -30, -301, -340, -4000)),
)
Look = tuple[tuple[float, ...], tuple[Bird, ...], str]
"""Probabilities of the counts, birds, and the model."""


def distribution(weights: Iterable[float]) -> tuple[float, ...]:
    """These weights as probabilities."""
    listed = list(weights)
    return tuple(weight / sum(listed) for weight in listed)


def peaked(size: int, *peaks: float) -> st.SearchStrategy[tuple[float, ...]]:
    """Distributions with one probable outcome, as much more probable than each other one as a peak says."""
    return st.builds(
        lambda sure, peak: distribution(peak if n == sure else 1.0 for n in range(size)),
        st.integers(0, size - 1),
        st.sampled_from(peaks),
    )


vague = st.lists(st.integers(1, 10), min_size=3, max_size=3).map(distribution)
certain = st.integers(0, 2).map(lambda sure: tuple(float(n == sure) for n in range(3)))
names = st.one_of(peaked(3, 20.0, 6.0), peaked(3, 20.0), vague, certain, st.just(()))
postures = st.one_of(peaked(3, 5.0), peaked(3, 2.0), st.just(()))
birds = st.builds(
    lambda hens, poses: Bird(
        dict(zip(HENS, hens, strict=False)),
        dict(zip((Posture.SITTING, Posture.STANDING, Posture.PARTIAL), poses, strict=False)),
    ),
    names,
    postures,
)
counts = st.one_of(peaked(3, 20.0), peaked(3, 20.0), vague)
two_alike = birds.map(lambda bird: (bird, bird))
looks: st.SearchStrategy[Look] = st.tuples(
    counts, st.one_of(st.lists(birds, max_size=2).map(tuple), two_alike), st.sampled_from(("old", "new"))
)


@dataclass(frozen=True, slots=True)
class Step:
    """Time that goes by, and then a look or none."""

    gap: timedelta
    look: Look | None


def stretched(gap_s: float, look: Look | None, times: int, every_s: float) -> list[Step]:
    """The same look again and again, after a gap."""
    return [Step(timedelta(seconds=gap_s), look)] + [Step(timedelta(seconds=every_s), look)] * (times - 1)


stretches = st.builds(
    stretched,
    gaps_s,
    st.one_of(looks, looks, looks, st.none()),
    st.sampled_from((1, 1, 2, 4, 9)),
    st.sampled_from((5, 20, 45, 400)),
)
steps = st.lists(stretches, max_size=9).map(lambda many: [step for stretch in many for step in stretch])


@dataclass(slots=True)
class Diary:
    """All that a watch has said."""

    watch: NestWatch
    events: list[Event] = field(default_factory=list)
    visits: dict[VisitId, Visit] = field(default_factory=dict)
    snapshots: list[Visit] = field(default_factory=list)

    def note(self, events: list[Event]) -> None:
        self.events += events
        self.visits.update(self.watch.touched)
        self.snapshots += self.watch.touched.values()
        for event in events:
            if isinstance(event, VisitEvent):
                assert event.visit in self.watch.touched, "an event of a visit comes with the visit"

    def observe(self, observation: Observation) -> None:
        self.note(self.watch.observe(observation))

    def advance(self, at: datetime) -> None:
        self.note(self.watch.advance(at))


def moments(story: list[Step]) -> list[tuple[datetime, Observation | None]]:
    """The steps with their times; a late look is followed by looks at the time there was before, or later."""
    timeline: list[tuple[datetime, Observation | None]] = []
    now = NINE
    for step in story:
        now += step.gap
        timeline.append((now, observation(now, step.look) if step.look else None))
    return timeline


def observation(at: datetime, look: Look) -> Observation:
    probabilities, seen, model = look
    return Observation(CameraId("cam"), NEST, at, probabilities, seen, model=ModelId(model))


def told(rules: WatchRules, story: list[Step]) -> Diary:
    diary = Diary(NestWatch(NEST, rules))
    for at, seen in moments(story):
        if seen:
            diary.observe(seen)
        else:
            diary.advance(at)
    return diary


def events_of(diary: Diary, visit: VisitId) -> list[VisitEvent]:
    return [event for event in diary.events if isinstance(event, VisitEvent) and event.visit == visit]


@quiet
@given(rules=any_rules, story=steps)
def test_arrived_and_left_alternate_for_every_visit_and_she_settles_at_most_once_between(
    rules: WatchRules, story: list[Step]
) -> None:
    diary = told(rules, story)
    for visit in diary.visits.values():
        kinds = [type(event) for event in events_of(diary, visit.id)]
        assert kinds[0] is HenArrived
        assert kinds.count(HenArrived) == 1
        assert kinds.count(HenSettled) == (visit.settled_at is not None)
        assert kinds.count(HenLeft) == (visit.left_at is not None)
        assert HenLeft not in kinds[:-1]
    assert {event.visit for event in diary.events if isinstance(event, VisitEvent)} == set(diary.visits)


@quiet
@given(rules=any_rules, story=steps)
def test_events_bear_the_times_that_the_visit_bears(rules: WatchRules, story: list[Step]) -> None:
    diary = told(rules, story)
    for visit in diary.visits.values():
        at = {type(event): event.at for event in events_of(diary, visit.id)}
        assert at[HenArrived] == visit.arrived_at
        assert at.get(HenSettled) == visit.settled_at
        assert at.get(HenLeft) == visit.left_at


@quiet
@given(rules=any_rules, story=steps)
def test_a_visit_goes_forward_in_time_whenever_it_is_told(rules: WatchRules, story: list[Step]) -> None:
    diary = told(rules, story)
    for visit in [*diary.snapshots, *diary.watch.open_visits]:
        assert visit.arrived_at <= visit.last_seen_at
        assert visit.left_at in (None, visit.last_seen_at)
        assert visit.settled_at is None or visit.arrived_at <= visit.settled_at <= visit.last_seen_at
        assert timedelta() <= visit.sat <= visit.duration
        assert visit.sightings >= 1
        assert sum(visit.candidates.values()) == pytest.approx(1)
        assert visit.hen == UNKNOWN or visit.candidates[visit.hen] >= rules.name


@quiet
@given(rules=any_rules, story=steps)
def test_at_most_two_visits_are_open_in_a_nest_and_they_are_those_that_were_told(
    rules: WatchRules, story: list[Step]
) -> None:
    diary = Diary(NestWatch(NEST, rules))
    for at, seen in moments(story):
        if seen:
            diary.observe(seen)
        else:
            diary.advance(at)
        still_in = {visit.id for visit in diary.visits.values() if visit.left_at is None}
        assert {visit.id for visit in diary.watch.open_visits} == still_in
        assert len(still_in) <= MOST_HENS
        assert len(diary.watch.state.tracks) <= MOST_HENS


@quiet
@given(rules=any_rules, story=steps, later=st.floats(0, 10_000))
def test_no_deadline_is_left_behind_when_time_has_passed(rules: WatchRules, story: list[Step], later: float) -> None:
    diary = told(rules, story)
    at = (diary.watch.state.last_at or NINE) + timedelta(seconds=later)
    diary.advance(at)
    assert diary.watch.deadline is None or diary.watch.deadline > at
    assert diary.watch.advance(at) == []
    diary.advance(at + timedelta(days=1))
    assert diary.watch.deadline is None
    assert diary.watch.open_visits == []


@quiet
@given(rules=any_rules, story=steps)
def test_the_same_silence_is_told_once(rules: WatchRules, story: list[Step]) -> None:
    story = [Step(abs(step.gap), step.look) for step in story]
    unseen = [event for event in told(rules, story).events if isinstance(event, NestUnseen)]
    assert len(set(unseen)) == len(unseen)


@quiet
@given(rules=any_rules, story=steps, again=st.lists(st.integers(1, 3), min_size=81, max_size=81))
def test_looks_that_come_twice_change_nothing(rules: WatchRules, story: list[Step], again: list[int]) -> None:
    once, twice = Diary(NestWatch(NEST, rules)), Diary(NestWatch(NEST, rules))
    for (at, seen), times in zip(moments(story), again, strict=False):
        if seen is None:
            once.advance(at)
            twice.advance(at)
            continue
        once.observe(seen)
        for _ in range(times):
            twice.observe(seen)
    assert twice.events == once.events
    assert twice.visits == once.visits
    assert twice.watch.state == once.watch.state


@quiet
@given(rules=any_rules, story=steps, back_s=st.floats(0, 299))
def test_a_late_look_changes_nothing(rules: WatchRules, story: list[Step], back_s: float) -> None:
    diary = told(rules, story)
    before = diary.watch.state
    if before.last_at is None:
        return
    late = observation(before.last_at - timedelta(seconds=back_s), ((0, 1, 0), (Bird(),), "late"))
    assert diary.watch.observe(late) == []
    assert diary.watch.touched == {}
    assert diary.watch.state == before


@quiet
@given(rules=any_rules, story=steps)
def test_observing_alone_tells_what_keeping_each_deadline_tells(rules: WatchRules, story: list[Step]) -> None:
    punctual = Diary(NestWatch(NEST, rules))
    for at, seen in moments(story):
        newest = punctual.watch.state.last_at
        if seen is None or newest is None or at > newest:
            while (deadline := punctual.watch.deadline) is not None and deadline <= at:
                punctual.advance(deadline)
        if seen:
            punctual.observe(seen)
    casual = told(rules, story)
    assert casual.events == punctual.events
    assert casual.visits == punctual.visits
    assert casual.watch.state == punctual.watch.state


@quiet
@given(rules=any_rules, story=steps, waits_s=st.lists(st.floats(0, 2000), max_size=12))
def test_time_passes_alike_in_one_step_and_in_many(rules: WatchRules, story: list[Step], waits_s: list[float]) -> None:
    whole, parts = told(rules, story), told(rules, story)
    start = whole.watch.state.last_at or NINE
    for wait_s in sorted(waits_s):
        parts.advance(start + timedelta(seconds=wait_s))
    whole.advance(start + timedelta(seconds=max(waits_s, default=0)))
    assert parts.events == whole.events
    assert parts.visits == whole.visits
    assert parts.watch.state == whole.watch.state


@quiet
@given(rules=any_rules, story=steps, kept=st.lists(st.booleans(), min_size=81, max_size=81))
def test_a_watch_that_is_stored_and_restored_goes_on_as_if_nothing_had_been(
    rules: WatchRules, story: list[Step], kept: list[bool]
) -> None:
    diary = Diary(NestWatch(NEST, rules))
    for (at, seen), is_restarted in zip(moments(story), kept, strict=False):
        if seen:
            diary.observe(seen)
        else:
            diary.advance(at)
        if is_restarted:
            stored = json.dumps(STATES.dump_python(diary.watch.state, mode="json"))
            restored = STATES.validate_python(json.loads(stored), strict=False)
            assert restored == diary.watch.state
            diary.watch = NestWatch(NEST, rules, restored)
    undisturbed = told(rules, story)
    assert diary.events == undisturbed.events
    assert diary.visits == undisturbed.visits
    assert diary.watch.state == undisturbed.watch.state


@quiet
@given(rules=any_rules, story=steps)
def test_visits_of_a_clock_that_only_goes_forward_overlap_by_two_at_most(rules: WatchRules, story: list[Step]) -> None:
    forward = [Step(abs(step.gap), step.look) for step in story]
    visits = list(told(rules, forward).visits.values())
    for three in combinations(visits, 3):
        assert max(one.arrived_at for one in three) >= min(one.last_seen_at for one in three)
    assert len({visit.id for visit in visits}) == len(visits)

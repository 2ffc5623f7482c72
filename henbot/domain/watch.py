"""NestWatch: what the observations of one nest add up to."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from henbot.domain.belief import MOTION_RULES, RULES, NestBelief, believe
from henbot.domain.events import Event, HenArrived, HenLeft, HenSettled, NestUnseen
from henbot.domain.observations import Bird, NestId, Observation, Quality, VisitId
from henbot.domain.tracks import Track, WatchRules
from henbot.domain.visits import Visit

MOST_HENS = 2
"""Open visits in one nest at a time."""

TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class WatchState:
    """All that a `NestWatch` remembers: a value, stored and restored.

    Attributes:
        last_at: time of the newest observation.
        unseen: the camera has been silent for longer than is trusted.
        serial: number of the newest visit, for the next one's id.
        stepped: first and last observation that were much older than `last_at`.
        belief: what is believed of the nest's hens, by which observations are filtered before they come here.
    """

    last_at: datetime | None = None
    tracks: tuple[Track, ...] = ()
    unseen: bool = False
    serial: int = 0
    stepped: tuple[datetime, datetime] | None = None
    belief: NestBelief = field(default_factory=NestBelief)


@dataclass(slots=True)
class NestWatch:
    """Turns the observations of one nest into visits and events.

    `observe` takes the next observation, `advance` lets time pass without one; both return what happened. Visits that
    the last call changed stand in `touched` until the next call.
    """

    nest: NestId
    rules: WatchRules = field(default_factory=WatchRules)
    state: WatchState = field(default_factory=WatchState)
    touched: dict[VisitId, Visit] = field(default_factory=dict)

    @property
    def open_visits(self) -> list[Visit]:
        """Visits that are going on, the oldest first."""
        return [self._visit(track) for track in self.state.tracks if track.confirmed]

    @property
    def deadline(self) -> datetime | None:
        """When silence itself will mean something; None while it can mean nothing new."""
        moments = [moment for track in self.state.tracks for moment in self._track_deadlines(track)]
        if self.state.last_at and not self.state.unseen:
            moments.append(self.state.last_at + self.rules.trust_gap + TICK)
        return min(moments, default=None)

    def observe(self, observation: Observation) -> list[Event]:
        """Take the next observation; one not newer than the last is ignored, of a covered lens it is silence."""
        if observation.nest != self.nest:
            raise ValueError(f"an observation of nest {observation.nest} was given to the watch of nest {self.nest}")
        self.touched = {}
        if observation.quality is Quality.COVERED:
            return self._pass_time(observation.at)
        if self.state.last_at and observation.at <= self.state.last_at:
            return self._on_older(observation)
        events = self._pass_time(observation.at)
        return events + self._take(observation)

    def believed(self, observation: Observation) -> Observation:
        """The observation in the light of those before it, which is what `observe` and everyone else shall be given."""
        belief, believed = believe(self.state.belief, observation, MOTION_RULES if self.rules.motion else RULES)
        self.state = replace(self.state, belief=belief)
        return believed

    def advance(self, at: datetime) -> list[Event]:
        """Let time pass without an observation."""
        self.touched = {}
        return self._pass_time(at)

    def _pass_time(self, at: datetime) -> list[Event]:
        events: list[Event] = []
        while (deadline := self.deadline) is not None and deadline <= at:
            events += self._on_deadline(deadline)
        return events

    def _track_deadlines(self, track: Track) -> list[datetime]:
        if track.missing_since:
            return [track.missing_since + self.rules.leave_after]
        settles_at = track.settles_at(self.rules) if self.rules.motion and track.confirmed else None
        return [settles_at] if settles_at else []

    def _on_deadline(self, deadline: datetime) -> list[Event]:
        last_at = self.state.last_at
        if last_at and not self.state.unseen and deadline > last_at + self.rules.trust_gap:
            return self._on_silence(last_at)
        for track in self.state.tracks:
            if deadline in self._track_deadlines(track):
                return self._end(track) if track.missing_since else self._settle(track)
        raise AssertionError(f"nest {self.nest}: nothing is due at {deadline}")

    def _on_silence(self, since: datetime) -> list[Event]:
        events = self._end_all()
        self.state = replace(self.state, unseen=True)
        return [*events, NestUnseen(self.nest, since)]

    def _on_older(self, observation: Observation) -> list[Event]:
        """A late frame is dropped; a clock that was set back is believed once it has run on for a while."""
        last_at = self.state.last_at
        if last_at is None or last_at - observation.at < self.rules.clock_step:
            return []
        first, newest = self.state.stepped or (observation.at, observation.at)
        if observation.at < newest:
            first = observation.at
        self.state = replace(self.state, stepped=(first, observation.at))
        if observation.at - first < self.rules.clock_step / 5:
            return []
        events = [] if self.state.unseen else self._on_silence(last_at)
        self.state = replace(self.state, last_at=None)
        return events + self._take(observation)

    def _take(self, observation: Observation) -> list[Event]:
        pause = observation.at - self.state.last_at if self.state.last_at and not self.state.unseen else None
        self.state = replace(self.state, last_at=observation.at, unseen=False, stepped=None)
        if 1.0 - observation.occupied >= self.rules.empty:
            return self._on_empty(observation.at)
        if observation.occupied < self.rules.sighting:
            return []
        birds = observation.birds or (Bird(),)
        return self._on_birds(birds[: min(observation.hens, MOST_HENS) or 1], observation, pause)

    def _on_empty(self, at: datetime) -> list[Event]:
        kept = tuple(track.missed(at) for track in self.state.tracks if track.confirmed)
        self.state = replace(self.state, tracks=kept)
        return []

    def _on_birds(self, birds: tuple[Bird, ...], observation: Observation, pause: timedelta | None) -> list[Event]:
        events: list[Event] = []
        seen: list[Track] = []
        pairs, newcomers = self._paired(birds)
        told = {track.visit for track in self.state.tracks if track.settled_at and track.confirmed}
        for track in self.state.tracks:
            bird = pairs.get(track.visit)
            if bird is not None:
                seen.append(track.seen(bird, observation.at, observation.model, self.rules))
            elif track.confirmed:
                seen.append(track.missed(observation.at))
        self.state = replace(self.state, tracks=tuple(seen))
        for bird in newcomers:
            self._open(bird, observation)
        for track in self.state.tracks:
            events += self._judge(track, observation.at, pause)
            if track.visit in self.touched and track.visit not in told:
                events += self._settling(track)
        return events

    def _paired(self, birds: tuple[Bird, ...]) -> tuple[dict[VisitId, Bird], list[Bird]]:
        """Which bird is which visit's, by the likeness of names, and the birds left over."""
        pairs: dict[VisitId, Bird] = {}
        left = list(birds)
        tracks = list(self.state.tracks)
        while left and tracks:
            track, bird = max(
                ((track, bird) for track in tracks for bird in left),
                key=lambda pair: pair[0].likeness(pair[1], self.rules),
            )
            pairs[track.visit] = bird
            tracks.remove(track)
            left.remove(bird)
        return pairs, left[: MOST_HENS - len(pairs)] if not tracks else []

    def _open(self, bird: Bird, observation: Observation) -> None:
        at = observation.at
        track = self._new_track(at).seen(bird, at, observation.model, self.rules)
        self.state = replace(self.state, tracks=(*self.state.tracks, track))

    def _new_track(self, at: datetime) -> Track:
        serial = self.state.serial + 1
        self.state = replace(self.state, serial=serial)
        return Track(VisitId(f"{self.nest}-{at:%Y%m%dT%H%M%S}-{serial}"), at, at)

    def _judge(self, track: Track, at: datetime, pause: timedelta | None) -> list[Event]:
        """What the newest look at the nest says of this track."""
        if track.missing_since:
            return []
        if not track.confirmed:
            if not self._believed(track, at, pause):
                return []
            track = self._keep(replace(track, confirmed=True))
            events: list[Event] = [HenArrived(self.nest, track.arrived_at, track.visit)]
            return events + self._told_if_settled(track)
        if track.swap_is_sure(self.rules):
            return self._swap(track)
        self._touch(track)
        return self._told_if_settled(track)

    def _believed(self, track: Track, at: datetime, pause: timedelta | None) -> bool:
        alone = self.state.tracks[0].visit == track.visit
        if alone and self.rules.motion:
            return True
        wait = self.rules.arrive_after if alone else self.rules.second_after
        first_look = track.sightings == 1 and not self.rules.motion
        return at - track.arrived_at >= wait or (first_look and (pause is None or pause >= wait))

    def _told_if_settled(self, track: Track) -> list[Event]:
        """Her settling, if the last call's sighting brought it about and it was not told before."""
        due = track.settles_at(self.rules)
        newest = track.rival.last_at if track.rival else track.last_seen_at
        return self._settle(track) if due and newest >= due else []

    def _settle(self, track: Track) -> list[Event]:
        return self._settling(self._keep(track.settled()))

    def _settling(self, track: Track) -> list[Event]:
        return [HenSettled(self.nest, track.settled_at, track.visit)] if track.settled_at else []

    def _swap(self, track: Track) -> list[Event]:
        mine, rival = track.ended_by_swap()
        events = self._end(mine)
        sat_since = track.sitting_since if not track.standing_since else None
        follower = replace(
            self._new_track(rival.first_at),
            last_seen_at=rival.last_at,
            confirmed=True,
            evidence=rival.evidence,
            sightings=rival.sightings,
            sitting_since=max(sat_since, rival.first_at) if sat_since else None,
            model=track.model,
        )
        self.state = replace(self.state, tracks=(*self.state.tracks, follower))
        self._touch(follower)
        return [*events, HenArrived(self.nest, follower.arrived_at, follower.visit)]

    def _end_all(self) -> list[Event]:
        return [event for track in self.state.tracks for event in self._end(track)]

    def _end(self, track: Track) -> list[Event]:
        self._replace(track, lambda _: None)
        if not track.confirmed:
            return []
        self.touched[track.visit] = track.as_visit(self.nest, self.rules, over=True)
        return [HenLeft(self.nest, self.touched[track.visit].last_seen_at, track.visit)]

    def _keep(self, track: Track) -> Track:
        self._replace(track, lambda _: track)
        self._touch(track)
        return track

    def _touch(self, track: Track) -> None:
        self.touched[track.visit] = self._visit(track)

    def _visit(self, track: Track) -> Visit:
        return track.as_visit(self.nest, self.rules, over=False)

    def _replace(self, old: Track, change: Callable[[Track], Track | None]) -> None:
        changed = (change(track) if track.visit == old.visit else track for track in self.state.tracks)
        self.state = replace(self.state, tracks=tuple(track for track in changed if track))

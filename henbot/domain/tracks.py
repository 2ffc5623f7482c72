"""One hen followed through the observations of a nest: who she is, how she sits, whether another took her place."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from henbot.domain.observations import UNKNOWN, Bird, HenId, ModelId, NestId, Posterior, Posture, VisitId
from henbot.domain.visits import Visit, if_by, named, pooled

FLOOR = 1e-3
"""Least probability that one sighting may give a hen: no single picture proves that it was not she."""


@dataclass(frozen=True, slots=True)
class WatchRules:
    """What a `NestWatch` goes by. All are durations or probabilities, never numbers of frames.

    Attributes:
        motion: the camera is triggered by motion: silence is stillness, and an empty frame is evidence by itself.
        leave_after: empty for this long, and she has left.
        trust_gap: longest silence over which nothing is thought to have changed.
        settle_after: sitting for this long, and she has settled.
        still_after: no motion before a motion-triggered camera for this long with her in the nest: she had settled.
        stand_after: up for this long, and a stretch of sitting is over.
        arrive_after: on a continuous camera, seen for this long (or after so long a pause) before she is believed.
        second_after: the same for a second hen beside her, on any camera.
        swap_after: another hen for this long, and it is a swap.
        silence: after so long without a frame one sure look at another hen is enough for a swap.
        clock_step: a frame older than the last by this much is a clock set back, if more follow; else it is late.
        sighting, empty: least probability of a hen, of no hen; between them a look is no evidence of either.
        name: least posterior of the hen that a visit is said to be by.
        look: least probability of a hen for one look to speak for her.
        evidence_every: looks closer than this share one look's weight (neighbouring pictures are near-copies).
        evidence_share: weight of a further look beside the first: looks of one visit are not independent.
    """

    motion: bool = False
    leave_after: timedelta = timedelta(seconds=60)
    trust_gap: timedelta = timedelta(minutes=2)
    settle_after: timedelta = timedelta(minutes=5)
    still_after: timedelta = timedelta(minutes=10)
    stand_after: timedelta = timedelta(seconds=60)
    arrive_after: timedelta = timedelta(seconds=2)
    second_after: timedelta = timedelta(seconds=20)
    swap_after: timedelta = timedelta(seconds=30)
    silence: timedelta = timedelta(minutes=5)
    clock_step: timedelta = timedelta(minutes=5)
    sighting: float = 0.5
    empty: float = 0.6
    name: float = 0.8
    look: float = 0.6
    evidence_every: timedelta = timedelta(seconds=10)
    evidence_share: float = 0.3


@dataclass(frozen=True, slots=True)
class Evidence:
    """Pooled looks at one hen.

    The posterior is the softmax of the mean log probability times an effective number of looks, 1 + share x (n - 1):
    logarithmic opinion pooling, tempered because the looks of one visit resemble each other.

    Attributes:
        log_sums: summed weight x log probability, by hen.
        weight: summed weights of the looks.
    """

    log_sums: Mapping[HenId, float] = field(default_factory=dict)
    weight: float = 0.0

    def with_look(self, hens: Posterior, weight: float) -> "Evidence":
        """Add a look. A hen that its model does not know may hide behind that model's `UNKNOWN`."""
        if not hens or weight <= 0:
            return self
        others = self.log_sums.get(UNKNOWN, 0.0)
        sums = {
            hen: self.log_sums.get(hen, others) + weight * math.log(max(hens.get(hen, hens.get(UNKNOWN, 0.0)), FLOOR))
            for hen in {UNKNOWN, *self.log_sums, *hens}
        }
        return Evidence(sums, self.weight + weight)

    def with_all(self, other: "Evidence") -> "Evidence":
        """Add the looks of other evidence."""
        if not other.weight or not self.weight:
            return other if other.weight else self
        mine, theirs = self.log_sums.get(UNKNOWN, 0.0), other.log_sums.get(UNKNOWN, 0.0)
        hens = {*self.log_sums, *other.log_sums}
        sums = {hen: self.log_sums.get(hen, mine) + other.log_sums.get(hen, theirs) for hen in hens}
        return Evidence(sums, self.weight + other.weight)

    def posterior(self, share: float) -> dict[HenId, float]:
        """Probability by hen, adding up to 1."""
        if not self.weight:
            return {UNKNOWN: 1.0}
        looks = 1.0 + share * max(self.weight - 1.0, 0.0)
        return pooled({hen: total / self.weight * looks for hen, total in sorted(self.log_sums.items())})


@dataclass(frozen=True, slots=True)
class Rival:
    """Looks within a visit that speak for another hen than its own, not believed yet.

    Attributes:
        after_silence: no frame came for `silence` before the first of them.
    """

    first_at: datetime
    last_at: datetime
    evidence: Evidence
    sightings: int
    after_silence: bool


@dataclass(frozen=True, slots=True)
class Track:
    """A visit in the making.

    Attributes:
        confirmed: she is believed to be there, and her arrival was told.
        missing_since: the first look at the nest without her since her last sighting.
        sitting_since: start of the present stretch of sitting.
        standing_since: the first look at her up since then.
        sat: time in stretches of sitting that are over.
    """

    visit: VisitId
    arrived_at: datetime
    last_seen_at: datetime
    confirmed: bool = False
    evidence: Evidence = field(default_factory=Evidence)
    sightings: int = 0
    missing_since: datetime | None = None
    sitting_since: datetime | None = None
    standing_since: datetime | None = None
    settled_at: datetime | None = None
    sat: timedelta = timedelta()
    rival: Rival | None = None
    model: ModelId = ModelId("")

    def seen(self, bird: Bird, at: datetime, model: ModelId, rules: WatchRules) -> "Track":
        """The track after a sighting."""
        weight = look_weight(at - self.last_seen_at, rules) if self.sightings else 1.0
        was_still = rules.motion and self.missing_since is None and at - self.last_seen_at >= rules.still_after
        track = replace(self, missing_since=None, model=model)._with_look(bird, at, weight, rules)
        if was_still and track.rival is None:
            track = track._having_sat_since(self.last_seen_at)
        return track._with_posture(bird, at, rules)

    def missed(self, at: datetime) -> "Track":
        """The track after a look at the nest without her."""
        return self if self.missing_since else replace(self, missing_since=at)

    def hen(self, rules: WatchRules) -> HenId:
        """Who she is so far."""
        return named(self.evidence.posterior(rules.evidence_share), rules.name)

    def likeness(self, bird: Bird, rules: WatchRules) -> float:
        """Probability that this bird and the track's are the same hen, as far as names tell."""
        mine = self.evidence.posterior(rules.evidence_share)
        return sum(probability * mine.get(hen, 0.0) for hen, probability in bird.hens.items())

    def settles_at(self, rules: WatchRules) -> datetime | None:
        """When she will have settled, if she stays as she is; not while it was another hen, by name, that sat down."""
        if self.settled_at or not self.sitting_since or self.standing_since or self.missing_since:
            return None
        if self.sitting_since > self.last_seen_at and self._rival_is_named(rules):
            return None
        return self.sitting_since + rules.settle_after

    def settled(self) -> "Track":
        """The track once she has settled; if a nameless rival was seen to sit down, it was herself."""
        if self.sitting_since is None:
            raise ValueError(f"visit {self.visit} cannot have settled: she was not seen sitting")
        track = self.without_rival() if self.sitting_since > self.last_seen_at else self
        return replace(track, settled_at=self.sitting_since)

    def swap_is_sure(self, rules: WatchRules) -> bool:
        """Whether another hen has taken her place."""
        rival = self.rival
        if rival is None:
            return False
        lasting = rival.after_silence or rival.last_at - rival.first_at >= rules.swap_after
        return lasting and self._rival_is_named(rules)

    def _rival_is_named(self, rules: WatchRules) -> bool:
        hen = named(self.rival.evidence.posterior(rules.evidence_share), rules.name) if self.rival else UNKNOWN
        return hen not in (UNKNOWN, self.hen(rules))

    def without_rival(self) -> "Track":
        """The track with its rival's looks taken for her own."""
        rival = self.rival
        if rival is None:
            return self
        return replace(
            self,
            evidence=self.evidence.with_all(rival.evidence),
            last_seen_at=rival.last_at,
            sightings=self.sightings + rival.sightings,
            rival=None,
        )

    def ended_by_swap(self) -> tuple["Track", Rival]:
        """Her track up to her own last sighting, and what is known of the hen that followed."""
        if self.rival is None:
            raise ValueError(f"visit {self.visit} has no rival")
        mine = replace(
            self,
            rival=None,
            sitting_since=if_by(self.last_seen_at, self.sitting_since),
            standing_since=if_by(self.last_seen_at, self.standing_since),
            sat=min(self.sat, self.last_seen_at - self.arrived_at),  # what she sat since was the other's sitting
        )
        return mine, self.rival

    def as_visit(self, nest: NestId, rules: WatchRules, *, over: bool) -> Visit:
        """What can be told of the visit now; a rival not believed yet counts as herself."""
        track = self.without_rival()
        posterior = track.evidence.posterior(rules.evidence_share)
        return Visit(
            id=track.visit,
            nest=nest,
            arrived_at=track.arrived_at,
            last_seen_at=track.last_seen_at,
            left_at=track.last_seen_at if over else None,
            settled_at=track.settled_at,
            sat=track.sat + track._sitting_now(),
            hen=named(posterior, rules.name),
            candidates=posterior,
            sightings=track.sightings,
            model=track.model,
        )

    def _sitting_now(self) -> timedelta:
        if self.sitting_since is None:
            return timedelta()
        return max((self.standing_since or self.last_seen_at) - self.sitting_since, timedelta())

    def _with_look(self, bird: Bird, at: datetime, weight: float, rules: WatchRules) -> "Track":
        speaks_for = _speaks_for(bird, self.hen(rules), rules)
        if speaks_for == "her" or (speaks_for == "nobody" and self.rival is None):
            mine = self.without_rival()
            return replace(
                mine,
                evidence=mine.evidence.with_look(bird.hens, weight),
                last_seen_at=at,
                sightings=mine.sightings + 1,
            )
        rival = self.rival or Rival(at, at, Evidence(), 0, at - self.last_seen_at >= rules.silence)
        weight = look_weight(at - rival.last_at, rules) if rival.sightings else 1.0
        rival = replace(
            rival, last_at=at, evidence=rival.evidence.with_look(bird.hens, weight), sightings=rival.sightings + 1
        )
        return replace(self, rival=rival)

    def _having_sat_since(self, since: datetime) -> "Track":
        """The track after a stillness that only a hen who has settled keeps, whatever her posture looked like."""
        sitting_since = self.sitting_since or since
        return replace(
            self, sitting_since=sitting_since, standing_since=None, settled_at=self.settled_at or sitting_since
        )

    def _with_posture(self, bird: Bird, at: datetime, rules: WatchRules) -> "Track":
        if not bird.postures:
            return self
        if bird.posture is Posture.SITTING:
            return replace(self, sitting_since=self.sitting_since or at, standing_since=None)
        if self.sitting_since is None:
            return self
        up_since = self.standing_since or at
        if at - up_since < rules.stand_after:
            return replace(self, standing_since=up_since)
        sat = self.sat + (up_since - self.sitting_since)
        return replace(self, sat=sat, sitting_since=None, standing_since=None)


def look_weight(since: timedelta, rules: WatchRules) -> float:
    """Weight of a look that came `since` after the one before: 1 from `evidence_every` on."""
    return min(1.0, since / rules.evidence_every)


def _speaks_for(bird: Bird, hen: HenId, rules: WatchRules) -> str:
    """Whether a look speaks for this hen ("her"), for another one ("other") or for nobody in particular."""
    who = named(bird.hens, rules.look)
    if hen == UNKNOWN or who == UNKNOWN:
        return "nobody"
    return "her" if who == hen else "other"

"""One camera's desk: its nests' watches, and the recording of what they say."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from detector.crops import Pixels
from detector.egg_desk import EggDesk
from detector.frame import Frame
from detector.pipeline import Pipeline, nest_picture
from detector.proofs import make_proofs
from detector.recognition import Recogniser
from detector.sources import Cursor
from detector.unsure import UnsureDesk
from henbot.config import CameraConfig, NestConfig
from henbot.domain.eggs import EggState
from henbot.domain.errors import FrameUnreadable
from henbot.domain.events import Event, HenArrived, HenLeft, HenSettled, VisitEvent
from henbot.domain.observations import NestId, Observation, Quality, VisitId
from henbot.domain.tracks import WatchRules
from henbot.domain.visits import Visit
from henbot.domain.watch import NestWatch, WatchState
from henbot.services.egg_ledger import PicturedCount
from henbot.services.evidence import LEFT, Evidence
from henbot.services.glimpses import MOST_OF_A_VISIT, Glimpse
from henbot.services.media import MediaFolder
from henbot.services.recording import CameraStep, NestStep, Recorder, egg_state, watch_state
from henbot.storage.database import Database
from henbot.storage.tables import CameraRow

log = structlog.get_logger(__name__)

GLIMPSE_EVERY, GLIMPSE_SHARE = timedelta(minutes=1), 1 / 3
"""How far apart pictures of a visit are that are kept to learn from: a minute, and a third of what it lasted when the
one before was taken. So a dozen of them span 40 minutes, and a short visit has some, too.
"""

ROLES: dict[type[Event], str] = {HenArrived: "arrived", HenSettled: "settled", HenLeft: LEFT}
"""Which events are worth a picture, and what it then shows."""


def rules_of(camera: CameraConfig, threshold: float) -> WatchRules:
    """The watch's rules for a camera; `threshold` is the least posterior at which a visit has a name."""
    return WatchRules(
        motion=camera.trigger == "motion",
        leave_after=camera.leave_after,
        trust_gap=camera.trust_gap,
        name=threshold,
    )


class CameraDesk:
    """Watches the nests of one camera and records each step in one transaction.

    What it remembers beyond the newest picture stands in the database, so a new desk goes on where another was killed.
    """

    def __init__(self, pipeline: Pipeline, database: Database, media: MediaFolder, threshold: float) -> None:
        self.pipeline = pipeline
        self._database = database
        self._recorder = Recorder(database)
        self._media = media
        self._unsure = UnsureDesk(pipeline.camera.nests, database, media)
        self._glimpsed: dict[NestId, tuple[VisitId, datetime, int]] = {}  # the newest of a visit, and how many it has
        self._pictures: dict[tuple[NestId, bool], tuple[datetime, Pixels]] = {}  # the newest with a hen and without
        self._nests = {nest.id: nest for nest in pipeline.camera.nests}
        rules = rules_of(pipeline.camera, threshold)
        with database.reading() as session:
            self._watches = {
                nest.id: NestWatch(nest.id, rules, watch_state(session, nest.id))
                for nest in pipeline.camera.nests
                if nest.kind == "nest"
            }
            self._eggs = {
                nest.id: EggDesk(nest, pipeline.camera.trust_gap, media, egg_state(session, nest.id))
                for nest in pipeline.camera.nests
                if nest.kind == "nest"
            }
            row = session.get_one(CameraRow, pipeline.camera.id)
            self.cursor = Cursor(row.cursor_at, row.cursor_name or "") if row.cursor_at else None

    @property
    def deadline(self) -> datetime | None:
        """When silence itself will mean something."""
        moments = [watch.deadline for watch in self._watches.values()]
        return min((moment for moment in moments if moment), default=None)

    def use(self, recogniser: Recogniser, threshold: float) -> None:
        """Go on with another model version; visits that are going on go on."""
        self.pipeline.recogniser = recogniser
        for watch in self._watches.values():
            watch.rules = replace(watch.rules, name=threshold)

    def take(self, frame: Frame, skipped: int = 0) -> list[Observation]:
        """Look at a frame and record what it brings.

        Args:
            skipped: pictures of the camera that could not be read since the last step.
        """
        try:
            observations = self.pipeline.observe(frame)
        except FrameUnreadable as exc:
            log.warning("frame.skipped", camera=frame.camera, file=frame.name, reason=str(exc))
            observations, skipped = [], skipped + 1
        step = CameraStep(
            camera=self.pipeline.camera.id,
            at=frame.captured_at,
            cursor=(frame.captured_at, frame.name),
            skipped=skipped,
        )
        believed: list[Observation] = []
        self._record(step, lambda: [self._observed(seen, frame.pixels, believed) for seen in observations])
        self.cursor = Cursor(frame.captured_at, frame.name)
        self._unsure.look(believed, frame.pixels)
        return believed

    def pass_over(self, frame: Frame, skipped: int) -> None:
        """Note that a frame could not be looked at, so that it is not taken again."""
        cursor = Cursor(frame.captured_at, frame.name)
        self._recorder.record(CameraStep(self.pipeline.camera.id, frame.captured_at, cursor=cursor, skipped=skipped))
        self.cursor = cursor

    def pass_time(self, at: datetime) -> None:
        """Record what silence until `at` means, if it means anything."""
        if self.deadline and self.deadline <= at:
            step = CameraStep(camera=self.pipeline.camera.id, at=at)
            self._record(step, lambda: [self._advanced(watch, at) for watch in self._watches.values()])

    def _record(self, step: CameraStep, steps: Callable[[], Iterable[NestStep]]) -> None:
        """Let the watches take a step and record it; if it cannot be recorded, it was not taken."""
        before = {nest: (watch.state, self._eggs[nest].state) for nest, watch in self._watches.items()}
        try:
            step = replace(step, nests=tuple(steps()))
            self._recorder.record(step)
        except BaseException:
            self._restore(before)
            raise
        if any(nest.counts for nest in step.nests):
            make_proofs(self._database, self._media, step.at)

    def _restore(self, states: dict[NestId, tuple[WatchState, EggState]]) -> None:
        for nest, (state, eggs) in states.items():
            self._watches[nest].state, self._eggs[nest].state = state, eggs

    def _observed(self, seen: Observation, pixels: Pixels, believed: list[Observation]) -> NestStep:
        watch = self._watches.get(seen.nest)
        if watch is None:
            believed.append(seen)
            return NestStep(seen.nest, WatchState(), observation=seen)
        seen = watch.believed(seen)
        believed.append(seen)
        self._pictures[seen.nest, seen.hens > 0] = (seen.at, pixels)
        step = self._step(watch, watch.observe(seen), seen)
        step = replace(step, glimpses=self._glimpses(watch, seen, pixels))
        return self._with_eggs(step, self._eggs[seen.nest].take(seen, pixels, watch.state))

    def _advanced(self, watch: NestWatch, at: datetime) -> NestStep:
        step = self._step(watch, watch.advance(at), None)
        return self._with_eggs(step, self._eggs[watch.nest].pass_time(watch.state))

    def _with_eggs(self, step: NestStep, counts: Sequence[PicturedCount]) -> NestStep:
        return replace(step, egg_state=self._eggs[step.nest].state, counts=counts)

    def _step(self, watch: NestWatch, events: list[Event], seen: Observation | None) -> NestStep:
        evidence = [one for event in events if (one := self._evidence(self._nests[watch.nest], event))]
        return NestStep(watch.nest, watch.state, list(watch.touched.values()), events, seen, evidence)

    def _glimpses(self, watch: NestWatch, seen: Observation, pixels: Pixels) -> list[Glimpse]:
        """The picture, to learn from, where it surely shows one hen; a full disk costs no more than it."""
        shown = [visit for visit in watch.touched.values() if visit.last_seen_at == seen.at]
        if seen.hens != 1 or len(shown) != 1 or seen.quality is not Quality.OK:
            return []
        number = self._glimpses_of(shown[0], watch.nest, seen.at)
        if number is None:
            return []
        try:
            stored = self._media.put(nest_picture(pixels, self._nests[watch.nest].polygon), ".jpg")
        except OSError as exc:
            log.warning("picture.not_stored", nest=watch.nest, reason=exc.strerror)
            return []
        self._glimpsed[watch.nest] = shown[0].id, seen.at, number + 1
        return [Glimpse(shown[0].id, seen.at, stored)]

    def _glimpses_of(self, visit: Visit, nest: NestId, at: datetime) -> int | None:
        """How many glimpses a visit has so far; None where it needs no other one now."""
        known, before, number = self._glimpsed.get(nest, (visit.id, None, 0))
        if known != visit.id or before is None:
            return 0
        is_due = at - before >= max(GLIMPSE_EVERY, GLIMPSE_SHARE * (before - visit.arrived_at))
        return number if is_due and number < MOST_OF_A_VISIT else None

    def _evidence(self, nest: NestConfig, event: Event) -> Evidence | None:
        """A picture of what happened, the newest that shows a hen, or that shows her gone.

        A full disk costs the picture, not the event.
        """
        role = ROLES.get(type(event))
        picture = self._pictures.get((nest.id, role != LEFT))
        if role is None or not isinstance(event, VisitEvent) or picture is None:
            return None
        at, pixels = picture
        if at < event.at:
            return None
        try:
            stored = self._media.put(nest_picture(pixels, nest.polygon), ".jpg")
        except OSError as exc:
            log.warning("picture.not_stored", nest=nest.id, reason=exc.strerror)
            return None
        return Evidence(event.visit, role, at, stored.sha256, stored.path, stored.size)

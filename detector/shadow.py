"""A version in shadow: it looks at what the serving one has just looked at, when no frame waits, and posts nothing."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from detector.crops import Pixels
from detector.frame import Frame
from detector.loading import Loading
from detector.pipeline import Looked, Pipeline, nest_picture
from detector.recognition import Recogniser, Recognition, is_sound, sure_name
from detector.serving import Serving
from detector.watching import WatchingRecogniser, say
from henbot.config import NestConfig
from henbot.domain.errors import HenbotError, ModelLoadFailed
from henbot.domain.observations import ModelId, is_told
from henbot.services.coop_clock import wall_now
from henbot.services.doubts import Doubt, Reason, add_doubt, is_fresh
from henbot.services.media import MediaFolder
from henbot.services.models import version_by_id
from henbot.services.shadows import Looks, Shadow, add_looks, drop_shadow, end_shadow, open_shadow
from henbot.storage.database import Database

log = structlog.get_logger(__name__)

SURE = 0.6
"""Least probability at which an answer counts (`WatchRules.empty`): who is not sure of anything contradicts nobody."""


@dataclass(frozen=True, slots=True)
class ShadowRules:
    """How much a shadow may cost.

    Attributes:
        every_s: least time between two looks.
        rest: how many times as long as its last look it rests at least.
        slowest_s: how long a look may take, the median of the last ones.
        counted_every_s: how often the counts are written.
    """

    every_s: float = 0.5
    rest: float = 5.0
    slowest_s: float = 1.0
    counted_every_s: float = 5.0


def differences(serving: Recognition, shadow: Recognition) -> tuple[str, ...]:
    """Which questions two versions answer differently, both surely: of `hens`, `names`, `eggs`."""
    found = []
    here, there = _is_hen(serving), _is_hen(shadow)
    if here is not None and there is not None and here != there:
        found.append("hens")
    if here and there:
        names = sure_name(serving), sure_name(shadow)
        found += ["names"] if all(names) and names[0] != names[1] else []
    eggs = _sure_eggs(serving), _sure_eggs(shadow)
    if None not in eggs and eggs[0] != eggs[1]:
        found.append("eggs")
    return tuple(found)


def _is_hen(said: Recognition) -> bool | None:
    if not is_told(said.hens_probabilities):
        return None
    empty = said.hens_probabilities[0]
    return False if empty >= SURE else True if empty <= 1.0 - SURE else None


def _sure_eggs(said: Recognition) -> int | None:
    return said.eggs if said.eggs_probabilities and max(said.eggs_probabilities) >= SURE else None


def told(said: Recognition) -> dict[str, Any]:
    """What was said, in short, for whoever asks a person about the picture."""
    hens = round(1.0 - said.hens_probabilities[0], 3)
    return {"hen_share": hens, "hen": sure_name(said) or None, "eggs": said.eggs}


@dataclass(slots=True)
class _Running:
    """A version that looks on, and what is not written yet."""

    shadow: Shadow
    recogniser: Recogniser
    looks: Looks = field(default_factory=Looks)
    took_s: "deque[float]" = field(default_factory=lambda: deque(maxlen=9))


class ShadowDesk:
    """Runs at most one version beside the serving one, between frames; whatever it does wrong ends it alone."""

    def __init__(
        self,
        database: Database,
        media: MediaFolder,
        serving: Serving,
        rules: ShadowRules | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._media = media
        self._serving = serving
        self._rules = rules or ShadowRules()
        self._clock = clock
        self._loading: tuple[Shadow, Loading] | None = None
        self._running: _Running | None = None
        self._next_at = float("-inf")
        self._counted_at = clock()

    def change_if_asked(self, *, wait: bool = False) -> None:
        """Begin or end a shadow as the admin asks; without `wait` one that takes long to load comes at a later call."""
        with self._database.reading() as session:
            asked = open_shadow(session)
            version = version_by_id(session, asked.version) if asked else None
        if self._running and (asked is None or asked.version != self._running.shadow.version):
            self._end()
        if asked is None:
            self._loading = None
        elif version is None or version.id == self._serving.version:
            self._database.write(lambda session: end_shadow(session, wall_now(), asked.version))
        elif self._running is not None:
            self._running.shadow = asked
        else:
            self._load(asked, Path(version.folder), wait=wait)

    def look(self, pipeline: Pipeline, frame: Frame) -> None:
        """Look at the frame that a camera's pipeline has just looked at, if it is time for that."""
        running, looked, now = self._running, pipeline.looked, self._clock()
        if running is None or looked is None or now < self._next_at:
            return
        reason = self._tried(running, looked, pipeline, frame)
        took = self._clock() - now
        running.took_s.append(took)
        self._next_at = now + took + max(self._rules.every_s, self._rules.rest * took)
        if reason is None and len(running.took_s) == running.took_s.maxlen:
            slow = median(running.took_s)
            reason = f"it takes {slow:.1f} s a look" if slow > self._rules.slowest_s else None
        if reason is not None:
            self._drop(running.shadow, reason)
        elif self._clock() - self._counted_at >= self._rules.counted_every_s:
            self.count()

    def count(self) -> None:
        """Write what was counted since the last time."""
        running, against = self._running, self._serving.version
        self._counted_at = self._clock()
        if running is None or not running.looks.pictures:
            return
        looks = running.looks
        self._database.write(lambda session: add_looks(session, running.shadow.id, looks, against, wall_now()))
        running.looks = Looks()

    def _load(self, asked: Shadow, folder: Path, *, wait: bool) -> None:
        if self._loading is None or self._loading[0].version != asked.version:
            self._loading = asked, Loading(asked.version, folder, self._serving.site)
        loading = self._loading[1]
        if not (wait or loading.is_over):
            return
        self._loading = None
        try:
            found, _ = loading.result()
        except ModelLoadFailed as exc:
            self._drop(asked, str(exc))
            return
        if isinstance(found, WatchingRecogniser):
            found.saves = False  # It sees fewer pictures than the serving one, whose memory of the nests is kept.
        log.info("shadow.begun", version=asked.version)
        self._running = _Running(asked, self._serving.named(found))

    def _tried(self, running: _Running, looked: Looked, pipeline: Pipeline, frame: Frame) -> str | None:
        """Look and count; why the shadow must end, or None."""
        try:
            said = say(running.recogniser, looked.crops, looked.nests, looked.at)
            pairs = list(zip(pipeline.camera.nests, looked.said, said, strict=True))
        except Exception as exc:  # Whatever a version does wrong, it is the version that ends.
            log.exception("shadow.failed", version=running.shadow.version)
            return f"it failed at a picture ({type(exc).__name__}: {exc})"
        if not all(is_sound(one) for one in said):
            return "it gave no numbers for a picture"
        for nest, serving, shadow in pairs:
            found = differences(serving, shadow)
            counted = Looks(1, bool(found), *(name in found for name in ("hens", "names", "eggs")))
            running.looks += counted
            if found:
                self._doubt(running, nest, (serving, shadow), frame)
        return None

    def _doubt(self, running: _Running, nest: NestConfig, said: tuple[Recognition, Recognition], frame: Frame) -> None:
        """Keep a picture of which both say different things, unless a near-copy of it is kept."""
        serving, shadow = said
        details: dict[str, Any] = {"serving": told(serving), "shadow": told(shadow)}
        details |= {"questions": list(differences(serving, shadow)), "against": self._serving.version}
        model = ModelId(running.shadow.version)
        doubt = Doubt(nest.id, frame.captured_at, Reason.DISAGREEMENT, model, details)
        try:
            if self._database.read(lambda session: is_fresh(session, nest.id, frame.captured_at)):
                self._keep(doubt, frame.pixels, nest)
        except (OSError, SQLAlchemyError, HenbotError) as exc:
            log.warning("doubt.not_kept", nest=nest.id, reason=type(exc).__name__)

    def _keep(self, doubt: Doubt, pixels: Pixels, nest: NestConfig) -> None:
        stored = self._media.put(nest_picture(pixels, nest.polygon), ".jpg")
        self._database.write(lambda session: add_doubt(session, doubt, stored))

    def _drop(self, shadow: Shadow, reason: str) -> None:
        log.error("shadow.dropped", version=shadow.version, reason=reason)
        self._end()
        self._database.write(lambda session: drop_shadow(session, shadow.id, reason, wall_now()))

    def _end(self) -> None:
        self.count()
        self._running = None

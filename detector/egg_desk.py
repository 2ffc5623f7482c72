"""One nest's egg watch, and the pictures that prove what it counts."""

from datetime import datetime, timedelta

import structlog

from detector.crops import Pixels
from detector.pipeline import nest_picture
from henbot.config import NestConfig
from henbot.domain.eggs import EggState, EggWatch
from henbot.domain.errors import FrameUnreadable
from henbot.domain.observations import Observation
from henbot.domain.verdicts import EggCount
from henbot.domain.watch import WatchState
from henbot.services.egg_ledger import PicturedCount
from henbot.services.media import MediaFolder, StoredMedia

log = structlog.get_logger(__name__)


class EggDesk:
    """Counts the eggs of one nest while its watch says that it is free.

    A picture of each look is kept in memory until the look is counted or forgotten: after a kill a count that rests on
    earlier looks goes without a picture, and nothing else is lost.
    """

    def __init__(self, nest: NestConfig, trust_gap: timedelta, media: MediaFolder, state: EggState) -> None:
        self._nest = nest
        self._watch = EggWatch(nest.id, nest.dummy_eggs, trust_gap, state)
        self._media = media
        self._pictures: dict[datetime, bytes] = {}

    @property
    def state(self) -> EggState:
        """All that the watch remembers."""
        return self._watch.state

    @state.setter
    def state(self, state: EggState) -> None:
        self._watch.state = state

    def take(self, seen: Observation, pixels: Pixels, nest: WatchState) -> list[PicturedCount]:
        """Take an observation that the nest's watch has taken; new sure counts.

        Args:
            pixels: (height, width, 3) uint8 RGB, the frame.
            nest: the state of the nest's watch afterwards.
        """
        if nest.last_at != seen.at:
            return []  # Late: the watch has not believed it.
        counts = self._watch.observe(seen, free=not nest.tracks)
        if seen.at in self._looks():
            self._picture(seen.at, pixels)
        return self._pictured(counts)

    def pass_time(self, nest: WatchState) -> list[PicturedCount]:
        """Learn from the nest's watch that time has passed; new sure counts."""
        return self._pictured(self._watch.advance(free=not nest.tracks))

    def _pictured(self, counts: list[EggCount]) -> list[PicturedCount]:
        found = [PicturedCount(count, self._stored(count.at)) for count in counts]
        looks = self._looks()
        self._pictures = {at: picture for at, picture in self._pictures.items() if at in looks}
        return found

    def _looks(self) -> set[datetime]:
        state = self._watch.state
        return {look.first_at for look in (*state.looks, state.pending) if look}

    def _stored(self, at: datetime) -> StoredMedia | None:
        """The look's picture; a full disk costs the picture, not the count."""
        picture = self._pictures.get(at)
        try:
            return self._media.put(picture, ".jpg") if picture else None
        except OSError as exc:
            log.warning("picture.not_stored", nest=self._nest.id, reason=exc.strerror)
            return None

    def _picture(self, at: datetime, pixels: Pixels) -> None:
        try:
            self._pictures[at] = nest_picture(pixels, self._nest.polygon)
        except FrameUnreadable as exc:
            log.warning("picture.not_made", nest=self._nest.id, reason=str(exc))

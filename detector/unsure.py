"""Keeps a picture where it is not known whether a hen is in a nest, to ask people about."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from detector.crops import Pixels
from detector.pipeline import nest_picture
from henbot.config import NestConfig
from henbot.domain.observations import NestId, Observation, Quality
from henbot.services.doubts import APART, Doubt, Reason, add_doubt, doubts_since, is_fresh
from henbot.services.media import MediaFolder
from henbot.storage.database import Database

log = structlog.get_logger(__name__)

LEAST, MOST = 0.3, 0.7
"""Probability of a hen, by all looks until then, between which it is not known whether one is there."""

A_DAY = 30
"""Most pictures in a day, of all nests: some 2 MB. More than anybody wants to be asked about."""


class UnsureDesk:
    """Looks at what was believed of a camera's nests; a full disk or a busy database costs the picture alone."""

    def __init__(self, nests: Iterable[NestConfig], database: Database, media: MediaFolder) -> None:
        self._nests = {nest.id: nest for nest in nests if nest.kind == "nest"}
        self._database = database
        self._media = media
        self._looked: dict[NestId, datetime] = {}

    def look(self, believed: Iterable[Observation], pixels: Pixels) -> None:
        """Keep a picture of each nest of which it is not known, if it is time for another one."""
        for seen in believed:
            if self._is_due(seen):
                self._looked[seen.nest] = seen.at
                try:
                    self._keep(seen, pixels)
                except (OSError, SQLAlchemyError) as exc:
                    log.warning("doubt.not_kept", nest=seen.nest, reason=type(exc).__name__)

    def _is_due(self, seen: Observation) -> bool:
        is_unsure = LEAST <= seen.occupied <= MOST and seen.quality is Quality.OK
        before = self._looked.get(seen.nest)
        return is_unsure and seen.nest in self._nests and (before is None or abs(seen.at - before) >= APART)

    def _keep(self, seen: Observation, pixels: Pixels) -> None:
        def is_wanted(session: Session) -> bool:
            of_day = doubts_since(session, Reason.UNCERTAIN, seen.at - timedelta(days=1))
            return of_day < A_DAY and is_fresh(session, seen.nest, seen.at)

        if not self._database.read(is_wanted):
            return
        stored = self._media.put(nest_picture(pixels, self._nests[seen.nest].polygon), ".jpg")
        doubt = Doubt(seen.nest, seen.at, Reason.UNCERTAIN, seen.model, {"hen_share": round(seen.occupied, 3)})
        self._database.write(lambda session: add_doubt(session, doubt, stored))

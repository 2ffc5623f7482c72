"""Which hen of the flock a version's hen is: ids are permanent, but hens go and turn out to be one another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.observations import UNKNOWN, HenId
from henbot.services.aliases import aliases_of
from henbot.storage.tables import HenRow


@dataclass(frozen=True, slots=True)
class Place:
    """A hen's place in the flock: who she is by now, and until when she lives here (None: she does)."""

    hen: HenId
    until: datetime | None = None


Flock: TypeAlias = Mapping[HenId, Place]


def flock_now(session: Session) -> dict[HenId, Place]:
    """All hens that are known or were, by every id that ever was theirs."""
    aliases = aliases_of(session)
    until = {HenId(row.id): row.retired_at for row in session.execute(select(HenRow)).scalars()}
    meant = {hen: aliases.get(hen, hen) for hen in until}
    return {hen: Place(one, until[one]) for hen, one in meant.items() if one in until}


def hen_at(flock: Flock, hen: HenId, at: datetime | None = None) -> HenId:
    """Who a hen of a version's is: `UNKNOWN` where the flock has none of that id at a moment (None: now)."""
    place = flock.get(hen)
    if place is None or (place.until is not None and (at is None or at >= place.until)):
        return UNKNOWN
    return place.hen

"""The evening roll-call: how many hens are on the roosts when it is dark."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.flock import NestKind
from henbot.domain.observations import NestId, Quality, is_told
from henbot.services.reports import coop_of, nests_of
from henbot.services.watch_hours import hours_of_day
from henbot.storage.tables import ObservationRow

GATHERING = timedelta(minutes=30)
"""After the end of the day (sunset, where the coop's place is known) hens still come and change places for so long."""

ROLL_CALL = timedelta(hours=2)
"""How long after the end of the day they are counted; later nothing changes that a roll-call is for."""

INDEPENDENT = timedelta(minutes=10)
"""Looks nearer than this are worth less than one each: sleeping hens hide behind each other in all of them."""

LEAST = 1e-3
"""Least probability that one look may give a count."""


@dataclass(frozen=True, slots=True)
class RollCall:
    """Hens on one roost in the evening.

    Attributes:
        start, end: time of the first and last look that it rests on.
        hens: the most probable number.
        probabilities: of 0, 1, 2, … hens, by all looks together, adding up to 1.
        median: of the looks' own counts; where it differs from `hens`, the number is not sure.
        looks: how many it rests on.
    """

    roost: NestId
    start: datetime
    end: datetime
    hens: int
    probabilities: tuple[float, ...]
    median: float
    looks: int


def roll_call(session: Session, day: date, now: datetime) -> list[RollCall]:
    """The roll-call of a day's evening as known at `now`, for each roost that was seen.

    Looks from dusk on count, after the hens had time to gather; before that, as long as there are no others. Looks that
    cannot tell the number count never.
    """
    dusk = hours_of_day(day, coop_of(session)).end
    end = min(dusk + ROLL_CALL, now)
    calls = []
    for roost in nests_of(session):
        if roost.kind is NestKind.ROOST:
            looks = _looks(session, roost.id, dusk, end)
            gathered = [look for look in looks if look.at >= dusk + GATHERING]
            calls += [_called(roost.id, gathered or looks)] if looks else []
    return calls


def _looks(session: Session, roost: NestId, start: datetime, end: datetime) -> Sequence[ObservationRow]:
    query = (
        select(ObservationRow)
        .where(
            ObservationRow.nest_id == roost,
            ObservationRow.at >= start,
            ObservationRow.at <= end,
            ObservationRow.quality != Quality.OVEREXPOSED.value,
        )
        .order_by(ObservationRow.at)
    )
    return [look for look in session.execute(query).scalars() if is_told(look.hens_probabilities)]


def _called(roost: NestId, looks: Sequence[ObservationRow]) -> RollCall:
    probabilities = _together(looks)
    return RollCall(
        roost,
        looks[0].at,
        looks[-1].at,
        max(range(len(probabilities)), key=probabilities.__getitem__),
        probabilities,
        median(look.hens for look in looks),
        len(looks),
    )


def _together(looks: Sequence[ObservationRow]) -> tuple[float, ...]:
    """The looks' probabilities as one: their mean logarithm, as sharp as so many independent looks are."""
    counts = max(len(look.hens_probabilities) for look in looks)
    sums = [
        sum(math.log(max(_probability(look, count), LEAST)) for look in looks) / len(looks) for count in range(counts)
    ]
    independent = min(len(looks), 1.0 + (looks[-1].at - looks[0].at) / INDEPENDENT)
    weights = [math.exp((one - max(sums)) * independent) for one in sums]
    return tuple(weight / sum(weights) for weight in weights)


def _probability(look: ObservationRow, count: int) -> float:
    return look.hens_probabilities[count] if count < len(look.hens_probabilities) else 0.0

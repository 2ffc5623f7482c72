"""Immutable, past-tense facts. A program may forget how it learned one; the fact stays."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from henbot.domain.observations import HenId, NestId, VisitId


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at or in a nest.

    Attributes:
        nest: where.
        at: when it happened (not when it was understood), aware UTC.
    """

    kind: ClassVar[str] = "event"

    nest: NestId
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitEvent(Event):
    """Something that one visit went through."""

    visit: VisitId


@dataclass(frozen=True, slots=True)
class HenArrived(VisitEvent):
    """First sighting of a visit."""

    kind: ClassVar[str] = "hen_arrived"


@dataclass(frozen=True, slots=True)
class HenSettled(VisitEvent):
    """She sat down to stay, the laying pose; `at` is when she sat down."""

    kind: ClassVar[str] = "hen_settled"


@dataclass(frozen=True, slots=True)
class HenLeft(VisitEvent):
    """Last sighting of a visit that is over."""

    kind: ClassVar[str] = "hen_left"


@dataclass(frozen=True, slots=True)
class NestUnseen(Event):
    """Nothing is known of the nest since `at`: the camera was silent for longer than is trusted."""

    kind: ClassVar[str] = "nest_unseen"


@dataclass(frozen=True, slots=True)
class EggLaid(Event):
    """An egg that was not there before `at`; `hen` is None where several may have laid it."""

    kind: ClassVar[str] = "egg_laid"

    eggs: int
    hen: HenId | None = None


@dataclass(frozen=True, slots=True)
class EggsMoved(Event):
    """Eggs that lay in nest `origin` before lie in this one now: hens carry eggs."""

    kind: ClassVar[str] = "eggs_moved"

    eggs: int
    origin: NestId


@dataclass(frozen=True, slots=True)
class EggsCollected(Event):
    """Eggs that are gone from all nests."""

    kind: ClassVar[str] = "eggs_collected"

    eggs: int

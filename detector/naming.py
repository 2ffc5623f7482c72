"""A version's hens as the flock knows them: what was merged is one hen, and who is not here is unknown."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from detector.crops import Pixels
from detector.recognition import Recogniser, Recognition
from detector.watching import say
from henbot.domain.observations import UNKNOWN, Bird, HenId, ModelId, NestId
from henbot.services.hen_ids import Flock, hen_at

ReadFlock = Callable[[], Flock]
"""Gives the flock as it is; asked at every look, so it must cost nothing."""


class Naming:
    """A recogniser that names hens of the flock alone.

    A version outlives the flock that it learned: it may name a hen who has gone since, one who turned out to be
    another, or one of a coop of the same name elsewhere. What it says of her goes to who she is now, or to `UNKNOWN`,
    never to somebody else.
    """

    def __init__(self, recogniser: Recogniser, flock: ReadFlock) -> None:
        self.recogniser = recogniser
        self._flock = flock

    @property
    def version(self) -> ModelId:
        """Whose answers these are."""
        return self.recogniser.version

    def recognise(self, crops: Pixels, nests: Sequence[NestId]) -> list[Recognition]:
        """As `Recogniser` has it."""
        return self._named(self.recogniser.recognise(crops, nests), None)

    def watch(self, crops: Pixels, nests: Sequence[NestId], at: datetime) -> list[Recognition]:
        """As `Watcher` has it; hens that lived here at that time are named."""
        return self._named(say(self.recogniser, crops, nests, at), at)

    def _named(self, said: list[Recognition], at: datetime | None) -> list[Recognition]:
        flock = self._flock()
        return [replace(one, birds=tuple(in_flock(bird, flock, at) for bird in one.birds)) for one in said]


def in_flock(bird: Bird, flock: Flock, at: datetime | None = None) -> Bird:
    """The bird with what was said of each hen given to who she is in the flock."""
    if all(hen == UNKNOWN or hen_at(flock, hen, at) == hen for hen in bird.hens):
        return bird
    hens: dict[HenId, float] = {}
    for hen, share in bird.hens.items():
        who = hen if hen == UNKNOWN else hen_at(flock, hen, at)
        hens[who] = hens.get(who, 0.0) + share
    return replace(bird, hens=hens)

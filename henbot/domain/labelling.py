"""What somebody tells of a picture, button by button, until all is told that can be."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from henbot.domain.observations import HenId, Posture

MOST_EGGS = 40
"""More than lie in any nest; whoever presses + can forge how often."""

SHOWS_EGGS = frozenset({Posture.STANDING, Posture.PARTIAL})
"""How a hen is seen who does not hide all eggs below her."""


class Step(StrEnum):
    """What is asked next of a picture."""

    WHO = "who"
    SECOND = "second"
    NAME = "name"
    POSTURE = "posture"
    SECOND_POSTURE = "posture2"
    EGGS = "eggs"


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has told of a picture so far.

    Attributes:
        told: by the columns of `labels.csv`; empty for what they were asked and did not want to say.
        choices: hens in the order of their buttons.
        page: of those buttons.
        count: of eggs, as it is being counted.
        naming: whether the name of a new hen is waited for.
    """

    told: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[HenId, ...] = ()
    page: int = 0
    count: int = 0
    naming: bool = False

    @property
    def step(self) -> Step | None:
        """What is asked next; None once all is told."""
        if self.naming:
            return Step.NAME
        hens = self.told.get("hens")
        if hens is None or (hens != "0" and "hen" not in self.told):
            return Step.WHO
        if hens == "2" and "hen2" not in self.told:
            return Step.SECOND
        if hens != "0" and "posture" not in self.told:
            return Step.POSTURE
        if hens == "2" and "posture2" not in self.told:
            return Step.SECOND_POSTURE
        return Step.EGGS if self._shows_eggs and "eggs" not in self.told else None

    @property
    def values(self) -> dict[str, str]:
        """What was told, by field."""
        return {name: value for name, value in self.told.items() if value}

    @property
    def _shows_eggs(self) -> bool:
        postures = {self.told.get("posture"), self.told.get("posture2")}
        return self.told.get("hens") == "0" or bool(postures & SHOWS_EGGS)

    def with_hen(self, hen: HenId) -> "Draft":
        """She is the one who was asked for: the first, or the second of two."""
        if self.told.get("hens") == "2" and "hen" in self.told:
            return self._with(hen2=hen)
        return self._with(hens=self.told.get("hens", "1"), hen=hen)

    def with_nobody(self) -> "Draft":
        """No hen is to be seen."""
        return self._with(hens="0")

    def with_two(self) -> "Draft":
        """Two are to be seen; who they are is asked next."""
        return self._with(hens="2")

    def with_posture(self, posture: Posture) -> "Draft":
        """How the one who was asked for is seen."""
        return self._with(**{"posture2" if self.step is Step.SECOND_POSTURE else "posture": posture.value})

    def counting(self, more: int) -> "Draft":
        """One egg more or fewer."""
        return replace(self, count=min(max(self.count + more, 0), MOST_EGGS))

    def with_eggs(self) -> "Draft":
        """So many eggs are to be seen."""
        return self._with(eggs=str(self.count))

    def passed(self) -> "Draft":
        """What is asked now is not to be told; who it is can be passed of two hens only."""
        fields = {Step.SECOND: "hen2", Step.POSTURE: "posture", Step.SECOND_POSTURE: "posture2", Step.EGGS: "eggs"}
        if self.step is Step.WHO and self.told.get("hens") == "2":
            return self._with(hen="")
        return self._with(**{fields[self.step]: ""}) if self.step in fields else self

    def named(self) -> "Draft":
        """A name is waited for, or no more."""
        return replace(self, naming=not self.naming)

    def begun_again(self) -> "Draft":
        """Nothing was told yet."""
        return replace(self, told={}, page=0, naming=False)

    def _with(self, **told: str) -> "Draft":
        return replace(self, told={**self.told, **told}, page=0, naming=False)

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "told": dict(self.told),
            "choices": list(self.choices),
            "page": self.page,
            "count": self.count,
            "naming": self.naming,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Draft":
        """The inverse of `stored`."""
        return cls(
            dict(stored.get("told", {})),
            tuple(map(HenId, stored.get("choices", ()))),
            int(stored.get("page", 0)),
            int(stored.get("count", 0)),
            bool(stored.get("naming")),
        )

"""Hens and nests as the keeper knows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from henbot.domain.observations import CameraId, HenId, NestId


class NestKind(StrEnum):
    """A box for laying, or the pole where hens spend the night."""

    NEST = "nest"
    ROOST = "roost"


class Fate(StrEnum):
    """Why a hen lives here no more."""

    MOVED = "moved"
    SOLD = "sold"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class Hen:
    """A bird with a permanent slug as id, which outlives renames and model versions.

    Attributes:
        names: her name by language; `und` (BCP 47, undetermined) serves for all of them.
        also: other ids that turned out to be hers, and the names that went with them.
    """

    id: HenId
    names: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    def name_in(self, language: str) -> str:
        """Her name in a language, else in any, else her id."""
        return localised(self.names, language, self.id)


@dataclass(frozen=True, slots=True)
class Nest:
    """A zone of a camera's picture."""

    id: NestId
    camera: CameraId
    kind: NestKind = NestKind.NEST
    names: Mapping[str, str] = field(default_factory=dict)

    def name_in(self, language: str) -> str:
        """Its name in a language, else in any, else its id."""
        return localised(self.names, language, self.id)


def localised(names: Mapping[str, str], language: str, otherwise: str) -> str:
    """A name in a language, else the one for all languages, else any, else `otherwise`."""
    return names.get(language) or names.get("und") or next(iter(names.values()), otherwise)

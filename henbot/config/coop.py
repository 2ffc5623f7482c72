"""`coop.yaml`: the coop as its keeper configures it."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr

from henbot.config.care import CareSection
from henbot.config.fields import (
    SLUG,
    UNDETERMINED,
    Duration,
    Hours,
    HoursByDay,
    Names,
    Polygon,
    Section,
    Timezone,
    name_in,
    wrong,
)
from henbot.config.learning import LearningSection
from henbot.config.posts import PostsSection
from henbot.config.sources import SourceConfig
from henbot.domain.observations import NOBODY, UNKNOWN, CameraId, HenId, NestId
from henbot.domain.people import Role
from henbot.domain.policies import QuietHours


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


Listed = TypeVar("Listed", bound=_Identified)


def _no_id_twice(listed: list[Listed]) -> list[Listed]:
    first: dict[str, int] = {}
    for index, item in enumerate(listed):
        if item.id in first:
            raise wrong(f"numbers {first[item.id]} and {index} have the same id `{item.id}`. Give one another id.")
        first[item.id] = index
    return listed


class Place(Section):
    """Where the coop is, in degrees, north and east positive: for sunrise and sunset."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class CoopSection(Section):
    """The coop itself.

    Attributes:
        watch: the hours in which the nests are watched; None means from sunrise to sunset, or 06:00 to 20:00 where no
            place is given.
        language: of the channel, and of a chat that has chosen none.
    """

    name: Annotated[str, Field(min_length=1, max_length=64)]
    timezone: Timezone
    watch: HoursByDay | None = None
    place: Place | None = None
    language: Literal["en", "ru"] = "en"


def _not_reserved(hen: HenId) -> HenId:
    if hen == UNKNOWN:
        raise wrong("`unknown` is henbot's word for a hen that it cannot name. Choose another id.")
    if hen == NOBODY:
        raise wrong("`nobody` is henbot's word for what is no hen. Choose another id.")
    return hen


class HenConfig(Section):
    """A hen. The file seeds the flock; from then on the database owns it.

    Attributes:
        names: her name by language; `name` in the file.
        look: what she looks like, for people.
        hatched: day or about; too young or too old a hen is not asked for eggs.
    """

    id: Annotated[HenId, SLUG, AfterValidator(_not_reserved)]
    names: Annotated[Names, Field(alias="name")]
    look: Annotated[str, Field(max_length=500)] = ""
    hatched: date | None = None

    def name_in(self, language: str) -> str:
        """Her name in a language, or the nearest there is."""
        return name_in(self.names, language)


class NestConfig(Section):
    """A zone of a camera's picture.

    Attributes:
        names: its name by language; its id where none is given.
        polygon: corners (x, y) in shares 0..1 of the picture's width and height.
        dummy_eggs: eggs of wood or clay that lie there for good, and are not counted.
    """

    id: Annotated[NestId, SLUG]
    kind: Literal["nest", "roost"] = "nest"
    names: Annotated[Names, Field(alias="name", default_factory=lambda read: {UNDETERMINED: read.get("id", "nest")})]
    polygon: Polygon
    dummy_eggs: Annotated[int, Field(ge=0, le=50)] = 0

    def name_in(self, language: str) -> str:
        """Its name in a language, or the nearest there is."""
        return name_in(self.names, language)


def _gap(read: Mapping[str, Any]) -> timedelta:
    return timedelta(minutes=45) if read.get("trigger") == "motion" else timedelta(minutes=2)


def _leave(read: Mapping[str, Any]) -> timedelta:
    return timedelta(seconds=30) if read.get("trigger") == "motion" else timedelta(seconds=60)


class CameraConfig(Section):
    """A camera and the nests that it sees.

    Attributes:
        trigger: `motion` where it gives pictures only when something moves, so that silence means stillness.
        trust_gap: longest silence over which nothing is thought to have changed (45 min with motion, else 2 min).
        leave_after: empty for this long, and she has left (30 s with motion, else 60 s).
    """

    id: Annotated[CameraId, SLUG]
    source: SourceConfig
    trigger: Literal["motion", "continuous"] = "continuous"
    trust_gap: Annotated[Duration, Field(default_factory=_gap)]
    leave_after: Annotated[Duration, Field(default_factory=_leave)]
    nests: Annotated[list[NestConfig], Field(min_length=1), AfterValidator(_no_id_twice)]


def _no_nest_twice(cameras: list[CameraConfig]) -> list[CameraConfig]:
    seen_by: dict[str, str] = {}
    for camera in cameras:
        for nest in camera.nests:
            if nest.id in seen_by:
                raise wrong(
                    f"the nest id `{nest.id}` is at camera `{seen_by[nest.id]}` and again at `{camera.id}`. Each nest "
                    "of the coop needs an id of its own."
                )
            seen_by[nest.id] = camera.id
    return cameras


def _read_channel(written: Any) -> Any:
    name = written.removeprefix("@") if isinstance(written, str) and written.startswith("@") else ""
    is_name = 5 <= len(name) <= 32 and name.isascii() and name.replace("_", "").isalnum()
    if is_name or (isinstance(written, int) and not isinstance(written, bool) and written != 0):
        return written
    raise wrong(
        'this is no channel. Write its number, like -1001234567890, or its public name in quotes, like "@hens".'
    )


UserId: TypeAlias = Annotated[int, Field(gt=0, lt=2**52)]
"""A person's number in Telegram."""


class CoopConfig(Section):
    """The whole file.

    Attributes:
        channel: the Telegram channel for posts: its number, or `@name`; None for no channel.
        owner: Telegram user id of the keeper, who says who may do what; None where the first link made one.
        admins: Telegram user ids of those who may correct and configure.
        family: Telegram user ids of those who may tell of eggs taken, and answer what the bot asks.
        quiet_hours: when nothing rings, in coop time.
        posts: what the channel is told.
        care: what admins are told is worth a look.
        learning: when henbot learns by itself, and how often it asks.
    """

    coop: CoopSection
    hens: Annotated[list[HenConfig], AfterValidator(_no_id_twice), Field(default_factory=list)]
    cameras: Annotated[
        list[CameraConfig], Field(min_length=1), AfterValidator(_no_id_twice), AfterValidator(_no_nest_twice)
    ]
    channel: Annotated[int | str, BeforeValidator(_read_channel)] | None = None
    owner: UserId | None = None
    admins: Annotated[list[UserId], Field(default_factory=list)]
    family: Annotated[list[UserId], Field(default_factory=list)]
    quiet_hours: Hours | None = None
    posts: Annotated[PostsSection, Field(default_factory=PostsSection)]
    care: Annotated[CareSection, Field(default_factory=CareSection)]
    learning: Annotated[LearningSection, Field(default_factory=LearningSection)]

    _folder: Path = PrivateAttr(default_factory=Path)

    @property
    def folder(self) -> Path:
        """The folder of the file, to which its paths are relative (those read here have been resolved)."""
        return self._folder

    @property
    def roles(self) -> dict[int, Role]:
        """Who has which role; of a person named twice the higher one."""
        owners = [] if self.owner is None else [self.owner]
        named = ((Role.FAMILY, self.family), (Role.ADMIN, self.admins), (Role.OWNER, owners))
        return {person: role for role, people in named for person in people}

    @property
    def quiet(self) -> QuietHours | None:
        """When nothing rings, as the domain has it."""
        hours = self.quiet_hours
        return QuietHours(hours.start, hours.end) if hours else None

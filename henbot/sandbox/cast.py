"""Who plays: the people who have a private chat with the bot, and the rooms (channels, groups) it is in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from henbot.domain.errors import HenbotError

CHANNEL_ID = -1001000000001
ADMIN_ID = 1001
SUBSCRIBER_ID = 2002

RoomKind = Literal["channel", "group", "supergroup"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a private chat with the bot; `started` is whether they have pressed Start already.

    A bot may not write first to a person who has not started it: the sandbox refuses with a 403, as Telegram does.
    """

    id: int
    name: str
    language: str = "en"
    username: str | None = None
    started: bool = True


@dataclass(frozen=True, slots=True)
class Room:
    """A channel or a group in which the bot is an administrator. The first of `admins` owns it."""

    id: int
    title: str
    kind: RoomKind = "channel"
    admins: tuple[int, ...] = ()
    members: tuple[int, ...] = ()
    username: str | None = None


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody and every room that a sandbox knows, and the bot's own name."""

    people: tuple[Person, ...]
    rooms: tuple[Room, ...] = ()
    bot_name: str = "henbot"
    bot_username: str = "henbot_sandbox_bot"

    def __post_init__(self) -> None:
        ids = [person.id for person in self.people] + [room.id for room in self.rooms]
        if len(ids) != len(set(ids)):
            raise HenbotError(
                f"The sandbox's cast holds an id twice: {sorted(ids)}. Give each person and room its own."
            )
        known = {person.id for person in self.people}
        for room in self.rooms:
            strangers = {*room.admins, *room.members} - known
            if strangers:
                raise HenbotError(f"Room {room.id} of the sandbox's cast names unknown people: {sorted(strangers)}.")

    def with_person(self, person: Person) -> Cast:
        """The same cast and one person more."""
        return replace(self, people=(*self.people, person))

    def with_room(self, room: Room) -> Cast:
        """The same cast and one room more."""
        return replace(self, rooms=(*self.rooms, room))


def default_cast(channel_title: str = "The coop", channel_id: int = CHANNEL_ID, admin_id: int = ADMIN_ID) -> Cast:
    """A channel, its admin (the keeper, who reads English) and a subscriber (Anna, who reads Russian)."""
    keeper = Person(admin_id, "Keeper", "en")
    anna = Person(SUBSCRIBER_ID, "Anna", "ru")
    channel = Room(channel_id, channel_title, "channel", admins=(keeper.id,), members=(anna.id,))
    return Cast(people=(keeper, anna), rooms=(channel,))

"""How hens, moments and verdicts are called in one language; names come out escaped for Telegram's HTML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from html import escape, unescape

from henbot.bot.language import Phrases
from henbot.domain.flock import Hen, Nest, NestKind
from henbot.domain.observations import UNKNOWN, HenId, NestId
from henbot.domain.verdicts import Verdict
from henbot.services.reports import BoutReport

LOOKS_LIKE = 0.4
"""Least probability from which on an unnamed hen is said to look like one of the flock. Our choice: below it, of
three hens, the guess would be wrong about as often as it is right."""

_TAG = re.compile(r"</?[a-z][^<>]*>")


@dataclass(frozen=True, slots=True)
class Wording:
    """A language, the coop's time zone, and what its hens and nests are called.

    Attributes:
        hens: by id, those that are gone too.
    """

    phrases: Phrases
    timezone: tzinfo
    hens: Mapping[HenId, Hen]
    nests: tuple[Nest, ...]

    def say(self, phrase: str, **arguments: str | int) -> str:
        """A phrase; arguments must be escaped already."""
        return self.phrases.say(phrase, **arguments)

    def time(self, at: datetime) -> str:
        """A time of day at the coop."""
        return self.phrases.time(at, self.timezone)

    def moment(self, at: datetime, today: date) -> str:
        """A time of day at the coop, with its date if that is not today."""
        day = at.astimezone(self.timezone).date()
        return self.time(at) if day == today else f"{self.phrases.day_of(day, today)}, {self.time(at)}"

    def name(self, hen: HenId) -> str:
        """A hen's name."""
        if hen == UNKNOWN:
            return self.say("hen-unknown")
        known = self.hens.get(hen)
        return escape(known.name_in(self.phrases.language) if known else hen, quote=False)

    def who(self, bout: BoutReport) -> str:
        """Whose bout it is, and whom she looks like if she could not be named."""
        like = looks_like(bout) if bout.hen == UNKNOWN else None
        return self.say("hen-unknown-like", hen=self.name(like)) if like else self.name(bout.hen)

    def nest_name(self, nest: NestId) -> str:
        """A nest's name."""
        known = next((one for one in self.nests if one.id == nest), None)
        return escape(known.name_in(self.phrases.language) if known else nest, quote=False)

    def nest_label(self, bout: BoutReport) -> str:
        """The nest's name where there are several to lay in; else nothing."""
        return self.nest_label_of(bout.nest)

    def nest_label_of(self, nest_id: NestId) -> str:
        """As `nest_label`, of a nest by its id."""
        laying = [nest for nest in self.nests if nest.kind is NestKind.NEST]
        found = [nest for nest in laying if nest.id == nest_id]
        return escape(found[0].name_in(self.phrases.language), quote=False) if found and len(laying) > 1 else ""

    @property
    def nests_number(self) -> str:
        """`one` or `several` nests, for choosing words."""
        return "several" if sum(nest.kind is NestKind.NEST for nest in self.nests) > 1 else "one"


def looks_like(bout: BoutReport) -> HenId | None:
    """The hen of the flock that an unnamed one resembles most, if she does so enough."""
    known = [(hen, probability) for hen, probability in bout.candidates if hen != UNKNOWN]
    hen, probability = max(known, key=lambda one: one[1], default=(UNKNOWN, 0.0))
    return hen if probability >= LOOKS_LIKE else None


def known_at(bout: BoutReport, now: datetime) -> BoutReport:
    """What was known of a bout at a moment: neither its end nor a verdict before it ended."""
    settled_at = bout.settled_at if bout.settled_at and bout.settled_at <= now else None
    if bout.left_at is None or bout.left_at <= now:
        return replace(bout, settled_at=settled_at)
    return replace(
        bout,
        settled_at=settled_at,
        left_at=None,
        last_seen_at=min(bout.last_seen_at, now),
        verdict=Verdict.UNSURE,
        egg_candidates=(),
    )


def verdict_words(bout: BoutReport, wording: Wording) -> str:
    """The verdict of a bout that is over."""
    if bout.verdict is Verdict.UNSURE and bout.egg_candidates:
        hens = wording.phrases.either([wording.name(hen) for hen in bout.egg_candidates])
        return wording.say("verdict-unsure-between", hens=hens)
    if bout.verdict is Verdict.NOT_LAID:
        return wording.say("verdict-not-laid-settled" if bout.settled_at else "verdict-not-laid-short")
    return wording.say(f"verdict-{'probably' if bout.verdict is Verdict.PROBABLY else bout.verdict.value}")


def times(bout: BoutReport, wording: Wording) -> str:
    """`came 9:26 · settled 9:31 · left 10:42`, and in which nest where there are several."""
    moments = [("came", bout.arrived_at), ("settled", bout.settled_at), ("left", bout.left_at)]
    parts = [wording.say(f"time-{kind}", at=wording.time(at)) for kind, at in moments if at is not None]
    return " · ".join([*parts, *filter(None, [wording.nest_label(bout)])])


def plain(text: str) -> str:
    """Telegram's HTML as plain text, for a terminal. People's words in it are escaped, so every tag is ours."""
    return unescape(_TAG.sub("", text))

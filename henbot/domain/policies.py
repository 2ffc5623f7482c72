"""What a chat wants to hear of: which facts, how sure they must be, when nothing may ring, and how it looks."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum


class PolicyKind(StrEnum):
    """How much a chat is told, the most first.

    `FIRST` is the first egg of a day and no more; `BOARD` is one message a day, edited as it goes.
    """

    ALL = "bouts and eggs"
    EGGS = "eggs only"
    FIRST = "first of the day"
    BOARD = "board"
    DIGEST = "digest only"


class Theme(StrEnum):
    """How a chat's charts look; `AUTO` is light by day and dark by night, as phones do it by themselves."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When nothing rings, every day in the coop's time; over midnight where `end` is the earlier, never if equal."""

    start: time
    end: time

    def __contains__(self, moment: time) -> bool:
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


NEVER_QUIET = QuietHours(time(0), time(0))
"""For a chat that wants to be rung at any hour, whatever the coop's own quiet hours are."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a chat wants to hear of.

    Attributes:
        least_confidence: how probable it must be who a hen is for her bout to be told, 0..1.
        unknown_only: only of hens that could not be named.
        rings: whether a sure egg may ring at all.
        cooldown: once an egg has rung, the eggs of so long join its message, which rings nobody; none: each egg rings.
        quiet: None for the coop's own quiet hours.
        digest: whether the evening's digest comes; with `DIGEST` it always does.
        digest_at: the coop's time of day for it; None for after sunset.
        weekly: whether Sunday's evening brings a digest of the week.
        corrects: whether an admin is told each bout in private, with buttons that correct it.
        theme: how charts look.
    """

    kind: PolicyKind = PolicyKind.ALL
    least_confidence: float = 0.0
    unknown_only: bool = False
    rings: bool = True
    cooldown: timedelta = timedelta()
    quiet: QuietHours | None = None
    digest: bool = True
    digest_at: time | None = None
    weekly: bool = True
    corrects: bool = True
    theme: Theme = Theme.AUTO

    def __post_init__(self) -> None:
        if not 0 <= self.least_confidence <= 1:
            raise ValueError(f"a confidence is from 0 to 1, got {self.least_confidence}")
        if self.cooldown < timedelta():
            raise ValueError(f"a cooldown is no negative time, got {self.cooldown}")

    @property
    def wants_digest(self) -> bool:
        """Whether the evening's digest comes."""
        return self.digest or self.kind is PolicyKind.DIGEST

    def may_ring(self, now: datetime, timezone: tzinfo, coop_quiet: QuietHours | None = None) -> bool:
        """Whether an egg rings at a moment.

        Args:
            coop_quiet: the coop's own quiet hours, for a chat that has set none.
        """
        quiet = self.quiet if self.quiet is not None else coop_quiet
        return self.rings and (quiet is None or now.astimezone(timezone).time() not in quiet)

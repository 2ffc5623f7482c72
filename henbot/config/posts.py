"""The section `posts` of `coop.yaml`: what the channel is told."""

from datetime import time, timedelta
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from henbot.config.fields import Duration, Section, read_time_of_day, wrong
from henbot.domain.policies import Policy, PolicyKind

SUNSET: Final = "after sunset"
NEVER: Final = "never"


def _read_digest(written: Any) -> Any:
    if isinstance(written, time) or written in (SUNSET, NEVER):
        return written
    at = read_time_of_day(written)
    if at is None:
        raise wrong(
            f'this is no time for the digest. Write {SUNSET}, {NEVER}, or a time of day in quotes, like "20:30".'
        )
    return at


Digest: TypeAlias = Annotated[time | Literal["after sunset", "never"], BeforeValidator(_read_digest)]


class PostsSection(Section):
    """What the channel is told.

    Attributes:
        tell: which facts.
        least_confidence: how probable it must be who a hen is for her bout to be told.
        unknown_only: only of hens that could not be named.
        rings: whether a sure egg may ring.
        cooldown: once an egg has rung, eggs of so long join its message.
        digest: when the evening's digest comes.
        weekly: whether Sunday's evening brings one of the week.
    """

    tell: Literal["bouts and eggs", "eggs only", "first of the day", "board", "digest only"] = "bouts and eggs"
    least_confidence: Annotated[float, Field(ge=0, le=1)] = 0.0
    unknown_only: bool = False
    rings: bool = True
    cooldown: Duration | None = None
    digest: Digest = "after sunset"
    weekly: bool = True

    @property
    def policy(self) -> Policy:
        """The same as the domain has it."""
        return Policy(
            kind=PolicyKind(self.tell),
            least_confidence=self.least_confidence,
            unknown_only=self.unknown_only,
            rings=self.rings,
            cooldown=self.cooldown or timedelta(),
            digest=self.digest != NEVER,
            digest_at=self.digest if isinstance(self.digest, time) else None,
            weekly=self.weekly,
        )

"""The evening's digests: looked for by the scheduler, given their charts, and put among the posts."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from henbot.bot.asking import CoopUnknown, coop_wording
from henbot.domain.errors import HenbotError
from henbot.domain.policies import Theme
from henbot.services.coop_clock import clock_setting, wall_now
from henbot.services.digests import Wanted, add_digest_picture, digest_look, digest_picture, want, wanted_digests
from henbot.services.media import MediaFolder
from henbot.services.subscriptions import Subscription
from henbot.storage.database import Database

T = TypeVar("T")

JPEG = b"\xff\xd8"
"""How a JPEG begins."""

log = structlog.get_logger(__name__)


class Painter(Protocol):
    """Draws a digest's chart, in a process of its own."""

    async def __call__(self, subject: str, subject_id: str, language: str, now: datetime, theme: Theme) -> bytes | None:
        """A PNG or JPEG; None where there is nothing to draw. Raises HenbotError where it cannot be drawn."""
        ...


@dataclass(frozen=True, slots=True)
class Evening:
    """Sees to it that each chat gets its digests, once, also if the bot was off when they were due.

    Attributes:
        chats: all that are written to.
        painter: None where charts cannot be drawn here.
    """

    database: Database
    media: Path
    chats: Callable[[Session], Mapping[int, Subscription]]
    painter: Painter | None = None

    async def look(self) -> None:
        """Put the digests that are due among the posts; then draw their charts, which are put in when ready."""
        try:
            due = await asyncio.to_thread(self._wanted)
            if due:
                await asyncio.to_thread(self._want, due)
                await self._paint(due)
        except (OperationalError, CoopUnknown) as exc:
            log.warning("digest.put_off", reason=f"{type(exc).__name__}: {exc}"[:200])

    def _wanted(self) -> list[Wanted]:
        with self.database.reading() as session:
            coop_wording(session)  # raises where there is no coop yet
            return wanted_digests(session, self.chats(session).values(), self._now(session))

    def _want(self, due: Sequence[Wanted]) -> None:
        with self.database.writing() as session:
            want(session, due)
            session.commit()

    async def _paint(self, due: Sequence[Wanted]) -> None:
        if self.painter is None:
            return
        for subject, subject_id, language, theme in await asyncio.to_thread(self._missing, due):
            try:
                now = await asyncio.to_thread(self._read_now)
                drawn = await self.painter(subject, subject_id, language, now, theme)
            except HenbotError as exc:
                log.warning("digest.without_chart", subject=subject, id=subject_id, reason=str(exc))
                continue
            if drawn:
                await asyncio.to_thread(self._keep, subject, subject_id, digest_look(language, theme), drawn)

    def _missing(self, due: Sequence[Wanted]) -> list[tuple[str, str, str, Theme]]:
        """Which charts are missing: subject, its id, language, theme."""
        with self.database.reading() as session:
            found = {
                (
                    one.subject,
                    one.subject_id,
                    coop_wording(session, one.chat.language).phrases.language,
                    one.chat.policy.theme,
                ): None
                for one in due
            }
            return [one for one in found if digest_picture(session, *one[:2], digest_look(*one[2:])) is None]

    def _keep(self, subject: str, subject_id: str, look: str, drawn: bytes) -> None:
        stored = MediaFolder(self.media).put(drawn, ".jpg" if drawn.startswith(JPEG) else ".png")
        with self.database.writing() as session:
            add_digest_picture(session, subject, subject_id, look, stored, self._now(session))
            session.commit()

    def _read_now(self) -> datetime:
        with self.database.reading() as session:
            return self._now(session)

    def _now(self, session: Session) -> datetime:
        return clock_setting(session).coop_time(wall_now())

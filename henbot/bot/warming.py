"""Reads beforehand what the first questions after a start would wait for, bit by bit, so that no answer waits."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from henbot.bot.asking import moment, respond
from henbot.bot.drawing import Drawing
from henbot.domain.errors import HenbotError
from henbot.services.eggs import eggs_between
from henbot.services.watching import coverage_by_day
from henbot.storage.database import Database
from henbot.storage.tables import BoutRow

FIRST_S = 3.0
"""After the start; what waited for the bot is answered by then."""

CHARTS_S = 15.0
"""After that: the drawing takes a second of the processor."""

QUESTIONS = (("who laid this year", "en"), ("кто снёсся за год", "ru"), ("visits yesterday", "en"))
"""What they read is what most answers read."""

_DAY = timedelta(days=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Warming:
    """What is done once, some seconds after the start.

    Attributes:
        drawing: what draws charts; None where it is not installed.
        first_s, charts_s: when; see `FIRST_S` and `CHARTS_S`.
    """

    database: Database
    drawing: Drawing | None
    first_s: float = FIRST_S
    charts_s: float = CHARTS_S

    async def run(self) -> None:
        """Do all of it; what fails is left to who asks, and to be told then."""
        await asyncio.sleep(self.first_s)
        try:
            await self._read()
            if self.drawing is not None:
                await asyncio.sleep(self.charts_s)
                await self.drawing.warm()
        except (HenbotError, SQLAlchemyError) as exc:
            log.info("warming.left", reason=str(exc))

    async def _read(self) -> None:
        for text, language in QUESTIONS:
            await _at_ease(partial(respond, self.database, text, language))
        for first, last in await asyncio.to_thread(self._months):
            await _at_ease(partial(self._month, first, last))

    def _months(self) -> list[tuple[date, date]]:
        """The first and last day of each month there is something of, the latest first."""
        with self.database.reading() as session:
            begin, today = _first_day(session), moment(session).date()
        return list(_months(begin, today)) if begin else []

    def _month(self, first: date, last: date) -> None:
        with self.database.reading() as session:
            now = moment(session)
            eggs_between(session, first, last, now)
            coverage_by_day(session, first, last, now)


async def _at_ease(step: Callable[[], object]) -> None:
    """Do a step, then rest for as long as it took."""
    began = time.monotonic()
    await asyncio.to_thread(step)
    await asyncio.sleep(time.monotonic() - began)


def _first_day(session: Session) -> date | None:
    begin = session.execute(select(BoutRow.arrived_at).order_by(BoutRow.arrived_at).limit(1)).scalar()
    return begin.date() if begin else None


def _months(begin: date, last: date) -> Iterator[tuple[date, date]]:
    while last >= begin:
        first = last.replace(day=1)
        yield first, last
        last = first - _DAY

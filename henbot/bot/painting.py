"""The charts of digests: eggs by hen up to the evening that is told."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from henbot.bot.answers.question import Asking
from henbot.bot.asking import coop_wording
from henbot.bot.chart_words import bars_until
from henbot.bot.drawing import ChartFailed, Drawing
from henbot.bot.questions import Intent, Question
from henbot.domain.charts import EggBars
from henbot.services.digests import WEEK
from henbot.storage.database import Database

EVENING_DAYS, WEEK_DAYS = 14, 7
"""Days on the chart of an evening, so that the day is seen among its neighbours, and on that of a week."""


@dataclass(frozen=True, slots=True)
class DigestPainter:
    """Draws a digest's chart, in a process of its own."""

    database: Database
    drawing: Drawing

    async def __call__(self, subject: str, subject_id: str, language: str, now: datetime) -> bytes | None:
        """A PNG; None where nothing is known yet. Raises HenbotError where it cannot be drawn."""
        chart = await asyncio.to_thread(self._chart, subject, date.fromisoformat(subject_id), language, now)
        if chart is None:
            return None
        (path,) = await self.drawing.draw([chart])
        try:
            return await asyncio.to_thread(path.read_bytes)
        except OSError as exc:
            raise ChartFailed(f"the chart cannot be read: {exc}") from exc

    def _chart(self, subject: str, day: date, language: str, now: datetime) -> EggBars | None:
        last, days = (day + timedelta(days=WEEK_DAYS - 1), WEEK_DAYS) if subject == WEEK else (day, EVENING_DAYS)
        with self.database.reading() as session:
            asking = Asking(session, Question(Intent.HEN_STATS), coop_wording(session, language), now)
            return bars_until(asking, last, days)

"""The chart of a digest: eggs of the last days by hen, with the day's best picture below it."""

import asyncio
import os
import sys
import tempfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from henbot.bot.answers import Asking
from henbot.bot.asking import coop_wording
from henbot.bot.chart_words import statistics
from henbot.bot.drawing import PASSED_ON, ChartFailed, Drawing
from henbot.bot.questions import Intent, Period, Question
from henbot.domain.charts import Chart, in_theme
from henbot.domain.policies import Theme
from henbot.services.digests import day_digest
from henbot.services.wishes import DIGEST
from henbot.storage.database import Database

DAYS = 7
"""Days that a digest's chart shows, the last of them the day itself."""

LONGEST_S = 20.0


@dataclass(frozen=True, slots=True)
class DigestPainter:
    """Has the charts of digests drawn, in processes of their own; see `henbot.bot.evening.Painter`."""

    database: Database
    media: Path
    drawing: Drawing

    async def __call__(self, subject: str, subject_id: str, language: str, now: datetime, theme: Theme) -> bytes | None:
        """The picture; None where there is nothing to draw. Raises HenbotError where it cannot be drawn."""
        chart, photo = await asyncio.to_thread(self._read, subject, date.fromisoformat(subject_id), language, now)
        if chart is None:
            return None
        [drawn] = await self.drawing.draw([in_theme(chart, theme)])
        if photo is not None and photo.is_file():
            return await _joined(drawn, photo)
        return await asyncio.to_thread(drawn.read_bytes)

    def _read(self, subject: str, day: date, language: str, now: datetime) -> tuple[Chart | None, Path | None]:
        with self.database.reading() as session:
            if subject != DIGEST:
                return _chart(session, Period(day, day + timedelta(days=DAYS - 1)), language, now), None
            best = day_digest(session, day, now).best
            chart = _chart(session, Period(day - timedelta(days=DAYS - 1), day), language, now)
            return chart, self.media / best.path if best else None


def _chart(session: Session, period: Period, language: str, now: datetime) -> Chart | None:
    question = Question(Intent.HEN_STATS, None, period)
    drawn = statistics(Asking(session, question, coop_wording(session, language), now), period)
    return drawn[0] if drawn else None


async def _joined(chart: Path, photo: Path) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "digest.jpg"
        command = [sys.executable, "-m", "henbot.charts.joined", str(chart), str(photo), str(out)]
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}  # no token, say
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL, env=kept)
        try:
            await asyncio.wait_for(process.wait(), LONGEST_S)
        except TimeoutError as exc:
            raise ChartFailed(f"joining took longer than {LONGEST_S:.0f} s") from exc
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        # Without the photograph, the chart is still worth something.
        return await asyncio.to_thread((out if process.returncode == 0 else chart).read_bytes)

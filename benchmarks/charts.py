"""How long a chart takes over ten years of twenty hens: from the question to the picture."""

import asyncio
import platform
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from benchmarks.answers import coop_of_ten_years
from henbot.bot.asking import charts_for, respond
from henbot.bot.drawing import Drawing
from henbot.domain.charts import Chart
from henbot.storage.database import Database

BAR_S = 2.0
"""Seconds that a chart may take."""

QUESTIONS = ("stats this month", "stats", "stats for the last ten years", "calendar", "calendar of Ginger")
NOW = datetime(2024, 11, 22, 19, 0, tzinfo=UTC)


@click.command()
@click.option("--database", type=click.Path(path_type=Path, dir_okay=False), help="Keep the simulated coop here.")
def main(database: Path | None) -> None:
    """Simulate ten years (some minutes) unless the database is there, and ask for every chart, twice."""
    with tempfile.TemporaryDirectory() as scratch:
        opened, _ = coop_of_ten_years(database or Path(scratch) / "ten-years.db")
        click.echo(f"{platform.machine()}, Python {platform.python_version()}, bar {BAR_S:g} s a chart\n")
        click.echo("| question | charts | read, s, first and then | drawn, s | a chart, s, of the bar |")
        click.echo("|---|---|---|---|---|")
        asyncio.run(_warm(opened, Path(scratch) / "warm"))
        for number, text in enumerate(QUESTIONS):
            first, charts = _read(opened, text)
            then, _ = _read(opened, text)
            drawn = asyncio.run(_drawn(charts, Path(scratch) / str(number)))
            each = (first + drawn) / len(charts)
            told = f"{first:.2f}, {then:.2f} | {drawn:.2f} | {each:.2f}, {each / BAR_S:.2f}"
            click.echo(f"| {text} | {len(charts)} | {told} |")
        opened.close()


def _read(database: Database, text: str) -> tuple[float, tuple[Chart, ...]]:
    charting = respond(database, text, at=NOW).charting
    assert charting is not None, f"{text} asks for charts"
    began = time.perf_counter()
    charts = charts_for(database, charting, at=NOW)
    return time.perf_counter() - began, charts


async def _warm(database: Database, folder: Path) -> None:
    """The first drawing ever looks for the machine's fonts."""
    await Drawing(folder).draw(_read(database, QUESTIONS[0])[1])


async def _drawn(charts: tuple[Chart, ...], folder: Path) -> float:
    began = time.perf_counter()
    await Drawing(folder).draw(charts)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()

"""How fast the bot answers over ten years of twenty hens: every question, in both languages."""

import platform
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import click
from rich.console import Console

from henbot.bot.asking import respond
from henbot.simulation import Setting, write_coop
from henbot.storage.database import Database, open_database
from henbot.storage.schema import migrate

BAR_MS = 50.0
"""Milliseconds that an answer may take at the 99th percentile."""

TEN_YEARS = Setting(hens=20, nests=6, first=date(2014, 11, 24), days=3652, visits=23.0, closely=False)
"""Some 1.2 million visits: with moults and broody weeks 23 on a laying day are 17 a day in the mean."""

LANGUAGES = ("en", "ru")

QUESTIONS: Mapping[str, tuple[str, str]] = {
    "who_laid today": ("who laid today", "кто сегодня снёсся"),
    "who_laid this year": ("who laid this year", "кто нёсся в этом году"),
    "did_hen_lay": ("did Ginger lay yesterday", "Рыжуха вчера неслась?"),
    "last_egg": ("when did Snow last lay", "когда последний раз неслась Снежка"),
    "egg_count, all": ("how many eggs in the last ten years", "сколько яиц за последние 10 лет"),
    "egg_count, month": ("how many eggs this month", "сколько яиц в этом месяце"),
    "hen_stats": ("how is Pearl doing", "статистика Жемчужины"),
    "flock_list": ("what hens do you know", "какие у тебя куры"),
    "now_in_nest": ("who is in the nest", "кто сейчас в гнезде"),
    "visits": ("who visited the nest today", "кто сегодня заходил в гнездо"),
    "next_egg": ("who will lay next", "кто следующий снесётся"),
    "suspects": ("who does not lay", "кто не несётся"),
    "ledger": ("how many eggs were collected this month", "сколько яиц собрали в этом месяце"),
    "why": ("why do you think Ginger laid", "почему ты думаешь, что Рыжуха снеслась"),
    "coverage": ("what did the camera see this month", "сколько ты видел в этом месяце"),
    "help": ("help", "помощь"),
}


@click.command()
@click.option("--database", type=click.Path(path_type=Path, dir_okay=False), help="Keep the simulated coop here.")
@click.option("--times", default=100, show_default=True, help="How often each question is asked.")
def main(database: Path | None, times: int) -> None:
    """Simulate ten years (some minutes) unless the database is there, and ask every question again and again."""
    with tempfile.TemporaryDirectory() as scratch:
        path = database or Path(scratch) / "ten-years.db"
        opened = _coop(path)
        now = datetime(2024, 11, 22, 19, 0, tzinfo=UTC)
        click.echo(
            f"{times} times each, {platform.machine()}, Python {platform.python_version()}, bar {BAR_MS:.0f} ms\n"
        )
        click.echo("| question | English, median and 99th percentile, ms | Russian | of the bar |\n|---|---|---|---|")
        for name, asked in QUESTIONS.items():
            pairs = zip(asked, LANGUAGES, strict=True)
            found = [_percentiles(opened, text, language, now, times) for text, language in pairs]
            worst = max(p99 for _, p99 in found)
            told = " | ".join(f"{median:.1f}, {p99:.1f}" for median, p99 in found)
            click.echo(f"| {name} | {told} | {worst / BAR_MS:.2f} |")
        opened.close()


def _coop(path: Path) -> Database:
    url = f"sqlite:///{path}"
    is_new = not path.exists()
    migrate(url)
    database = open_database(url)
    if is_new:
        Console(stderr=True).print("Simulating ten years of twenty hens ...")
        with database.writing() as session:
            write_coop(session, TEN_YEARS)
            session.commit()
    return database


def _percentiles(database: Database, text: str, language: str, now: datetime, times: int) -> tuple[float, float]:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        respond(database, text, language, now)
        taken.append(1000 * (time.perf_counter() - began))
    taken.sort()
    return taken[len(taken) // 2], taken[min(len(taken) - 1, int(0.99 * len(taken)))]


if __name__ == "__main__":
    main()

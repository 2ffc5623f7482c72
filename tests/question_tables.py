"""Tables of questions with what they mean, the hens they are about, and the day on which they are asked."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from henbot.bot.questions import Intent, understand
from henbot.domain.observations import HenId

TUESDAY = date(2016, 10, 4)
HENS = {
    "Ginger": HenId("ginger"),
    "Рыжуха": HenId("ginger"),
    "Blanche": HenId("blanche"),
    "Бланш": HenId("blanche"),
    "Olive": HenId("olive"),
    "Олив": HenId("olive"),
    "Pepper": HenId("pepper"),
    "Перчинка": HenId("pepper"),
}
SATURDAY = date(2026, 11, 21)
OTHER_HENS = {
    "Honey": HenId("honey"), "Милка": HenId("honey"), "Daisy": HenId("daisy"), "Ромашка": HenId("daisy"),
    "Henrietta": HenId("henrietta"), "Генриетта": HenId("henrietta"), "Snowball": HenId("snowball"),
    "Снежка": HenId("snowball"), "Zorka": HenId("zorka"), "Зорька": HenId("zorka"), "Marusya": HenId("marusya"),
    "Маруся": HenId("marusya"), "Mrs Cluck": HenId("cluck"), "Пеструшка": HenId("cluck"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A question with what it means: intent, hen, first and last day, empty where there is none."""

    table: str
    language: str
    question: str
    meaning: tuple[str, str, str, str]

    @property
    def today(self) -> date:
        """The day on which it is asked."""
        return SATURDAY if self.table == "questions_other_hens" else TUESDAY

    @property
    def hens(self) -> Mapping[str, HenId]:
        """The hens of the flock."""
        return OTHER_HENS if self.table == "questions_other_hens" else HENS

    @property
    def understood(self) -> tuple[str, str, str, str]:
        """What is understood of it."""
        return meaning_of(self.question, self.today, self.hens)


def meaning_of(text: str, today: date = TUESDAY, hens: Mapping[str, HenId] = HENS) -> tuple[str, str, str, str]:
    """What `henbot ask --explain` says of a text, as in the tables."""
    question = understand(text, today, hens)
    if question is None:
        return (Intent.OFF_TOPIC.value, "", "", "")
    period = question.period
    days = (period.first.isoformat(), period.last.isoformat()) if period else ("", "")
    return (question.intent.value, question.hen or "", *days)


def rows_of(table: str) -> list[Row]:
    """The questions of a table."""
    with (Path(__file__).parent / f"{table}.csv").open(encoding="utf-8") as file:
        return [
            Row(table, row["language"], row["question"], (row["intent"], row["hen"], row["from"], row["to"]))
            for row in csv.DictReader(file)
        ]

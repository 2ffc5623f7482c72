"""Questions of every kind in both languages, about a simulated flock, for the benchmark and for tests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from henbot.bot.questions import Intent

QUESTIONS: Mapping[Intent, Mapping[str, tuple[str, ...]]] = {
    Intent.WHO_LAID: {
        "en": (
            "who laid today?",
            "who laid yesterday",
            "who laid this week",
            "who laid last month",
            "who laid this year",
        ),
        "ru": ("кто снёсся сегодня?", "кто нёсся вчера", "кто нёсся за неделю", "кто нёсся в прошлом месяце"),
    },
    Intent.DID_HEN_LAY: {
        "en": ("did {hen} lay today?", "did {hen} lay on Monday", "did {hen} lay last week"),
        "ru": ("{hen} снеслась сегодня?", "{hen} снеслась вчера?", "{hen} неслась на прошлой неделе?"),
    },
    Intent.LAST_EGG: {
        "en": ("when did {hen} last lay", "who laid the last egg"),
        "ru": ("когда {hen} снеслась последний раз", "кто снёсся последним"),
    },
    Intent.EGG_COUNT: {
        "en": ("how many eggs today", "how many eggs this week", "how many eggs ever", "how many eggs did {hen} lay"),
        "ru": ("сколько яиц сегодня", "сколько яиц за месяц", "сколько яиц за год", "сколько яиц снесла {hen}"),
    },
    Intent.HEN_STATS: {"en": ("{hen}'s stats",), "ru": ("статистика {hen}",)},
    Intent.FLOCK_LIST: {"en": ("list my hens",), "ru": ("какие у нас куры",)},
    Intent.NOW_IN_NEST: {
        "en": ("who is in the nest now", "is {hen} in the nest"),
        "ru": ("кто сейчас в гнезде", "{hen} сейчас в гнезде?"),
    },
    Intent.VISITS: {
        "en": ("who visited the nest today", "how often did {hen} visit the nest this month", "all visits"),
        "ru": ("кто был в гнезде сегодня", "сколько раз {hen} была в гнезде за неделю", "все визиты"),
    },
    Intent.NEXT_EGG: {
        "en": ("who is due", "when will {hen} lay next"),
        "ru": ("кто следующий снесётся", "когда {hen} снесётся"),
    },
    Intent.SUSPECTS: {
        "en": ("who is not laying?", "why is {hen} not laying"),
        "ru": ("кто не несётся?", "почему {hen} не несётся"),
    },
    Intent.LEDGER: {
        "en": (
            "were the eggs collected today",
            "were the eggs collected this month",
            "were the eggs collected this year",
        ),
        "ru": ("яйца сегодня собрали?", "сколько яиц собрали за неделю", "сколько яиц собрали за год"),
    },
    Intent.WHY: {
        "en": ("why do you think {hen} laid", "why do you think so"),
        "ru": ("почему ты думаешь, что {hen} снеслась", "почему ты так решил"),
    },
    Intent.COVERAGE: {
        "en": ("was the camera on today", "how much did you watch this year"),
        "ru": ("камера сегодня работала?", "сколько ты видел за год"),
    },
    Intent.HELP: {"en": ("what can you do?",), "ru": ("что ты умеешь?",)},
    Intent.OFF_TOPIC: {"en": ("what is the weather like",), "ru": ("какая погода",)},
}
"""By intent and language; `{hen}` stands for a hen's name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to ask; `{hen}` in its text stands for a hen's name."""

    intent: Intent
    language: str
    text: str


def all_asked() -> Iterator[Asked]:
    """Each question in each language."""
    for intent, by_language in QUESTIONS.items():
        for language, texts in by_language.items():
            for text in texts:
                yield Asked(intent, language, text)

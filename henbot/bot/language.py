"""Languages: a folder of Fluent files each, found by looking; dates, times and lists by Babel."""

from collections.abc import Sequence
from datetime import date as Day  # noqa: N812 - a method here is called `date`
from datetime import datetime, tzinfo
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from babel import Locale
from babel.dates import format_date, format_interval, format_time
from babel.lists import format_list
from babel.numbers import format_decimal
from fluent.runtime import FluentBundle, FluentResource

from henbot.domain.errors import HenbotError

DEFAULT = "en"
"""The language that is complete, and that is spoken where no other fits."""


class PhraseMissing(HenbotError):
    """A phrase that no language file holds, or that lacks an argument: a mistake in the program."""


class Phrases:
    """What the bot says in one language. Arguments go in as they are: escape what people wrote."""

    def __init__(self, language: str, bundle: FluentBundle) -> None:
        self.language = language
        self._bundle = bundle
        self._locale = Locale.parse(self.say("locale"))

    def say(self, phrase: str, **arguments: str | int) -> str:
        """A phrase with its arguments.

        Raises:
            PhraseMissing: there is no such phrase, or an argument of it is missing.
        """
        if not self._bundle.has_message(phrase):
            raise PhraseMissing(f"the language {self.language} has no phrase `{phrase}`: add it to its locales folder")
        pattern = self._bundle.get_message(phrase).value
        if pattern is None:
            raise PhraseMissing(f"the phrase `{phrase}` of the language {self.language} is empty")
        text, errors = self._bundle.format_pattern(pattern, arguments)
        if errors:
            raise PhraseMissing(f"the phrase `{phrase}` of the language {self.language} cannot be said: {errors[0]}")
        return str(text)

    def time(self, at: datetime, timezone: tzinfo) -> str:
        """A time of day there."""
        return format_time(at.astimezone(timezone), self.say("time-pattern"), locale=self._locale)

    def date(self, day: Day, today: Day) -> str:
        """A date with its weekday, and with its year if that is not today's; it may begin a sentence."""
        pattern = "date-pattern" if day.year == today.year else "date-pattern-year"
        return capitalised(format_date(day, self.say(pattern), locale=self._locale))

    def short_date(self, day: Day) -> str:
        """A date in a list."""
        return str(format_date(day, self.say("date-pattern-short"), locale=self._locale))

    def day_of(self, day: Day, today: Day) -> str:
        """Today, yesterday, tomorrow, or a date without its weekday; within a sentence."""
        near = {0: "day-name-today", 1: "day-name-yesterday", -1: "day-name-tomorrow"}.get((today - day).days)
        return self.say(near) if near else self.date_within(day, today)

    def date_within(self, day: Day, today: Day) -> str:
        """A date without its weekday, and with its year if that is not today's."""
        pattern = "date-pattern-day" if day.year == today.year else "date-pattern-day-year"
        return str(format_date(day, self.say(pattern), locale=self._locale))

    def number(self, value: float) -> str:
        """A number with at most one decimal."""
        return str(format_decimal(value, "0.#", locale=self._locale))

    def span(self, first: Day, last: Day, today: Day) -> str:
        """Days from one to another; with the year if that is not today's."""
        if first == last:
            return self.date(first, today)
        skeleton = "MMMMd" if first.year == last.year == today.year else "yMMMMd"
        return str(format_interval(first, last, skeleton, locale=self._locale))

    def month(self, day: Day, *, with_year: bool) -> str:
        """A month's name, short."""
        pattern = "LLL y" if with_year else "LLLL"
        return capitalised(format_date(day, pattern, locale=self._locale).replace(".", ""))

    @property
    def first_weekday(self) -> int:
        """The day that weeks begin with; Monday is 0."""
        return int(self._locale.first_week_day)

    def weekdays(self) -> tuple[str, ...]:
        """Short names of the weekdays, in the order of a calendar."""
        names = self._locale.days["stand-alone"]["short"]
        return tuple(capitalised(str(names[(self.first_weekday + number) % 7])[:2]) for number in range(7))

    def listed(self, names: Sequence[str]) -> str:
        """`A, B and C`."""
        return format_list(list(names), style="standard", locale=self._locale) if names else ""

    def either(self, names: Sequence[str]) -> str:
        """`A, B or C`."""
        return format_list(list(names), style="or", locale=self._locale) if names else ""


def capitalised(text: str) -> str:
    """The text with a capital first letter, and all others as they are."""
    return text[:1].upper() + text[1:]


@cache
def languages() -> tuple[str, ...]:
    """All languages that have a folder, the default first."""
    found = sorted(folder.name for folder in _folder().iterdir() if folder.is_dir() and folder.name.isalpha())
    return (DEFAULT, *(language for language in found if language != DEFAULT))


@cache
def phrases(language: str) -> Phrases:
    """The phrases of a language; read once."""
    bundle = FluentBundle([language], use_isolating=False)
    for file in sorted(_folder().joinpath(language).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".ftl"):
            bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))
    return Phrases(language, bundle)


def best_language(*wanted: str | None) -> str:
    """The first wanted language (a BCP 47 tag like `ru` or `en-GB`) that there is, else the default."""
    tags = ((tag or "").replace("_", "-").split("-")[0].lower() for tag in wanted)
    return next((tag for tag in tags if tag in languages()), DEFAULT)


def _folder() -> Traversable:
    return resources.files("henbot.bot").joinpath("locales")

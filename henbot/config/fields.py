"""Kinds of fields in `coop.yaml`: each is read from what a keeper writes, and says what is wrong and what to write."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from difflib import get_close_matches
from types import MappingProxyType
from typing import Annotated, Any, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

import pytimeparse2
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

UNDETERMINED = "und"
"""The language (BCP 47) of a name that was given without one: it serves for all."""

WRONG = "henbot"
"""Type of the errors whose text is ours and tells the remedy."""


def wrong(sentence: str) -> PydanticCustomError:
    """An error for the keeper's eyes. The sentence must not hold a secret."""
    return PydanticCustomError(WRONG, "{sentence}", {"sentence": sentence})


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A sentence with the known word that is meant, or with all of them; empty where there are none."""
    close = get_close_matches(word.casefold(), known, n=1)
    if close:
        return f"Did you mean `{close[0]}`?"
    return f"Known here: {', '.join(known)}." if known else ""


class Section(BaseModel):
    """A part of the file. Unknown keys are errors, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class DailyHours:
    """A stretch of every day in coop time, from `start` to before `end`; over midnight where `end` is the earlier."""

    start: time
    end: time

    def __contains__(self, moment: time) -> bool:
        if self.start < self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


_TIME = re.compile(r"(\d{1,2}):(\d{2})")


def read_time_of_day(written: Any) -> time | None:
    """A time of day like `20:30`; None of anything else."""
    found = _TIME.fullmatch(written.strip()) if isinstance(written, str) else None
    hour, minute = map(int, found.groups()) if found else (24, 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-\u2013]\s*(\d{1,2}):(\d{2})")


def _read_hours(written: Any) -> Any:
    if isinstance(written, DailyHours):
        return written
    remedy = 'Write two times of day in quotes, like "07:00-18:45".'
    found = _HOURS.fullmatch(written.strip()) if isinstance(written, str) else None
    if not found:
        raise wrong(f"these are no hours of the day. {remedy}")
    hour1, minute1, hour2, minute2 = map(int, found.groups())
    try:
        hours = DailyHours(time(hour1, minute1), time(hour2, minute2))
    except ValueError as exc:
        raise wrong(f"there is no such time of day. {remedy}") from exc
    if hours.start == hours.end:
        raise wrong(f"the hours begin and end at the same time. {remedy}")
    return hours


def _within_a_day(hours: DailyHours) -> DailyHours:
    if hours.start > hours.end:
        raise wrong('these hours end before they begin. Write the earlier time first, like "07:00-18:45".')
    return hours


Hours: TypeAlias = Annotated[DailyHours, BeforeValidator(_read_hours)]
HoursByDay: TypeAlias = Annotated[DailyHours, BeforeValidator(_read_hours), AfterValidator(_within_a_day)]


def _read_duration(written: Any) -> Any:
    if isinstance(written, timedelta):
        return written
    # A bare number has no unit, and "1:30" may be minutes or hours: both are refused.
    clear = isinstance(written, str) and re.search("[a-zA-Z]", written) and ":" not in written
    seconds = pytimeparse2.parse(written.strip()) if clear else None
    if not isinstance(seconds, int | float) or seconds <= 0:
        raise wrong("this is no duration. Write a number with its unit, like 45 min, 60 s or 1 h 30 min.")
    if seconds > timedelta(days=7).total_seconds():
        raise wrong("this is longer than a week. Write a shorter duration, like 45 min.")
    return timedelta(seconds=seconds)


Duration: TypeAlias = Annotated[timedelta, BeforeValidator(_read_duration)]


def _read_timezone(written: Any) -> Any:
    if isinstance(written, ZoneInfo):
        return written
    remedy = "Write a name like Europe/Berlin (a list: Wikipedia, `tz database time zones`)."
    if not isinstance(written, str):
        raise wrong(f"this is no time zone. {remedy}")
    zones = {zone.casefold(): zone for zone in available_timezones()}
    zone = zones.get(written.strip().casefold())
    if zone is None:
        close = get_close_matches(written.casefold(), zones, n=1)
        raise wrong(f"there is no such time zone. {f'Did you mean {zones[close[0]]}?' if close else remedy}")
    return ZoneInfo(zone)


Timezone: TypeAlias = Annotated[ZoneInfo, BeforeValidator(_read_timezone)]

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


def _read_slug(written: Any) -> Any:
    if not isinstance(written, str) or not _SLUG.fullmatch(written):
        raise wrong(
            "an id is 1 to 32 small Latin letters, digits, - or _, like ginger or nest-2 "
            "(an id of digits alone wants quotes). It never changes; the name may."
        )
    return written


SLUG = BeforeValidator(_read_slug)
"""Reads an id: with it stands the id's own type."""

_LANGUAGE = re.compile(r"[a-z]{2,3}")


def _read_names(written: Any) -> Any:
    names = {UNDETERMINED: written} if isinstance(written, str) else written
    if not isinstance(names, Mapping) or not names:
        raise wrong("a name is a word in quotes, or one for each language: {en: Ginger, ru: Рыжуха}.")
    for language, name in names.items():
        if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
            raise wrong(f"`{language}` is no language. Write its two small letters, like en or ru.")
        if not isinstance(name, str) or not name.strip() or len(name) > 64 or not name.isprintable():
            raise wrong(
                f"the name for `{language}` must be 1 to 64 letters on one line (in quotes, if it is a number)."
            )
    return MappingProxyType({language: name.strip() for language, name in names.items()})


Names: TypeAlias = Annotated[Mapping[str, str], BeforeValidator(_read_names)]


def name_in(names: Mapping[str, str], language: str) -> str:
    """The name in a language; else the one for all languages, the English one, or the first."""
    for wanted in (language, UNDETERMINED, "en"):
        if wanted in names:
            return names[wanted]
    return next(iter(names.values()))


Point: TypeAlias = tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]]


def _read_polygon(written: Any) -> Any:
    remedy = "Write at least 3 corners, like [[0, 0], [1, 0], [1, 1], [0, 1]]."
    if not isinstance(written, Sequence) or isinstance(written, str):
        raise wrong(f"this is no polygon. {remedy}")
    if len(written) < 3:
        raise wrong(f"a polygon has 3 corners or more, here are {len(written)}. {remedy}")
    for corner in written:
        if not isinstance(corner, Sequence) or len(corner) != 2 or not all(_is_number(value) for value in corner):
            raise wrong(f"a corner is two numbers, x to the right and y down. {remedy}")
        if not all(0 <= value <= 1 for value in corner):
            raise wrong(
                f"the corner {list(corner)} lies outside the picture. Corners are shares of its width and height, "
                "0 to 1: divide pixels by them."
            )
    if _area(written) < 1e-4:
        raise wrong(f"this polygon has no area: its corners are on one line, or its sides cross. {remedy}")
    return tuple((float(x), float(y)) for x, y in written)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _area(corners: Sequence[Sequence[float]]) -> float:
    """Share of the picture, by the shoelace formula."""
    following = [*corners[1:], corners[0]]
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(corners, following, strict=True))) / 2


Polygon: TypeAlias = Annotated[tuple[Point, ...], BeforeValidator(_read_polygon)]

_PROBE = datetime(2016, 10, 4, 21, 42, 13)  # noqa: DTZ001 - names of files are in coop time, which this has none of


def _read_timestamp(written: Any) -> Any:
    if written in ("none", "exif", "mtime"):
        return written
    remedy = (
        "Write how the file names tell the time, without their ending (%Y year, %m month, %d day, %H hour, %M minute, "
        "%S second), like %Y%m%d%H%M%S in quotes; or exif, mtime or none."
    )
    if not isinstance(written, str) or "%" not in written:
        raise wrong(f"this tells no time. {remedy}")
    try:
        read = datetime.strptime(_PROBE.strftime(written), written)  # noqa: DTZ007 - as above
    except ValueError as exc:
        raise wrong(f"this pattern cannot be read. {remedy}") from exc
    if read.replace(minute=42, second=13) != _PROBE:
        raise wrong(f"this pattern does not tell the whole date and the hour. {remedy}")
    return written


Timestamp: TypeAlias = Annotated[str, BeforeValidator(_read_timestamp)]

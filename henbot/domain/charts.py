"""Charts as they are asked for: numbers and finished words, to be drawn elsewhere. Languages are the asker's affair."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Literal, TypeAlias, TypeVar

from henbot.domain.policies import Theme

LOOK = 4
"""Counted up when charts are drawn differently, so that pictures kept from before are not shown."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a chart.

    Attributes:
        dark: light on dark, for a phone in the evening.
        unwatched: what the hatching is called.
    """

    title: str
    subtitle: str
    unwatched: str
    dark: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers of one hen, one for each column; or of those that are nobody's for sure."""

    name: str
    values: tuple[int, ...]
    nobody: bool = False


@dataclass(frozen=True, slots=True)
class EggBars:
    """Eggs a day, week or month, by hen, on top of each other.

    Attributes:
        columns: what each column is called.
        watched: share of each column's watch hours that was watched, 0..1.
        nothing: said where there are no eggs at all.
    """

    frame: Frame
    columns: tuple[str, ...]
    watched: tuple[float, ...]
    series: tuple[Series, ...]
    nothing: str
    kind: Literal["bars"] = "bars"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of a calendar.

    Attributes:
        eggs: None for a day that is not over, or of which nothing can be known.
        watched: share of its watch hours that was watched, 0..1.
        probably: the eggs were not seen, but told by time alone.
    """

    eggs: int | None
    watched: float
    probably: bool = False


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """A month of a calendar; `starts_on` is the column of its first day, 0..6."""

    name: str
    starts_on: int
    days: tuple[CalendarDay, ...]


@dataclass(frozen=True, slots=True)
class EggCalendar:
    """Eggs of each day, as colours.

    Attributes:
        weekdays: their seven short names, in the order of the columns.
        none, probably: what a day without an egg, and one with a probable one, are called.
        eggs: what the scale is called.
    """

    frame: Frame
    weekdays: tuple[str, ...]
    months: tuple[CalendarMonth, ...]
    none: str
    probably: str
    eggs: str
    kind: Literal["calendar"] = "calendar"


@dataclass(frozen=True, slots=True)
class HourRose:
    """Eggs by the hour of the day, as a clock of 24 hours.

    Attributes:
        hours: eggs of each hour, 24.
        watched: share of each hour that was watched, 24; 0..1.
        labels: what the hours 0, 3, ... 21 are called.
    """

    frame: Frame
    hours: tuple[int, ...]
    watched: tuple[float, ...]
    labels: tuple[str, ...]
    kind: Literal["rose"] = "rose"


@dataclass(frozen=True, slots=True)
class NestTime:
    """Time on the nest, one bar for each hen.

    Attributes:
        names: of the hens.
        minutes: of each, a watched day.
        words: the same, in words.
    """

    frame: Frame
    names: tuple[str, ...]
    minutes: tuple[float, ...]
    words: tuple[str, ...]
    kind: Literal["nest_time"] = "nest_time"


@dataclass(frozen=True, slots=True)
class CurveLine:
    """Shares 0..1 of a learning curve, one for each of its points; None where nothing could be learned."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """How much is right the more labels are learned from.

    Attributes:
        points: what each point is called, in lines.
    """

    frame: Frame
    points: tuple[str, ...]
    lines: tuple[CurveLine, ...]
    kind: Literal["curve"] = "curve"


Chart: TypeAlias = EggBars | EggCalendar | HourRose | NestTime | LearningCurve


AnyChart = TypeVar("AnyChart", bound=Chart)


def in_theme(chart: AnyChart, theme: Theme) -> AnyChart:
    """The chart as somebody wants to see it; `AUTO` leaves it as it is."""
    if theme is Theme.AUTO:
        return chart
    return replace(chart, frame=replace(chart.frame, dark=theme is Theme.DARK))


def written(chart: Chart) -> str:
    """A chart as one line of JSON."""
    return json.dumps(asdict(chart), ensure_ascii=False, sort_keys=True)


def content_name(chart: Chart) -> str:
    """The file name that a chart has by its content."""
    return hashlib.sha256(f"{LOOK}\n{written(chart)}".encode()).hexdigest() + ".png"

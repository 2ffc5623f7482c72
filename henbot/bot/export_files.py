"""Eggs as files: tables for a spreadsheet (CSV) and egg days for a calendar (iCalendar, RFC 5545)."""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from henbot.bot.wording import Wording, plain
from henbot.domain.observations import UNKNOWN, HenId
from henbot.domain.verdicts import Verdict
from henbot.services.eggs import Egg
from henbot.services.exporting import ExportedDay, ExportedEgg

BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A cell that begins so is run by a spreadsheet (OWASP, "CSV Injection"): an apostrophe before it makes it text."""

EGG_COLUMNS = ("date", "time", "hen_id", "hen", "how_sure", "may_be", "nest", "place", "eggs", "not_for_eating")
DAY_COLUMNS = ("date", "watched_percent", "laid", "probably", "unsure", "found_outside")

ENCODING = "utf-8-sig"
"""With a byte order mark, by which spreadsheets know that it is no older code page."""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file to send."""

    name: str
    content: bytes


def eggs_csv(days: Sequence[ExportedDay], wording: Wording) -> NamedFile:
    """A line an egg."""
    rows = [_egg_cells(one, wording) for day in days for one in day.eggs]
    return NamedFile(f"eggs-{_span(days)}.csv", csv_table(EGG_COLUMNS, rows))


def days_csv(days: Sequence[ExportedDay], *, with_collections: bool) -> NamedFile:
    """A line a day; cells stay empty where nothing can be said of it.

    Args:
        with_collections: also how many eggs people took, which tells when somebody is at home.
    """
    columns = (*DAY_COLUMNS, "collected") if with_collections else DAY_COLUMNS
    return NamedFile(f"days-{_span(days)}.csv", csv_table(columns, (_day_cells(day, with_collections) for day in days)))


def eggs_ics(days: Sequence[ExportedDay], wording: Wording, now: datetime) -> NamedFile:
    """A day with eggs is an event of the whole day; brought in again later, it replaces itself."""
    calendar = Calendar()
    calendar.add("prodid", "-//henbot//eggs//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "henbot 🥚")
    mark = hashlib.sha256(",".join(sorted(wording.hens)).encode()).hexdigest()[:12]
    for day in days:
        if day.eggs:
            calendar.add_component(_event(day, wording, mark, now))
    return NamedFile(f"eggs-{_span(days)}.ics", calendar.to_ical())


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(BEGINS_FORMULA) else text


def csv_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as a spreadsheet reads it."""
    written = io.StringIO(newline="")
    table = csv.writer(written)
    table.writerow(columns)
    table.writerows(rows)
    return written.getvalue().encode(ENCODING)


def _egg_cells(one: ExportedEgg, wording: Wording) -> list[str]:
    egg = one.egg
    known = "found" if egg.nest is None else egg.verdict.value
    return [
        egg.day.isoformat(),
        egg.at.astimezone(wording.timezone).strftime("%H:%M") if egg.nest else "",
        egg.hen if egg.hen != UNKNOWN else "",
        harmless(_name(egg.hen, wording)) if egg.hen != UNKNOWN else "",
        known,
        harmless("; ".join(_name(hen, wording) for hen in egg.candidates)),
        harmless(plain(wording.nest_name(egg.nest)) if egg.nest else ""),
        harmless(egg.place),
        str(egg.eggs),
        {True: "yes", None: "perhaps", False: ""}[one.withheld],
    ]


def _day_cells(day: ExportedDay, with_collections: bool) -> list[str]:
    percent = f"{int(day.coverage.share * 100)}" if day.coverage and day.coverage.hours else ""
    tally = day.tally
    counts = [str(number) for number in (tally.laid, tally.probably, tally.unsure, day.found)]
    cells = [day.day.isoformat(), percent, *(counts if day.is_known else [""] * len(counts))]
    return [*cells, str(day.collected)] if with_collections else cells


def _event(day: ExportedDay, wording: Wording, mark: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{day.day.isoformat()}-{mark}@henbot")
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("dtstart", day.day)
    event.add("dtend", day.day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    number = sum(one.egg.eggs for one in day.eggs)
    whose = ", ".join(dict.fromkeys(_whose(one.egg, wording) for one in day.eggs))
    event.add("summary", plain(wording.say("export-event", number=number, hens=whose)))
    if day.coverage and not day.coverage.enough:
        event.add("description", wording.say("export-watched", percent=int(day.coverage.share * 100)))
    return event


def _whose(egg: Egg, wording: Wording) -> str:
    name = wording.say("export-somebody") if egg.hen not in wording.hens else _name(egg.hen, wording)
    return wording.say("export-probably", hen=name) if egg.verdict is Verdict.PROBABLY else name


def _name(hen: HenId, wording: Wording) -> str:
    return plain(wording.name(hen))


def _span(days: Sequence[ExportedDay]) -> str:
    return f"{days[0].day.isoformat()}--{days[-1].day.isoformat()}"

"""/export: eggs as files that a spreadsheet and a calendar read, and that do no harm."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from henbot.bot.asking import coop_wording
from henbot.bot.export_files import harmless
from henbot.bot.export_talk import CaptionedFile, export
from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID
from henbot.services.told_facts import Said, tell_collected, tell_found, tell_treatment
from tests.coop_builder import Coop, build_coop, oct4
from tests.sandbox_bots import checked_sandbox
from tests.talks import Talk, talking

NOW = oct4(20)
DAY = timedelta(days=1)


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    """Three days: one with eggs, one that nobody watched, and today, half watched."""
    built = build_coop(tmp_path)
    built.set_now(NOW)
    built.seen(oct4(7) - 2 * DAY, oct4(18, 45) - 2 * DAY)
    built.seen(oct4(7), oct4(13))
    built.bout("a", "ginger", oct4(9) - 2 * DAY, left=oct4(10) - 2 * DAY, verdict="laid")
    built.bout("b", "olive", oct4(11) - 2 * DAY, left=oct4(12) - 2 * DAY, verdict="probably")
    with built.database.writing() as session:
        said = Said(ADMIN_ID, NOW)
        tell_collected(session, 2, oct4(17) - 2 * DAY, said)
        tell_found(session, None, '=HYPERLINK("http://x","bush")', oct4(12), said)
        tell_treatment(session, "ginger", "wormer", date(2016, 10, 2), 2, said)
        session.commit()
    yield built
    built.database.close()


def exported(coop: Coop, text: str = "", *, trusted: bool = True, language: str = "en") -> list[CaptionedFile]:
    with coop.database.reading() as session:
        files = export(session, coop_wording(session, language), text, trusted=trusted)
    assert not isinstance(files, str), files
    return files


def table(one: CaptionedFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(one.file.content.decode("utf-8-sig"), newline="")))


def test_each_egg_is_a_line_with_how_sure_it_is(coop: Coop) -> None:
    eggs, *_ = exported(coop, language="ru")
    assert eggs.file.name == "eggs-2016-10-02--2016-10-04.csv"
    assert [(row["date"], row["time"], row["hen"], row["how_sure"], row["not_for_eating"]) for row in table(eggs)] == [
        ("2016-10-02", "10:00", "Рыжуха", "laid", "yes"),
        ("2016-10-02", "12:00", "Олив", "probably", ""),
        ("2016-10-04", "", "", "found", ""),
    ]
    assert "Наблюдение шло 50 %" in eggs.caption


def test_of_a_day_that_nobody_watched_no_zero_is_written(coop: Coop) -> None:
    rows = table(exported(coop)[1])
    assert [(row["date"], row["watched_percent"], row["laid"], row["collected"]) for row in rows] == [
        ("2016-10-02", "100", "1", "2"),
        ("2016-10-03", "0", "", "0"),
        ("2016-10-04", "51", "0", "0"),
    ]


def test_when_people_took_eggs_is_told_to_those_the_coop_trusts_alone(coop: Coop) -> None:
    assert "collected" not in table(exported(coop, trusted=False)[1])[0]


def test_no_cell_is_a_formula(coop: Coop) -> None:
    assert table(exported(coop)[0])[-1]["place"] == """'=HYPERLINK("http://x","bush")"""
    assert [harmless(text) for text in ("-1+2", "@x", "+x", "\tx", "＝1")] == ["'-1+2", "'@x", "'+x", "'\tx", "'＝1"]
    assert harmless("under the bush") == "under the bush"


def test_a_calendar_reads_the_egg_days(coop: Coop) -> None:
    again = [exported(coop, "ics")[0].file.content for _ in range(2)]
    events = Calendar.from_ical(again[0]).walk("VEVENT")
    assert [(str(event["summary"]), event["dtstart"].dt) for event in events] == [
        ("🥚 2: Ginger, Olive (probably)", date(2016, 10, 2)),
        ("🥚 1: somebody", date(2016, 10, 4)),
    ]
    uids = [[str(event["uid"]) for event in Calendar.from_ical(one).walk("VEVENT")] for one in again]
    assert uids[0] == uids[1] and len(set(uids[0])) == 2


@pytest.mark.parametrize(("text", "names"), [("Ginger csv", ["Ginger"]), ("рыжуха таблица 2 октября", ["Ginger"])])
def test_a_hen_and_days_may_be_chosen(coop: Coop, text: str, names: list[str]) -> None:
    assert [row["hen"] for row in table(exported(coop, text)[0])] == names


@pytest.fixture
async def talk(coop: Coop) -> AsyncIterator[Talk]:
    with checked_sandbox() as sandbox:
        async with talking(coop, sandbox) as running:
            yield running


async def test_the_files_come_as_documents(talk: Talk) -> None:
    await talk.asked(SUBSCRIBER_ID, "/export")
    await talk.sandbox.until(lambda: len(talk.answers(SUBSCRIBER_ID)) == 3)
    assert [one.attachment.kind for one in talk.answers(SUBSCRIBER_ID) if one.attachment] == ["document"] * 3
    assert (
        await talk.asked(ADMIN_ID, "/export in 2014")
    ).text == "Nothing is known of that time, so there is nothing to write down."
    assert "Henrietta" not in ((await talk.asked(ADMIN_ID, "/export Henrietta")).text or "")

"""Statistics over a simulated spring and summer agree with what truly happened there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.coverage import coverage
from henbot.domain.observations import UNKNOWN, HenId
from henbot.domain.suspicion import Standing
from henbot.domain.verdicts import Verdict
from henbot.services.egg_balance import egg_balance
from henbot.services.eggs import Egg, Tally, eggs_between
from henbot.services.hen_records import hen_record
from henbot.services.periods import bouts_by_hen, period_report
from henbot.services.reports import coop_of
from henbot.services.suspects import suspects
from henbot.services.watch_hours import hours_of_day
from henbot.services.watching import coverage_by_day
from henbot.simulation import Setting, Truth, write_coop
from henbot.storage.database import Database, open_database
from henbot.storage.tables import BoutRow
from tests.databases import migrated

SETTING = Setting(first=date(2024, 4, 1), days=130, hens=12, closely=False, mishaps=False)
ZONE = ZoneInfo(SETTING.timezone)
DAYS = [SETTING.first + timedelta(days=number) for number in range(SETTING.days)]


@pytest.fixture(scope="module")
def coop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Truth]]:
    database = open_database(migrated(tmp_path_factory.mktemp("summer") / "henbot.db"))
    with database.writing() as session:
        truth = write_coop(session, SETTING)
        session.commit()
    yield database, truth
    database.close()


@pytest.fixture
def session(coop: tuple[Database, Truth]) -> Iterator[Session]:
    with coop[0].reading() as session:
        yield session


@pytest.fixture(scope="module")
def truth(coop: tuple[Database, Truth]) -> Truth:
    return coop[1]


def eggs_of(session: Session, truth: Truth) -> dict[date, list[Egg]]:
    found: dict[date, list[Egg]] = {day: [] for day in DAYS}
    for egg in eggs_between(session, SETTING.first, SETTING.last, truth.end):
        found[egg.day].append(egg)
    return found


def clear_days(truth: Truth) -> list[date]:
    """Days that were watched, as the day before."""
    blind = {(span.start + timedelta(hours=later)).astimezone(ZONE).date() for span in truth.blind for later in (3, 27)}
    return [day for day in DAYS if day not in blind]


def true_eggs(truth: Truth, day: date) -> list[tuple[HenId, str | None]]:
    return [(egg.hen, egg.nest) for egg in truth.eggs if egg.at.astimezone(ZONE).date() == day]


def test_each_egg_of_a_day_that_was_watched_counts_once(session: Session, truth: Truth) -> None:
    found, days = eggs_of(session, truth), clear_days(truth)
    assert len(days) > SETTING.days / 2
    counted = {day: Tally.of(egg for egg in found[day] if egg.verdict is not Verdict.PROBABLY).total for day in days}
    assert counted == {day: len(true_eggs(truth, day)) for day in days}


def test_no_hen_is_said_to_have_laid_an_egg_that_she_did_not_lay(session: Session, truth: Truth) -> None:
    for day, eggs in eggs_of(session, truth).items():
        told = {egg.hen for egg in eggs if egg.verdict is Verdict.LAID} - {UNKNOWN}
        assert told <= {hen for hen, _ in true_eggs(truth, day)}, day


def test_who_laid_is_named_or_may_be_the_one_who_did(session: Session, truth: Truth) -> None:
    found = eggs_of(session, truth)
    sure = 0
    for day in clear_days(truth):
        for hen, nest in true_eggs(truth, day):
            own = [egg for egg in found[day] if egg.hen == hen and egg.verdict is Verdict.LAID]
            maybe = [egg for egg in found[day] if hen in egg.candidates or (egg.hen == UNKNOWN and egg.nest == nest)]
            assert own or maybe, (day, hen)
            sure += bool(own)
    assert sure > 0.8 * sum(len(true_eggs(truth, day)) for day in clear_days(truth))


def test_coverage_is_what_the_camera_did_not_miss(session: Session, truth: Truth) -> None:
    told = coverage_by_day(session, SETTING.first, SETTING.last, truth.end)
    for day in DAYS:
        hours = hours_of_day(day, coop_of(session))
        blind = coverage(truth.blind, [hours]).watched
        assert told[day].share == pytest.approx(1 - blind / hours.length), day


def test_streaks_and_rates_are_what_one_gets_by_counting(session: Session, truth: Truth) -> None:
    longest = 0
    for day in DAYS[60::40]:
        now = datetime.combine(day, time(21), ZONE).astimezone(UTC)
        for hen in truth.hens:
            record = hen_record(session, hen.id, now)
            assert record is not None
            eggs = [egg for egg in eggs_between(session, DAYS[0], day, now) if egg.hen == hen.id]
            days = {egg.day for egg in eggs}
            at = day if day in days else day - timedelta(days=1)
            length = 0
            while at - timedelta(days=length) in days:
                length += 1
            assert record.streak.days == length, (hen.id, day)
            longest = max(longest, length)
            week = [egg for egg in eggs if egg.day > day - timedelta(days=7)]
            assert record.rates[0].eggs == Tally.of(week)
            assert record.last_egg == (eggs[-1] if eggs else None)
    assert longest > 2


def test_the_ledger_of_each_month_agrees_with_the_keeper(session: Session, truth: Truth) -> None:
    for month in (4, 5, 6, 7):
        first = date(2024, month, 1)
        last = date(2024, month + 1, 1) - timedelta(days=1)
        balance = egg_balance(session, first, last, truth.end)
        laid = [nest for day in DAYS if first <= day <= last for _, nest in true_eggs(truth, day)]
        assert balance.collected == sum(eggs for day, eggs in truth.taken.items() if first <= day <= last)
        assert balance.found == sum(nest is None for nest in laid)
        assert balance.appeared <= sum(nest is not None for nest in laid)
        assert balance.missing == (balance.before or 0) + balance.appeared - balance.collected - (balance.there or 0)


def test_visits_are_counted_by_hen(session: Session, truth: Truth) -> None:
    first, last = date(2024, 5, 1), date(2024, 5, 31)
    start, end = (datetime.combine(day, time(), ZONE) for day in (first, last + timedelta(days=1)))
    rows = session.execute(select(BoutRow.hen_id, BoutRow.arrived_at)).all()
    counted = Counter(hen for hen, at in rows if start <= at < end)
    assert bouts_by_hen(session, first, last, truth.end) == counted
    assert period_report(session, first, last, truth.end).anyone


def test_a_part_of_a_month_has_the_same_eggs_as_the_whole_month(session: Session, truth: Truth) -> None:
    whole = eggs_between(session, date(2024, 5, 1), date(2024, 5, 31), truth.end)
    assert len(whole) > 100
    for first, last in ((date(2024, 5, 1), date(2024, 5, 9)), (date(2024, 5, 10), date(2024, 5, 31))):
        within = [egg for egg in whole if first <= egg.day <= last]
        assert eggs_between(session, first, last, truth.end) == within


def test_a_broody_hen_is_called_broody_and_a_pullet_young(session: Session, truth: Truth) -> None:
    broody = truth.hens[1]
    [(first, _)] = broody.broods
    now = datetime.combine(first + timedelta(days=14), time(20), ZONE).astimezone(UTC)
    standing = {one.hen: one.standing for one in suspects(session, now).hens}
    assert standing[broody.id] is Standing.BROODY
    pullet = truth.hens[-1]
    now = datetime.combine(pullet.came + timedelta(days=20), time(20), ZONE).astimezone(UTC)
    assert {one.hen: one.standing for one in suspects(session, now).hens}[pullet.id] is Standing.YOUNG

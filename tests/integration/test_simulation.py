"""A simulated year: a seed gives the same coop, and what is written agrees with what truly happened."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from henbot.simulation import Setting, Truth, write_coop
from henbot.storage.database import Database, open_database
from henbot.storage.tables import BoutRow, EventRow, HenRow, VisitRow
from henbot.storage.told import CollectionRow
from tests.databases import migrated

DAYS = 120
SETTING = Setting(days=DAYS, hens=12, seed=5)


def written(path: Path, setting: Setting) -> tuple[Database, Truth]:
    database = open_database(migrated(path))
    with database.writing() as session:
        truth = write_coop(session, setting)
        session.commit()
    return database, truth


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Truth]]:
    database, truth = written(tmp_path_factory.mktemp("year") / "henbot.db", SETTING)
    yield database, truth
    database.close()


def counted(database: Database, row: type) -> int:
    with database.reading() as session:
        return int(session.execute(select(func.count()).select_from(row)).scalar_one())


def test_the_same_seed_gives_the_same_coop_and_another_seed_another(tmp_path: Path) -> None:
    found = []
    for number, seed in enumerate((5, 5, 6)):
        database, truth = written(tmp_path / f"{number}.db", replace(SETTING, seed=seed, days=20))
        database.close()
        found.append([(egg.hen, egg.at) for egg in truth.eggs])
    assert found[0] == found[1] != found[2]


def test_what_is_written_is_what_the_truth_counts(year: tuple[Database, Truth]) -> None:
    database, truth = year
    assert counted(database, VisitRow) == truth.visits
    assert counted(database, BoutRow) == truth.bouts
    assert counted(database, HenRow) == SETTING.hens
    assert counted(database, CollectionRow) > 0
    assert counted(database, EventRow) > 2 * truth.visits


def test_no_hen_lays_twice_a_day_and_days_are_skipped(year: tuple[Database, Truth]) -> None:
    _, truth = year
    a_day = Counter((egg.hen, egg.at.date()) for egg in truth.eggs)
    assert max(a_day.values()) <= 2  # by UTC days, an evening's egg and the next morning's may fall together
    by_hen = Counter(egg.hen for egg in truth.eggs)
    assert all(count < DAYS for count in by_hen.values())
    assert 0.3 * DAYS < sum(by_hen.values()) / SETTING.hens < 0.95 * DAYS


def test_the_eggs_fall_into_the_days_asked_for(year: tuple[Database, Truth]) -> None:
    _, truth = year
    days = {egg.at.date() for egg in truth.eggs}
    assert min(days) >= date(2024, 1, 1) - timedelta(days=1)
    assert max(days) <= SETTING.last + timedelta(days=1)


def test_a_coop_of_more_hens_than_names_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 20 hens"):
        Setting(hens=21)

"""The evening roll-call: hens on the roost, by all looks from dusk to dark together."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from henbot.domain.observations import CameraId, ModelId, NestId, Observation
from henbot.domain.watch import WatchState
from henbot.services.recording import CameraStep, NestStep, Recorder
from henbot.services.roll_call import RollCall, roll_call
from henbot.storage.tables import NestRow
from tests.coop_builder import Coop, build_coop

DAY = date(2016, 10, 4)
DUSK = datetime(2016, 10, 4, 18, 45, tzinfo=UTC)
"""The end of the coop's watch hours."""


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path, nests=("nest", "pole"))
    with built.database.writing() as session:
        session.get_one(NestRow, "pole").kind = "roost"
        session.commit()
    yield built
    built.database.close()


def counted(coop: Coop, minutes: float, hens: int, sure: float = 0.6) -> None:
    """A look at the roost, in minutes after dusk."""
    at = DUSK + timedelta(minutes=minutes)
    probabilities = tuple(sure if count == hens else (1 - sure) / 5 for count in range(6))
    seen = Observation(CameraId("cam"), NestId("pole"), at, probabilities, model=ModelId("test"), frame=f"{minutes}")
    step = NestStep(NestId("pole"), WatchState(), observation=seen)
    Recorder(coop.database).record(CameraStep("cam", at, [step]))


def called(coop: Coop, minutes: float = 600) -> list[RollCall]:
    with coop.database.reading() as session:
        return roll_call(session, DAY, DUSK + timedelta(minutes=minutes))


def test_hens_are_counted_when_they_have_gathered_and_one_look_that_errs_does_not_matter(coop: Coop) -> None:
    for minutes, hens in ((-60, 0), (5, 1), (15, 2), (35, 4), (50, 4), (65, 3), (80, 4), (180, 5)):
        counted(coop, minutes, hens)
    (call,) = called(coop)
    assert (call.roost, call.hens, call.median, call.looks) == ("pole", 4, 4, 4)
    assert call.probabilities[4] > 0.9
    assert (call.start, call.end) == (DUSK + timedelta(minutes=35), DUSK + timedelta(minutes=80))


def test_near_copies_of_one_look_make_it_no_surer(coop: Coop) -> None:
    for number in range(5):
        counted(coop, 40 + number / 100, 3)
        counted(coop, 40.005 + number / 100, 3, sure=0.61)
    (call,) = called(coop)
    assert call.hens == 3
    assert call.probabilities[3] < 0.7


def test_early_in_the_evening_the_looks_there_are_must_do(coop: Coop) -> None:
    counted(coop, 5, 2)
    counted(coop, 40, 5)
    (call,) = called(coop, minutes=10)
    assert call.hens == 2


def test_a_roost_that_was_not_seen_is_not_said_to_be_empty(coop: Coop) -> None:
    counted(coop, -60, 3)
    assert called(coop) == []


def test_looks_that_cannot_tell_the_number_are_no_roll_call(coop: Coop) -> None:
    counted(coop, 40, 0, sure=1 / 6)
    assert called(coop) == []
    counted(coop, 45, 3)
    (call,) = called(coop)
    assert (call.hens, call.looks) == (3, 1)

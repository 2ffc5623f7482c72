"""Datasets are split by whole days, or by half-days where there are few, and never by frames."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from detector.training.dataset import Dataset, LabelledNest
from detector.training.fine_tune import held_out_part
from detector.training.parts import split_by_days
from henbot.domain.errors import DatasetInvalid
from henbot.domain.observations import NestId


def dataset(days: int, zone: str = "UTC", occupied: int = 2) -> Dataset:
    """A row an hour; every `occupied`-th shows a hen."""
    start = datetime(2024, 5, 4, tzinfo=UTC)
    rows = tuple(
        LabelledNest(
            f"{hour}.jpg", start + timedelta(hours=hour), NestId("nest"), int(hour % occupied == 0), None, None, None,
            frozenset(),
        )
        for hour in range(24 * days)
    )  # fmt: skip
    return Dataset(Path("coop"), "Coop", ZoneInfo(zone), (), {}, rows, "")


def test_three_days_make_three_parts() -> None:
    folds = split_by_days([dataset(3)])
    assert [fold.name for fold in folds] == ["2024-05-04", "2024-05-05", "2024-05-06"]
    assert [len(fold.part.rows) for fold in folds] == [24] * 3


def test_two_days_make_four_half_days() -> None:
    names = [fold.name for fold in split_by_days([dataset(2)])]
    assert names == [f"2024-05-0{day} {half} noon" for day in (4, 5) for half in ("after", "before")]


def test_days_are_the_coops() -> None:
    assert split_by_days([dataset(3, "Asia/Tokyo")])[0].part.rows[-1].captured_at.hour == 14


def test_no_row_is_in_a_part_and_its_rest() -> None:
    for fold in split_by_days([dataset(2), dataset(3)]):
        learned = {id(row) for each in fold.rest for row in each.rows}
        assert not learned & {id(row) for row in fold.part.rows}
        assert len(learned) + len(fold.part.rows) == 24 * 5


def test_one_half_day_cannot_be_split() -> None:
    rows = dataset(1).rows[:8]
    from dataclasses import replace

    with pytest.raises(DatasetInvalid, match="label another day"):
        split_by_days([replace(dataset(1), rows=rows)])


def test_about_a_quarter_is_held_out_of_a_fine_tuning() -> None:
    fold = held_out_part([dataset(2)])
    assert fold is not None
    assert len(fold.part.rows) == 12


def test_a_part_without_hens_is_no_judge() -> None:
    assert held_out_part([dataset(2, occupied=1000)]) is None

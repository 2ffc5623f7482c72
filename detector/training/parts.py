"""Parts of datasets that no training may share: whole days, or half-days where a set has fewer than three."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from detector.training.dataset import Dataset, LabelledNest
from henbot.domain.errors import DatasetInvalid

DAYS_FOR_WHOLE_ONES = 3
NOON = 12


@dataclass(frozen=True, slots=True)
class Fold:
    """One part held out, and all the rest to learn from.

    Attributes:
        name: like `2016-10-03` or `2016-10-03 before noon`.
        rest: every dataset without the part, those that would be left without a row apart.
        part: the dataset that it was cut from, with its rows alone.
    """

    name: str
    rest: tuple[Dataset, ...]
    part: Dataset


def split_by_days(datasets: Sequence[Dataset]) -> list[Fold]:
    """Every part of every dataset held out in turn; frames are never split, since neighbours are near-copies.

    Raises:
        DatasetInvalid: all rows are of one half-day.
    """
    found: list[Fold] = []
    for place, dataset in enumerate(datasets):
        parts = parts_of(dataset)
        for name in sorted(set(parts)):
            rest = (*datasets[:place], _without(dataset, parts, name), *datasets[place + 1 :])
            found.append(Fold(name, tuple(each for each in rest if each.rows), _only(dataset, parts, name)))
    if len(found) < 2:
        where = ", ".join(str(dataset.folder / "labels.csv") for dataset in datasets)
        raise DatasetInvalid(f"{where}: all rows are of one half-day, so none can be held out; label another day")
    return found


def parts_of(dataset: Dataset) -> list[str]:
    """The name of the part that each row belongs to, in the coop's time zone."""
    whole = len({dataset.day_of(row) for row in dataset.rows}) >= DAYS_FOR_WHOLE_ONES
    return [_day_name(dataset, row) if whole else _half_day_name(dataset, row) for row in dataset.rows]


def _day_name(dataset: Dataset, row: LabelledNest) -> str:
    return dataset.day_of(row).isoformat()


def _half_day_name(dataset: Dataset, row: LabelledNest) -> str:
    hour = row.captured_at.astimezone(dataset.timezone).hour
    return f"{_day_name(dataset, row)} {'before' if hour < NOON else 'after'} noon"


def _only(dataset: Dataset, parts: Sequence[str], name: str) -> Dataset:
    return replace(dataset, rows=tuple(row for row, part in zip(dataset.rows, parts, strict=True) if part == name))


def _without(dataset: Dataset, parts: Sequence[str], name: str) -> Dataset:
    return replace(dataset, rows=tuple(row for row, part in zip(dataset.rows, parts, strict=True) if part != name))

"""Parts of the shared datasets: which rows of `labels.csv` to learn from, and which to judge."""

import csv
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

Row = dict[str, str]
"""A row of labels.csv, with the number of its visit (or nothing) under `visit`."""

Choice = Callable[[Row], bool]

SETS = ("chickencam", "chookegg", "henhouse")
BOXES = ("eggs.csv", "boxes.csv")


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of one dataset, each as `file` and `nest`."""

    dataset: str
    rows: frozenset[tuple[str, str]]


def data_folder() -> Path:
    """The folder of the shared datasets; ends the program with a sentence where there is none."""
    named = os.environ.get("HENBOT_DATA")
    folder = Path(named).parent if named else Path(__file__).parents[2].parent / "shared" / "data"
    if not (folder / "chickencam" / "labels.csv").is_file():
        sys.exit(f"{folder}: the datasets are not here; set HENBOT_DATA to the chickencam folder beside the others")
    return folder


def read_rows(dataset: str) -> list[Row]:
    """Rows of labels.csv in the order of their times, each with its visit."""
    folder = data_folder() / dataset
    rows = _read(folder / "labels.csv")
    stays = [stay for stay in read_visits(dataset) if stay["scored"] == "yes"]
    for row in rows:
        inside = [s for s in stays if s["nest"] == row["nest"] and s["first_file"] <= row["file"] <= s["last_file"]]
        row["visit"] = inside[0]["visit"] if inside else ""
    return sorted(rows, key=lambda row: (row["captured_at"], row["file"], row["nest"]))


def read_visits(dataset: str) -> list[Row]:
    """Rows of visits.csv; none where the set has no such file."""
    path = data_folder() / dataset / "visits.csv"
    return _read(path) if path.is_file() else []


def part(dataset: str, choice: Choice) -> Part:
    """The rows of a dataset that a choice takes."""
    return Part(dataset, frozenset((row["file"], row["nest"]) for row in read_rows(dataset) if choice(row)))


def rows_of(one: Part) -> list[Row]:
    """The rows of a part, in the order of their times."""
    return [row for row in read_rows(one.dataset) if (row["file"], row["nest"]) in one.rows]


def sure(row: Row, field: str) -> bool:
    """Whether a field is labelled and nobody doubted it."""
    return bool(row[field]) and field not in row["uncertain"].split(";")


def write_part(one: Part, target: Path) -> Path:
    """A dataset folder with the part's rows alone; its pictures are linked."""
    source = data_folder() / one.dataset
    rows = rows_of(one)
    files = {row["file"] for row in rows}
    (target / "frames").mkdir(parents=True)
    for name in files:
        (target / "frames" / name).symlink_to((source / "frames" / name).resolve())
    (target / "coop.yaml").write_bytes((source / "coop.yaml").read_bytes())
    _write(target / "labels.csv", rows)
    for name in BOXES:
        if (source / name).is_file():
            _write(target / name, [row for row in _read(source / name) if row["file"] in files])
    return target


def day_of(row: Row) -> str:
    """The row's day; the three sets' clocks are the coop's or carry a day only."""
    return row["captured_at"][:10]


def half_day_of(row: Row) -> str:
    """The row's day and half of it, divided at noon."""
    return f"{day_of(row)} {'before' if datetime.fromisoformat(row['captured_at']).hour < 12 else 'after'} noon"


def folds(rows: Iterable[Row], key: Callable[[Row], str]) -> list[tuple[str, Choice, Choice]]:
    """For every value of a key: its name, what to learn from (the others) and what to judge."""
    names = sorted({key(row) for row in rows})
    return [(name, lambda row, n=name: key(row) != n, lambda row, n=name: key(row) == n) for name in names]  # type: ignore[misc]


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: Sequence[Row]) -> None:
    names = [name for name in rows[0] if name != "visit"] if rows else ["file"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)

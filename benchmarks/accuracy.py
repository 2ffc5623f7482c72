"""Train on some days of the shared pictures, judge on others, print Markdown tables: `make accuracy`.

Every row trains anew (10 to 30 s on two cores). Whole days or whole visits are kept apart, for neighbouring frames are
near-copies. Needs the datasets in ../shared/data, or wherever HENBOT_DATA's parent is.
"""

import argparse
import csv
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detector.recognition import load_recogniser
from detector.training.evaluate import evaluate
from detector.training.fit import train

Row = dict[str, str]
Choice = Callable[[Row], bool]

POOLING_EXPONENT = 0.3
"""Weight of a frame's log posterior in its visit: frames of one sitting repeat one another."""


@dataclass(frozen=True)
class Split:
    """What to learn from and what to judge, by rows of `labels.csv` (with the row's visit under `visit`)."""

    name: str
    dataset: str
    learn: Choice
    judge: Choice


def day(number: int) -> Choice:
    return lambda row: row["captured_at"][8:10] == f"{number:02d}"


def _other_days(number: int) -> Choice:
    return lambda row: not day(number)(row)


def visits(*numbers: int, empty_of: Choice) -> Choice:
    wanted = {str(number) for number in numbers}
    return lambda row: row["visit"] in wanted or (row["hens"] == "0" and empty_of(row))


def inside(*numbers: int) -> Choice:
    wanted = {str(number) for number in numbers}
    return lambda row: row["visit"] in wanted


def outside(*numbers: int) -> Choice:
    return lambda row: not inside(*numbers)(row)


def any_row(row: Row) -> bool:
    return bool(row["file"])


def without(choice: Choice, hen: str) -> Choice:
    return lambda row: choice(row) and row["hen"] != hen


GINGER = (6, 7, 8, 9, 10, 18, 19)
CHICKENCAM = [
    Split("3 October → 4 October", "chickencam", day(3), day(4)),
    Split("4 October → 3 October", "chickencam", day(4), day(3)),
    Split("4 October without Ginger → 3 October", "chickencam", without(day(4), "ginger"), day(3)),
    Split("4 October without Olive → her", "chickencam", without(day(4), "olive"), visits(16, 17, empty_of=day(3))),
    Split(
        "4 October without Blanche → her",
        "chickencam",
        without(day(4), "blanche"),
        visits(12, 13, 14, 15, empty_of=day(3)),
    ),
    Split(
        "earlier visits of 4 October → later ones",
        "chickencam",
        visits(12, 13, 14, 16, 18, empty_of=day(4)),
        visits(15, 17, 19, empty_of=day(3)),
    ),
    Split(
        "later visits of 4 October → earlier ones",
        "chickencam",
        visits(15, 17, 19, empty_of=day(4)),
        visits(12, 13, 14, 16, 18, empty_of=day(3)),
    ),
    Split(
        "both days without visits 8, 14, 17, 19 → those", "chickencam", outside(8, 14, 17, 19), inside(8, 14, 17, 19)
    ),
    Split(
        "both days without visits 7, 15, 16, 18 → those", "chickencam", outside(7, 15, 16, 18), inside(7, 15, 16, 18)
    ),
    Split("both days without Ginger → her", "chickencam", without(any_row, "ginger"), inside(*GINGER)),
    Split("both days without Olive → her", "chickencam", without(any_row, "olive"), inside(16, 17)),
    Split("both days without Blanche → her", "chickencam", without(any_row, "blanche"), inside(12, 13, 14, 15)),
    Split("3 October before 11:00 → 4 October", "chickencam", visits(6, 7, 8, empty_of=day(3)), day(4)),
]


def chookegg(folder: Path) -> list[Split]:
    days = sorted({row["captured_at"][8:10] for row in read_rows(folder)})
    return [
        Split(
            f"chookegg without {number} June → that day",
            "chookegg",
            _other_days(int(number)),
            day(int(number)),
        )
        for number in days
    ]


def data_folder() -> Path:
    """The folder of the shared datasets; ends the program with a sentence where there is none."""
    named = os.environ.get("HENBOT_DATA")
    folder = Path(named).parent if named else Path(__file__).parents[1].parent / "shared" / "data"
    if not (folder / "chickencam" / "labels.csv").is_file():
        sys.exit(f"{folder}: the datasets are not here; set HENBOT_DATA to the chickencam folder beside the others")
    return folder


def read_rows(folder: Path) -> list[Row]:
    """Rows of labels.csv, each with the number of the visit that it lies in, or an empty text."""
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    stays = []
    if (folder / "visits.csv").is_file():
        with (folder / "visits.csv").open(encoding="utf-8") as file:
            stays = [stay for stay in csv.DictReader(file) if stay["scored"] == "yes"]
    for row in rows:
        inside = [s for s in stays if s["nest"] == row["nest"] and s["first_file"] <= row["file"] <= s["last_file"]]
        row["visit"] = inside[0]["visit"] if inside else ""
    return rows


def write_part(source: Path, target: Path, choice: Choice) -> Path:
    """A dataset folder with the chosen rows alone; the pictures are linked."""
    target.mkdir(parents=True)
    (target / "frames").symlink_to(source / "frames")
    (target / "coop.yaml").write_bytes((source / "coop.yaml").read_bytes())
    rows = [row for row in read_rows(source) if choice(row)]
    with (target / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [name for name in rows[0] if name != "visit"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return target


def pooled(frames: list[dict[str, Any]]) -> dict[str, float]:
    """One posterior for a visit from its frames' posteriors."""
    seen = [frame["hen_probabilities"] for frame in frames if frame["hen_probabilities"]]
    if not seen:
        return {}
    hens = list(seen[0])
    logs = np.asarray([[np.log(max(said.get(hen, 0.0), 1e-3)) for hen in hens] for said in seen])
    total = POOLING_EXPONENT * logs.sum(axis=0)
    shares = np.exp(total - total.max())
    return {hen: float(share) for hen, share in zip(hens, shares / shares.sum(), strict=True)}


def named_visits(rows: list[Row], frames: list[dict[str, Any]]) -> Iterator[str]:
    """For each visit `hen→name posterior`, where a hen is named from 0.8."""
    said = {(frame["file"], frame["nest"]): frame for frame in frames}
    for number in sorted({row["visit"] for row in rows if row["visit"]}, key=int):
        inside = [row for row in rows if row["visit"] == number and (row["file"], row["nest"]) in said]
        if not inside:
            continue
        posterior = pooled([said[(row["file"], row["nest"])] for row in inside])
        known = {hen: p for hen, p in posterior.items() if hen != "unknown"}
        best = max(known, key=known.__getitem__, default="unknown")
        name = best if known.get(best, 0) >= 0.8 else "unknown"
        yield f"{number} {inside[0]['hen']}→{name} ({best} {known.get(best, 0):.2f})"


def judge(split: Split, data: Path, seed: int) -> tuple[str, str]:
    """The split's rows of the two tables."""
    source = data / split.dataset
    with tempfile.TemporaryDirectory() as folder:
        learn = write_part(source, Path(folder) / "learn", split.learn)
        other = write_part(source, Path(folder) / "judge", split.judge)
        version = train([learn], Path(folder) / "models", seed=seed)
        found = evaluate(other, load_recogniser(version))
    metrics, hen = found["metrics"], found["metrics"]["hen"]
    rows = [row for row in read_rows(source) if split.judge(row)]
    cells = [
        f"{split.name} (seed {seed})",
        _share(metrics["hen_or_none"]),
        str(metrics["hen_or_none"]["recall"]),
        _share(metrics["posture"]),
        f"{_share(hen)}; abstained {hen['abstained']}",
        f"{hen['strangers_unknown']} of {hen['strangers']}",
    ]
    return " | ".join(cells), f"{split.name} (seed {seed}) | " + "; ".join(named_visits(rows, found["frames"]))


def _share(metric: dict[str, Any]) -> str:
    if not metric["frames"]:
        return "–"
    low, high = 100 * metric["low"], 100 * metric["high"]
    return (
        f"{100 * metric['balanced_accuracy']:.1f} % ({low:.0f} to {high:.0f}; plain {100 * metric['accuracy']:.1f}; "
        f"n {metric['frames']})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", default="", help="splits whose name contains this")
    arguments = parser.parse_args()
    data = data_folder()
    splits = [s for s in [*CHICKENCAM, *chookegg(data / "chookegg")] if arguments.only in s.name]
    frames, stays = [], []
    for split in splits:
        for seed in range(arguments.seeds):
            first, second = judge(split, data, 2016 + seed)
            print(first, second, sep="\n", file=sys.stderr, flush=True)
            frames.append(first)
            stays.append(second)
    print("| learned → judged | hen or none, balanced | recall | posture | which hen | strangers unknown |")
    print("|---|---|---|---|---|---|")
    print("\n".join(f"| {line} |" for line in frames))
    print("\n| learned → judged | visits: who → named, pooled |")
    print("|---|---|")
    print("\n".join(f"| {line} |" for line in stays))


if __name__ == "__main__":
    main()

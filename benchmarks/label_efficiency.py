"""The command behind `make label-efficiency`: how many labels choosing saves, against asking at random."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress as Bar

from benchmarks.accuracy.document import ran_on, write_tables
from detector.backbone import Backbone
from detector.choosing import Rules
from detector.training.dataset import Dataset, load_dataset
from detector.training.label_efficiency import (
    Point,
    Split,
    Subject,
    at_random,
    by_choosing,
    by_days,
    by_sittings,
    curve,
    subjects_of,
)

PROJECT = Path(__file__).parents[1]
DATA = PROJECT.parent / "shared" / "data" / "chickencam"
DOCUMENT = PROJECT / "docs" / "MEASURED.md"
PICTURE = PROJECT / "docs" / "pictures" / "label-efficiency.png"
KEPT = PROJECT / "var" / "label-efficiency.json"

NUMBERS = (4, 8, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128)
CHOSEN_UNTIL = 64
"""By then every pool's pictures that are no near-duplicates are used up: after 45 to 59 labels on chickencam."""

SHARES = (0.85, 0.9, 0.95, 1.0)
DRAWS = 2000
Curves = dict[str, dict[str, list[list[Point]]]]
Numbers = NDArray[np.float64]


@click.command()
@click.option("--seeds", default=10, show_default=True, help="How often everything is repeated.")
@click.option("--data", type=click.Path(path_type=Path), default=DATA, help="A labelled dataset folder.")
@click.option("--days", is_flag=True, help="Hold out whole days, too.")
@click.option("--again", is_flag=True, help="Tell of the last run without measuring anew.")
def main(seeds: int, data: Path, days: bool, again: bool) -> None:
    """Ask, train and judge in rounds, by choosing and at random; write table and curve into docs/."""
    cv2.setNumThreads(1)
    found = _kept() if again else _measured(data, seeds, days)
    tables = _told(found)
    click.echo("\n\n".join(tables))
    if data == DATA:
        write_tables(DOCUMENT, tables, "make label-efficiency")
        _draw(found["sittings"], PICTURE)


def _measured(folder: Path, seeds: int, days: bool) -> Curves:
    dataset = load_dataset(folder)
    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Questions, trainings, exams", total=None)
        subjects = subjects_of(dataset, Backbone(1))
        plans = _plans(dataset, subjects, days)
        bar.update(task, total=2 * seeds * len(plans))
        found: Curves = {}
        for name, split_of in plans.items():
            for seed in range(seeds):
                for way, points in _both(split_of(seed), Rules(timezone=dataset.timezone), seed).items():
                    found.setdefault(name, {}).setdefault(way, []).append(points)
                    bar.advance(task)
                _keep(found)
    return found


def _plans(dataset: Dataset, subjects: Sequence[Subject], days: bool) -> dict[str, Callable[[int], Split]]:
    plans: dict[str, Callable[[int], Split]] = {"sittings": lambda seed: by_sittings(subjects, dataset.hens, seed)}
    for day in sorted({dataset.day_of(row) for row in dataset.rows}) if days else ():
        plans[f"{day:%-d %B}"] = partial(by_days, subjects, dataset, day)
    return plans


def _both(split: Split, rules: Rules, seed: int) -> dict[str, list[Point]]:
    size = len(split.pool)
    numbers = [*(number for number in NUMBERS if number < size), size]
    few = [number for number in numbers if number <= CHOSEN_UNTIL]
    return {
        "random": curve(split, at_random(np.random.default_rng(seed)), numbers),
        "chosen": curve(split, by_choosing(rules), few),
    }


def _keep(found: Curves) -> None:
    KEPT.parent.mkdir(exist_ok=True)
    plain = {n: {w: [[asdict(p) for p in c] for c in cs] for w, cs in ways.items()} for n, ways in found.items()}
    KEPT.write_text(json.dumps(plain), "utf-8")


def _kept() -> Curves:
    plain = json.loads(KEPT.read_text("utf-8"))
    return {n: {w: [[Point(**p) for p in c] for c in cs] for w, cs in ways.items()} for n, ways in plain.items()}


def _grid(curves: Sequence[Sequence[Point]], measure: str) -> tuple[list[int], Numbers]:
    """Numbers of labels, and (seeds, numbers) accuracies; a curve that ended goes on as it ended."""
    most = max(points[-1].labels for points in curves)
    numbers = sorted({p.labels for points in curves for p in points if p.labels in NUMBERS} | {most})
    rows = [np.interp(numbers, [p.labels for p in c], [getattr(p, measure) for p in c]) for c in curves]
    return numbers, np.asarray(rows)


def reached(numbers: Sequence[int], accuracies: Numbers, wanted: float) -> float:
    """Labels from which on a mean curve keeps an accuracy, on the line between two points; inf where it never does."""
    short = np.flatnonzero(accuracies < wanted - 1e-9)
    if not len(short):
        return float(numbers[0])
    last = int(short[-1])
    if last + 1 == len(numbers):
        return float("inf")
    return float(np.interp(wanted, accuracies[last : last + 2], numbers[last : last + 2]))


def needed(ways: Mapping[str, Sequence[Sequence[Point]]], measure: str, share: float) -> dict[str, tuple[float, ...]]:
    """Labels by way, and their ratio: on the mean curves, and 10th and 90th percentile over draws of the seeds."""
    grids = {way: _grid(curves, measure) for way, curves in ways.items()}
    random = np.random.default_rng(0)
    seeds = len(ways["random"])
    found: dict[str, list[float]] = {"random": [], "chosen": [], "ratio": []}
    for draw in range(DRAWS + 1):
        rows = random.integers(0, seeds, seeds) if draw else np.arange(seeds)
        whole = float(np.mean([getattr(ways["random"][row][-1], measure) for row in rows]))
        labels = {w: reached(numbers, grid[rows].mean(axis=0), share * whole) for w, (numbers, grid) in grids.items()}
        found["random"].append(labels["random"])
        found["chosen"].append(labels["chosen"])
        found["ratio"].append(labels["chosen"] / labels["random"] if np.isfinite(labels["chosen"]) else np.inf)
    return {way: (v[0], *np.quantile(v[1:], (0.1, 0.9), method="nearest")) for way, v in found.items()}


def _told(found: Curves) -> list[str]:
    seeds = len(found["sittings"]["random"])
    texts = [f"Measured on {ran_on()}, by `make label-efficiency`, {seeds} seeds."]
    for name, ways in found.items():
        texts.append("\n".join([_title(name), "", *_accuracies(ways, "told" if name == "sittings" else "present")]))
        measures = ("told", "present") if name == "sittings" else ("present",)
        texts.append("\n".join(_needs(ways, measures)))
    return texts


def _title(name: str) -> str:
    return "#### Other stays of the same days" if name == "sittings" else f"#### {name} held out: hen or none"


def _accuracies(ways: Mapping[str, Sequence[Sequence[Point]]], measure: str) -> list[str]:
    lines = ["| labels | chosen | at random |", "|---|---|---|"]
    grids = {way: _grid(curves, measure) for way, curves in ways.items()}
    chosen_until = max(p.labels for points in ways["chosen"] for p in points)
    for number in (n for n in NUMBERS if n <= max(grids["random"][0])):
        cells = [_cell(grids["chosen"], number) if number <= chosen_until else "–", _cell(grids["random"], number)]
        lines.append(f"| {number} | {cells[0]} | {cells[1]} |")
    last = np.asarray([getattr(points[-1], measure) for points in ways["random"]]) * 100
    sizes = sorted(points[-1].labels for points in ways["random"])
    return [*lines, f"| all, {sizes[0]} to {sizes[-1]} | – | {last.mean():.1f} ± {last.std(ddof=1):.1f} |"]


def _cell(grid: tuple[list[int], Numbers], number: int) -> str:
    column = 100 * np.asarray([np.interp(number, grid[0], row) for row in grid[1]])
    return f"{column.mean():.1f} ± {column.std(ddof=1):.1f}"


def _needs(ways: Mapping[str, Sequence[Sequence[Point]]], measures: Sequence[str]) -> list[str]:
    lines = ["| accuracy | labels, chosen | labels, at random | chosen of random |", "|---|---|---|---|"]
    for measure in measures:
        whole = float(np.mean([getattr(points[-1], measure) for points in ways["random"]]))
        words = {"told": "nobody or which hen", "present": "hen or none"}[measure]
        for share in SHARES:
            labels = needed(ways, measure, share)
            name = f"{words}: {share:.0%} of that with all labels ({100 * share * whole:.1f} %)"
            lines.append(
                f"| {name} | {_span(labels['chosen'])} | {_span(labels['random'])} | {_part(labels['ratio'])} |"
            )
    return lines


def _span(values: Sequence[float]) -> str:
    middle, low, high = (f"{v:.0f}" if np.isfinite(v) else "not reached" for v in values)
    return f"{middle} ({low} to {high})"


def _part(values: Sequence[float]) -> str:
    middle, low, high = (f"{v:.2f}" if np.isfinite(v) else "–" for v in values)
    return f"{middle} ({low} to {high})"


def _draw(ways: Mapping[str, Sequence[Sequence[Point]]], path: Path) -> None:
    """Mean curves with one standard deviation over the seeds to both sides."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.4, 4.0), dpi=120)
    for way, colour, label in (("chosen", "#3b6ea5", "chosen"), ("random", "#9a9a9a", "at random")):
        numbers, grid = _grid(ways[way], "told")
        mean, spread = 100 * grid.mean(axis=0), 100 * grid.std(axis=0, ddof=1)
        axes.plot(numbers, mean, color=colour, label=label, marker="o", markersize=3)
        axes.fill_between(numbers, mean - spread, mean + spread, color=colour, alpha=0.2, linewidth=0)
    axes.set(xlabel="labels", ylabel="nobody or which hen, mean recall, %", xlim=(0, 130), ylim=(0, 100))
    axes.legend(loc="lower right", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    main()

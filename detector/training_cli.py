"""The commands that train and judge: a command parses, calls and prints."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import Progress

from detector.terminal import FOLDER, JSON_FILE, days_options, json_option, progress_bar, write_json

if TYPE_CHECKING:
    from detector.training.dataset import Dataset
    from detector.training.fit import Recipe
    from detector.training.parts import Fold


SEED = click.option("--seed", default=2016, show_default=True, help="The same seed and pictures give the same result.")
AUGMENTATION = click.option(
    "--augmentation", type=JSON_FILE, help="How copies are relit: a file that search-augmentation wrote."
)


def _tuning_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--fine-tune`, `--minutes` and `--epochs`."""
    options = (
        click.option("--fine-tune", is_flag=True, help="Tune the network's last stages, too; wants TensorFlow."),
        click.option(
            "--minutes", default=6.0, show_default=True, type=click.FloatRange(0.1), help="For the tuning's steps."
        ),
        click.option("--epochs", type=click.IntRange(1), help="Passes over the pictures, instead of --minutes."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("datasets", nargs=-1, required=True, type=FOLDER)
@click.option("--out", required=True, type=FOLDER, help="Folder of model versions; made if missing.")
@click.option("--runs", type=FOLDER, help="Folder of the runs' records; by default `runs` beside OUT.")
@_tuning_options
@click.option("--pseudo", type=FOLDER, help="A folder with more pictures of the coop, to be labelled by the program.")
@AUGMENTATION
@SEED
@days_options
@json_option
def train(
    datasets: tuple[Path, ...],
    out: Path,
    runs: Path | None,
    fine_tune: bool,
    minutes: float,
    epochs: int | None,
    pseudo: Path | None,
    augmentation: Path | None,
    seed: int,
    days_from: date | None,
    days_to: date | None,
    json_file: Path | None,
) -> None:
    """Train on DATASETS and write the version to OUT/<id>.

    A fine-tuning that was killed goes on where it stood when the same command is given again.
    """
    from detector.training.bench import Order, train_version
    from detector.training.fine_tune import Places
    from detector.training.tuning import Tuning
    from detector.versions import read_manifest

    out.mkdir(parents=True, exist_ok=True)  # Better told before the training than after it.
    tuning = Tuning(minutes, epochs) if fine_tune else None
    order = Order(
        _read(datasets, days_from, days_to), Places(out, runs or out.parent / "runs"), _recipe(seed, augmentation),
        tuning, pseudo,
    )  # fmt: skip
    with progress_bar() as progress:
        folder = train_version(order, progress, partial(progress.console.print, highlight=False, soft_wrap=True))
    manifest = read_manifest(folder)
    write_json(json_file, {"version": manifest.id, "folder": str(folder), "metrics": manifest.metrics})
    click.echo(f"Trained {manifest.id} in {manifest.metrics.get('seconds')} s: {folder}")


def _read(datasets: Sequence[Path], days_from: date | None = None, days_to: date | None = None) -> "list[Dataset]":
    from detector.training.dataset import load_dataset

    read = [load_dataset(folder) for folder in datasets]
    return [replace(dataset, rows=tuple(dataset.of_days(days_from, days_to))) for dataset in read]


def _recipe(seed: int, augmentation: Path | None) -> "Recipe":
    from detector.training.fit import Recipe
    from detector.training.search import read_relighting

    return Recipe(seed, read_relighting(augmentation)) if augmentation else Recipe(seed)


@click.command()
@click.argument("dataset", type=FOLDER)
@click.option("--model", type=FOLDER, help="A version's folder, or `stock`; without it, the shipped one.")
@click.option("--stills", is_flag=True, help="Judge each picture by itself, without those before it.")
@days_options
@json_option
def evaluate(
    dataset: Path,
    model: Path | None,
    stills: bool,
    days_from: date | None,
    days_to: date | None,
    json_file: Path | None,
) -> None:
    """Compare what a version says of DATASET with its labels.

    A version that does not know this coop, and the stock network, first look over the pictures once, not over their
    labels, to learn what each nest looks like.
    """
    from detector.starter import Site, chosen
    from detector.training.dataset import load_dataset
    from detector.training.evaluate import evaluate as compare

    read = load_dataset(dataset)
    recogniser, _ = chosen(model, Site(read.coop, read.roosts))
    with progress_bar() as progress:
        task = progress.add_task("Evaluating", total=None)
        found = compare(dataset, recogniser, days_from, days_to, lambda: progress.advance(task), stills=stills)
    write_json(json_file, found)
    click.echo(json.dumps(found["metrics"], indent=2, ensure_ascii=False))
    for name in found["metrics"]["skipped"]:
        click.echo(f"{dataset / 'frames' / name}: is missing or not a whole picture, and was left out.", err=True)


@click.command()
@click.argument("datasets", nargs=-1, required=True, type=FOLDER)
@click.option("--plots", type=FOLDER, help="Folder for the pictures; made if missing.")
@click.option("--runs", type=FOLDER, default=Path("runs"), show_default=True, help="Folder of the tunings' records.")
@_tuning_options
@AUGMENTATION
@SEED
@days_options
@json_option
def crossvalidate(
    datasets: tuple[Path, ...],
    plots: Path | None,
    runs: Path,
    fine_tune: bool,
    minutes: float,
    epochs: int | None,
    augmentation: Path | None,
    seed: int,
    days_from: date | None,
    days_to: date | None,
    json_file: Path | None,
) -> None:
    """Hold out each day of DATASETS in turn (each half-day, where there are fewer than three days), train, judge."""
    from detector.training.crossvalidate import crossvalidate as judge_parts
    from detector.training.crossvalidate import summary

    read, recipe = _read(datasets, days_from, days_to), _recipe(seed, augmentation)
    with progress_bar() as progress:
        tails = _tails(runs, recipe, (minutes, epochs), progress) if fine_tune else None
        parts = judge_parts(read, recipe, progress, tails)
    found = summary(parts)
    write_json(json_file, found)
    click.echo(json.dumps(found["datasets"], indent=2, ensure_ascii=False))
    for part in found["parts"]:
        click.echo(_told(part))
    if plots is not None:
        from detector.training.plots import draw_report

        for picture in draw_report(parts, plots):
            click.echo(f"Drew {picture}")


def _tails(
    runs: Path, recipe: "Recipe", budget: tuple[float, int | None], progress: Progress
) -> "Callable[[Fold], bytes]":
    """Tunes a tail for each fold."""
    from detector.training.fine_tune import tail_without
    from detector.training.tuning import Tuning

    tell = partial(progress.console.print, highlight=False, soft_wrap=True)
    return lambda fold: tail_without(fold, runs, recipe, Tuning(*budget), progress, tell)


def _told(part: dict[str, Any]) -> str:
    if "refused" in part:
        return f"{part['dataset']} {part['part']}: not judged: {part['refused']}"
    found = part["metrics"]["hen_or_none"]
    if found["balanced_accuracy"] is None:
        return f"{part['dataset']} {part['part']}: {part['frames']} frames, none labelled for hens"
    between = f"{found['low']:.1%} to {found['high']:.1%}"
    return f"{part['dataset']} {part['part']}: hen or none {found['balanced_accuracy']:.1%} ({between})"


@click.command("search-augmentation")
@click.argument("datasets", nargs=-1, required=True, type=FOLDER)
@click.option("--out", required=True, type=JSON_FILE, help="File for what was found; `train --augmentation` takes it.")
@click.option("--candidates", default=9, show_default=True, type=click.IntRange(2), help="How many to try.")
@click.option("--pictures", default=400, show_default=True, type=click.IntRange(20, 500), help="Size of the subset.")
@SEED
@days_options
def search_augmentation(
    datasets: tuple[Path, ...],
    out: Path,
    candidates: int,
    pictures: int,
    seed: int,
    days_from: date | None,
    days_to: date | None,
) -> None:
    """Look for the light of copies from which held-out days of DATASETS are understood best."""
    from detector.training.augment import USUAL
    from detector.training.search import search, write_relighting

    with progress_bar() as progress:
        best, tried = search(_read(datasets, days_from, days_to), candidates, pictures, seed, progress)
    write_relighting(out, best, tried)
    for trial in sorted(tried, key=lambda trial: (trial.copies, trial.score)):
        click.echo(f"{trial.copies} copies: {trial.score:.4f}  {trial.relighting}")
    click.echo(f"{'The usual light is kept' if best == USUAL else 'A better light was found'}: {out}")


@click.command()
@click.argument("image", type=JSON_FILE)
@click.option("--model", required=True, type=FOLDER, help="A version's folder.")
@click.option("--out", required=True, type=JSON_FILE, help="PNG file for the picture.")
@click.option("--coop", type=JSON_FILE, help="coop.yaml with the nest's polygon; without it the picture is the nest.")
@click.option("--nest", help="The nest's id; by default the first one.")
@click.option("--answer", default="hen", show_default=True, help="`hen` for any hen, a posture, or a hen's id.")
@json_option
def explain(
    image: Path, model: Path, out: Path, coop: Path | None, nest: str | None, answer: str, json_file: Path | None
) -> None:
    """Show what in IMAGE speaks for an answer of a version, and the box around it."""
    from detector.training.explain import explain_file

    told = explain_file(image, model, out, (coop, nest), answer)
    write_json(json_file, told)
    click.echo(f"{out}: what speaks for {answer!r}, most of it in the box {told['box']} of the frame.")
    click.echo(json.dumps({name: told[name] for name in told if name.startswith("log_odds")}, indent=1))


COMMANDS = (train, evaluate, crossvalidate, search_augmentation, explain)

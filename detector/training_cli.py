"""The commands that train and judge: a command parses, calls and prints."""

import json
from datetime import date
from pathlib import Path

import click

from detector.terminal import FOLDER, days_options, json_option, progress_bar, write_json


@click.command()
@click.argument("datasets", nargs=-1, required=True, type=FOLDER)
@click.option("--out", required=True, type=FOLDER, help="Folder of model versions; made if missing.")
@click.option("--seed", default=2016, show_default=True, help="The same seed and pictures give the same version.")
@days_options
@json_option
def train(
    datasets: tuple[Path, ...],
    out: Path,
    seed: int,
    days_from: date | None,
    days_to: date | None,
    json_file: Path | None,
) -> None:
    """Train on DATASETS and write the version to OUT/<id>."""
    from detector.training.fit import train as fit
    from detector.versions import read_manifest

    out.mkdir(parents=True, exist_ok=True)  # Better told before the training than after it.
    with progress_bar() as progress:
        folder = fit(datasets, out, days_from, days_to, seed, progress)
    manifest = read_manifest(folder)
    write_json(json_file, {"version": manifest.id, "folder": str(folder), "metrics": manifest.metrics})
    click.echo(f"Trained {manifest.id} in {manifest.metrics.get('seconds')} s: {folder}")


@click.command()
@click.argument("dataset", type=FOLDER)
@click.option("--model", type=FOLDER, help="A version's folder; without it, the stock recogniser.")
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
    """Compare what a version says of DATASET with its labels."""
    from detector.recognition import load_recogniser, stock_recogniser
    from detector.training.dataset import load_dataset
    from detector.training.evaluate import evaluate as compare

    recogniser = load_recogniser(model, load_dataset(dataset).coop) if model else stock_recogniser()
    with progress_bar() as progress:
        task = progress.add_task("Evaluating", total=None)
        found = compare(dataset, recogniser, days_from, days_to, lambda: progress.advance(task), stills=stills)
    write_json(json_file, found)
    click.echo(json.dumps(found["metrics"], indent=2, ensure_ascii=False))


COMMANDS = (train, evaluate)

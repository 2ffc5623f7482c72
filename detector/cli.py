"""The command `python -m detector`: train, evaluate, replay, work. A command parses, calls and prints."""

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from henbot.domain.errors import HenbotError

FOLDER = click.Path(path_type=Path, file_okay=False)
JSON_FILE = click.Path(path_type=Path, dir_okay=False)


class Commands(click.Group):
    """Commands whose errors are told in a sentence, not in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what henbot raises on purpose goes to standard error, with exit code 1."""
        try:
            return super().invoke(ctx)
        except HenbotError as exc:
            raise click.ClickException(str(exc)) from exc
        except OSError as exc:
            where = f"{exc.filename}: " if exc.filename else ""
            remedy = "Check the path, its permissions and the space on the disk."
            raise click.ClickException(f"{where}{exc.strerror or exc}. {remedy}") from exc


@click.group(cls=Commands)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"], case_sensitive=False),
    default="warning",
    envvar="HENBOT_LOG_LEVEL",
    help="How much to log, on standard error.",
)
def cli(log_level: str) -> None:
    """What looks at pictures: train on labelled folders, judge a version, replay a day, watch live cameras."""
    from henbot.logs import configure_logging

    configure_logging(log_level)


def _day(_: click.Context, option: click.Parameter, value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as exc:
        raise click.BadParameter(f"{value!r} is no day; write it like 2016-10-03") from exc


def _last_day(ctx: click.Context, option: click.Parameter, value: str | None) -> date | None:
    last = _day(ctx, option, value)
    first = ctx.params.get("days_from")
    if first and last and last < first:
        raise click.BadParameter(f"{last} is before --from {first}; name the earlier day first")
    return last


def _days(command: Callable[..., None]) -> Callable[..., None]:
    until = click.option(
        "--to", "days_to", callback=_last_day, metavar="DAY", help="Last day, like 2016-10-03; inclusive."
    )
    since = click.option(
        "--from", "days_from", callback=_day, is_eager=True, metavar="DAY", help="First day, like 2016-10-03."
    )
    return since(until(command))


def _json_option(command: Callable[..., None]) -> Callable[..., None]:
    return click.option("--json", "json_file", type=JSON_FILE, help="Write the result to this file as JSON.")(command)


@cli.command()
@click.argument("datasets", nargs=-1, required=True, type=FOLDER)
@click.option("--out", required=True, type=FOLDER, help="Folder of model versions; made if missing.")
@click.option("--seed", default=2016, show_default=True, help="The same seed and pictures give the same version.")
@_days
@_json_option
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
    with _bar() as progress:
        folder = fit(datasets, out, days_from, days_to, seed, progress)
    manifest = read_manifest(folder)
    _write(json_file, {"version": manifest.id, "folder": str(folder), "metrics": manifest.metrics})
    click.echo(f"Trained {manifest.id} in {manifest.metrics.get('seconds')} s: {folder}")


@cli.command()
@click.argument("dataset", type=FOLDER)
@click.option("--model", type=FOLDER, help="A version's folder; without it, the stock recogniser.")
@_days
@_json_option
def evaluate(
    dataset: Path, model: Path | None, days_from: date | None, days_to: date | None, json_file: Path | None
) -> None:
    """Compare what a version says of DATASET with its labels."""
    from detector.recognition import load_recogniser, stock_recogniser
    from detector.training.evaluate import evaluate as compare

    recogniser = load_recogniser(model) if model else stock_recogniser()
    with _bar() as progress:
        task = progress.add_task("Evaluating", total=None)
        found = compare(dataset, recogniser, days_from, days_to, lambda: progress.advance(task))
    _write(json_file, found)
    click.echo(json.dumps(found["metrics"], indent=2, ensure_ascii=False))


@cli.command()
@click.argument("dataset", type=FOLDER)
@click.option("--model", type=FOLDER, help="A version's folder; without it, the stock recogniser.")
@click.option("--database", required=True, metavar="URL", help="Like sqlite:///replay.db; made if missing.")
@click.option("--media", type=FOLDER, help="Folder for pictures; by default `media` beside the database, or here.")
@click.option("--on-the-clock", is_flag=True, help="Wait for the coop's clock in the database, as a live camera would.")
@click.option("--quiet", is_flag=True, help="Show no progress bar.")
@_days
@_json_option
def replay(
    dataset: Path,
    model: Path | None,
    database: str,
    media: Path | None,
    on_the_clock: bool,
    quiet: bool,
    days_from: date | None,
    days_to: date | None,
    json_file: Path | None,
) -> None:
    """Play DATASET's frames as if they came from a camera; frames that the database has seen are not played again."""
    from detector.pacing import AtOnce, CoopPace
    from detector.replay import result
    from detector.wiring import open_replay

    opened = open_replay(dataset, model, database, media, (days_from, days_to))
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    pace = CoopPace(opened.clock_setting, stopped) if on_the_clock else AtOnce(opened.database)
    run = opened.replay(pace)
    with _bar(quiet=quiet) as progress:
        task = progress.add_task("Replaying", total=None)
        run.run(lambda: progress.advance(task))
    found = result(opened.database, run.seen)
    _write(json_file, found)
    click.echo(f"{run.frames} frames, {len(run.skipped)} skipped, {len(found['visits'])} visits remembered.")
    for skipped in run.skipped:
        click.echo(f"  skipped {skipped.name}: {skipped.reason}", err=True)


@cli.command()
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="coop.yaml, instead of HENBOT_CONFIG.")
def work(config: Path | None) -> None:
    """Watch the cameras of coop.yaml until stopped."""
    from detector.wiring import build_worker
    from henbot.config import load_coop, load_settings

    settings = load_settings()
    worker = build_worker(settings, load_coop(config or settings.config))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stopped.set())
    worker.run()


@cli.command()
@click.argument("model", type=FOLDER)
@_json_option
def verify(model: Path, json_file: Path | None) -> None:
    """Check that the version in folder MODEL is whole and can serve."""
    from detector.recognition import load_recogniser

    version = load_recogniser(model).version
    _write(json_file, {"version": version})
    click.echo(f"{version} can serve.")


@cli.command()
@click.option("--cache", required=True, type=FOLDER, help="Folder for what is downloaded or drawn.")
@_json_option
def data(cache: Path, json_file: Path | None) -> None:
    """Find pictures for a demo: beside the project, in HENBOT_DATA, public ones, or drawn."""
    import os

    from detector.public_data import find_demo_data

    with _bar() as progress:
        task = progress.add_task("Getting pictures", total=None)
        found = find_demo_data(
            cache, os.environ, progress=lambda done, total: progress.update(task, completed=done, total=total)
        )
    _write(json_file, {"folder": str(found.folder), "how": found.how, "sentence": found.sentence})
    click.echo(found.sentence)


@cli.command()
@click.argument("folder", type=FOLDER)
@click.option("--days", default=2, show_default=True, type=click.IntRange(1, 31))
def draw(folder: Path, days: int) -> None:
    """Draw a dataset: a nest box with three hens, labelled, in FOLDER."""
    from detector.drawn import write_dataset

    write_dataset(folder, days=days)
    click.echo(f"Drew {days} days in the nest: {folder}")


@contextmanager
def _bar(*, quiet: bool = False) -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as progress:
        yield progress


def _write(path: Path | None, found: object) -> None:
    if path is None:
        return
    try:
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False, default=_plain) + "\n", encoding="utf-8")
    except OSError as exc:
        raise click.ClickException(f"{path} cannot be written: {exc.strerror}. Name another file with --json.") from exc


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    if hasattr(value, "items"):
        return dict(value.items())
    raise TypeError(f"{type(value).__name__} is no JSON")


def main() -> None:
    """Entry point of `python -m detector`."""
    threading.current_thread().name = "detector"
    cli(prog_name="python -m detector")

"""The command `python -m detector`: train, evaluate, replay, work. A command parses, calls and prints."""

import signal
import threading
from datetime import date
from pathlib import Path

import click

from detector import training_cli
from detector.terminal import FOLDER, Commands, days_options, json_option, progress_bar, write_json


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


@cli.command()
@click.argument("dataset", type=FOLDER)
@click.option("--model", type=FOLDER, help="A version's folder, or `stock`; without it, the shipped one.")
@click.option("--database", required=True, metavar="URL", help="Like sqlite:///replay.db; made if missing.")
@click.option("--media", type=FOLDER, help="Folder for pictures; by default `media` beside the database, or here.")
@click.option("--on-the-clock", is_flag=True, help="Wait for the coop's clock in the database, as a live camera would.")
@click.option("--quiet", is_flag=True, help="Show no progress bar.")
@days_options
@json_option
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
    with progress_bar(quiet=quiet) as progress:
        task = progress.add_task("Replaying", total=None)
        run.run(lambda: progress.advance(task))
    found = result(opened.database, run.seen)
    write_json(json_file, found)
    click.echo(f"{run.frames} frames, {len(run.skipped)} skipped, {len(found['visits'])} visits remembered.")
    for skipped in run.skipped:
        click.echo(f"  skipped {skipped.name}: {skipped.reason}", err=True)
    if not run.frames:
        why = "the database had seen them all" if found["observations"] else "there are none of these days"
        click.echo(f"No frame was played: {why}.", err=True)


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
@json_option
def verify(model: Path, json_file: Path | None) -> None:
    """Check that the version in folder MODEL is whole and can serve."""
    from detector.recognition import load_recogniser

    version = load_recogniser(model).version
    write_json(json_file, {"version": version})
    click.echo(f"{version} can serve.")


@cli.command()
@click.option("--cache", required=True, type=FOLDER, help="Folder for what is downloaded or drawn.")
@json_option
def data(cache: Path, json_file: Path | None) -> None:
    """Find pictures for a demo: beside the project, in HENBOT_DATA, public ones, or drawn."""
    import os

    from detector.public_data import find_demo_data

    with progress_bar() as progress:
        task = progress.add_task("Getting pictures", total=None)
        found = find_demo_data(
            cache, os.environ, progress=lambda done, total: progress.update(task, completed=done, total=total)
        )
    write_json(json_file, {"folder": str(found.folder), "how": found.how, "sentence": found.sentence})
    click.echo(found.sentence)


@cli.command()
@click.argument("folder", type=FOLDER)
@click.option("--days", default=2, show_default=True, type=click.IntRange(1, 31), help="How many to draw.")
def draw(folder: Path, days: int) -> None:
    """Draw a dataset: a nest box with three hens, labelled, in FOLDER."""
    from detector.drawn import write_dataset

    write_dataset(folder, days=days)
    click.echo(f"Drew {days} days in the nest: {folder}")


@cli.command("do-job", hidden=True)
@click.argument("job", type=int)
@click.argument("lease")
def do_job(job: int, lease: str) -> None:
    """Do what the bot asked for; the worker starts this."""
    from detector import doing_jobs
    from henbot.config import load_settings
    from henbot.storage.database import open_database
    from henbot.storage.schema import check_schema

    settings = load_settings()
    database = open_database(settings.database)
    check_schema(database)
    doing_jobs.do_job(job, lease, database, settings)
    database.close()


@cli.command("export-dataset")
@click.argument("folder", type=FOLDER)
@click.option("--database", metavar="URL", help="Instead of HENBOT_DATABASE.")
@click.option("--media", type=FOLDER, help="Folder of its pictures; by default `media` beside it, or HENBOT_MEDIA.")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="coop.yaml, instead of HENBOT_CONFIG.")
@days_options
@json_option
def export_dataset(
    folder: Path,
    database: str | None,
    media: Path | None,
    config: Path | None,
    days_from: date | None,
    days_to: date | None,
    json_file: Path | None,
) -> None:
    """Write a dataset to FOLDER from what was seen and told: its pictures can be trained on and judged with."""
    from dataclasses import asdict

    from detector.wiring import export

    done = export(folder, database, media, config, (days_from, days_to))
    write_json(json_file, asdict(done) | {"folder": str(done.folder)})
    missing = f" {done.missing} pictures are lost." if done.missing else ""
    click.echo(
        f"{done.pictures} pictures, {done.told} of them labelled by people, {done.visits} visits: {folder}.{missing}"
    )


for bench_command in training_cli.COMMANDS:
    cli.add_command(bench_command)


def main() -> None:
    """Entry point of `python -m detector`."""
    threading.current_thread().name = "detector"
    cli(prog_name="python -m detector")

"""What the commands of `python -m detector` share: errors as sentences, options, bars and JSON files."""

import json
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


def days_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--from DAY` and `--to DAY`, given as `days_from` and `days_to`."""
    until = click.option(
        "--to", "days_to", callback=_last_day, metavar="DAY", help="Last day, like 2016-10-03; inclusive."
    )
    since = click.option(
        "--from", "days_from", callback=_day, is_eager=True, metavar="DAY", help="First day, like 2016-10-03."
    )
    return since(until(command))


def json_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--json FILE`, given as `json_file`; one that cannot be written is told of before the work."""
    text = "Write the result to this file as JSON."
    return click.option("--json", "json_file", type=JSON_FILE, callback=_writable, help=text)(command)


def _writable(_: click.Context, option: click.Parameter, value: Path | None) -> Path | None:
    if value and not value.parent.is_dir():
        raise click.BadParameter(f"{value} cannot be written: there is no folder {value.parent}; make it first")
    return value


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Progress]:
    """A bar on standard error, with the time left; gone when it is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as progress:
        yield progress


def write_json(path: Path | None, found: object) -> None:
    """Write a result for other programs, where a file was named for it."""
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

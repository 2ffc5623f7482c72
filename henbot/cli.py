"""The command `henbot`. A command parses, calls and prints; what it needs it imports when it runs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from henbot.domain.errors import HenbotError


class Group(click.Group):
    """Commands whose errors are told in a sentence, not in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what henbot raises on purpose goes to standard error, with exit code 1."""
        try:
            return super().invoke(ctx)
        except HenbotError as exc:
            raise click.ClickException(str(exc)) from exc
        except OSError as exc:
            raise click.ClickException(told_by_system(exc)) from exc


class Moment(click.ParamType[datetime]):
    """A moment in ISO 8601; without an offset, the coop's time is meant."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it."""
        if isinstance(value, datetime):
            return value
        try:
            return datetime.fromisoformat(value.strip())
        except ValueError:
            self.fail(f"{value!r} is no time: write one like 2016-10-04T20:00, or 2016-10-04T20:00+02:00.", param, ctx)


def told_by_system(exc: OSError) -> str:
    """What the operating system refused, with the file; a full disk or a folder that may not be written, say."""
    where = f"{exc.filename}: " if exc.filename else ""
    return f"{where}{exc.strerror or exc}. Check the path, its permissions and the space on the disk."


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Imports within the block belong to an optional part of henbot; where it lacks, say how to get it."""
    try:
        yield
    except ModuleNotFoundError as exc:
        if exc.name and exc.name.partition(".")[0] in ("henbot", "detector"):
            raise
        raise click.ClickException(
            f"This needs henbot's part `{extra}` ({exc.name} is missing). Install it: pip install 'henbot[{extra}]'"
        ) from exc


@click.group(cls=Group)
@click.version_option(package_name="henbot")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"], case_sensitive=False),
    default="info",
    show_default=True,
    envvar="HENBOT_LOG_LEVEL",
    help="How much to log, on standard error.",
)
@click.option("--log-json", is_flag=True, envvar="HENBOT_LOG_JSON", help="Log as JSON, a line an event.")
def cli(log_level: str, log_json: bool) -> None:
    """henbot watches the nest boxes and tells on Telegram who laid."""
    from henbot.logs import configure_logging

    configure_logging(log_level, log_json)


@cli.command()
@click.argument("path", type=click.Path(path_type=Path), default="coop.yaml", envvar="HENBOT_CONFIG")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init(path: Path, force: bool) -> None:
    """Write a commented configuration to PATH (coop.yaml) and say what to do next."""
    from henbot.config.settings import HOW_TO_GET_A_TOKEN
    from henbot.config.template import write_template

    target = write_template(path, force)
    click.echo(f"Wrote {target}. Next:")
    click.echo(f"  1. Fill it in: the time zone, your hens, where the camera's pictures come from. {target} explains.")
    click.echo(f"  2. Get a bot token. {HOW_TO_GET_A_TOKEN}")
    click.echo(f"  3. henbot check {target}   tells what is still missing.")
    click.echo("  4. henbot run   starts the bot and the detector.")
    click.echo("Without a token: `henbot demo` shows a day, `henbot sandbox` is a Telegram of your own.")


@cli.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
def check(path: Path | None) -> None:
    """Say what is right and what is wrong with the configuration (PATH, else HENBOT_CONFIG, else coop.yaml)."""
    from henbot.checkup import Verdict, check_all

    wrong = 0
    for finding in check_all(path):
        wrong += finding.verdict is Verdict.WRONG
        click.echo(f"{finding.verdict:>5}  {finding.sentence}")
    if wrong:
        things = "One thing is" if wrong == 1 else f"{wrong} things are"
        raise click.ClickException(f"{things} to be put right.")
    click.echo("henbot can run.")


@cli.command()
@click.option("--database", metavar="URL", help="Database to upgrade, instead of HENBOT_DATABASE.")
def migrate(database: str | None) -> None:
    """Make the database, or bring its tables up to this version (a copy of the file is kept)."""
    from henbot.config import load_settings
    from henbot.storage.database import open_database
    from henbot.storage.schema import migrate as migrate_schema

    url = database or load_settings().database
    open_database(url).close()  # refuses an address that is none, and connects to nothing
    revision = migrate_schema(url)
    click.echo(f"The database is up to date (schema {revision}).")


@cli.command()
def run() -> None:
    """Run bot and detector together until stopped; either is started again if it dies."""
    from henbot.config import load_settings
    from henbot.running import run_all

    run_all(load_settings())


@cli.command()
def bot() -> None:
    """Run the bot alone (the detector runs elsewhere: `python -m detector work`)."""
    from henbot.bot.app import run_bot
    from henbot.config import load_coop, load_settings
    from henbot.running import make_ready

    settings = load_settings()
    coop = load_coop(settings.config)
    make_ready(settings.database, coop)
    raise SystemExit(run_bot(settings, coop))


@cli.command("owner-link")
def owner_link() -> None:
    """Make a new link for the owner, where there is none yet and the first one is lost; it closes those before."""
    from henbot.config import load_coop, load_settings
    from henbot.services.coop_clock import wall_now
    from henbot.services.owner_link import renew_owner_link
    from henbot.services.people import People
    from henbot.storage.database import open_database
    from henbot.storage.schema import check_schema

    settings = load_settings()
    people = People(load_coop(settings.config).roles)
    database = open_database(settings.database)
    check_schema(database)
    secret = database.write(lambda session: renew_owner_link(session, people, wall_now()))
    database.close()
    if secret is None:
        raise click.ClickException("This coop has an owner, who lets others in by /admins; nothing was changed.")
    click.echo(f"Send this to the bot, in a private chat, to become the owner of this coop:\n\n  /start {secret}\n")
    click.echo("It works once, within 24 hours, and is not shown again. Earlier links work no more.")


def _lines() -> Iterator[str]:
    return (line.decode("utf-8", "replace").rstrip("\r\n") for line in sys.stdin.buffer)


@cli.command()
@click.argument("question")
@click.option("--at", type=Moment(), help="Time of asking, at the coop or with an offset; now by default.")
@click.option("--language", type=click.Choice(["en", "ru"]), help="Of the answer; the coop's by default.")
@click.option("--database", metavar="URL", help="Database to ask, instead of HENBOT_DATABASE.")
@click.option("--explain", is_flag=True, help="Print what is understood, as a line of JSON for each question.")
def ask(question: str, at: datetime | None, language: str | None, database: str | None, explain: bool) -> None:
    """Answer QUESTION, like "who laid today", as the bot would; `-` reads questions from standard input, one a line."""
    from henbot.bot.terminal import answer_all, explain_all
    from henbot.config import load_settings

    settings = load_settings()
    url = database or settings.database
    questions = _lines() if question == "-" else iter([question])
    told = explain_all(questions, url, settings.config, at) if explain else answer_all(questions, url, at, language)
    for line in told:
        click.echo(line)


@cli.command()
@click.option(
    "--speed", type=click.FloatRange(min=1), help="Coop seconds in a second; by default a day takes two minutes."
)
@click.option("--headless", is_flag=True, help="Open no page, and end with the day.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write what happened to this file."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port of the chat page; any free one by default."
)
def demo(speed: float | None, headless: bool, json_file: Path | None, port: int) -> None:
    """Show a day in the hen house, on real pictures where there are any, without a token."""
    with needs("demo"):
        from rich.console import Console

        from henbot.demo import Options, run_demo
    from henbot.logs import configure_logging

    configure_logging("warning")  # The terminal is for the day's story.
    run_demo(Options(speed, headless, json_file, port), Console())


@cli.command()
@click.argument("process", type=click.Choice(["bot", "detector"]))
def health(process: str) -> None:
    """Tell whether PROCESS gave a sign of life lately; exit code 1 if not. For container health checks."""
    from henbot.config import load_settings
    from henbot.services.coop_clock import wall_now
    from henbot.services.heartbeats import is_alive
    from henbot.storage.database import open_database
    from henbot.storage.schema import check_schema

    database = open_database(load_settings().database)
    check_schema(database)
    with database.reading() as session:
        alive = is_alive(session, process, wall_now())
    if not alive:
        raise click.ClickException(f"the {process} gave no sign of life lately; look at its log")
    click.echo(f"The {process} is alive.")


@cli.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8081, show_default=True, help="Port on 127.0.0.1.")
@click.option("--channel-title", default="The coop", show_default=True, help="The channel's title.")
@click.option("--limits", is_flag=True, help="Refuse more than Telegram's rates with a 429.")
def sandbox(port: int, channel_title: str, limits: bool) -> None:
    """Run a Telegram of your own on this machine, with a chat page: try henbot without a token."""
    with needs("sandbox"):
        from henbot.sandbox.cast import default_cast
        from henbot.sandbox.server import serve_forever

    serve_forever(port, cast=default_cast(channel_title), limits=limits)


@cli.command()
def version() -> None:
    """Print the versions that a bug report wants."""
    import platform
    from importlib.metadata import version as version_of

    click.echo(f"henbot {version_of('henbot')}, Python {platform.python_version()}, {platform.platform()}")


def main() -> None:
    """Entry point of `henbot` and `python -m henbot`."""
    cli(prog_name="henbot")

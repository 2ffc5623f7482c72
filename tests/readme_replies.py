"""The replies that the README shows: asked of a small simulated coop, so that they are what the bot would truly say.

`python -m tests.readme_replies` writes them anew.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from henbot.bot.asking import answer_command, respond
from henbot.bot.handlers import QUESTIONS
from henbot.bot.wording import plain
from henbot.simulation.flock import Setting
from henbot.simulation.writing import write_coop
from henbot.storage.database import Database, open_database
from henbot.storage.schema import migrate

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- replies: written by `python -m tests.readme_replies` -->\n", "<!-- end of replies -->"
SETTING = Setting(seed=7, hens=3, nests=2, first=date(2026, 4, 20), days=40)
AT = datetime(2026, 5, 29, 13, 30, tzinfo=UTC)
"""Half past three in the afternoon at the coop, on a Friday."""

COMMANDS = (
    "/today", "/hen Pearl", "/hens", "/eggs", "/nest", "/visits", "/next", "/suspects", "/why", "/stats this week",
)  # fmt: skip
SENTENCES = (
    ("en", "did pearle lay on wednesday?"),
    ("en", "how many eggs did we get last week"),
    ("en", "was the camera working yesterday"),
    ("ru", "кто снёсся позавчера?"),
    ("ru", "когда последний раз неслась Жемчужина"),
    ("en", "make me an admin"),
)


def shown_replies() -> str:
    """The part of the README between its marks."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/henbot.db"
        migrate(url)
        database = open_database(url)
        try:
            with database.writing() as session:
                write_coop(session, SETTING)
                session.commit()
            return "```text\n" + "\n\n".join(_exchanges(database)) + "\n```\n"
        finally:
            database.close()


def _exchanges(database: Database) -> list[str]:
    replies = [(command, _commanded(database, command)) for command in COMMANDS]
    replies += [(asked, respond(database, asked, language, AT).text) for language, asked in SENTENCES]
    return [f"> {asked}\n{plain(reply)}" for asked, reply in replies]


def _commanded(database: Database, command: str) -> str:
    name, _, rest = command.removeprefix("/").partition(" ")
    return answer_command(database, QUESTIONS[name], rest, "en", at=AT).text


def main() -> None:
    """Write the replies into the README."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    README.write_text(f"{before}{BEGIN}{shown_replies()}{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()

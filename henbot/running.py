"""`henbot run`: the database made ready, then bot and detector side by side."""

import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path

from henbot.config import CoopConfig, Settings, load_coop
from henbot.domain.errors import ConfigInvalid
from henbot.services.coop_clock import wall_now
from henbot.services.coop_records import seed_coop
from henbot.storage.database import open_database
from henbot.storage.schema import check_schema, migrate
from henbot.supervisor import Child, Supervisor


def run_all(settings: Settings) -> None:
    """Run bot and detector until SIGTERM or SIGINT.

    Raises:
        HenbotError: the configuration, the token or the database cannot be used; nothing was started.
    """
    if find_spec("detector") is None or find_spec("cv2") is None:
        raise ConfigInvalid(
            "the detector is not installed here: pip install 'henbot[detector]', or run `henbot bot` alone"
        )
    settings.bot_token()
    coop = load_coop(settings.config)
    migrate(settings.database)
    make_ready(settings.database, coop)
    supervisor = Supervisor(
        [
            Child("bot", [sys.executable, "-m", "henbot", "bot"]),
            Child("detector", [sys.executable, "-m", "detector", "work"], _without_token(dict(os.environ))),
        ]
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervisor.stopped.set())
    supervisor.run()


def make_ready(url: str, coop: CoopConfig) -> None:
    """Write the coop as configured into a database, so that a bot that is up before the detector knows it.

    Raises:
        DatabaseOutdated, DatabaseTooNew: its schema is not this program's.
    """
    database = open_database(url)
    try:
        check_schema(database)
        with database.writing() as session:
            seed_coop(session, coop, wall_now())
            session.commit()
    finally:
        database.close()


def _without_token(environment: dict[str, str]) -> dict[str, str]:
    """The detector talks to nobody, so it needs no secret."""
    hidden = {"HENBOT_TOKEN", "HENBOT_TOKEN_FILE"}
    kept = {name: value for name, value in environment.items() if name not in hidden}
    return kept | {"HENBOT_CONFIG": str(Path(environment.get("HENBOT_CONFIG", "coop.yaml")))}

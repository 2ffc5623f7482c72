"""`henbot run`: the database made ready, then bot and detector side by side."""

import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path

from henbot.config import Settings, load_coop
from henbot.domain.errors import ConfigInvalid
from henbot.storage.schema import migrate
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
    load_coop(settings.config)
    migrate(settings.database)
    supervisor = Supervisor(
        [
            Child("bot", [sys.executable, "-m", "henbot", "bot"]),
            Child("detector", [sys.executable, "-m", "detector", "work"], _without_token(dict(os.environ))),
        ]
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervisor.stopped.set())
    supervisor.run()


def _without_token(environment: dict[str, str]) -> dict[str, str]:
    """The detector talks to nobody, so it needs no secret."""
    hidden = {"HENBOT_TOKEN", "HENBOT_TOKEN_FILE"}
    kept = {name: value for name, value in environment.items() if name not in hidden}
    return kept | {"HENBOT_CONFIG": str(Path(environment.get("HENBOT_CONFIG", "coop.yaml")))}

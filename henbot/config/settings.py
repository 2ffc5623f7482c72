"""What the environment tells: the token, and where things are. No value of a secret ever stands in a message."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from henbot.config.fields import WRONG, wrong
from henbot.domain.errors import ConfigInvalid

TELEGRAM = "https://api.telegram.org"

_TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{30,}")

HOW_TO_GET_A_TOKEN = (
    "Ask @BotFather in Telegram for it, and put it in HENBOT_TOKEN or in a file that HENBOT_TOKEN_FILE names."  # noqa: S105 - a sentence
)


def _lower(written: Any) -> Any:
    return written.strip().lower() if isinstance(written, str) else written


def _server(written: Any) -> Any:
    if not isinstance(written, str) or not re.match(r"https?://[^/\s]+", written.strip()):
        raise wrong(f"this is no address of a Bot API server. Write one like {TELEGRAM}, or leave it out.")
    return written.strip().rstrip("/")


class Settings(BaseSettings):
    """Settings from variables that begin with HENBOT_. Use `load_settings` for errors in plain words.

    Attributes:
        token: the bot's token, from HENBOT_TOKEN or the file that HENBOT_TOKEN_FILE names; None where neither is set.
        config: the coop's file.
        database: SQLAlchemy URL; may hold a password, so it is not in the repr.
        media: folder of pictures and clips.
        models: folder of model versions.
        api_url: the Bot API server.
        log_json: write logs as JSON, a line an event.
    """

    model_config = SettingsConfigDict(
        env_prefix="HENBOT_", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    token: SecretStr | None = None
    token_file: Path | None = None
    config: Path = Path("coop.yaml")
    database: Annotated[str, Field(repr=False)] = "sqlite:///henbot.db"
    media: Path = Path("media")
    models: Path = Path("models")
    api_url: Annotated[str, BeforeValidator(_server)] = TELEGRAM
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = "info"
    log_json: bool = False

    _read_token: SecretStr | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _find_token(self) -> Self:
        if self.token and self.token_file:
            raise wrong("HENBOT_TOKEN and HENBOT_TOKEN_FILE are both set, and only one can count. Unset one of them.")
        if self.token_file:
            self._read_token = _checked(_content(self.token_file), f"The file {self.token_file}")
        elif self.token:
            self._read_token = _checked(self.token.get_secret_value(), "HENBOT_TOKEN")
        return self

    @property
    def has_token(self) -> bool:
        """A token is there, well-formed."""
        return self._read_token is not None

    def bot_token(self) -> str:
        """The token itself, for Telegram's library only.

        Raises:
            ConfigInvalid: there is none.
        """
        if self._read_token is None:
            raise ConfigInvalid(f"There is no bot token. {HOW_TO_GET_A_TOKEN}")
        return self._read_token.get_secret_value()

    @property
    def base_url(self) -> str:
        """What python-telegram-bot calls base_url."""
        return f"{self.api_url}/bot"

    @property
    def base_file_url(self) -> str:
        """What python-telegram-bot calls base_file_url."""
        return f"{self.api_url}/file/bot"


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise wrong(
            f"HENBOT_TOKEN_FILE names {path}, which cannot be read ({exc.strerror}). Check its path and permissions."
        ) from exc
    except UnicodeDecodeError:
        raise wrong(
            f"HENBOT_TOKEN_FILE names {path}, which is not text. Write the token in it, and nothing else."
        ) from None


def _checked(token: str, where: str) -> SecretStr:
    token = token.strip()
    if not _TOKEN.fullmatch(token):
        raise wrong(
            f"{where} holds no bot token: one is digits, a colon and some 35 letters, without spaces or quotes. "
            "Copy it again from @BotFather."
        )
    return SecretStr(token)


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        ConfigInvalid: a variable cannot be used; the text names each, and its value nowhere.
    """
    try:
        return Settings()
    except ValidationError as exc:
        lines = [_explained(error["loc"], error["type"], error["msg"]) for error in exc.errors(include_url=False)]
        raise ConfigInvalid("\n".join(lines)) from None


def _explained(location: tuple[int | str, ...], kind: str, message: str) -> str:
    if kind == WRONG and not location:
        return message
    return f"HENBOT_{str(location[0]).upper() if location else '*'}: {message}"

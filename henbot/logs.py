"""Logging, set up once in `main`. No token and no password leaves through it, whoever logs: the last step masks."""

import logging
import re
import sys
import threading
from types import TracebackType
from typing import IO

import structlog

_TOKEN = re.compile(r"\d+(?::|%3[Aa])[A-Za-z0-9_-]{30,}")
_PASSWORD = re.compile(r"(?<=://)[^/\s@'\"]*:[^/\s'\"]*(?=@)")

LOUD_LOGGERS = ("alembic", "apscheduler", "httpx", "httpcore", "telegram.ext.ExtBot")
"""Libraries that report each request or run at INFO: they are heard from WARNING on, or when debugging."""


def masked(text: str) -> str:
    """The text with `***` for each bot token, and for the user and password of each address."""
    return _PASSWORD.sub("***", _TOKEN.sub("***", text))


class MaskingFormatter(structlog.stdlib.ProcessorFormatter):
    """Renders a record, from structlog or from a library, and masks the whole: message, fields and traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The line or lines to write."""
        return masked(super().format(record))


class _Handler(logging.StreamHandler[IO[str]]):
    """Ours, to be told from others' when logging is set up again. Writes to what standard error is at the moment."""

    def __init__(self, stream: IO[str] | None) -> None:
        logging.Handler.__init__(self)
        self._fixed = stream

    @property
    def stream(self) -> IO[str]:
        return self._fixed or sys.stderr

    @stream.setter
    def stream(self, stream: IO[str]) -> None:
        self._fixed = stream


def configure_logging(level: str = "info", json: bool = False, stream: IO[str] | None = None) -> None:
    """Send structlog and the standard library's loggers to one stream, masked. To be called from `main` only.

    Args:
        level: debug, info, warning or error.
        json: a JSON object a line, for machines; else lines for people.
        stream: standard error if None.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = _Handler(stream)
    handler.setFormatter(_formatter(shared, json, handler.stream))
    root = logging.getLogger()
    root.handlers[:] = [*(other for other in root.handlers if not isinstance(other, _Handler)), handler]
    root.setLevel(level.upper())
    for name in LOUD_LOGGERS:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "debug" else logging.WARNING)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    # An error that nobody caught would else be printed with whatever its text holds.
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda died: _log_uncaught(died.exc_type, died.exc_value, died.exc_traceback)


def _formatter(shared: list[structlog.typing.Processor], json: bool, stream: IO[str]) -> MaskingFormatter:
    render: list[structlog.typing.Processor]
    if json:
        render = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        # Rich tracebacks wrap lines and show variables: a token could be cut in two and so escape the mask.
        plain = structlog.dev.plain_traceback
        render = [structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=plain)]
    return MaskingFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render]
    )


def _log_uncaught(kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None) -> None:
    if error is None or issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    logging.getLogger("henbot").critical("uncaught", exc_info=(kind, error, traceback))

"""No token leaves through the logs, whoever logs."""

import io
import json
import logging
import subprocess
import sys
import warnings

import httpx
import pytest
import structlog

from henbot.logs import configure_logging, masked

TOKEN = "1234567890:AAaaBBbbCCccDDddEEeeFFffGGggHHhhIIi"


@pytest.fixture(params=[False, True], ids=["lines", "json"])
def logged(request: pytest.FixtureRequest) -> io.StringIO:
    """What was logged, for people and for machines."""
    stream = io.StringIO()
    configure_logging("debug", json=request.param, stream=stream)
    return stream


def test_httpx_logs_each_request_without_the_token_in_its_address(logged: io.StringIO) -> None:
    answers = httpx.MockTransport(lambda request: httpx.Response(200))
    with httpx.Client(transport=answers) as client:
        client.get(f"https://api.telegram.org/bot{TOKEN}/getMe")
    assert "api.telegram.org/bot***/getMe" in logged.getvalue()
    assert TOKEN not in logged.getvalue()


def test_a_traceback_holds_no_token(logged: io.StringIO) -> None:
    secret = TOKEN
    try:
        raise ValueError(f"refused: {secret}")
    except ValueError:
        logging.getLogger("library").exception("it failed with %s", secret)
        structlog.get_logger("henbot").exception("it.failed", address=f"https://x/bot{secret}")
    assert logged.getvalue().count("Traceback") == 2
    assert "refused: ***" in logged.getvalue()
    assert TOKEN not in logged.getvalue()


def test_fields_arguments_and_exceptions_of_any_kind_are_masked(logged: io.StringIO) -> None:
    structlog.get_logger().info("asked", headers={"x": [TOKEN]}, raw=TOKEN.encode(), quoted=TOKEN.replace(":", "%3A"))
    logging.getLogger("library").warning({"token": TOKEN})
    logging.getLogger("library").warning("one", extra={"token": TOKEN})
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"deprecated {TOKEN}", UserWarning, stacklevel=1)
    assert "AAaaBBbb" not in logged.getvalue()
    assert "deprecated ***" in logged.getvalue()


def test_the_password_of_an_address_is_masked() -> None:
    assert masked("open rtsp://keeper:s3c@ret@cam.local/1") == "open rtsp://***@cam.local/1"
    assert masked("at http://cam.local:8080/a@b") == "at http://cam.local:8080/a@b"
    assert masked("at 09:31 2016-10-04") == "at 09:31 2016-10-04"


def test_an_error_that_nobody_caught_holds_no_token() -> None:
    program = (
        "import threading\nfrom henbot.logs import configure_logging\nconfigure_logging()\n"
        f"def fail(): raise ValueError('{TOKEN}')\n"
        "thread = threading.Thread(target=fail)\nthread.start()\nthread.join()\nfail()\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.count("ValueError: ***") == 2
    assert "AAaaBBbb" not in ended.stderr


def test_json_logs_are_an_object_a_line_with_the_events_name_and_fields() -> None:
    stream = io.StringIO()
    configure_logging(json=True, stream=stream)
    structlog.get_logger("henbot.x").info("model.swapped", old="a", new="б")
    line = json.loads(stream.getvalue())
    assert (line["event"], line["old"], line["new"], line["level"], line["logger"]) == (
        "model.swapped",
        "a",
        "б",
        "info",
        "henbot.x",
    )
    assert line["timestamp"].endswith("Z")


def test_requests_are_not_logged_unless_debugging() -> None:
    stream = io.StringIO()
    configure_logging("info", stream=stream)
    logging.getLogger("httpx").info("HTTP Request: POST")
    logging.getLogger("httpx").warning("slow")
    assert "HTTP Request" not in stream.getvalue()
    assert "slow" in stream.getvalue()


def test_setting_up_twice_writes_each_line_once() -> None:
    first, second = io.StringIO(), io.StringIO()
    configure_logging(stream=first)
    configure_logging(stream=second)
    structlog.get_logger().warning("once")
    assert first.getvalue() == ""
    assert second.getvalue().count("once") == 1


def test_importing_henbots_logs_sets_up_nothing() -> None:
    program = "import logging, henbot.logs; print(logging.getLogger().handlers, logging.getLogger('httpx').level)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[] 0"

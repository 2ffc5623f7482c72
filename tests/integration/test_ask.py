"""`henbot ask` at a terminal: answers, and what is understood of many questions at once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from henbot.cli import cli
from tests.coop_builder import COOP_YAML, Coop, build_coop, oct4

AT = "2016-10-04T20:00"


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.seen(oct4(7), oct4(18, 45))
    yield built
    built.database.close()


def explained(lines: str, *options: str) -> list[dict[str, str | None]]:
    done = CliRunner().invoke(cli, ["ask", "--explain", "--language", "ru", *options, "-"], input=lines)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_line_is_explained_in_a_line_of_its_own(coop: Coop) -> None:
    lines = "did Ging lay on Monday\nкто нёсся с 1 по 5 октября?\n\nwhat is the capital of France\nкто в гнезде\n"
    assert explained(lines, "--at", AT, "--database", coop.url) == [
        {"intent": "did_hen_lay", "hen": "ginger", "from": "2016-10-03", "to": "2016-10-03"},
        {"intent": "who_laid", "hen": None, "from": "2016-10-01", "to": "2016-10-05"},
        {"intent": "off_topic", "hen": None, "from": None, "to": None},
        {"intent": "off_topic", "hen": None, "from": None, "to": None},
        {"intent": "now_in_nest", "hen": None, "from": None, "to": None},
    ]


@pytest.mark.parametrize(
    ("at", "day"), [("2016-10-04T23:30+00:00", "2016-10-04"), ("2016-10-04T23:30-05:00", "2016-10-05")]
)
def test_a_time_with_an_offset_is_that_moment_at_the_coop(coop: Coop, at: str, day: str) -> None:
    assert explained("кто снёсся", "--at", at, "--database", coop.url)[0]["from"] == day


def test_a_flock_that_is_only_configured_is_known_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "frames").mkdir()
    (tmp_path / "coop.yaml").write_text(COOP_YAML, encoding="utf-8")
    monkeypatch.setenv("HENBOT_CONFIG", str(tmp_path / "coop.yaml"))
    found = explained("рыжуля снеслась?", "--at", AT, "--database", f"sqlite:///{tmp_path / 'none.db'}")
    assert found == [{"intent": "did_hen_lay", "hen": "ginger", "from": "2016-10-04", "to": "2016-10-04"}]
    assert not (tmp_path / "none.db").exists()


def test_hundreds_of_questions_take_seconds(coop: Coop) -> None:
    begun = time.monotonic()
    assert (
        len(explained("who laid on 3 October and did Henrietta come\n" * 300, "--at", AT, "--database", coop.url))
        == 300
    )
    assert time.monotonic() - begun < 10


def test_without_a_coop_it_is_said_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HENBOT_CONFIG", str(tmp_path / "coop.yaml"))
    done = CliRunner().invoke(cli, ["ask", "--explain", "x", "--database", f"sqlite:///{tmp_path / 'none.db'}"])
    assert done.exit_code == 1 and "there is no database" in done.output and "coop.yaml" in done.output


def test_a_time_that_is_none_is_refused_with_an_example(coop: Coop) -> None:
    done = CliRunner().invoke(cli, ["ask", "x", "--at", "yesterday", "--database", coop.url])
    assert done.exit_code == 2 and "2016-10-04T20:00+02:00" in done.output


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
@pytest.mark.parametrize(
    "command", [["ask", "x", "--database"], ["ask", "--explain", "x", "--database"], ["migrate", "--database"]]
)
def test_a_database_in_memory_is_refused_in_a_sentence(command: list[str], url: str) -> None:
    done = CliRunner().invoke(cli, [*command, url])
    assert done.exit_code == 1 and "in memory" in done.output

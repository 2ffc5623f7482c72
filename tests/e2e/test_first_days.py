"""The first two days of a real nest: what a version that has seen one hen on one day makes of the next, with three."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from detector.matching import score_visits
from henbot.bot.asking import ask
from henbot.storage.database import open_database

PLAYED = "2016-10-04"
EVENING = datetime(2016, 10, 4, 20, tzinfo=UTC)


def detector(*arguments: str | Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "detector", *map(str, arguments)], check=True, capture_output=True, timeout=200
    )


@pytest.fixture(scope="module")
def played(shared_data: Path, october_version: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the replay of 4 October by a version trained on 3 October."""
    folder, dataset = tmp_path_factory.mktemp("played"), shared_data / "chickencam"
    database = f"sqlite:///{folder / 'henbot.db'}"
    days = ("--from", PLAYED, "--to", PLAYED)
    told = ("--database", database, "--json", folder / "replay.json")
    detector("replay", dataset, "--model", october_version, *told, *days)
    return folder


def scored_visits(played: Path) -> list[dict[str, Any]]:
    visits = json.loads((played / "replay.json").read_text())["visits"]
    return [visit for visit in visits if visit["arrived_at"] < f"{PLAYED}T18:45"]


def test_visits_are_found(played: Path, shared_data: Path) -> None:
    start = datetime(2016, 10, 4, tzinfo=UTC)
    scored = score_visits(shared_data / "chickencam" / "visits.csv", played / "replay.json", start=start)
    assert scored["f1"] >= 0.65


def test_the_hen_it_knows_is_named_in_both_her_visits_and_strangers_are_not_called_by_her_name(played: Path) -> None:
    visits = scored_visits(played)
    hers = {visit["hen"] for visit in visits if "14:00" <= visit["arrived_at"][11:16] <= "15:45"}
    others = [visit["hen"] for visit in visits if visit["arrived_at"][11:16] < "13:05"]
    assert hers == {"ginger"}
    assert others.count("unknown") > len(others) / 2


def test_the_evening_s_answer_tells_when_she_settled_and_claims_nothing_of_the_time_without_frames(
    played: Path,
) -> None:
    database = open_database(f"sqlite:///{played / 'henbot.db'}")
    answer = ask(database, "who laid today", EVENING, "en")
    russian = ask(database, "кто сегодня снёсся", EVENING, "ru")
    database.close()
    assert "Ginger" in answer
    assert "settled" in answer
    assert "16:43–18:45" in answer
    assert "nothing is claimed" in answer
    assert "19:0" not in answer
    assert "Рыжуха" in russian
    assert "16:43–18:45" in russian

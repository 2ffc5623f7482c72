"""Hens that come, are renamed, go, and all of it taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from henbot.domain.flock import Fate
from henbot.services.acts import take_back
from henbot.services.coop_clock import wall_now
from henbot.services.hens import NameTaken, add_hen, id_of_name, rename_hen, retire_hen
from henbot.services.reports import flock_of
from henbot.services.undoing import UNDOING
from henbot.storage.database import Database
from tests.builders import NINE
from tests.coop_builder import build_coop

KEEPER = 5_000_000_001
NOW = wall_now()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    built = build_coop(tmp_path)
    yield built.database
    built.database.close()


def flock(database: Database) -> dict[str, str]:
    return {hen.id: hen.name_in("ru") for hen in database.read(flock_of)}


@pytest.mark.parametrize(
    ("name", "slug"), [("Рябушка", "ryabushka"), ("Mrs. Peck", "mrs-peck"), ("Ёлка-2", "elka-2"), ("🐔", "chicken")]
)
def test_an_id_is_made_of_a_name_in_whatever_letters(name: str, slug: str) -> None:
    assert id_of_name(name) == slug


def test_a_new_hen_joins_the_flock_and_leaves_without_a_trace_when_that_is_undone(database: Database) -> None:
    before = flock(database)
    act = database.write(lambda session: add_hen(session, KEEPER, {"und": "Рябушка"}, NOW, NINE))
    assert flock(database) == before | {"ryabushka": "Рябушка"}
    database.write(lambda session: take_back(session, act.id, KEEPER, NOW, UNDOING))
    assert flock(database) == before


def test_no_two_hens_are_called_alike(database: Database) -> None:
    with pytest.raises(NameTaken) as taken:
        database.write(lambda session: add_hen(session, KEEPER, {"und": "рыжуха"}, NOW, NINE))
    assert taken.value.hen == "ginger"


def test_a_hen_that_is_called_like_one_who_is_gone_has_an_id_of_her_own(database: Database) -> None:
    database.write(lambda session: retire_hen(session, KEEPER, "ginger", Fate.SOLD, NOW, NINE))
    act = database.write(lambda session: add_hen(session, KEEPER, {"und": "Ginger"}, NOW, NINE))
    assert act.details["hen"] == "ginger-2"


def test_a_hen_who_went_comes_back_when_that_is_undone(database: Database) -> None:
    act = database.write(lambda session: retire_hen(session, KEEPER, "ginger", Fate.MOVED, NOW, NINE))
    assert "ginger" not in flock(database)
    database.write(lambda session: take_back(session, act.id, KEEPER, NOW, UNDOING))
    assert flock(database)["ginger"] == "Рыжуха"


def test_renamings_are_taken_back_in_any_order(database: Database) -> None:
    first = database.write(lambda session: rename_hen(session, KEEPER, "ginger", {"und": "Лиса"}, NOW))
    second = database.write(lambda session: rename_hen(session, KEEPER, "ginger", {"und": "Белка"}, NOW))
    database.write(lambda session: take_back(session, first.id, KEEPER, NOW, UNDOING))
    assert flock(database)["ginger"] == "Белка"
    database.write(lambda session: take_back(session, second.id, KEEPER, NOW, UNDOING))
    assert flock(database)["ginger"] == "Рыжуха"


@pytest.mark.parametrize("name", ["", "   ", "!!!", "x" * 41])
def test_a_name_that_is_none_is_refused(database: Database, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        database.write(lambda session: add_hen(session, KEEPER, {"und": name}, NOW, NINE))

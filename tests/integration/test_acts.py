"""What people did, and what is left of it when they take it back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.services.acts import Act, ActKind, AlreadyUndone, begin, newest_standing, take_back
from henbot.services.coop_clock import wall_now
from henbot.services.evidence import add_picture
from henbot.services.labels import Pictured, add_labels, labels_of_picture
from henbot.services.media import MediaFolder
from henbot.services.undoing import UNDOING
from henbot.storage.database import Database
from henbot.storage.tables import AuditRow
from tests.builders import NINE
from tests.coop_builder import build_coop

KEEPER, SON = 5_000_000_001, 2
NOW = wall_now()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    built = build_coop(tmp_path)
    yield built.database
    built.database.close()


@pytest.fixture
def pictured(database: Database, tmp_path: Path) -> Pictured:
    stored = MediaFolder(tmp_path / "media").put(b"a picture", ".jpg")
    database.write(lambda session: add_picture(session, stored, NINE))
    return Pictured("nest", NINE, stored.sha256)


def told(database: Database, pictured: Pictured, by: int, hen: str) -> Act:
    def tell(session: Session) -> Act:
        act = begin(session, ActKind.LABEL, by, NOW)
        add_labels(session, act, pictured, {"hen": hen, "posture": "sitting"})
        return act

    return database.write(tell)


def standing(database: Database, pictured: Pictured) -> list[tuple[str, str, int]]:
    labels = database.read(lambda session: labels_of_picture(session, "nest", str(pictured.media_sha256)))
    return [(label.field, label.value, label.said_by) for label in labels]


def test_what_one_takes_back_leaves_what_others_said(database: Database, pictured: Pictured) -> None:
    mine = told(database, pictured, KEEPER, "ginger")
    told(database, pictured, SON, "brownie")
    database.write(lambda session: take_back(session, mine.id, KEEPER, NOW, UNDOING))
    assert standing(database, pictured) == [("hen", "brownie", SON), ("posture", "sitting", SON)]


def test_the_newest_act_of_a_person_that_stands_is_the_one_to_take_back(database: Database, pictured: Pictured) -> None:
    first, second = told(database, pictured, KEEPER, "ginger"), told(database, pictured, KEEPER, "brownie")
    told(database, pictured, SON, "ginger")
    assert database.read(lambda session: newest_standing(session, KEEPER)) == second
    database.write(lambda session: take_back(session, second.id, KEEPER, NOW, UNDOING))
    assert database.read(lambda session: newest_standing(session, KEEPER)) == first


def test_an_act_is_taken_back_once(database: Database, pictured: Pictured) -> None:
    act = told(database, pictured, KEEPER, "ginger")
    database.write(lambda session: take_back(session, act.id, KEEPER, NOW, UNDOING))
    with pytest.raises(AlreadyUndone):
        database.write(lambda session: take_back(session, act.id, SON, NOW, UNDOING))
    with pytest.raises(KeyError):
        database.write(lambda session: take_back(session, act.id + 1, SON, NOW, UNDOING))


def test_the_audit_says_who_did_and_who_took_back(database: Database, pictured: Pictured) -> None:
    act = told(database, pictured, KEEPER, "ginger")
    database.write(lambda session: take_back(session, act.id, SON, NOW, UNDOING))
    lines = database.read(lambda session: session.execute(select(AuditRow.actor, AuditRow.action)).all())
    assert [tuple(line) for line in lines] == [(str(KEEPER), "act.label"), (str(SON), "act.undone")]


def test_a_label_has_a_field_that_a_training_knows(database: Database, pictured: Pictured) -> None:
    def tell(session: Session) -> None:
        add_labels(session, begin(session, ActKind.LABEL, KEEPER, NOW), pictured, {"mood": "good"})

    with pytest.raises(ValueError, match="mood"):
        database.write(tell)
    assert standing(database, pictured) == []

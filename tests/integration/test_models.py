"""Versions that the admin decides about: which is asked for, which one to go back to, which must stay."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from henbot.services import models
from henbot.services.models import FoundVersion, Origin, VersionInUse
from henbot.storage.database import open_database
from tests.databases import migrated

NOON = datetime(2024, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database = open_database(migrated(tmp_path / "models.db"))
    with database.writing() as session:
        yield session
    database.close()


def found(version: str, hours: int = 0) -> FoundVersion:
    return FoundVersion(version, f"models/{version}", NOON + timedelta(hours=hours), {"hens": ["ginger"]})


def serve(session: Session, version: str, hours: int) -> None:
    models.want(session, version)
    models.note_serving(session, version, NOON + timedelta(hours=hours))


def test_the_first_trained_version_serves_by_itself_and_a_candidate_does_not(session: Session) -> None:
    models.note_new(session, found("candidate", 3), Origin.CANDIDATE, {"pictures": 40})
    models.note_new(session, found("brought", 4), Origin.IMPORTED)
    models.register_versions(session, [])
    assert models.desired_version(session) is None
    models.register_versions(session, [found("candidate", 3), found("old"), found("new", 1)])
    desired = models.desired_version(session)
    assert desired is not None
    assert desired.id == "new"
    assert {one.id: one.origin for one in models.known_versions(session)} == {
        "brought": Origin.IMPORTED,
        "candidate": Origin.CANDIDATE,
        "new": Origin.TRAINED,
        "old": Origin.TRAINED,
    }


def test_rolling_back_goes_to_the_version_that_served_before(session: Session) -> None:
    models.register_versions(session, [found("a"), found("b", 1), found("c", 2)])
    serve(session, "a", 1)
    serve(session, "c", 2)
    assert models.want(session, "b") == "c"
    good = models.last_good(session)
    assert good is not None
    assert good.id == "c"


def test_a_version_that_failed_is_none_to_go_back_to(session: Session) -> None:
    models.register_versions(session, [found("a"), found("b", 1), found("c", 2)])
    serve(session, "a", 1)
    serve(session, "b", 2)
    models.give_up(session, "b", "it says one thing only", None, NOON)
    models.want(session, "c")
    good = models.last_good(session)
    assert good is not None
    assert good.id == "a"


def test_what_serves_or_is_pinned_or_would_be_gone_back_to_is_not_removed(session: Session) -> None:
    models.register_versions(session, [found(name) for name in ("a", "b", "c", "d")])
    serve(session, "a", 1)
    serve(session, "b", 2)
    models.set_pinned(session, "c", pinned=True)
    for version, reason in (("b", "serving"), ("a", "last_good"), ("c", "pinned")):
        with pytest.raises(VersionInUse, match=reason):
            models.remove(session, version, NOON)
    models.remove(session, "d", NOON)
    assert models.removed_folders(session) == ["models/d"]
    assert {one.id for one in models.known_versions(session)} == {"a", "b", "c"}
    with pytest.raises(KeyError):
        models.want(session, "d")

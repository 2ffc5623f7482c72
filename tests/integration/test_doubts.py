"""Pictures worth asking about: one a visit and ten minutes, for neighbours in time show the same."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from henbot.domain.observations import ModelId, NestId
from henbot.services.doubts import Doubt, Reason, add_doubt
from henbot.services.media import MediaFolder
from henbot.storage.doubts import DoubtRow
from tests.coop_builder import Coop, build_coop, oct4

NEST = NestId("nest")


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    yield built
    built.database.close()


def doubted(coop: Coop, at: datetime, nest: NestId = NEST) -> bool:
    picture = MediaFolder(coop.media).put(f"{nest} {at}".encode(), ".jpg")
    doubt = Doubt(nest, at, Reason.DISAGREEMENT, ModelId("new"), {"serving": {"hens": 1}, "shadow": {"hens": 0}})
    return coop.database.write(lambda session: add_doubt(session, doubt, picture))


def test_pictures_that_are_neighbours_in_time_become_one_doubt(coop: Coop) -> None:
    at = oct4(19)
    assert doubted(coop, at)
    assert not doubted(coop, at + timedelta(minutes=9))
    assert not doubted(coop, at - timedelta(minutes=9))
    assert doubted(coop, at + timedelta(minutes=10))


def test_a_hen_who_comes_in_between_is_another_matter(coop: Coop) -> None:
    at = oct4(19)
    assert doubted(coop, at)
    coop.bout("v1", "olive", at + timedelta(minutes=1), left=at + timedelta(minutes=5))
    assert doubted(coop, at + timedelta(minutes=2))
    with coop.database.reading() as session:
        rows = session.execute(select(DoubtRow).where(DoubtRow.nest_id == NEST).order_by(DoubtRow.at)).scalars()
        assert [row.visit_id is None for row in rows] == [True, False]

"""Pictures that are kept because it is not known whether a hen is there."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from detector.unsure import A_DAY, UnsureDesk
from henbot.config import NestConfig
from henbot.domain.observations import CameraId, ModelId, NestId, Observation, Quality
from henbot.services.media import MediaFolder
from henbot.storage.doubts import DoubtRow
from tests.coop_builder import Coop, build_coop, oct4

PIXELS = np.full((60, 80, 3), 120, np.uint8)


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    yield built
    built.database.close()


@pytest.fixture
def desk(coop: Coop) -> UnsureDesk:
    nest = NestConfig.model_validate({"id": "nest", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]})
    return UnsureDesk([nest], coop.database, MediaFolder(coop.media))


def seen(at: datetime, hen: float, quality: Quality = Quality.OK) -> Observation:
    return Observation(
        CameraId("cam"), NestId("nest"), at, (1 - hen, hen, 0.0), quality=quality, model=ModelId("v1")
    )  # fmt: skip


def kept(coop: Coop) -> list[datetime]:
    with coop.database.reading() as session:
        return list(session.execute(select(DoubtRow.at).order_by(DoubtRow.at)).scalars())


def test_only_what_is_not_known_is_kept_and_neighbours_in_time_once(coop: Coop, desk: UnsureDesk) -> None:
    minutes = {0: 0.5, 5: 0.5, 12: 0.4, 30: 0.1, 31: 0.9}
    for minute, hen in minutes.items():
        desk.look([seen(oct4(9, minute), hen)], PIXELS)
    desk.look([seen(oct4(9, 50), 0.5, Quality.COVERED)], PIXELS)
    assert kept(coop) == [oct4(9), oct4(9, 12)]
    assert len(list(coop.media.rglob("*.jpg"))) == 1


def test_so_many_a_day_and_no_more_also_after_a_restart(coop: Coop) -> None:
    nest = NestConfig.model_validate({"id": "nest", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]})
    for number in range(A_DAY + 5):
        desk = UnsureDesk([nest], coop.database, MediaFolder(coop.media))
        desk.look([seen(oct4(0) + timedelta(minutes=20 * number), 0.5)], PIXELS)
    assert len(kept(coop)) == A_DAY

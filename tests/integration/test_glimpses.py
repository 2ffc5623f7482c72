"""Pictures of visits that are kept to learn from, and how long."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from henbot.domain.observations import VisitId
from henbot.services.acts import ActKind, begin
from henbot.services.coop_clock import wall_now
from henbot.services.evidence import show
from henbot.services.glimpses import KEPT, MOST_OF_A_VISIT, Glimpse, add_glimpses, forget_glimpses
from henbot.services.labels import Pictured, add_labels
from henbot.services.media import MediaFolder
from henbot.storage.glimpses import GlimpseRow
from tests.coop_builder import Coop, build_coop, oct4

LATER = oct4(9) + KEPT + timedelta(hours=1)


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    yield built
    built.database.close()


def glimpses(coop: Coop, visit: str, number: int) -> list[Glimpse]:
    media = MediaFolder(coop.media)
    return [
        Glimpse(VisitId(visit), oct4(9, minute), media.put(f"{visit} {minute}".encode(), ".jpg"))
        for minute in range(number)
    ]


def kept(coop: Coop) -> int:
    return coop.database.read(lambda session: session.execute(select(func.count(GlimpseRow.id))).scalar_one())


def test_a_long_visit_keeps_a_dozen_pictures_however_often_it_is_recorded(coop: Coop) -> None:
    coop.bout("one", "ginger", oct4(9), left=oct4(10))
    many = glimpses(coop, "one", MOST_OF_A_VISIT + 3)
    coop.database.write(lambda session: add_glimpses(session, many))
    coop.database.write(lambda session: add_glimpses(session, many))
    assert kept(coop) == MOST_OF_A_VISIT


def test_after_a_month_pictures_go_that_nobody_spoke_of_and_nothing_else_shows(coop: Coop) -> None:
    coop.bout("told", "ginger", oct4(9), left=oct4(10))
    coop.bout("untold", "olive", oct4(9), left=oct4(10))
    of_told, of_untold = glimpses(coop, "told", 2), glimpses(coop, "untold", 3)
    coop.database.write(lambda session: add_glimpses(session, of_told + of_untold))
    shown = of_untold[0].picture
    coop.database.write(lambda session: show(session, VisitId("untold"), "arrived", shown.sha256, oct4(11)))
    pictured = Pictured("nest", oct4(9), of_told[0].picture.sha256, "told")

    coop.database.write(
        lambda session: add_labels(session, begin(session, ActKind.LABEL, 1, wall_now()), pictured, {"hen": "ginger"})
    )
    assert coop.database.write(lambda session: forget_glimpses(session, oct4(9) + KEPT - timedelta(hours=1))) == []
    gone = coop.database.write(lambda session: forget_glimpses(session, LATER))
    assert sorted(gone) == sorted(one.picture.path for one in of_untold[1:])
    assert kept(coop) == len(of_told)

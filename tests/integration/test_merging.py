"""Two ids that turn out to be one hen: every answer counts the one's past as the other's, and it can be taken back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from henbot.bot.asking import ask
from henbot.domain.flock import Fate
from henbot.domain.observations import UNKNOWN, HenId, ModelId, NestId, VisitId
from henbot.domain.verdicts import Verdict
from henbot.domain.visits import Visit
from henbot.domain.watch import WatchState
from henbot.services.acts import ActKind, begin, take_back
from henbot.services.aliases import aliases_of
from henbot.services.coop_clock import wall_now
from henbot.services.eggs import eggs_between
from henbot.services.hens import retire_hen
from henbot.services.labels import Pictured, add_labels
from henbot.services.merging import SameHen, merge_hens
from henbot.services.recording import CameraStep, NestStep, record_step
from henbot.services.reports import flock_of
from henbot.services.undoing import UNDOING
from henbot.storage.database import Database
from henbot.storage.flock import MergedRow
from henbot.storage.tables import BoutRow, ChangeRow, HenRow, Row, VisitRow
from tests.coop_builder import Coop, build_coop, oct4

KEEPER = 5_000_000_001
NOW = wall_now()
EVENING = oct4(20)
NEST = NestId("nest")


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(EVENING, speed=0.0001)
    built.seen(oct4(7), oct4(18))
    built.bout("a", "ginger", oct4(8), left=oct4(9), verdict="laid", candidates={"ginger": 0.6, "olive": 0.3})
    built.bout("b", "olive", oct4(11), left=oct4(12), verdict="unsure", verdict_candidates=["olive", "ginger"])
    built.bout("c", "blanche", oct4(14), left=oct4(15), verdict="not_laid")
    built.egg(oct4(9), "ginger")
    yield built
    built.database.close()


def merge(coop: Coop, hen: str, into: str) -> int:
    return coop.database.write(lambda session: merge_hens(session, KEEPER, hen, into, NOW, EVENING)).id


def undo(coop: Coop, act: int) -> None:
    coop.database.write(lambda session: take_back(session, act, KEEPER, NOW, UNDOING))


def rows(database: Database) -> dict[str, list[Any]]:
    """All that the database says of hens, revisions and what is noted of the mergings aside."""
    left_out = {"changes", "acts", "audit"}
    with database.reading() as session:
        return {
            table.name: [
                {name: value for name, value in row._mapping.items() if name != "revision"}
                for row in session.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in Row.metadata.sorted_tables
            if table.name not in left_out
        }


def test_all_that_one_did_counts_as_the_others(coop: Coop) -> None:
    merge(coop, "ginger", "olive")
    with coop.database.reading() as session:
        eggs = eggs_between(session, oct4(0).date(), oct4(0).date(), EVENING)
        assert [(egg.hen, egg.verdict) for egg in eggs] == [("olive", Verdict.LAID)]
        assert [hen.id for hen in flock_of(session, retired=True)] == ["blanche", "olive"]
        visit = session.get_one(VisitRow, "a")
        assert {one.hen_id: round(one.probability, 3) for one in visit.candidates} == {"olive": 0.9}
        assert session.get_one(BoutRow, "b").verdict_candidates == ["olive"]


def test_her_old_name_still_finds_her(coop: Coop) -> None:
    merge(coop, "ginger", "olive")
    assert "Olive" in ask(coop.database, "when did ginger last lay?")
    assert "Олив" in ask(coop.database, "Рыжуха сегодня неслась?", language="ru")


def test_taking_it_back_restores_every_row(coop: Coop) -> None:
    with coop.database.writing() as session:
        told = begin(session, ActKind.LABEL, KEEPER, NOW)
        add_labels(session, told, Pictured("nest", oct4(8), None), {"hen": "ginger"})
        session.commit()
    before = rows(coop.database)
    act = merge(coop, "ginger", "olive")
    assert rows(coop.database) != before
    undo(coop, act)
    assert rows(coop.database) == before


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_mergings_one_after_the_other_are_taken_back_in_any_order(coop: Coop, order: tuple[int, int]) -> None:
    before = rows(coop.database)
    acts = [merge(coop, "ginger", "olive"), merge(coop, "olive", "blanche")]
    with coop.database.reading() as session:
        assert set(session.execute(select(VisitRow.hen_id)).scalars()) == {"blanche"}
        assert aliases_of(session) == {"ginger": "blanche", "olive": "blanche"}
    undo(coop, acts[order[0]])
    with coop.database.reading() as session:
        hen = session.get_one(VisitRow, "a").hen_id
    assert hen == ("ginger" if order[0] == 0 else "olive")
    undo(coop, acts[order[1]])
    assert rows(coop.database) == before


def test_what_was_corrected_meanwhile_stays_corrected(coop: Coop) -> None:
    act = merge(coop, "ginger", "olive")
    with coop.database.writing() as session:
        session.get_one(VisitRow, "a").hen_id = "blanche"
        session.commit()
    undo(coop, act)
    with coop.database.reading() as session:
        assert session.get_one(VisitRow, "a").hen_id == "blanche"
        assert session.execute(select(MergedRow.key).where(MergedRow.place == "visits")).all() == []


def test_a_version_that_says_the_old_id_means_the_hen_that_she_is(coop: Coop) -> None:
    merge(coop, "ginger", "olive")
    candidates = {HenId("ginger"): 0.7, HenId("olive"): 0.2, UNKNOWN: 0.1}
    came = oct4(16)
    sat = timedelta()
    visit = Visit(VisitId("d"), NEST, came, came, None, None, sat, HenId("ginger"), candidates, 1, ModelId("test"))
    with coop.database.writing() as session:
        record_step(session, CameraStep("cam", came, [NestStep(NEST, WatchState(), [visit])]))
        session.commit()
    with coop.database.reading() as session:
        row = session.get_one(VisitRow, "d")
        assert row.hen_id == "olive"
        assert {one.hen_id: round(one.probability, 3) for one in row.candidates} == {"olive": 0.9, "unknown": 0.1}


def test_chats_hear_of_todays_bouts_alone(coop: Coop) -> None:
    long_ago = oct4(8) - timedelta(days=30)
    coop.bout("old", "ginger", long_ago, left=long_ago + timedelta(hours=1))
    with coop.database.reading() as session:
        before = {row.id for row in session.execute(select(ChangeRow)).scalars()}
    merge(coop, "ginger", "olive")
    with coop.database.reading() as session:
        told = [row.subject_id for row in session.execute(select(ChangeRow)).scalars() if row.id not in before]
    assert sorted(told) == ["a", "b"]


def test_a_hen_is_not_merged_with_herself_nor_with_nobody(coop: Coop) -> None:
    merge(coop, "ginger", "olive")
    with pytest.raises(SameHen):
        merge(coop, "olive", "ginger")
    with pytest.raises(KeyError):
        merge(coop, "olive", "nobody")


def test_a_retirement_that_is_taken_back_while_she_is_merged_does_not_come_back_with_her(coop: Coop) -> None:
    retired = coop.database.write(lambda session: retire_hen(session, KEEPER, "ginger", Fate.SOLD, NOW, EVENING)).id
    merged = merge(coop, "ginger", "olive")
    undo(coop, retired)
    with coop.database.reading() as session:
        assert [hen.id for hen in flock_of(session)] == ["blanche", "olive"]
        assert session.get_one(HenRow, "ginger").retired_at is not None
    undo(coop, merged)
    with coop.database.reading() as session:
        assert {hen.id for hen in flock_of(session)} == {"blanche", "olive", "ginger"}

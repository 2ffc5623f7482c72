"""Corrections: what people say of a bout outranks the model, whatever comes later, and is undone without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.observations import NOBODY, UNKNOWN, HenId, ModelId, VisitId
from henbot.domain.verdicts import EggCount, Verdict
from henbot.domain.visits import Visit
from henbot.domain.watch import WatchState
from henbot.services.acts import Act, take_back
from henbot.services.coop_clock import wall_now
from henbot.services.correcting import BoutGone, correct_egg, correct_hen
from henbot.services.corrections import words_of_bout
from henbot.services.egg_balance import EggBalance, egg_balance
from henbot.services.egg_ledger import PicturedCount
from henbot.services.eggs import eggs_between, forget_kept_months
from henbot.services.evidence import Evidence
from henbot.services.labels import Label, labels_of_picture
from henbot.services.media import StoredMedia
from henbot.services.recording import CameraStep, NestStep, Recorder, record_step
from henbot.services.reports import bout_report
from henbot.services.undoing import UNDOING
from henbot.storage.acts import LabelRow
from henbot.storage.tables import BoutRow, ChangeRow, EventRow, VisitRow
from tests.builders import NEST
from tests.coop_builder import Coop, build_coop, oct4

ANN, BOB = 1001, 1002
GINGER, OLIVE, BLANCHE = HenId("ginger"), HenId("olive"), HenId("blanche")


def minute(minutes: float) -> datetime:
    """A moment after nine."""
    return oct4(9) + timedelta(minutes=minutes)


def sha(name: str) -> str:
    return name.encode().hex().ljust(64, "0")[:64]


@dataclass
class Yard:
    """A coop in which hens come, eggs are counted, and people correct."""

    coop: Coop

    def came(self, hen: str, start: float, end: float, *, is_open: bool = False, name: str = "") -> str:
        """A hen's visit with two pictures, in minutes after nine."""
        visit_id = VisitId(name or f"{hen}-{start:g}")
        left, settled = None if is_open else minute(end), minute(start + 1)
        sat = minute(end) - settled
        candidates = {HenId(hen): 0.9, BLANCHE: 0.1} if hen != BLANCHE else {BLANCHE: 1.0}
        args = (HenId(hen), candidates, 2, ModelId("test"))
        one = Visit(visit_id, NEST, minute(start), minute(end), left, settled, sat, *args)
        shown = [
            Evidence(visit_id, role, at, sha(f"{role}{visit_id}"), f"{visit_id}-{role}.jpg", 1)
            for role, at in (("arrived", minute(start)), ("settled", settled))
        ]
        self._record(NestStep(NEST, WatchState(), [one], evidence=shown), end)
        return visit_id

    def counted(self, at: float, eggs: int) -> None:
        """A sure count with a picture."""
        picture = StoredMedia(sha(f"count{at:g}"), f"count-{at:g}.jpg", 1)
        self._record(
            NestStep(NEST, WatchState(), counts=[PicturedCount(EggCount(NEST, minute(at), eggs), picture)]), at
        )

    def _record(self, step: NestStep, at: float) -> None:
        self.coop.set_now(minute(at))
        Recorder(self.coop.database).record(CameraStep("cam", minute(at), [step]))

    def says_hen(self, by: int, bout: str, hen: HenId) -> Act:
        return self.coop.database.write(lambda session: correct_hen(session, by, bout, hen, wall_now()))

    def says_egg(self, by: int, bout: str, verdict: Verdict) -> Act:
        return self.coop.database.write(lambda session: correct_egg(session, by, bout, verdict, wall_now()))

    def undoes(self, by: int, act: Act) -> None:
        self.coop.database.write(lambda session: take_back(session, act.id, by, wall_now(), UNDOING))

    def bouts(self) -> dict[str, tuple[str, str, list[str]]]:
        """Hen, verdict and visits of each bout that stands."""
        with self.coop.database.reading() as session:
            rows = session.execute(select(BoutRow).where(BoutRow.gone.is_(False)).order_by(BoutRow.id)).scalars()
            return {row.id: (row.hen_id, row.verdict, [one.id for one in row.visits]) for row in rows}

    def eggs(self) -> list[tuple[str, str]]:
        """Whose eggs there are that day, and how sure that is."""
        with self.coop.database.reading() as session:
            day = oct4(0).date()
            return [(egg.hen, egg.verdict.value) for egg in eggs_between(session, day, day, oct4(23))]

    def balance(self) -> EggBalance:
        with self.coop.database.reading() as session:
            return egg_balance(session, oct4(0).date(), oct4(0).date(), oct4(23))

    def labels(self) -> list[tuple[str, str, str]]:
        with self.coop.database.reading() as session:
            rows = session.execute(select(LabelRow).where(LabelRow.undone_at.is_(None)).order_by(LabelRow.id)).scalars()
            return [(row.media_sha256 or "", row.field, row.value) for row in rows]

    def told_of(self) -> dict[str, int]:
        """How often a reader was told of each subject."""
        with self.coop.database.reading() as session:
            found: dict[str, int] = {}
            for row in session.execute(select(ChangeRow)).scalars():
                found[f"{row.subject} {row.subject_id}"] = found.get(f"{row.subject} {row.subject_id}", 0) + 1
            return found

    def state(self) -> dict[str, Any]:
        """All that anybody could be told."""
        forget_kept_months(self.coop.database.engine)
        with self.coop.database.reading() as session:
            return {
                "visits": _columns(session, VisitRow),
                "bouts": [one for one in _columns(session, BoutRow, "revision") if not one["gone"]],
                "events": [one for one in _columns(session, EventRow) if one["kind"] != "egg_untold"],
                "eggs": self.eggs(),
                "balance": self.balance(),
                "labels": self.labels(),
            }


def _columns(session: Session, kind: Any, *without: str) -> list[dict[str, Any]]:
    names = [column.name for column in kind.__table__.columns if column.name not in without]
    rows = session.execute(select(kind).order_by(kind.id)).scalars()
    return [{name: getattr(row, name) for name in names} for row in rows]


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    built = build_coop(tmp_path)
    yield Yard(built)
    built.database.close()


@pytest.fixture
def laid(yard: Yard) -> str:
    """Ginger sat, and an egg was counted after her."""
    yard.counted(0, 0)
    bout = yard.came("ginger", 10, 50)
    yard.counted(55, 1)
    assert yard.eggs() == [("ginger", "laid")]
    return bout


# Whose it was


def test_a_bout_of_another_hen_is_hers_in_all_that_is_told(yard: Yard, laid: str) -> None:
    yard.says_hen(ANN, laid, OLIVE)
    assert yard.bouts() == {laid: ("olive", "laid", [laid])}
    assert yard.eggs() == [("olive", "laid")]
    with yard.coop.database.reading() as session:
        report = bout_report(session, laid)
        assert report is not None and report.candidates == ((OLIVE, 1.0),)
        (egg,) = session.execute(select(EventRow)).scalars()
        assert egg.details == {"eggs": 1, "hen": "olive"}


def test_the_pictures_of_a_corrected_bout_become_labels_and_undo_takes_them_back(yard: Yard, laid: str) -> None:
    act = yard.says_hen(ANN, laid, OLIVE)
    pictures = [sha(f"{role}{laid}") for role in ("arrived", "settled")]
    assert yard.labels() == [(picture, "hen", "olive") for picture in ("", *pictures)]  # the visit's, and each one's
    with yard.coop.database.reading() as session:
        (label,) = labels_of_picture(session, NEST, sha(f"settled{laid}"))
        assert isinstance(label, Label) and (label.said_by, label.act_id) == (ANN, act.id)
    yard.undoes(ANN, act)
    assert yard.labels() == []


def test_a_bout_that_turns_out_to_be_of_a_hen_who_was_there_just_before_joins_hers(yard: Yard) -> None:
    first, second = yard.came("ginger", 0, 20), yard.came("olive", 30, 50)
    before = yard.state()
    act = yard.says_hen(ANN, second, GINGER)
    assert yard.bouts() == {first: ("ginger", "probably", [first, second])}
    yard.undoes(ANN, act)
    assert yard.state() == before


def test_a_bout_of_several_visits_is_corrected_as_a_whole(yard: Yard) -> None:
    first, second, third = yard.came("ginger", 0, 20), yard.came("ginger", 30, 50), yard.came("olive", 100, 125)
    before = yard.state()
    act = yard.says_hen(ANN, first, OLIVE)
    assert yard.bouts() == {first: ("olive", "probably", [first, second]), third: ("olive", "probably", [third])}
    yard.undoes(ANN, act)
    assert yard.state() == before


def test_what_was_no_hen_is_no_bout(yard: Yard, laid: str) -> None:
    look = yard.came("olive", 60, 61)
    before = yard.state()
    act = yard.says_hen(ANN, look, NOBODY)
    assert list(yard.bouts()) == [laid]
    assert ("hens", "0") in [label[1:] for label in yard.labels()]
    with pytest.raises(BoutGone):
        yard.says_hen(BOB, look, OLIVE)
    yard.undoes(ANN, act)
    assert yard.state() == before


def test_a_hen_whom_nobody_can_name_makes_no_label(yard: Yard, laid: str) -> None:
    yard.says_hen(ANN, laid, UNKNOWN)
    assert yard.eggs() == [("unknown", "laid")]
    assert yard.labels() == []


def test_a_correction_of_a_visit_that_goes_on_survives_its_end_and_what_the_model_says_later(yard: Yard) -> None:
    yard.counted(0, 0)
    bout = yard.came("ginger", 10, 20, is_open=True)
    act = yard.says_hen(ANN, bout, OLIVE)
    yard.came("ginger", 10, 40, is_open=True, name=bout)
    yard.came("blanche", 10, 50, name=bout)
    yard.counted(55, 1)
    assert yard.bouts() == {bout: ("olive", "laid", [bout])}
    assert yard.eggs() == [("olive", "laid")]
    yard.undoes(ANN, act)
    assert yard.bouts() == {bout: ("blanche", "laid", [bout])}
    assert yard.eggs() == [("blanche", "laid")]


def test_of_two_who_correct_one_another_the_newest_stands_and_undo_restores_the_others_word(
    yard: Yard, laid: str
) -> None:
    yard.says_hen(ANN, laid, OLIVE)
    after_ann = yard.state() | {"labels": []}
    bobs = yard.says_hen(BOB, laid, BLANCHE)
    assert yard.bouts()[laid][0] == "blanche"
    yard.undoes(BOB, bobs)
    assert yard.state() | {"labels": []} == after_ann


def test_taking_back_the_older_word_leaves_the_newer_one(yard: Yard, laid: str) -> None:
    anns = yard.says_hen(ANN, laid, OLIVE)
    yard.says_hen(BOB, laid, BLANCHE)
    yard.undoes(ANN, anns)
    assert yard.bouts()[laid][0] == "blanche"


# Whether there was an egg


def test_an_egg_that_was_none_is_in_no_answer_and_no_balance(yard: Yard, laid: str) -> None:
    before = yard.state()
    act = yard.says_egg(ANN, laid, Verdict.NOT_LAID)
    assert yard.bouts()[laid][1] == "not_laid"
    assert yard.eggs() == []
    balance = yard.balance()
    assert (balance.appeared, balance.there, balance.missing) == (0, 0, 0)
    assert yard.labels() == [(sha("count55"), "eggs", "0")]
    yard.undoes(ANN, act)
    assert yard.state() == before


def test_a_later_count_of_the_same_eggs_brings_a_denied_one_not_back(yard: Yard, laid: str) -> None:
    yard.says_egg(ANN, laid, Verdict.NOT_LAID)
    yard.counted(80, 1)
    yard.came("olive", 90, 95)
    yard.counted(100, 1)
    assert (yard.bouts()[laid][1], yard.eggs()) == ("not_laid", [])
    yard.counted(120, 0)
    assert yard.balance().missing == 0


def test_an_egg_that_was_denied_before_it_was_counted_is_one_once_that_is_taken_back(yard: Yard) -> None:
    yard.counted(0, 0)
    bout = yard.came("ginger", 10, 50)
    act = yard.says_egg(ANN, bout, Verdict.NOT_LAID)
    yard.counted(55, 1)
    assert (yard.bouts()[bout][1], yard.eggs()) == ("not_laid", [])
    assert (yard.balance().there, yard.balance().missing) == (0, 0)
    yard.undoes(ANN, act)
    assert (yard.bouts()[bout][1], yard.eggs()) == ("laid", [("ginger", "laid")])
    assert yard.balance().appeared == 1
    assert "egg 1" in yard.told_of()


def test_a_denied_egg_of_two_possible_hens_is_the_others(yard: Yard) -> None:
    yard.counted(0, 0)
    hers, others = yard.came("ginger", 5, 40), yard.came("olive", 41, 70)
    yard.counted(75, 1)
    before = yard.state()
    act = yard.says_egg(ANN, hers, Verdict.NOT_LAID)
    assert {bout: one[1] for bout, one in yard.bouts().items()} == {hers: "not_laid", others: "laid"}
    assert yard.eggs() == [("olive", "laid")]
    yard.undoes(ANN, act)
    assert yard.state() == before


def test_an_egg_told_of_one_of_two_hens_is_hers_and_the_same_egg(yard: Yard) -> None:
    yard.counted(0, 0)
    hers, others = yard.came("ginger", 5, 40), yard.came("olive", 41, 70)
    yard.counted(75, 1)
    before = yard.state()
    act = yard.says_egg(ANN, hers, Verdict.LAID)
    assert {bout: one[1] for bout, one in yard.bouts().items()} == {hers: "laid", others: "not_laid"}
    assert (yard.eggs(), yard.balance().appeared) == ([("ginger", "laid")], 1)
    yard.undoes(ANN, act)
    assert yard.state() == before


def test_an_egg_that_no_camera_saw_is_told_once_and_taken_back(yard: Yard) -> None:
    yard.counted(0, 0)
    bout = yard.came("ginger", 10, 15)
    yard.counted(20, 0)
    before = yard.state()
    act = yard.says_egg(ANN, bout, Verdict.LAID)
    assert (yard.bouts()[bout][1], yard.eggs()) == ("laid", [("ginger", "laid")])
    assert yard.balance().appeared == 1
    assert yard.labels() == [(sha("count20"), "eggs", "1")]
    assert [subject for subject in yard.told_of() if subject.startswith("egg")] != []
    yard.undoes(ANN, act)
    assert yard.state() == before
    yard.says_egg(BOB, bout, Verdict.LAID)
    assert yard.eggs() == [("ginger", "laid")]


def test_an_egg_told_while_she_sits_and_counted_later_is_one_egg(yard: Yard) -> None:
    yard.counted(0, 0)
    bout = yard.came("ginger", 10, 40, is_open=True)
    act = yard.says_egg(ANN, bout, Verdict.LAID)
    assert yard.bouts()[bout][1] == "laid"
    yard.came("ginger", 10, 50, name=bout)
    yard.counted(55, 1)
    assert (yard.eggs(), yard.balance().appeared) == ([("ginger", "laid")], 1)
    assert [subject for subject in yard.told_of() if subject.startswith("egg")] == ["egg 1"]
    yard.undoes(ANN, act)
    assert (yard.eggs(), yard.balance().appeared) == ([("ginger", "laid")], 1)


def test_no_egg_is_said_of_what_was_until_then_and_not_of_her_next_visit(yard: Yard, laid: str) -> None:
    yard.says_egg(ANN, laid, Verdict.NOT_LAID)
    yard.came("ginger", 70, 100)
    yard.counted(105, 2)
    assert yard.bouts()[laid][1] == "laid"
    assert (yard.eggs(), yard.balance().appeared) == ([("ginger", "laid")], 1)


def test_a_visit_of_another_hen_takes_no_word_about_the_egg_along(yard: Yard) -> None:
    look, sat = yard.came("ginger", 0, 5), yard.came("ginger", 10, 60)
    yard.says_egg(ANN, look, Verdict.LAID)
    assert yard.bouts() == {look: ("ginger", "laid", [look, sat])}
    yard.coop.database.write(lambda session: _say_of_visit(session, look, OLIVE))
    assert {bout: one[:2] for bout, one in yard.bouts().items()} == {
        look: ("olive", "not_laid"),
        sat: ("ginger", "laid"),
    }


def _say_of_visit(session: Session, visit: str, hen: HenId) -> None:
    """The model changes its mind of one visit, as while it goes on."""
    row = session.get_one(VisitRow, visit)
    one = Visit(
        VisitId(visit), NEST, row.arrived_at, row.last_seen_at, row.left_at, None, timedelta(), hen, {hen: 1.0}, 2,
        ModelId("test"),
    )  # fmt: skip
    record_step(session, CameraStep("cam", minute(65), [NestStep(NEST, WatchState(), [one])]))


def test_the_words_that_rule_say_who_said_them_and_when(yard: Yard, laid: str) -> None:
    yard.says_hen(ANN, laid, OLIVE)
    yard.says_egg(BOB, laid, Verdict.NOT_LAID)
    with yard.coop.database.reading() as session:
        words = words_of_bout(session, laid)
    assert [(word.field, word.value, word.by) for word in words] == [("hen", "olive", ANN), ("egg", "not_laid", BOB)]
    assert all(timedelta() <= word.at - minute(55) < timedelta(minutes=1) for word in words)


def test_a_reader_is_told_of_each_correction_and_each_undo(yard: Yard, laid: str) -> None:
    before = yard.told_of()[f"bout {laid}"]
    act = yard.says_hen(ANN, laid, OLIVE)
    yard.undoes(ANN, act)
    assert yard.told_of()[f"bout {laid}"] == before + 2


SAYINGS = st.one_of(
    st.tuples(st.just("hen"), st.integers(0, 4), st.sampled_from([GINGER, OLIVE, UNKNOWN, NOBODY])),
    st.tuples(st.just("egg"), st.integers(0, 4), st.sampled_from([Verdict.LAID, Verdict.NOT_LAID])),
)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """A morning of five visits and two eggs."""
    yard = Yard(build_coop(tmp_path_factory.mktemp("busy")))
    yard.counted(-20, 0)
    for hen, start, end in (("ginger", 0, 30), ("olive", 32, 60)):
        yard.came(hen, start, end)
    yard.counted(65, 1)
    for hen, start, end in (("ginger", 70, 75), ("blanche", 90, 130), ("unknown", 132, 140)):
        yard.came(hen, start, end)
    yard.counted(150, 2)
    yield yard
    yard.coop.database.close()


@given(sayings=st.lists(SAYINGS, min_size=1, max_size=4), seed=st.integers(0, 99))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_said_in_whatever_order_it_is_taken_back_nothing_is_left_of_it(
    busy: Yard, sayings: list[tuple[str, int, Any]], seed: int
) -> None:
    before = busy.state()
    visits = [one["id"] for one in before["visits"]]
    acts = []
    for field, place, value in sayings:
        try:
            says = busy.says_hen if field == "hen" else busy.says_egg
            acts.append(says(ANN, visits[place], value))
        except BoutGone:
            continue
    Random(seed).shuffle(acts)
    for act in acts:
        busy.undoes(ANN, act)
    assert busy.state() == before

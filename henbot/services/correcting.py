"""Correcting what the model said of a bout: whose it was, and whether it brought an egg; and taking that back."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from henbot.domain.observations import NOBODY, UNKNOWN, HenId, NestId, VisitId
from henbot.domain.verdicts import Verdict
from henbot.services.acts import Act, ActKind, begin
from henbot.services.bout_records import rule_again
from henbot.services.coop_clock import clock_setting
from henbot.services.corrections import Field, name_again
from henbot.services.egg_ledger import previous_count
from henbot.services.eggs import forget_kept_months
from henbot.services.evidence import LEFT
from henbot.services.labels import Pictured, add_labels
from henbot.services.reports import PICTURE_ROLES
from henbot.storage.acts import LabelRow
from henbot.storage.corrections import CorrectionRow
from henbot.storage.glimpses import GlimpseRow
from henbot.storage.tables import BoutRow, EggCountRow, EvidenceRow, HenRow, NestRow, ObservationRow, VisitRow


class BoutGone(LookupError):
    """There is no such bout, or it came to nothing."""


def standing_bout(session: Session, bout_id: str) -> BoutRow | None:
    """A bout that a message tells of, or the one that its first visit belongs to by now."""
    row = session.get(BoutRow, bout_id)
    if row is not None and not row.gone:
        return row
    visit = session.get(VisitRow, bout_id)
    return visit.bout if visit is not None and visit.bout is not None and not visit.bout.gone else None


def correct_hen(session: Session, by: int, bout_id: str, hen: HenId, now: datetime) -> Act:
    """Say whose bout it was: of a hen, of one that nobody can name (`UNKNOWN`), or of none at all (`NOBODY`).

    Args:
        now: wall time.

    Raises:
        BoutGone: it came to nothing.
        KeyError: there is no such hen.
    """
    bout = _bout(session, bout_id)
    if hen not in (UNKNOWN, NOBODY) and session.get(HenRow, hen) is None:
        raise KeyError(hen)
    visits = list(bout.visits)
    act = _begin(session, by, bout, Field.HEN, hen, now)
    _say(session, act, visits, Field.HEN, hen)
    for visit in visits:
        if hen == NOBODY:
            _label_nobody(session, act, visit)
        elif hen != UNKNOWN:  # who says that may only mean that the pictures do not tell
            _label_hen(session, act, visit, hen)
        name_again(session, visit)
    _settle(session, visits, now)
    return act


def correct_egg(session: Session, by: int, bout_id: str, verdict: Verdict, now: datetime) -> Act:
    """Say whether a bout brought an egg: `LAID` or `NOT_LAID`; arguments and errors as for `correct_hen`.

    What is said is kept with the visit in which she sat longest: should the bout turn out to be two hens', it is most
    likely said of that one.
    """
    bout = _bout(session, bout_id)
    visit = max(bout.visits, key=lambda one: (one.sat_s, one.arrived_at))
    act = _begin(session, by, bout, Field.EGG, verdict.value, now)
    _label_eggs(session, act, bout, verdict)
    _say(session, act, [visit], Field.EGG, verdict.value)
    _settle(session, [visit], now)
    return act


def undo_correction(session: Session, act: Act, now: datetime) -> None:
    """Let what an act said stand no more: what was said before it rules again, by another person or by the model."""
    of_act = CorrectionRow.act_id == act.id
    session.execute(update(CorrectionRow).where(of_act).values(undone_at=now))
    session.execute(update(LabelRow).where(LabelRow.act_id == act.id).values(undone_at=now))
    session.expire_all()
    spoken_of = select(CorrectionRow.visit_id).where(of_act)
    visits = session.execute(select(VisitRow).where(VisitRow.id.in_(spoken_of))).scalars().all()
    for visit in visits:
        name_again(session, visit)
    _settle(session, visits, now)


def _bout(session: Session, bout_id: str) -> BoutRow:
    bout = standing_bout(session, bout_id)
    if bout is None:
        raise BoutGone(bout_id)
    return bout


def _begin(session: Session, by: int, bout: BoutRow, field: Field, value: str, now: datetime) -> Act:
    details = {"bout": bout.id, "nest": bout.nest_id, "at": bout.arrived_at.isoformat(), "field": field.value}
    before = bout.hen_id if field is Field.HEN else bout.verdict
    return begin(session, ActKind.CORRECTION, by, now, details | {"value": value, "before": before, "hen": bout.hen_id})


def _say(session: Session, act: Act, visits: Iterable[VisitRow], field: Field, value: str) -> None:
    said_at = clock_setting(session).coop_time(act.at)
    for visit in visits:
        row = CorrectionRow(act_id=act.id, visit_id=visit.id, nest_id=visit.nest_id, visit_at=visit.arrived_at)
        row.field, row.value, row.said_by, row.said_at = field.value, value, act.by, said_at
        session.add(row)
    session.flush()


def _settle(session: Session, visits: Sequence[VisitRow], now: datetime) -> None:
    session.flush()
    forget_kept_months(session.get_bind().engine)
    at = clock_setting(session).coop_time(now)
    rule_again(session, NestId(visits[0].nest_id), {VisitId(visit.id) for visit in visits}, at)
    session.flush()


def _label_hen(session: Session, act: Act, visit: VisitRow, hen: HenId) -> None:
    """Let the pictures of a visit tell who it was; not those that show two hens, for nobody said which is meant."""
    # Of the visit as a whole: so that pictures of it which are kept to learn from tell it, too.
    add_labels(session, act, _pictured(visit, visit.arrived_at, None), {"hen": hen})
    for at, sha256 in _pictures_of(session, visit):
        seen = select(ObservationRow.hens).where(
            ObservationRow.nest_id == visit.nest_id, ObservationRow.at == at, ObservationRow.hens > 1
        )
        if session.execute(seen).first() is None:
            add_labels(session, act, _pictured(visit, at, sha256), {"hen": hen})


def _label_nobody(session: Session, act: Act, visit: VisitRow) -> None:
    """Let all pictures of what was no visit tell that nobody is there."""
    glimpses = select(GlimpseRow.at, GlimpseRow.media_sha256).where(GlimpseRow.visit_id == visit.id)
    kept = [(at, sha256) for at, sha256 in session.execute(glimpses)]
    for at, sha256 in dict([*kept, *_pictures_of(session, visit)]).items():
        add_labels(session, act, _pictured(visit, at, sha256), {"hens": "0"})


def _pictures_of(session: Session, visit: VisitRow) -> list[tuple[datetime, str]]:
    """When and in which pictures a hen of a visit is shown."""
    query = select(EvidenceRow.at, EvidenceRow.media_sha256).where(
        EvidenceRow.visit_id == visit.id, EvidenceRow.role.in_(PICTURE_ROLES)
    )
    return [(at, sha256) for at, sha256 in session.execute(query.order_by(EvidenceRow.id))]


def _pictured(visit: VisitRow, at: datetime, sha256: str | None) -> Pictured:
    return Pictured(visit.nest_id, at, sha256, visit.id, visit.model_id)


def _label_eggs(session: Session, act: Act, bout: BoutRow, verdict: Verdict) -> None:
    """Let the picture after a bout tell its eggs: as many as before it, or one more."""
    after = _pictured_after(session, bout)
    if after is None:
        return
    at, sha256 = after
    before = previous_count(session, NestId(bout.nest_id), bout.arrived_at)
    if before is None:
        return
    eggs = before.eggs + session.get_one(NestRow, bout.nest_id).dummy_eggs + (verdict is Verdict.LAID)
    add_labels(session, act, _pictured(bout.visits[-1], at, sha256), {"eggs": str(eggs)})


def _pictured_after(session: Session, bout: BoutRow) -> tuple[datetime, str] | None:
    """When and in which picture the nest was seen first after a bout, before another hen came; None without one."""
    others = select(VisitRow.arrived_at).where(
        VisitRow.nest_id == bout.nest_id, VisitRow.arrived_at > bout.last_seen_at
    )
    until = session.execute(others.order_by(VisitRow.arrived_at).limit(1)).scalar()
    counted = select(EggCountRow.at, EggCountRow.media_sha256).where(
        EggCountRow.nest_id == bout.nest_id, EggCountRow.at > bout.last_seen_at, EggCountRow.media_sha256.is_not(None)
    )
    shown = select(EvidenceRow.at, EvidenceRow.media_sha256).where(
        EvidenceRow.visit_id == bout.visits[-1].id, EvidenceRow.role == LEFT
    )
    if bout.left_at is None:
        return None
    if until is not None:
        counted = counted.where(EggCountRow.at < until)
    for query in (counted.order_by(EggCountRow.at).limit(1), shown):
        found = session.execute(query).first()
        if found is not None:
            return found[0], str(found[1])
    return None

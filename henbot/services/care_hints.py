"""Care hints as they are remembered: each is told once, to each admin, and what was said to it counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.orm import Session

from henbot.domain.care import CareRules, Hint, HintKind
from henbot.domain.observations import HenId
from henbot.domain.verdicts import Verdict
from henbot.services.told_facts import Said, evening_of, tell_collected
from henbot.storage.care import CareHintRow, CarePostRow
from henbot.storage.tables import BoutRow

ONE_BROODING = timedelta(days=28)
"""A hen that sat for so long is not told of as broody anew, nor as one that stopped laying: 21 days and some after."""

FORGOTTEN_AFTER = timedelta(days=2)
"""A hint that could not be sent for so long is not sent any more."""

AGAIN_AFTER = {HintKind.LONG_SITTING: timedelta(hours=1)}
"""How long `later` is; a day for all others."""

ALL_HOURS = timedelta(days=1)


class Decision(StrEnum):
    """What a person said to a hint."""

    SEEN = "seen"
    NOT_SO = "no"
    LATER = "later"
    LET_SIT = "sit"
    TAKEN = "took"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class CareHint:
    """A remembered hint; see `Hint` and `CareHintRow`."""

    id: int
    kind: HintKind
    hen: HenId | None
    sure: bool
    facts: Mapping[str, Any]
    bout: str | None
    found_at: datetime
    decision: Decision | None
    decided_by: int | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class DueHint:
    """A hint that an admin is to be sent."""

    hint: CareHint
    chat_id: int


def remember(session: Session, found: Iterable[Hint], now: datetime, rules: CareRules) -> list[int]:
    """Note what was found; hints already known, refuted for a while, or explained by another are left out.

    Returns:
        Ids of hints that are to be told, now or anew.
    """
    told = []
    for hint in sorted(found, key=lambda hint: not hint.rings):
        row = _known(session, hint, now)
        if row is not None:
            if _wakes(row, now):
                _reopen(session, row, now)
                told.append(row.id)
        elif not _is_quiet(session, hint, now) and not _is_explained(session, hint, now, rules):
            told.append(_add(session, hint, now).id)
    return told


def _add(session: Session, hint: Hint, now: datetime) -> CareHintRow:
    row = CareHintRow(
        kind=hint.kind.value,
        hen_id=hint.hen or "",
        episode=hint.episode,
        sure=hint.sure,
        facts=dict(hint.facts),
        bout_id=hint.bout,
        found_at=now,
        told_from=now,
    )
    session.add(row)
    session.flush()
    return row


def _known(session: Session, hint: Hint, now: datetime) -> CareHintRow | None:
    """The same hint, found before: a brooding begins once, whatever day it is read from."""
    same = (CareHintRow.kind == hint.kind.value, CareHintRow.hen_id == (hint.hen or ""))
    if hint.kind is HintKind.BROODY:
        query = select(CareHintRow).where(*same, CareHintRow.found_at > now - ONE_BROODING)
    elif hint.kind in (HintKind.STOPPED, HintKind.MOULT):
        pauses = CareHintRow.kind.in_([HintKind.STOPPED.value, HintKind.MOULT.value])
        query = select(CareHintRow).where(
            pauses, CareHintRow.hen_id == (hint.hen or ""), CareHintRow.episode == hint.episode
        )
    else:
        query = select(CareHintRow).where(*same, CareHintRow.episode == hint.episode)
    return session.execute(query.order_by(CareHintRow.found_at.desc()).limit(1)).scalar_one_or_none()


def _wakes(row: CareHintRow, now: datetime) -> bool:
    return row.decision == Decision.LATER and row.until is not None and row.until <= now


def _reopen(session: Session, row: CareHintRow, now: datetime) -> None:
    row.decision, row.decided_by, row.decided_at, row.until, row.told_from = None, None, None, None, now
    session.execute(delete(CarePostRow).where(CarePostRow.hint_id == row.id))


def _is_quiet(session: Session, hint: Hint, now: datetime) -> bool:
    """Somebody said "not so" to this kind for this hen a while ago."""
    query = select(CareHintRow.id).where(
        CareHintRow.kind == hint.kind.value,
        CareHintRow.hen_id == (hint.hen or ""),
        CareHintRow.decision == Decision.NOT_SO,
        CareHintRow.until > now,
    )
    return session.execute(query.limit(1)).first() is not None


def _is_explained(session: Session, hint: Hint, now: datetime, rules: CareRules) -> bool:
    """A hen that broods, or moults, is not told of for what follows from it."""
    if hint.kind is HintKind.DRIFT:
        return False  # it is about how well she is recognised, and a moult is when that is asked most
    rest = resting(session, now, rules)
    if hint.kind is HintKind.UNACCOUNTED:
        return any(kind is HintKind.BROODY for kind in rest.values())  # nobody can count what lies under her
    if hint.hen is None or hint.kind is HintKind.NOT_SEEN:
        return hint.hen is not None and rest.get(hint.hen) is HintKind.BROODY
    if rest.get(hint.hen) is HintKind.BROODY:
        return True
    if hint.kind is HintKind.BROODY:
        return False
    if hint.kind is HintKind.LONG_SITTING:
        return _was_broody(session, hint.hen, now)
    return hint.hen in rest or _was_broody(session, hint.hen, now)


def _was_broody(session: Session, hen: HenId, now: datetime) -> bool:
    query = select(CareHintRow.id).where(
        CareHintRow.kind == HintKind.BROODY.value,
        CareHintRow.hen_id == hen,
        CareHintRow.found_at > now - ONE_BROODING,
        or_(CareHintRow.decision.is_(None), CareHintRow.decision != Decision.NOT_SO),
    )
    return session.execute(query.limit(1)).first() is not None


def resting(session: Session, now: datetime, rules: CareRules | None = None) -> dict[HenId, HintKind]:
    """Hens of whom no egg is awaited: let sit, or in what looks like a moult until she lays again."""
    moult = timedelta(days=(rules or CareRules()).moult_days)
    query = select(CareHintRow).where(
        CareHintRow.kind.in_([HintKind.BROODY.value, HintKind.MOULT.value]),
        CareHintRow.found_at <= now,
        CareHintRow.found_at > now - max(moult, ONE_BROODING),
    )
    found: dict[HenId, HintKind] = {}
    for row in session.execute(query.order_by(CareHintRow.found_at)).scalars():
        hen, kind = HenId(row.hen_id), HintKind(row.kind)
        is_let = row.decision == Decision.LET_SIT and row.until is not None and row.until > now
        is_moult = row.found_at > now - moult and row.decision != Decision.NOT_SO
        if is_let if kind is HintKind.BROODY else is_moult and not _laid_since(session, hen, row.found_at, now):
            found[hen] = kind
    return found


def _laid_since(session: Session, hen: HenId, since: datetime, now: datetime) -> bool:
    query = exists().where(
        BoutRow.hen_id == hen,
        BoutRow.verdict.in_([Verdict.LAID.value, Verdict.PROBABLY.value]),
        BoutRow.gone.is_(False),
        BoutRow.arrived_at > since,
        BoutRow.arrived_at <= now,
    )
    return bool(session.execute(select(query)).scalar())


def due_hints(session: Session, admins: Sequence[int], now: datetime, rules: CareRules) -> list[DueHint]:
    """What is to be sent to whom now: those that ring first, and of the others no more than `most_a_day`."""
    query = select(CareHintRow).where(
        CareHintRow.decision.is_(None), CareHintRow.told_from <= now, CareHintRow.told_from > now - FORGOTTEN_AFTER
    )
    rows = session.execute(query.order_by(CareHintRow.told_from, CareHintRow.id)).scalars().all()
    hints = sorted(map(hint_of, rows), key=lambda hint: hint.kind is not HintKind.LONG_SITTING)
    due = []
    for chat_id in admins:
        left = rules.most_a_day - _told_today(session, chat_id, now)
        for hint in hints:
            rings = hint.kind is HintKind.LONG_SITTING
            if session.get(CarePostRow, (hint.id, chat_id)) is None and (rings or left > 0):
                due.append(DueHint(hint, chat_id))
                left -= not rings
    return due


def _told_today(session: Session, chat_id: int, now: datetime) -> int:
    query = (
        select(func.count())
        .select_from(CarePostRow)
        .join(CareHintRow, CareHintRow.id == CarePostRow.hint_id)
        .where(
            CarePostRow.chat_id == chat_id,
            CarePostRow.sent_at > now - ALL_HOURS,
            CareHintRow.kind != HintKind.LONG_SITTING.value,
        )
    )
    return session.execute(query).scalar_one()


def note_sending(session: Session, due: DueHint, now: datetime, *, has_picture: bool) -> None:
    """Note that a hint is on its way to an admin, before it is: what a restart cuts off is not sent twice."""
    session.merge(
        CarePostRow(hint_id=due.hint.id, chat_id=due.chat_id, sent_at=now, message_id=None, has_picture=has_picture)
    )


def note_sent(session: Session, due: DueHint, message_id: int | None, *, has_picture: bool) -> None:
    """Note the message that tells it; None where it surely was not sent, so that it is tried again."""
    row = session.get_one(CarePostRow, (due.hint.id, due.chat_id))
    if message_id is None:
        session.delete(row)
    else:
        row.message_id, row.has_picture = message_id, has_picture


def hint_at(session: Session, hint_id: int) -> CareHint | None:
    """A remembered hint."""
    row = session.get(CareHintRow, hint_id)
    return hint_of(row) if row else None


def messages_of(session: Session, hint_id: int) -> list[tuple[int, int, bool]]:
    """Where a hint stands: chat, message, and whether its text is a picture's caption."""
    query = select(CarePostRow).where(CarePostRow.hint_id == hint_id, CarePostRow.message_id.is_not(None))
    rows = session.execute(query).scalars()
    return [(row.chat_id, row.message_id, row.has_picture) for row in rows if row.message_id is not None]


def decide(session: Session, hint_id: int, decision: Decision, said: Said, rules: CareRules) -> CareHint | None:
    """Note what a person said to a hint, and do what it means; None where it is gone, or was answered so already."""
    row = session.get(CareHintRow, hint_id)
    if row is None or row.decision == decision or not _fits(row, decision):
        return None
    if decision is Decision.TAKEN:
        at = min(evening_of(session, date.fromisoformat(row.facts["day"])), said.at)
        tell_collected(session, int(row.facts["eggs"]), at, said)
    row.decision, row.decided_by, row.decided_at = decision.value, said.by, said.at
    row.until = _until(HintKind(row.kind), decision, said.at, rules)
    return hint_of(row)


def let_sit(session: Session, hen: HenId, said: Said, rules: CareRules) -> CareHint:
    """Leave a hen alone for her brooding, whether a hint came or not."""
    hint = Hint(HintKind.BROODY, hen, said.at.date().isoformat())
    row = _known(session, hint, said.at) or _add(session, hint, said.at)
    row.decision, row.decided_by, row.decided_at = Decision.LET_SIT.value, said.by, said.at
    row.until = _until(HintKind.BROODY, Decision.LET_SIT, said.at, rules)
    return hint_of(row)


def sitting_hens(session: Session, now: datetime) -> list[CareHint]:
    """Hints of the hens that are let sit."""
    query = select(CareHintRow).where(
        CareHintRow.kind == HintKind.BROODY.value,
        CareHintRow.decision == Decision.LET_SIT.value,
        CareHintRow.until > now,
    )
    return [hint_of(row) for row in session.execute(query.order_by(CareHintRow.id)).scalars()]


def _fits(row: CareHintRow, decision: Decision) -> bool:
    if decision is Decision.TAKEN:
        return row.kind == HintKind.UNACCOUNTED.value and row.decision in (None, Decision.LATER.value)
    if decision is Decision.ENDED:
        return row.decision == Decision.LET_SIT.value
    return decision is not Decision.LET_SIT or row.kind == HintKind.BROODY.value


def _until(kind: HintKind, decision: Decision, at: datetime, rules: CareRules) -> datetime | None:
    lengths = {
        Decision.NOT_SO: timedelta(days=rules.denied_days),
        Decision.LATER: AGAIN_AFTER.get(kind, timedelta(days=1)),
        Decision.LET_SIT: timedelta(days=rules.let_her_sit_days),
    }
    return at + lengths[decision] if decision in lengths else None


def hint_of(row: CareHintRow) -> CareHint:
    """A stored hint as a value."""
    return CareHint(
        row.id,
        HintKind(row.kind),
        HenId(row.hen_id) if row.hen_id else None,
        row.sure,
        row.facts,
        row.bout_id,
        row.found_at,
        Decision(row.decision) if row.decision else None,
        row.decided_by,
        row.until,
    )

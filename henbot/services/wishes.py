"""What a change means for one chat, by its policy: a new post, a newer revision of one, or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from henbot.domain.clock import day_bounds
from henbot.domain.events import EggLaid
from henbot.domain.observations import UNKNOWN
from henbot.domain.policies import Policy, PolicyKind
from henbot.domain.verdicts import Verdict
from henbot.services.changes import BOUT, EGG, Change
from henbot.services.digest_times import still_comes
from henbot.services.egg_reports import EggReport, egg_report, eggs_of_bout
from henbot.services.event_records import DENIED
from henbot.services.reports import BoutReport, bout_report, coop_of
from henbot.services.subscriptions import Subscription
from henbot.storage.tables import BoutRow, EggCountRow, EventRow, PostRow
from henbot.storage.telling import EggPostRow, MissedBoutRow

BOARD, DIGEST, MISSED = "board", "digest", "missed"
"""Subjects of posts besides those of changes: a day's board and digest, and what was missed while the bot was off."""

STILL_NEWS = timedelta(minutes=10)
"""What ended so long before the bot came back is told as news all the same: it was hardly away."""

MISSED_AT_MOST = timedelta(days=7)
"""How far back the bot catches up."""

COUNTED_LATELY = timedelta(days=2)
"""A nest whose eggs were counted in that time is one where they can be seen; our choice: a dull day is no end of it."""

COUNTED_WITHIN = timedelta(hours=2)
"""How long after a hen has left her nest's eggs are counted at the latest, as `henbot.services.eggs` has it."""

_DAY = timedelta(days=1)

_BY_DAY = (PolicyKind.BOARD, PolicyKind.DIGEST)
"""What tells of a day as a whole; of one that the bot was off for, what was missed is told like everywhere."""

_GAVE_AN_EGG = (Verdict.LAID.value, Verdict.PROBABLY.value)


@dataclass(frozen=True, slots=True)
class Fanning:
    """The chat that changes are fanned out to, and the coop's present moment.

    Attributes:
        fresh_since: what ended earlier is not told any more, where the chat knows nothing of it.
        back_at: when the bot came back, if it had been at work before; what was over by then was missed.
    """

    chat: Subscription
    now: datetime
    fresh_since: datetime
    back_at: datetime | None = None

    @property
    def policy(self) -> Policy:
        """What the chat wants to hear of."""
        return self.chat.policy

    def is_fresh(self, at: datetime) -> bool:
        """Whether what happened then is told at all."""
        oldest = min(self.fresh_since, self.now - MISSED_AT_MOST) if self.is_missed(at) else self.fresh_since
        since = self.chat.since
        return at >= oldest and (since is None or at >= since)

    def is_missed(self, at: datetime) -> bool:
        """Whether what was over then was missed."""
        return self.back_at is not None and at < self.back_at - STILL_NEWS


def wish_all(session: Session, changes: Iterable[Change], fanning: Fanning) -> int:
    """Bring a chat's posts to what changes want; how many of them are to be sent or edited now.

    Bouts come before eggs, so that an egg's message can answer her bout's.
    """
    listed = list(changes)
    wanted = sum(_wish_bout(session, change, fanning) for change in listed if change.subject == BOUT)
    eggs = dict.fromkeys(event_id for change in listed for event_id in _eggs_of(session, change))
    wanted += sum(_wish_egg(session, event_id, fanning) for event_id in eggs)
    wanted += sum(_wish_bout(session, change, fanning) for change in _not_counted(session, fanning))
    return wanted + _wish_boards(session, listed, fanning)


def _eggs_of(session: Session, change: Change) -> list[int]:
    """The eggs whose words may have changed: a bout's change tells whose they are."""
    if change.subject == EGG:
        return [int(change.subject_id)]
    bout = session.get(BoutRow, change.subject_id)
    return eggs_of_bout(session, bout) if bout else []


def post_of(session: Session, chat_id: int, subject: str, subject_id: str) -> PostRow | None:
    """A chat's post of a subject, if it has one."""
    query = select(PostRow).where(
        PostRow.chat_id == chat_id, PostRow.subject == subject, PostRow.subject_id == subject_id
    )
    return session.execute(query).scalar_one_or_none()


def eggs_of_post(session: Session, post_id: int) -> list[EggReport]:
    """The eggs that a message tells, in the order in which they came to it."""
    query = (
        select(EggPostRow.event_id).where(EggPostRow.post_id == post_id).order_by(EggPostRow.at, EggPostRow.event_id)
    )
    reports = (egg_report(session, event_id) for event_id in session.execute(query).scalars().all())
    return [report for report in reports if report is not None]


def is_denied(session: Session, post_id: int) -> bool:
    """Whether a message tells of an egg that was counted and that people say was none."""
    query = select(EggPostRow.event_id).join(EventRow, EventRow.id == EggPostRow.event_id)
    return session.execute(query.where(EggPostRow.post_id == post_id, EventRow.kind == DENIED)).first() is not None


def _wish_bout(session: Session, change: Change, fanning: Fanning) -> int:
    chat_id, bout = fanning.chat.chat_id, session.get(BoutRow, change.subject_id)
    missed = session.get(MissedBoutRow, (chat_id, change.subject_id))
    if missed is not None:
        return _again(session.get_one(PostRow, missed.post_id))
    post = post_of(session, chat_id, BOUT, change.subject_id)
    if post is not None:
        post.wanted_revision = max(post.wanted_revision, change.revision)
        return int(post.wanted_revision > post.sent_revision)
    if bout is None or not fanning.is_fresh(bout.last_seen_at) or not _wants_bout(session, bout, fanning):
        return 0
    if bout.left_at is not None and fanning.is_missed(bout.last_seen_at) and not _is_to_correct(bout, fanning):
        post = _missed(session, fanning)
        session.add(MissedBoutRow(chat_id=chat_id, bout_id=bout.id, post_id=post.id))
        return _again(post)
    session.add(PostRow(chat_id=chat_id, subject=BOUT, subject_id=bout.id, wanted_revision=change.revision))
    return 1


def _is_to_correct(bout: BoutRow, fanning: Fanning) -> bool:
    """Whether a bout has a message of its own although it was missed: who corrects needs its buttons.

    Of short looks and of what is long over there are too many.
    """
    return fanning.chat.corrects and bout.settled_at is not None and bout.last_seen_at >= fanning.fresh_since


def _missed(session: Session, fanning: Fanning) -> PostRow:
    """The one message that tells a chat what it missed before the bot came back."""
    assert fanning.back_at is not None
    return _post(session, fanning.chat.chat_id, MISSED, fanning.back_at.isoformat(timespec="seconds"))


def _post(session: Session, chat_id: int, subject: str, subject_id: str) -> PostRow:
    post = post_of(session, chat_id, subject, subject_id)
    if post is None:
        post = PostRow(chat_id=chat_id, subject=subject, subject_id=subject_id, wanted_revision=0, sent_revision=0)
        session.add(post)
        session.flush()
    return post


def _wants_bout(session: Session, bout: BoutRow, fanning: Fanning) -> bool:
    policy = fanning.policy
    if fanning.chat.corrects:
        return True
    if policy.unknown_only and bout.hen_id != UNKNOWN:
        return False
    if policy.kind in _BY_DAY and not (bout.left_at and _is_of_a_lost_day(session, bout.last_seen_at, fanning)):
        return False
    if policy.least_confidence and _confidence(session, bout) < policy.least_confidence:
        return False
    if policy.kind is PolicyKind.ALL:
        return True
    # Where eggs cannot be seen, what time alone tells of them is all there is: told in silence.
    is_egg = (
        bout.verdict in _GAVE_AN_EGG and not eggs_of_bout(session, bout) and not _awaits_count(session, bout, fanning)
    )
    return is_egg and (policy.kind is not PolicyKind.FIRST or _is_first(session, bout.last_seen_at, fanning))


def _is_of_a_lost_day(session: Session, at: datetime, fanning: Fanning) -> bool:
    """Whether it was missed, on a day that the chat gets neither board nor digest of any more."""
    coop = coop_of(session)
    day, today = (moment.astimezone(ZoneInfo(coop.timezone)).date() for moment in (at, fanning.now))
    is_lost = day < today and not still_comes(day, coop, fanning.policy, fanning.now)
    return is_lost and fanning.chat.is_told and fanning.is_missed(at)


def _awaits_count(session: Session, bout: BoutRow, fanning: Fanning) -> bool:
    """Whether eggs are seen in a bout's nest: then its egg has a message of its own as soon as it is counted.

    They are counted while nobody sits on them; where that has not come for long, what time alone tells is all there is.
    """
    if bout.left_at is not None and fanning.now - bout.last_seen_at >= COUNTED_WITHIN:
        return False
    lately = EggCountRow.at > bout.last_seen_at - COUNTED_LATELY, EggCountRow.at <= bout.last_seen_at
    query = select(exists().where(EggCountRow.nest_id == bout.nest_id, *lately))
    return bool(session.execute(query).scalar())


def _not_counted(session: Session, fanning: Fanning) -> list[Change]:
    """Bouts that a chat of eggs alone has not been told because their eggs would be counted, and were not."""
    if fanning.policy.kind not in (PolicyKind.EGGS, PolicyKind.FIRST):
        return []
    chat_id = fanning.chat.chat_id
    told = exists().where(PostRow.chat_id == chat_id, PostRow.subject == BOUT, PostRow.subject_id == BoutRow.id)
    missed = exists().where(MissedBoutRow.chat_id == chat_id, MissedBoutRow.bout_id == BoutRow.id)
    query = (
        select(BoutRow)
        .where(
            BoutRow.verdict == Verdict.PROBABLY.value,
            BoutRow.gone.is_(False),
            BoutRow.arrived_at >= fanning.fresh_since - _DAY,
            BoutRow.left_at.is_not(None),
            BoutRow.last_seen_at >= fanning.fresh_since,
            BoutRow.last_seen_at <= fanning.now - COUNTED_WITHIN,
            ~told,
            ~missed,
        )
        .order_by(BoutRow.last_seen_at)
    )
    return [Change(BOUT, row.id, row.revision, row.last_seen_at) for row in session.execute(query).scalars()]


def _confidence(session: Session, bout: BoutRow) -> float:
    """How probable it is that she is who she is said to be; of one who could not be named, that she is none of them."""
    report = bout_report(session, bout.id)
    candidates = dict(report.candidates) if report else {}
    if report is None or report.hen != UNKNOWN:
        return candidates.get(report.hen, 0.0) if report else 0.0
    return candidates.get(UNKNOWN, 1.0 - sum(candidates.values()))


def _wish_egg(session: Session, event_id: int, fanning: Fanning) -> int:
    told = session.get(EggPostRow, (fanning.chat.chat_id, event_id))
    if told is not None:
        return _again(session.get_one(PostRow, told.post_id))
    egg = egg_report(session, event_id)
    if egg is None or not fanning.is_fresh(egg.at) or not _wants_egg(session, egg, fanning):
        return 0
    if fanning.is_missed(egg.at):
        host = _missed(session, fanning)
    else:
        host = _host(session, fanning) or _post(session, fanning.chat.chat_id, EGG, str(egg.id))
    session.add(EggPostRow(chat_id=host.chat_id, event_id=egg.id, post_id=host.id, at=fanning.now))
    session.flush()
    return _again(host)


def _again(post: PostRow) -> int:
    """Let a post be put into words anew; where they are the same, nothing is sent."""
    post.wanted_revision = max(post.wanted_revision, post.sent_revision) + 1
    return 1


def _wants_egg(session: Session, egg: EggReport, fanning: Fanning) -> bool:
    policy = fanning.policy
    if not fanning.chat.is_told or (policy.kind in _BY_DAY and not _is_of_a_lost_day(session, egg.at, fanning)):
        return False
    if policy.unknown_only and egg.verdict is not Verdict.UNSURE and UNKNOWN not in egg.hens:
        return False
    return policy.kind is not PolicyKind.FIRST or _is_first(session, egg.at, fanning)


def _is_first(session: Session, at: datetime, fanning: Fanning) -> bool:
    """Whether no egg of that day came earlier, and the chat was told of none."""
    start, end = day_bounds(at.astimezone(zone := ZoneInfo(coop_of(session).timezone)).date(), zone)
    earlier = select(EventRow.id).where(EventRow.kind == EggLaid.kind, EventRow.at >= start, EventRow.at < at)
    told = (
        select(PostRow.id)
        .join(BoutRow, BoutRow.id == PostRow.subject_id)
        .where(
            PostRow.chat_id == fanning.chat.chat_id,
            PostRow.subject == BOUT,
            BoutRow.last_seen_at >= start,
            BoutRow.last_seen_at < end,
        )
    )
    return not session.execute(select(exists(earlier) | exists(told))).scalar()


def _host(session: Session, fanning: Fanning) -> PostRow | None:
    """The message of an egg that a new one joins: the chat's newest, if it came within the cooldown."""
    if not fanning.policy.cooldown:
        return None
    query = (
        select(PostRow)
        .join(EggPostRow, EggPostRow.post_id == PostRow.id)
        .where(PostRow.chat_id == fanning.chat.chat_id, PostRow.subject == EGG, PostRow.failure.is_(None))
        .order_by(EggPostRow.at.desc(), PostRow.id.desc())
        .limit(1)
    )
    post = session.execute(query).scalar_one_or_none()
    if post is None:
        return None
    first = session.execute(
        select(EggPostRow.at).where(EggPostRow.post_id == post.id).order_by(EggPostRow.at)
    ).scalars()
    began = first.first()
    return post if began is not None and fanning.now - began < fanning.policy.cooldown else None


def missed_bouts(session: Session, post_id: int) -> list[BoutReport]:
    """The bouts that a message about what was missed tells, in the order of arrival."""
    query = select(MissedBoutRow.bout_id).where(MissedBoutRow.post_id == post_id)
    reports = (bout_report(session, bout) for bout in session.execute(query).scalars().all())
    return sorted((one for one in reports if one is not None and not one.gone), key=lambda one: one.arrived_at)


def _wish_boards(session: Session, changes: Iterable[Change], fanning: Fanning) -> int:
    """Let the boards and digests of the days that changed be written anew; only today's board is begun."""
    timezone = ZoneInfo(coop_of(session).timezone)
    today = fanning.now.astimezone(timezone).date()
    days = {at.astimezone(timezone).date() for change in changes if (at := _happened(session, change))}
    return sum(_wish_board(session, day, fanning, begins=day == today) for day in sorted(days))


def _happened(session: Session, change: Change) -> datetime | None:
    if change.subject == EGG:
        event = session.get(EventRow, int(change.subject_id))
        return event.at if event else None
    bout = session.get(BoutRow, change.subject_id)
    return bout.arrived_at if bout else None


def _wish_board(session: Session, day: date, fanning: Fanning, *, begins: bool) -> int:
    chat_id, subject_id = fanning.chat.chat_id, day.isoformat()
    told = [post_of(session, chat_id, subject, subject_id) for subject in (BOARD, DIGEST)]
    if begins and told[0] is None and fanning.chat.is_told and fanning.policy.kind is PolicyKind.BOARD:
        told[0] = _post(session, chat_id, BOARD, subject_id)
    return sum(_again(post) for post in told if post is not None)

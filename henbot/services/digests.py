"""The day's board, the evening's digest and the week's: which are due, and what they tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.coverage import Coverage
from henbot.domain.observations import HenId
from henbot.domain.policies import Theme
from henbot.domain.verdicts import Verdict
from henbot.services.confirmed import postable
from henbot.services.digest_times import LATE, digest_moment
from henbot.services.eggs import Egg
from henbot.services.evidence import add_picture
from henbot.services.media import StoredMedia
from henbot.services.next_eggs import Due, next_eggs
from henbot.services.periods import period_report
from henbot.services.reports import DayReport, Picture, coop_of, day_report, flock_of
from henbot.services.subscriptions import Subscription
from henbot.services.wishes import DIGEST, post_of
from henbot.storage.tables import MediaRow, PostRow
from henbot.storage.telling import DigestPictureRow

WEEK = "week"
"""Subject of posts: the week's digest, by its first day."""


@dataclass(frozen=True, slots=True)
class DayDigest:
    """A day as its evening tells it.

    Attributes:
        eggs: in the order of time.
        awaited: hens who are due today and have not laid, or tomorrow; with their hours.
        without: hens of whom no egg was seen.
        best: the picture of the day; None where no hen is confirmed in any.
    """

    report: DayReport
    eggs: tuple[Egg, ...]
    awaited: tuple[Due, ...]
    without: tuple[HenId, ...]
    best: Picture | None


@dataclass(frozen=True, slots=True)
class WeekDigest:
    """Seven days as their last evening tells them."""

    first: date
    last: date
    today: date
    eggs: tuple[Egg, ...]
    without: tuple[HenId, ...]
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Wanted:
    """A digest that a chat is to get now."""

    chat: Subscription
    subject: str
    subject_id: str


def wanted_digests(session: Session, chats: Iterable[Subscription], now: datetime) -> list[Wanted]:
    """The digests that are due and that chats did not get; of yesterday too, if it is not too late for it."""
    coop = coop_of(session)
    today = now.astimezone(ZoneInfo(coop.timezone)).date()
    found: list[Wanted] = []
    for chat in (one for one in chats if one.is_told):
        for day in (today - timedelta(days=1), today):
            moment = digest_moment(day, coop, chat.policy)
            is_due = moment <= now < moment + LATE and (chat.since is None or chat.since <= moment)
            untold = [one for one in _of_day(chat, day) if not _is_told(session, one)] if is_due else []
            found += untold if untold and _is_worth_telling(session, day, now) else []
    return found


def want(session: Session, wanted: Iterable[Wanted]) -> None:
    """Let digests be sent; one that a chat has is not sent again."""
    for one in wanted:
        if not _is_told(session, one):
            chat_id = one.chat.chat_id
            session.add(PostRow(chat_id=chat_id, subject=one.subject, subject_id=one.subject_id, wanted_revision=1))
            session.flush()


def day_digest(session: Session, day: date, now: datetime) -> DayDigest:
    """A day as its evening tells it, or as its board does until then."""
    report = day_report(session, day, now)
    eggs = period_report(session, day, day, now).eggs
    laid = {egg.hen for egg in eggs}
    until = day + timedelta(days=1)
    awaited = [due for due in next_eggs(session, now) if due.next and _day(due.next.expected, report) <= until]
    return DayDigest(
        report=report,
        eggs=eggs,
        awaited=tuple(due for due in awaited if not (due.laid_today and due.next and _is_on(due, day, report))),
        without=tuple(hen.id for hen in report.flock if hen.id not in laid),
        best=_best(session, report),
    )


def week_digest(session: Session, first: date, now: datetime) -> WeekDigest:
    """The seven days from `first` on, as their last evening tells them."""
    last = first + timedelta(days=6)
    report = period_report(session, first, last, now)
    laid = {egg.hen for egg in report.eggs}
    without = tuple(hen.id for hen in flock_of(session) if hen.id not in laid)
    return WeekDigest(first, report.last, report.today, report.eggs, without, report.coverage)


def digest_look(language: str, theme: Theme) -> str:
    """What charts of a digest differ in: `en`, or `en-dark`."""
    return language if theme is Theme.AUTO else f"{language}-{theme}"


def digest_picture(session: Session, subject: str, subject_id: str, look: str) -> Picture | None:
    """The chart of a digest in a look; None while there is none."""
    row = session.get(DigestPictureRow, (subject, subject_id, look))
    media = session.get(MediaRow, row.media_sha256) if row else None
    return Picture(media.sha256, media.path, media.telegram_file_id) if media else None


def add_digest_picture(
    session: Session, subject: str, subject_id: str, look: str, picture: StoredMedia, at: datetime
) -> None:
    """Note the chart of a digest, and let it be put where the digest was told without it."""
    add_picture(session, picture, at)
    key = {"subject": subject, "subject_id": subject_id, "language": look}
    session.merge(DigestPictureRow(**key, media_sha256=picture.sha256))
    told = select(PostRow).where(PostRow.subject == subject, PostRow.subject_id == subject_id)
    for post in session.execute(told).scalars():
        post.wanted_revision = post.sent_revision + 1


def _of_day(chat: Subscription, day: date) -> list[Wanted]:
    found = [Wanted(chat, DIGEST, day.isoformat())] if chat.policy.wants_digest else []
    is_week_over = day.isoweekday() == 7
    if is_week_over and chat.policy.weekly:
        found.append(Wanted(chat, WEEK, (day - timedelta(days=6)).isoformat()))
    return found


def _is_told(session: Session, one: Wanted) -> bool:
    return post_of(session, one.chat.chat_id, one.subject, one.subject_id) is not None


def _is_worth_telling(session: Session, day: date, now: datetime) -> bool:
    """Whether anything at all was watched on a day: of one before the first there is nothing to tell."""
    report = day_report(session, day, now)
    return bool(report.coverage.watched or report.bouts)


def _day(at: datetime, report: DayReport) -> date:
    return at.astimezone(report.timezone).date()


def _is_on(due: Due, day: date, report: DayReport) -> bool:
    return due.next is not None and _day(due.next.expected, report) == day


def _best(session: Session, report: DayReport) -> Picture | None:
    """The picture of a hen who laid, else of the one who sat longest."""
    order = sorted(report.bouts, key=lambda bout: (bout.verdict is not Verdict.LAID, -bout.sat))
    return next((picture for bout in order if (picture := postable(session, bout))), None)

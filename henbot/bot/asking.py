"""From a question in plain words to its answer: the same for a chat and for `henbot ask`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from henbot.bot.formatting import format_day, format_future, format_hen_day
from henbot.bot.language import best_language, phrases
from henbot.bot.questions import Question, QuestionKind, understand
from henbot.bot.wording import Wording, plain
from henbot.domain.errors import HenbotError
from henbot.domain.flock import Hen
from henbot.domain.observations import HenId
from henbot.services.coop_clock import clock_setting, wall_now
from henbot.services.reports import coop_of, day_report, flock_of, nests_of
from henbot.services.sitting import sitting_since
from henbot.services.watch_hours import hours_of_day
from henbot.storage.database import Database
from henbot.storage.tables import CoopRow


class CoopUnknown(HenbotError):
    """The database holds no coop yet."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in Telegram's HTML; where the question was not `understood`, a sentence that says so."""

    text: str
    understood: bool = True


def respond(database: Database, text: str, language: str | None = None, at: datetime | None = None) -> Answer:
    """The answer to a question in plain words.

    Args:
        language: a BCP 47 tag; the coop's language if None.
        at: the coop's present moment instead of its clock's; naive means the coop's time zone.

    Raises:
        CoopUnknown: there is no coop in the database.
    """
    with database.reading() as session:
        wording, now = _wording(session, language), _now(session, at)
        today = now.astimezone(wording.timezone).date()
        question = understand(text, today, hens_by_name(wording.hens.values()))
        if question is None:
            return Answer(wording.say("hint"), understood=False)
        return Answer(_answered(session, question, wording, now))


def day_answer(database: Database, days: int = 0, language: str | None = None, at: datetime | None = None) -> str:
    """Who laid today, or `days` days later (yesterday: -1); arguments and errors as for `respond`."""
    with database.reading() as session:
        wording, now = _wording(session, language), _now(session, at)
        day = now.astimezone(wording.timezone).date() + timedelta(days=days)
        return _answered(session, Question(QuestionKind.WHO_LAID, day), wording, now)


def help_answer(database: Database, language: str | None = None) -> str:
    """What the bot can do, with one of the flock as the example."""
    with database.reading() as session:
        return _help(_wording(session, language), flock_of(session))


def ask(database: Database, text: str, at: datetime | None = None, language: str | None = None) -> str:
    """The answer to a question as plain text, for a terminal; arguments and errors as for `respond`."""
    answer = respond(database, text, language, at)
    if answer.understood:
        return plain(answer.text)
    return plain(f"{answer.text}\n\n{help_answer(database, language)}")


def coop_wording(session: Session, language: str | None = None) -> Wording:
    """How the coop's hens, nests and times are called in a language, or in the coop's own.

    Raises:
        CoopUnknown: there is no coop in the database.
    """
    return _wording(session, language)


def hens_by_name(hens: Iterable[Hen]) -> dict[str, HenId]:
    """Hens by each of their names, and by their ids."""
    named = list(hens)
    return {hen.id: hen.id for hen in named} | {name: hen.id for hen in named for name in hen.names.values()}


def _wording(session: Session, language: str | None) -> Wording:
    if not session.execute(select(exists().select_from(CoopRow))).scalar():
        raise CoopUnknown("the database holds no coop yet: start the detector, or `henbot run`, with its coop.yaml")
    coop = coop_of(session)
    hens = {hen.id: hen for hen in flock_of(session, retired=True)}
    spoken = phrases(best_language(language, coop.language))
    return Wording(spoken, ZoneInfo(coop.timezone), hens, tuple(nests_of(session)))


def _now(session: Session, at: datetime | None) -> datetime:
    if at is None:
        return clock_setting(session).coop_time(wall_now())
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(coop_of(session).timezone))


def _answered(session: Session, question: Question, wording: Wording, now: datetime) -> str:
    if question.kind is QuestionKind.HELP:
        return _help(wording, flock_of(session))
    today = now.astimezone(wording.timezone).date()
    if question.day > today:
        return format_future(question.day, today, wording)
    return _day(session, question, wording, now)


def _day(session: Session, question: Question, wording: Wording, now: datetime) -> str:
    report = day_report(session, question.day, now)
    opening = _opening(session, question.day)
    sitting = sitting_since(session, [bout.id for bout in report.bouts], now)
    if question.kind is QuestionKind.DID_HEN_LAY and question.hen is not None:
        return format_hen_day(report, question.hen, wording, opening, sitting)
    return format_day(report, wording, opening, sitting)


def _opening(session: Session, day: date) -> datetime:
    return hours_of_day(day, coop_of(session)).start


def _help(wording: Wording, flock: list[Hen]) -> str:
    hen = wording.name(flock[0].id) if flock else wording.say("help-some-hen")
    return wording.say("help", hen=hen)

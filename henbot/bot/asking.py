"""From a question in plain words to its answer: the same for a chat and for `henbot ask`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from henbot.bot.answers import Asking, answered
from henbot.bot.answers.pictures import pictures_of
from henbot.bot.chart_words import Wish, charts_of, wish_of, without_wish
from henbot.bot.language import best_language, capitalised, phrases
from henbot.bot.questions import Intent, Period, Question, Suggestion, particulars, suggestions_for, understand
from henbot.bot.wording import Wording, plain
from henbot.domain.charts import Chart
from henbot.domain.errors import HenbotError
from henbot.domain.flock import Hen
from henbot.domain.observations import HenId
from henbot.services.aliases import aliases_of
from henbot.services.coop_clock import clock_setting, wall_now
from henbot.services.egg_balance import eggs_there
from henbot.services.reports import Picture, coop_of, flock_of, nests_of
from henbot.storage.database import Database
from henbot.storage.tables import CoopRow


class CoopUnknown(HenbotError):
    """The database holds no coop yet."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in Telegram's HTML; where there is none, a sentence that says so, and what might be asked instead."""

    text: str
    offers: tuple["Offer", ...] = ()
    buttons: tuple["Button", ...] = ()
    pictures: tuple[Picture, ...] = ()
    charting: "Charting | None" = None


@dataclass(frozen=True, slots=True)
class Charting:
    """Charts that go with an answer: read only when its words are on their way, for they take longer."""

    question: Question
    wish: Wish


@dataclass(frozen=True, slots=True)
class Button:
    """Something that may be done by whom the coop trusts: its words (plain text), and what it says when pressed."""

    words: str
    callback_data: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A question to offer, with its words (plain text)."""

    suggestion: Suggestion
    words: str


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What must be known of a coop to understand a question; hens by each of their names."""

    hens: Mapping[str, HenId]
    timezone: tzinfo


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
        hens = hens_by_name(flock_of(session, retired=True))
        wish = wish_of(text)
        text = text.lstrip("/") if wish else text  # Telegram's commands are Latin; `/статистика` is a text to it
        # "The calendar" is no question of a kind of its own, but statistics shown in another way.
        is_calendar = wish is Wish.CALENDAR
        rest = without_wish(text)
        question = particulars(Intent.HEN_STATS, rest, today, hens) if is_calendar else understand(text, today, hens)
        if question is None:
            return Answer(wording.say("hint"), _offers(suggestions_for(text, hens), wording))
        asking = Asking(session, question, wording, now)
        off_topic = _offers(suggestions_for("", hens), wording) if question.intent is Intent.OFF_TOPIC else ()
        offers = off_topic or _hens(asking)
        charting = _charting(question, wish)
        return Answer(answered(asking), offers, _buttons(asking), _pictures(asking, charting), charting)


def charts_for(
    database: Database, charting: Charting, language: str | None = None, at: datetime | None = None
) -> tuple[Chart, ...]:
    """The charts that go with an answer; arguments and errors as for `respond`."""
    with database.reading() as session:
        wording, now = _wording(session, language), _now(session, at)
        return charts_of(Asking(session, charting.question, wording, now), charting.wish)


def _charting(question: Question, wish: Wish | None) -> Charting | None:
    return Charting(question, wish) if wish is not None and question.intent is Intent.HEN_STATS else None


def _pictures(asking: Asking, charting: Charting | None) -> tuple[Picture, ...]:
    """None where charts are shown."""
    return () if charting else pictures_of(asking)


TAKEN = "taken"
"""Begins what the button `all taken` says."""


def take_button(session: Session, wording: Wording, now: datetime) -> tuple[Button, ...]:
    """`All taken (5)`, where there is something to take."""
    number = eggs_there(session, now)
    return (Button(wording.say("button-all-taken", number=number), f"{TAKEN}:all"),) if number else ()


def _buttons(asking: Asking) -> tuple[Button, ...]:
    """What may be done after an answer: of the ledger of today, to say that all is taken."""
    question = asking.question
    is_now = question.period is None or question.period.last >= asking.today
    is_ledger = question.intent is Intent.LEDGER and is_now and not question.no_such_date
    return take_button(asking.session, asking.wording, asking.now) if is_ledger else ()


def _hens(asking: Asking) -> tuple[Offer, ...]:
    """After the list of the flock: each hen, to ask about her."""
    if asking.question.intent is not Intent.FLOCK_LIST:
        return ()
    name = asking.wording.name
    return tuple(
        Offer(Suggestion("her-stats", hen.id), capitalised(plain(name(hen.id)))) for hen in flock_of(asking.session)
    )


def _offers(suggestions: Iterable[Suggestion], wording: Wording) -> tuple[Offer, ...]:
    return tuple(
        Offer(one, plain(wording.say(f"suggestion-{one.name}", hen=wording.name(one.hen) if one.hen else "")))
        for one in suggestions
    )


def answer_suggestion(
    database: Database, suggestion: Suggestion, language: str | None = None, at: datetime | None = None
) -> str:
    """The answer to a question that was offered; arguments and errors as for `respond`."""
    with database.reading() as session:
        wording, now = _wording(session, language), _now(session, at)
        question = suggestion.question(now.astimezone(wording.timezone).date())
        return answered(Asking(session, question, wording, now))


def answer_command(
    database: Database,
    intent: Intent,
    text: str,
    language: str | None = None,
    *,
    at: datetime | None = None,
    wish: Wish | None = None,
) -> Answer:
    """The answer to a command with what stands behind it; arguments and errors as for `respond`."""
    with database.reading() as session:
        wording, now = _wording(session, language), _now(session, at)
        today = now.astimezone(wording.timezone).date()
        question = particulars(intent, text, today, hens_by_name(flock_of(session, retired=True)))
        asking = Asking(session, question, wording, now)
        charting = _charting(question, wish)
        return Answer(answered(asking), _hens(asking), _buttons(asking), _pictures(asking, charting), charting)


def day_answer(database: Database, days: int, language: str | None = None) -> str:
    """Who laid today, or `days` days later (yesterday: -1); arguments and errors as for `respond`."""
    with database.reading() as session:
        wording, now = _wording(session, language), _now(session, None)
        day = now.astimezone(wording.timezone).date() + timedelta(days=days)
        return answered(Asking(session, Question(Intent.WHO_LAID, None, Period(day, day)), wording, now))


def help_answer(database: Database, language: str | None = None) -> str:
    """What the bot can do, with one of the flock as the example."""
    with database.reading() as session:
        return answered(Asking(session, Question(Intent.HELP), _wording(session, language), _now(session, None)))


def ask(database: Database, text: str, at: datetime | None = None, language: str | None = None) -> str:
    """The answer to a question as plain text, for a terminal; arguments and errors as for `respond`."""
    answer = respond(database, text, language, at)
    offered = [f"  {offer.words}" for offer in answer.offers if offer.words not in plain(answer.text)]
    return "\n".join([plain(answer.text), *offered])


def acquaintance(database: Database) -> Acquaintance | None:
    """What the database knows of its coop; None if it holds none."""
    with database.reading() as session:
        if not session.execute(select(exists().select_from(CoopRow))).scalar():
            return None
        return Acquaintance(hens_by_name(flock_of(session, retired=True)), ZoneInfo(coop_of(session).timezone))


def explain(lines: Iterable[str], coop: Acquaintance, at: datetime) -> Iterator[dict[str, str | None]]:
    """What is understood of each question: intent, hen, and first and last day (ISO; None where none applies).

    Args:
        at: the moment of asking; naive means the coop's time zone.
    """
    moment = at if at.tzinfo else at.replace(tzinfo=coop.timezone)
    today = moment.astimezone(coop.timezone).date()
    for line in lines:
        question = understand(line, today, coop.hens) or Question(Intent.OFF_TOPIC)
        period = question.period
        yield {
            "intent": question.intent.value,
            "hen": question.hen,
            "from": period.first.isoformat() if period else None,
            "to": period.last.isoformat() if period else None,
        }


def coop_wording(session: Session, language: str | None = None) -> Wording:
    """How the coop's hens, nests and times are called in a language, or in the coop's own.

    Raises:
        CoopUnknown: there is no coop in the database.
    """
    return _wording(session, language)


def hens_by_name(hens: Iterable[Hen]) -> dict[str, HenId]:
    """Hens by each of their names, and by their ids; by another id that turned out to be theirs, if nobody has it."""
    named = list(hens)
    also = {name: hen.id for hen in named for name in hen.also}
    return also | {hen.id: hen.id for hen in named} | {name: hen.id for hen in named for name in hen.names.values()}


def moment(session: Session) -> datetime:
    """The coop's present moment, aware UTC."""
    return _now(session, None)


def _wording(session: Session, language: str | None) -> Wording:
    if not session.execute(select(exists().select_from(CoopRow))).scalar():
        raise CoopUnknown("the database holds no coop yet: start the detector, or `henbot run`, with its coop.yaml")
    coop = coop_of(session)
    hens = {hen.id: hen for hen in flock_of(session, retired=True)}
    hens |= {alias: hens[hen] for alias, hen in aliases_of(session).items()}
    spoken = phrases(best_language(language, coop.language))
    return Wording(spoken, ZoneInfo(coop.timezone), hens, tuple(nests_of(session)))


def _now(session: Session, at: datetime | None) -> datetime:
    if at is None:
        return clock_setting(session).coop_time(wall_now())
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(coop_of(session).timezone))

"""Answers to each kind of question: read by the services, put into words here, in Telegram's HTML."""

from collections.abc import Callable, Mapping
from html import escape

from henbot.bot.answers.days import did_hen_lay, egg_count, who_laid
from henbot.bot.answers.hens import flock_list, hen_stats, last_egg, next_egg
from henbot.bot.answers.ledger import ledger
from henbot.bot.answers.nests import now_in_nest, visits
from henbot.bot.answers.question import Asking
from henbot.bot.answers.reasons import coverage, help_words, off_topic, why
from henbot.bot.answers.suspicions import suspects
from henbot.bot.formatting import format_future
from henbot.bot.questions import Intent
from henbot.services.reports import flock_of

__all__ = ["ANSWERS", "Asking", "answered"]

ANSWERS: Mapping[Intent, Callable[[Asking], str]] = {
    Intent.WHO_LAID: who_laid,
    Intent.DID_HEN_LAY: did_hen_lay,
    Intent.LAST_EGG: last_egg,
    Intent.EGG_COUNT: egg_count,
    Intent.HEN_STATS: hen_stats,
    Intent.FLOCK_LIST: flock_list,
    Intent.NOW_IN_NEST: now_in_nest,
    Intent.VISITS: visits,
    Intent.NEXT_EGG: next_egg,
    Intent.SUSPECTS: suspects,
    Intent.LEDGER: ledger,
    Intent.WHY: why,
    Intent.COVERAGE: coverage,
    Intent.HELP: help_words,
    Intent.OFF_TOPIC: off_topic,
}

_ABOUT_ONE = (Intent.DID_HEN_LAY, Intent.LAST_EGG, Intent.HEN_STATS, Intent.NEXT_EGG, Intent.VISITS, Intent.SUSPECTS)
_ABOUT_THE_PAST = (Intent.WHO_LAID, Intent.DID_HEN_LAY, Intent.EGG_COUNT, Intent.VISITS, Intent.COVERAGE, Intent.WHY)


def answered(asking: Asking) -> str:
    """The answer to a question that was understood; a question back, where it is not clear whom or when it is about."""
    question, wording = asking.question, asking.wording
    if question.no_such_date:
        return wording.say("no-such-date")
    unclear = _unclear(asking) if question.hen is None else None
    if unclear:
        return unclear
    if question.period and question.period.first > asking.today and question.intent in _ABOUT_THE_PAST:
        return format_future(question.period.first, asking.today, wording)
    return ANSWERS[question.intent](asking)


def _unclear(asking: Asking) -> str | None:
    question, wording = asking.question, asking.wording
    if question.intent not in _ABOUT_ONE:
        return None
    if question.choice:
        return wording.say("which-hen", hens=wording.phrases.either([wording.name(hen) for hen in question.choice]))
    flock = wording.phrases.listed([wording.name(hen.id) for hen in flock_of(asking.session)])
    if question.called:
        return wording.say("no-such-hen", name=escape(question.called.capitalize(), quote=False), hens=flock)
    return wording.say("whose-question", hens=flock) if question.intent is Intent.DID_HEN_LAY else None

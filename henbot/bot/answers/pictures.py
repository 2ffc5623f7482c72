"""Pictures that go with an answer: what a verdict rests on, who is in the nest, and what a hen looks like."""

from henbot.bot.answers.question import Asking
from henbot.bot.answers.reasons import explained_bout
from henbot.bot.questions import Intent
from henbot.domain.verdicts import Verdict
from henbot.services.confirmed import postable
from henbot.services.hen_records import portrait
from henbot.services.periods import nests_now
from henbot.services.reports import BoutReport, Picture

MOST_PICTURES = 4


def pictures_of(asking: Asking) -> tuple[Picture, ...]:
    """Those that show a hen or an egg for sure, the most telling first; none for most questions."""
    question = asking.question
    if question.no_such_date or (question.choice and question.hen is None):
        return ()
    if question.intent is Intent.WHY:
        bout = explained_bout(asking)
        return _proof(asking, bout) if bout else ()
    if question.intent is Intent.NOW_IN_NEST:
        inside = [bout for nest in nests_now(asking.session, asking.now) for bout in nest.inside]
        shown = [postable(asking.session, bout) for bout in inside if question.hen in (None, bout.hen)]
        return tuple(picture for picture in shown if picture)[:MOST_PICTURES]
    if question.intent is Intent.HEN_STATS and question.hen is not None and question.period is None:
        picture = portrait(asking.session, question.hen, asking.now)
        return (picture,) if picture else ()
    return ()


def _proof(asking: Asking, bout: BoutReport) -> tuple[Picture, ...]:
    """The nest before and after the egg; else the hen."""
    if bout.before and bout.after and bout.verdict is not Verdict.NOT_LAID:
        return bout.before, bout.after
    picture = postable(asking.session, bout)
    return (picture,) if picture else ()

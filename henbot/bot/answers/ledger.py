"""The ledger: eggs that appeared, were collected, are there, and are not accounted for."""

from datetime import date
from html import escape

from sqlalchemy.orm import Session

from henbot.bot.answers.question import Asking, share_words
from henbot.bot.wording import Wording
from henbot.domain.observations import HenId
from henbot.services.coop_records import dummy_eggs
from henbot.services.egg_balance import EggBalance, egg_balance
from henbot.services.eggs import eggs_between
from henbot.services.told_facts import treatments_between, withdrawals, withheld_eggs


def ledger(asking: Asking) -> str:
    """The eggs of the nests over the days asked about; of today where none are."""
    wording, period = asking.wording, asking.period
    last = min(period.last, asking.today)
    balance = egg_balance(asking.session, min(period.first, last), last, asking.now)
    is_unwatched = not balance.coverage.watched and not balance.appeared
    span = wording.phrases.span(balance.first, balance.last, asking.today)
    if is_unwatched and balance.there is None and not balance.collections and not balance.found:
        return wording.say("period-unwatched", span=span)
    heading = wording.say("period-title", span=span)
    lines = [*_lines(balance, asking, is_unwatched=is_unwatched), *_dummies(asking)]
    parts = [heading, "\n".join(lines), *withheld_lines(asking)]
    if is_unwatched:
        return "\n\n".join([*parts, wording.say("period-unwatched", span=span)])
    return "\n\n".join([*parts, *share_words(balance.coverage, asking, always=not balance.appeared)])


def _lines(balance: EggBalance, asking: Asking, *, is_unwatched: bool) -> list[str]:
    """The sums; of a time that nobody watched only what people told, and what was counted before it."""
    wording = asking.wording
    collected = wording.say("ledger-collected", number=balance.collected)
    found = [wording.say("ledger-found", number=balance.found)] if balance.found else []
    if is_unwatched:
        return [*([collected] if balance.collections else []), *_there(balance, asking), *found]
    lines = [wording.say("ledger-before", number=balance.before)] if balance.before else []
    lines.append(wording.say("ledger-appeared", number=balance.appeared, probably=balance.probably))
    lines += [*_not_eaten(asking, balance), collected]
    if balance.there is None:
        lines.append(wording.say("ledger-not-collected", number=max(balance.not_collected, 0)))
    else:
        lines += [*_there(balance, asking), *_missing(balance, asking)]
    return lines + found


def _there(balance: EggBalance, asking: Asking) -> list[str]:
    """Eggs in the nests; with when they were counted, where that was on an earlier day."""
    wording = asking.wording
    if balance.there is None:
        return []
    oldest = min(at for _, _, at in balance.there_by_nest)
    if asking.day(oldest) >= balance.last:
        return [wording.say("ledger-there", number=balance.there)]
    at, nests = wording.moment(oldest, asking.today), wording.nests_number
    return [wording.say("ledger-there-at", number=balance.there, at=at, nests=nests)]


def _dummies(asking: Asking) -> list[str]:
    dummies = dummy_eggs(asking.session)
    return [asking.wording.say("ledger-dummies", number=dummies)] if dummies else []


def _not_eaten(asking: Asking, balance: EggBalance) -> list[str]:
    """Eggs of these days that are not eaten after a treatment, and those that may be such."""
    wording = asking.wording
    if not treatments_between(asking.session, balance.first, balance.last):
        return []
    eggs = eggs_between(asking.session, balance.first, balance.last, asking.now)
    surely, maybe = withheld_eggs(asking.session, eggs)
    lines = []
    if surely:
        hens = wording.phrases.listed([wording.name(hen) for hen in surely])
        lines.append(wording.say("ledger-not-eaten", number=sum(surely.values()), hens=hens))
    if maybe:
        lines.append(wording.say("ledger-maybe-not-eaten", number=maybe))
    return lines


def _missing(balance: EggBalance, asking: Asking) -> list[str]:
    missing = balance.missing or 0
    if missing > 0:
        return [asking.wording.say("ledger-missing", number=missing)]
    return [asking.wording.say("ledger-surplus", number=-missing)] if missing < 0 else []


def withheld_lines(asking: Asking, hen: HenId | None = None) -> list[str]:
    """Whose eggs are not eaten today, and until when; with a hen, what concerns her."""
    return told_withheld(asking.session, asking.wording, asking.today, hen)


def told_withheld(session: Session, wording: Wording, day: date, hen: HenId | None = None) -> list[str]:
    """Whose eggs are not eaten on a day, and until when; with a hen, what concerns her."""
    return [
        wording.say(
            "ledger-withdrawal",
            hen=wording.name(one.hen) if one.hen else wording.say("ledger-all-hens"),
            what=escape(one.what, quote=False),
            date=wording.phrases.date_within(one.free_from, day),
        )
        for one in withdrawals(session, day)
        if hen is None or one.hen in (None, hen)
    ]

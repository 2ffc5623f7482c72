"""The ledger: eggs that appeared, were collected, are there, and are not accounted for."""

from html import escape

from henbot.bot.answers.question import Asking, share_words
from henbot.services.coop_records import dummy_eggs
from henbot.services.egg_balance import EggBalance, egg_balance
from henbot.services.eggs import eggs_between
from henbot.services.told_facts import treatments_between, withdrawals, withheld_eggs


def ledger(asking: Asking) -> str:
    """The eggs of the nests over the days asked about; of today where none are."""
    wording, period = asking.wording, asking.period
    last = min(period.last, asking.today)
    balance = egg_balance(asking.session, min(period.first, last), last, asking.now)
    if not balance.coverage.watched and not balance.appeared and balance.there is None:
        span = wording.phrases.span(balance.first, balance.last, asking.today)
        return wording.say("period-unwatched", span=span)
    heading = wording.say("period-title", span=wording.phrases.span(balance.first, balance.last, asking.today))
    parts = [heading, "\n".join(_lines(balance, asking)), *_withheld(asking)]
    return "\n\n".join([*parts, *share_words(balance.coverage, asking, always=not balance.appeared)])


def _lines(balance: EggBalance, asking: Asking) -> list[str]:
    wording = asking.wording
    lines = [wording.say("ledger-before", number=balance.before)] if balance.before else []
    lines.append(wording.say("ledger-appeared", number=balance.appeared, probably=balance.probably))
    lines += _not_eaten(asking, balance)
    lines.append(wording.say("ledger-collected", number=balance.collected))
    if balance.there is None:
        lines.append(wording.say("ledger-not-collected", number=max(balance.not_collected, 0)))
    else:
        lines.append(wording.say("ledger-there", number=balance.there))
        lines += _missing(balance, asking)
    if balance.found:
        lines.append(wording.say("ledger-found", number=balance.found))
    if dummies := dummy_eggs(asking.session):
        lines.append(wording.say("ledger-dummies", number=dummies))
    return lines


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


def _withheld(asking: Asking) -> list[str]:
    wording = asking.wording
    return [
        wording.say(
            "ledger-withdrawal",
            hen=wording.name(one.hen) if one.hen else wording.say("ledger-all-hens"),
            what=escape(one.what, quote=False),
            date=wording.phrases.date_within(one.free_from, asking.today),
        )
        for one in withdrawals(asking.session, asking.today)
    ]

"""A question that was understood."""

from dataclasses import dataclass

from henbot.bot.questions.intents import Intent
from henbot.bot.questions.period_rules import Period
from henbot.domain.observations import HenId


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was understood.

    Attributes:
        hen: whom it is about; None for all, or where it is not clear who.
        period: of the coop's calendar; it may lie in the future. None where none applies.
        choice: hens of whom one is meant, where the name fits several; or all who are named.
        called: a name that no hen of the flock has.
        no_such_date: a date is named that there is not.
    """

    intent: Intent
    hen: HenId | None = None
    period: Period | None = None
    choice: tuple[HenId, ...] = ()
    called: str | None = None
    no_such_date: bool = False

"""The channel's words about eggs and days: pure, in Telegram's HTML."""

from collections.abc import Sequence
from datetime import datetime

from henbot.bot.language import capitalised
from henbot.bot.wording import Wording
from henbot.domain.observations import UNKNOWN
from henbot.domain.verdicts import Verdict
from henbot.services.egg_reports import EggReport


def format_eggs(eggs: Sequence[EggReport], wording: Wording, now: datetime) -> str:
    """The message of an egg that was seen, or of several.

    Args:
        now: the coop's time; eggs of another day than today's get its date.
    """
    lines = [line for egg in eggs for line in (_egg_title(egg, wording), _egg_times(egg, wording))]
    if len(eggs) > 1:
        lines.insert(0, wording.say("eggs-seen", number=sum(egg.eggs for egg in eggs)))
    day, today = (at.astimezone(wording.timezone).date() for at in (eggs[0].at, now))
    if day != today:
        lines.append(f"<i>{wording.phrases.date(day, today)}</i>")
    return "\n".join(lines)


def _egg_title(egg: EggReport, wording: Wording) -> str:
    if not egg.hens:
        return wording.say("egg-of-nobody", number=egg.eggs)
    if egg.hens == (UNKNOWN,):
        return wording.say("egg-of-unknown", number=egg.eggs)
    names = [wording.name(hen) for hen in egg.hens]
    if egg.verdict is Verdict.UNSURE:
        return wording.say("egg-of-one-of", number=egg.eggs, hens=wording.phrases.either(names))
    named = f"<b>{capitalised(wording.phrases.listed(names))}</b>"
    if egg.verdict is Verdict.PROBABLY:
        return wording.say("egg-probably", number=egg.eggs, hens=named)
    return wording.say("egg-laid", number=egg.eggs, hens=named)


def _egg_times(egg: EggReport, wording: Wording) -> str:
    parts = [wording.say("egg-seen", at=wording.time(egg.at))]
    if egg.came is not None:
        came, left = wording.time(egg.came), wording.time(egg.left or egg.at)
        parts.insert(0, wording.say("egg-on-nest", came=came, left=left))
    return " · ".join([*parts, *filter(None, [wording.nest_label_of(egg.nest)])])

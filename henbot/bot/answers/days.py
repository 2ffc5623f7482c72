"""Who laid on a day or over several, whether she did, and how many eggs there were."""

from collections.abc import Iterable, Mapping, Sequence

from henbot.bot.answers.question import Asking, share_words, title, unwatched
from henbot.bot.formatting import format_day, format_hen_day
from henbot.bot.language import capitalised
from henbot.bot.wording import Wording
from henbot.domain.observations import UNKNOWN, HenId
from henbot.domain.verdicts import Verdict
from henbot.services.eggs import Egg, Tally
from henbot.services.periods import PeriodReport
from henbot.services.reports import coop_of, day_report, flock_of
from henbot.services.sitting import sitting_since
from henbot.services.watch_hours import hours_of_day

MOST_DAYS_NAMED = 7
"""Days of eggs named behind a hen's number."""


def who_laid(asking: Asking) -> str:
    """Who laid on a day or over several, as far as it was watched."""
    return day_words(asking) if asking.is_about_a_day else _period_words(asking, with_total=False)


def did_hen_lay(asking: Asking) -> str:
    """Whether one hen laid."""
    if asking.is_about_a_day:
        return day_words(asking)
    return hen_period(asking, asking.question.hen) if asking.question.hen else who_laid(asking)


def egg_count(asking: Asking) -> str:
    """How many eggs were seen over a period, by hen."""
    if asking.question.hen is not None:
        return hen_period(asking, asking.question.hen)
    return _period_words(asking, with_total=True)


def day_words(asking: Asking) -> str:
    """The words about one day, of all hens or of one."""
    report = day_report(asking.session, asking.period.first, asking.now)
    opening = hours_of_day(asking.period.first, coop_of(asking.session)).start
    sitting = sitting_since(asking.session, [bout.id for bout in report.bouts], asking.now)
    if asking.question.hen is not None:
        return format_hen_day(report, asking.question.hen, asking.wording, opening, sitting)
    return format_day(report, asking.wording, opening, sitting)


def hen_period(asking: Asking, hen: HenId) -> str:
    """A hen's eggs over some days."""
    wording, report = asking.wording, asking.report()
    nothing = unwatched(asking, report)
    if nothing:
        return nothing
    own = _by_hen(report.eggs).get(hen, [])
    maybe = [egg for egg in report.eggs if hen in egg.candidates]
    if own:
        body = _hen_line(hen, own, report, wording)
    else:
        is_unsure = any(egg.hen == UNKNOWN for egg in report.eggs)
        body = wording.say("no-egg-hen-unsure" if is_unsure else "no-egg-hen", hen=wording.name(hen))
    share = share_words(report.coverage, asking, always=not own)
    return "\n\n".join([title(asking, report), body, *_maybe(maybe, wording), *share])


def number_words(tally: Tally, wording: Wording) -> str:
    """So many eggs, and so many probable ones."""
    sure, probable = tally.laid + tally.unsure, tally.probably
    words = wording.say("eggs-sure", number=sure), wording.say("eggs-probable", number=probable)
    if sure and probable:
        return wording.say("eggs-both", sure=words[0], probable=words[1])
    return words[1] if probable else words[0]


def _period_words(asking: Asking, *, with_total: bool) -> str:
    wording, report = asking.wording, asking.report()
    nothing = unwatched(asking, report)
    if nothing:
        return nothing
    parts = [title(asking, report)]
    if with_total and report.eggs:
        parts.append(wording.say("eggs-total", eggs=number_words(Tally.of(report.eggs), wording)))
    laid = _by_hen(report.eggs)
    order = sorted(laid.items(), key=lambda item: (item[0] == UNKNOWN, -len(item[1])))
    lines = [_hen_line(hen, eggs, report, wording) for hen, eggs in order]
    parts += ["\n".join(lines)] if lines else [] if report.eggs else [wording.say("no-egg")]
    parts += _maybe([egg for egg in report.eggs if egg.verdict is Verdict.UNSURE], wording)
    parts += _without_egg(asking, report, laid)
    return "\n\n".join([*parts, *share_words(report.coverage, asking, always=not report.eggs)])


def _by_hen(eggs: Iterable[Egg]) -> dict[HenId, list[Egg]]:
    """Eggs by hen, without those of which it is unsure whose they are."""
    found: dict[HenId, list[Egg]] = {}
    for egg in eggs:
        if egg.verdict is not Verdict.UNSURE:
            found.setdefault(egg.hen, []).append(egg)
    return found


def _hen_line(hen: HenId, eggs: Sequence[Egg], report: PeriodReport, wording: Wording) -> str:
    words = number_words(Tally.of(eggs), wording)
    days = sorted({egg.day for egg in eggs})
    if report.first != report.last:
        named = [wording.phrases.short_date(day) for day in days[-MOST_DAYS_NAMED:]]
        more = len(days) - len(named)
        listed = [*([wording.say("days-more", number=more)] if more else []), *named]
        words = wording.say("eggs-on", eggs=words, days=", ".join(listed))
    return wording.say("hen-eggs", hen=capitalised(wording.name(hen)), eggs=words)


def _maybe(eggs: Sequence[Egg], wording: Wording) -> list[str]:
    number = sum(egg.eggs for egg in eggs)
    if not number:
        return []
    hens = list(dict.fromkeys(hen for egg in eggs for hen in egg.candidates))
    if not hens:
        return [wording.say("eggs-unsure", number=number)]
    names = wording.phrases.either([wording.name(hen) for hen in hens])
    return [wording.say("eggs-unsure-between", number=number, hens=names)]


def _without_egg(asking: Asking, report: PeriodReport, laid: Mapping[HenId, Sequence[Egg]]) -> list[str]:
    maybe = {hen for egg in report.eggs for hen in egg.candidates}
    absent = [
        asking.wording.name(hen.id) for hen in flock_of(asking.session) if hen.id not in laid and hen.id not in maybe
    ]
    if not absent or not report.eggs:
        return []
    is_unsure = any(egg.hen == UNKNOWN and not egg.candidates for egg in report.eggs)
    hens = asking.wording.phrases.listed(absent)
    return [asking.wording.say("no-egg-of-named" if is_unsure else "no-egg-of", hens=hens)]

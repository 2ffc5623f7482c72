"""Who does not lay: what excuses her comes before "does not lay", with what speaks for and against it."""

from henbot.bot.answers.days import did_hen_lay, who_laid
from henbot.bot.answers.question import Asking, share_words
from henbot.bot.language import capitalised
from henbot.domain.suspicion import Evidence, Sign, Standing, Suspicion
from henbot.services.suspects import suspects as judged_hens


def suspects(asking: Asking) -> str:
    """Hens that do not lay, and why; over a period that is named, who laid in it and of whom no egg was seen."""
    if asking.question.period is not None:
        return did_hen_lay(asking) if asking.question.hen else who_laid(asking)
    wording, hen = asking.wording, asking.question.hen
    found = judged_hens(asking.session, asking.now)
    told = [one for one in found.hens if one.hen == hen or (hen is None and one.standing is not Standing.LAYING)]
    parts = [_words(one, asking) for one in told]
    laying = [wording.name(one.hen) for one in found.hens if hen is None and one.standing is Standing.LAYING]
    if laying:
        parts.append(wording.say("suspects-laying", hens=wording.phrases.listed(laying)))
    if not parts:
        return wording.say("nothing-known")
    return "\n\n".join([*parts, *share_words(found.coverage, asking, always=False)])


def _words(one: Suspicion, asking: Asking) -> str:
    wording = asking.wording
    standing = wording.say(f"standing-{_dashed(one.standing)}")
    mark = "🔎" if one.standing is Standing.NOT_LAYING else "🐔"
    lines = [wording.say("suspect-line", mark=mark, hen=capitalised(wording.name(one.hen)), words=standing)]
    lines += [f"+ {_evidence(each, asking)}" for each in one.pro]
    lines += [f"– {_evidence(each, asking)}" for each in one.contra]
    return "\n".join(lines)


def _evidence(evidence: Evidence, asking: Asking) -> str:
    amount = evidence.amount * 100 if evidence.sign in _SHARES else evidence.amount
    return asking.wording.say(f"sign-{_dashed(evidence.sign)}", number=round(amount))


_SHARES = (Sign.VISITS, Sign.FEW_VISITS, Sign.BLIND)
"""Signs whose amount is a share, told in per cent."""


def _dashed(value: str) -> str:
    return str(value).replace("_", "-")

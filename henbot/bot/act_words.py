"""What somebody did that can be taken back, in words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from html import escape

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.bot.correcting_words import value_words
from henbot.bot.wording import Wording
from henbot.domain.flock import localised
from henbot.domain.observations import HenId, NestId
from henbot.services.acts import Act, ActKind
from henbot.services.coop_clock import clock_setting, wall_now
from henbot.services.corrections import Field
from henbot.storage.acts import LabelRow
from henbot.storage.tables import HenRow


def act_words(session: Session, act: Act, wording: Wording) -> str:
    """What somebody did (HTML), so that they know what is taken back."""
    return _WORDS[act.kind](session, act, wording)


def _label(session: Session, act: Act, wording: Wording) -> str:
    query = select(LabelRow).where(LabelRow.act_id == act.id).order_by(LabelRow.id).limit(1)
    label = session.execute(query).scalar_one_or_none()
    if label is None:
        return wording.say("act-label-none")
    return wording.say(
        "act-label", at=_moment(session, label.at, wording), nest=wording.nest_name(NestId(label.nest_id))
    )


def _correction(session: Session, act: Act, wording: Wording) -> str:
    at = _moment(session, datetime.fromisoformat(act.details["at"]), wording)
    return wording.say(
        "act-correction", at=at, what=value_words(Field(act.details["field"]), act.details["value"], wording)
    )


def _added(session: Session, act: Act, wording: Wording) -> str:
    return wording.say("act-hen-added", hen=_name(act, "names", wording))


def _renamed(session: Session, act: Act, wording: Wording) -> str:
    return wording.say("act-hen-renamed", before=_name(act, "before", wording), hen=_name(act, "names", wording))


def _retired(session: Session, act: Act, wording: Wording) -> str:
    return wording.say("act-hen-retired", hen=wording.name(HenId(str(act.details["hen"]))))


def _merged(session: Session, act: Act, wording: Wording) -> str:
    row = session.get(HenRow, act.details["hen"])  # for the two have one name now
    names, hen = (row.names if row else {}), str(act.details["hen"])
    named = escape(localised(names, wording.phrases.language, hen), quote=False)
    return wording.say("act-hens-merged", hen=named, into=wording.name(HenId(str(act.details["into"]))))


_WORDS: Mapping[ActKind, Callable[[Session, Act, Wording], str]] = {
    ActKind.LABEL: _label,
    ActKind.CORRECTION: _correction,
    ActKind.HEN_ADDED: _added,
    ActKind.HEN_RENAMED: _renamed,
    ActKind.HEN_RETIRED: _retired,
    ActKind.HENS_MERGED: _merged,
}


def _name(act: Act, key: str, wording: Wording) -> str:
    names = act.details.get(key) or {}
    return escape(localised(names, wording.phrases.language, str(act.details["hen"])), quote=False)


def _moment(session: Session, at: datetime, wording: Wording) -> str:
    now = clock_setting(session).coop_time(wall_now())
    return wording.moment(at, now.astimezone(wording.timezone).date())

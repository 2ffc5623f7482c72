"""The audit in plain words, as a page of a chat and as a table for a spreadsheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from itertools import groupby
from types import MappingProxyType

from sqlalchemy.orm import Session
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from henbot.bot.act_words import act_words
from henbot.bot.export_files import BEGINS_FORMULA, NamedFile, csv_table
from henbot.bot.keyboards import number_in
from henbot.bot.wording import Wording, plain
from henbot.domain.people import Role
from henbot.services.acts import ActKind, act_by_id
from henbot.services.audit import PROGRAM, AuditAction, AuditLine
from henbot.services.subscribers import name_of

LOG = "log"
"""Begins what the buttons of /log say: `log:step:first:last:before`, days as ISO dates, empty for no bound."""

OLDER, NEWEST, TABLE = "older", "newest", "csv"
LINES = 15
"""Lines of a page: some two screens of a phone."""

COLUMNS = ("time", "who", "id", "action", "what")
_ROLES = frozenset({AuditAction.ROLE_GIVEN, AuditAction.ROLE_TAKEN})


@dataclass(frozen=True, slots=True)
class LogPage:
    """Which lines are shown: of days from one to another, and before a line; None for no bound."""

    first: date | None = None
    last: date | None = None
    before: int | None = None


def read_log_press(callback_data: str | None) -> tuple[str, LogPage] | None:
    """What a button says; None for one that no button of ours says (any more)."""
    parts = (callback_data or "").split(":")
    if len(parts) != 5 or parts[0] != LOG or parts[1] not in (OLDER, NEWEST, TABLE):
        return None
    before = number_in(parts[4]) if parts[4] else None
    try:
        first, last = (date.fromisoformat(day) if day else None for day in parts[2:4])
    except ValueError:
        return None
    return None if parts[4] and before is None else (parts[1], LogPage(first, last, before))


def log_text(session: Session, lines: Sequence[AuditLine], wording: Wording, now: datetime) -> str:
    """A page, by days (HTML).

    Args:
        now: wall time.
    """
    today = now.astimezone(wording.timezone).date()
    parts = [wording.say("log-title") if lines else wording.say("log-empty")]
    for day, of_day in groupby(lines, key=lambda line: line.at.astimezone(wording.timezone).date()):
        told = [_line(session, line, wording) for line in of_day]
        parts.append("\n".join([f"<i>{wording.phrases.date(day, today)}</i>", *told]))
    return "\n\n".join(parts)


def log_keyboard(page: LogPage, lines: Sequence[AuditLine], wording: Wording) -> InlineKeyboardMarkup | None:
    """Older lines, the newest again, and all as a table."""
    row = []
    if len(lines) == LINES:
        row.append(_button(wording, OLDER, LogPage(page.first, page.last, lines[-1].id)))
    if page.before is not None:
        row.append(_button(wording, NEWEST, LogPage(page.first, page.last)))
    if lines:
        row.append(_button(wording, TABLE, LogPage(page.first, page.last)))
    return InlineKeyboardMarkup([row]) if row else None


def log_table(session: Session, lines: Sequence[AuditLine], wording: Wording) -> NamedFile:
    """All lines as a table, the newest first; times are the coop's, with their offset."""
    cells = [
        (
            line.at.astimezone(wording.timezone).isoformat(timespec="seconds"),
            _plain_cell(_name(session, line.actor, wording)),
            line.actor,
            line.action,
            _plain_cell(plain(_action(session, line, wording))),
        )
        for line in lines
    ]
    return NamedFile("henbot-log.csv", csv_table(COLUMNS, cells))


def phrase_of(action: AuditAction) -> str:
    """The name of an action's phrase."""
    return f"log-{action.value.replace('.', '-').replace('_', '-')}"


def _button(wording: Wording, step: str, page: LogPage) -> InlineKeyboardButton:
    first, last = (day.isoformat() if day else "" for day in (page.first, page.last))
    says = f"{LOG}:{step}:{first}:{last}:{page.before or ''}"
    return InlineKeyboardButton(wording.say(f"button-log-{step}"), callback_data=says)


def _line(session: Session, line: AuditLine, wording: Wording) -> str:
    who = escape(_name(session, line.actor, wording), quote=False)
    return f"{wording.time(line.at)} <b>{who}</b> – {_action(session, line, wording)}"


def _name(session: Session, actor: str, wording: Wording) -> str:
    if actor == PROGRAM:
        return wording.say("log-by-itself")
    return (name_of(session, int(actor)) if actor.isdigit() else None) or actor


def _action(session: Session, line: AuditLine, wording: Wording) -> str:
    """What was done (HTML); a word of an earlier time stands as it is."""
    what = _what(session, line, wording)
    if line.action not in _ACTIONS:
        return " ".join(filter(None, [escape(line.action, quote=False), what]))
    return wording.say(phrase_of(AuditAction(line.action)), what=what).rstrip(" :")


_ACTIONS = MappingProxyType({action.value: action for action in AuditAction})


def _what(session: Session, line: AuditLine, wording: Wording) -> str:
    """What it was done to (HTML)."""
    details = line.details
    if line.action.startswith("act."):
        act = act_by_id(session, int(details.get("act") or 0))
        return act_words(session, act, wording) if act is not None and act.kind in ActKind else ""
    if line.action in _ROLES:
        role = str(details.get("role") or "")
        name = name_of(session, int(details.get("user") or 0)) or str(details.get("user"))
        named = wording.say(f"role-{role}") if role in set(Role) else role
        return f"{escape(name, quote=False)}, {escape(named, quote=False)}"
    if line.action.startswith("job."):
        return f"№ {details['job']}" if details.get("job") else ""
    if line.action.startswith("model."):
        version = escape(str(details.get("version") or wording.say("log-shipped")), quote=False)
        reason = escape(str(details.get("reason") or ""), quote=False)
        return f"{version}: {reason}" if reason else version
    tried = details.get("what") or details.get("button") or ""
    return f"<code>{escape(str(tried), quote=False)}</code>" if tried else ""


def _plain_cell(text: str) -> str:
    return f"'{text}" if text.startswith(BEGINS_FORMULA) else text

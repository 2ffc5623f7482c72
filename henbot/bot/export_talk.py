"""/export: eggs as files, for whoever asks; what tells when people are at home, only for those the coop trusts."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session
from telegram import Update
from telegram.constants import ChatAction

from henbot.bot.asking import coop_wording, hens_by_name, moment
from henbot.bot.export_files import NamedFile, days_csv, eggs_csv, eggs_ics
from henbot.bot.handlers import Context, Conversation
from henbot.bot.questions import Intent, particulars
from henbot.bot.wording import Wording
from henbot.services.exporting import ExportedDay, exported_days
from henbot.services.reports import flock_of
from henbot.services.watching import together

EXPORT_IN_WORDS = re.compile(r"^/?(?:export|экспорт|выгрузка|выгрузи)\b(?!.*\?)", re.IGNORECASE)
"""Begins a text that is /export in plain words, in Russian too."""

KINDS: Mapping[str, str] = {
    "csv": "csv", "table": "csv", "excel": "csv", "таблица": "csv", "таблицу": "csv",
    "ics": "ics", "ical": "ics", "calendar": "ics", "календарь": "ics",
}  # fmt: skip
"""Words that choose between the files."""


@dataclass(frozen=True, slots=True)
class CaptionedFile:
    """A file with what is said of it (Telegram's HTML)."""

    file: NamedFile
    caption: str


@dataclass(frozen=True, slots=True)
class ExportTalk:
    """Answers /export."""

    conversation: Conversation

    async def command(self, update: Update, context: Context) -> None:
        """/export [csv|ics] [hen] [days]: the files one after the other; a sentence where there are none."""
        user, message = update.effective_user, update.effective_message
        rest = (message.text or "" if message else "").partition(" ")[2]
        spoken = await self.conversation.spoken(user)
        trusted = bool(user) and await self.conversation.may(user.id if user else 0)
        if update.effective_chat is not None:
            await update.effective_chat.send_action(ChatAction.UPLOAD_DOCUMENT)
        files = await asyncio.to_thread(self._files, rest, spoken.language, trusted)
        if isinstance(files, str):
            words = files
            await self.conversation.reply(update, context, lambda _: words)
            return
        for one in files:
            await self.conversation.send_file(update, context, (one.file.name, one.file.content), one.caption)

    def _files(self, text: str, language: str, trusted: bool) -> "list[CaptionedFile] | str":
        with self.conversation.database.reading() as session:
            return export(session, coop_wording(session, language), text, trusted=trusted)


def export(session: Session, wording: Wording, text: str, *, trusted: bool) -> list[CaptionedFile] | str:
    """The files that stand for the words behind /export, or a sentence where there are none."""
    now = moment(session)
    today = now.astimezone(wording.timezone).date()
    words = text.lower().split()
    kinds = frozenset(KINDS[word] for word in words if word in KINDS) or frozenset(KINDS.values())
    rest = " ".join(word for word in words if word not in KINDS)
    question = particulars(Intent.HEN_STATS, rest, today, hens_by_name(flock_of(session, retired=True)))
    if question.no_such_date:
        return wording.say("no-such-date")
    if question.choice:
        return wording.say("which-hen", hens=wording.phrases.either([wording.name(hen) for hen in question.choice]))
    if question.called:
        return wording.say("export-how")
    period = question.period
    first, last = (period.first, period.last) if period else (None, None)
    days = list(exported_days(session, first, last, now, question.hen))
    if not any(day.is_known for day in days):
        return wording.say("export-none")
    return _files_of(days, wording, kinds, now, trusted=trusted)


def _files_of(
    days: Sequence[ExportedDay], wording: Wording, kinds: frozenset[str], now: datetime, *, trusted: bool
) -> list[CaptionedFile] | str:
    today = now.astimezone(wording.timezone).date()
    files: list[CaptionedFile] = []
    if "csv" in kinds:
        table = days_csv(days, with_collections=trusted)
        files.append(CaptionedFile(eggs_csv(days, wording), _caption(days, wording, today)))
        files.append(CaptionedFile(table, wording.say("export-days")))
    if "ics" in kinds and any(day.eggs for day in days):
        files.append(CaptionedFile(eggs_ics(days, wording, now), wording.say("export-calendar")))
    return files or wording.say("export-none")


def _caption(days: Sequence[ExportedDay], wording: Wording, today: date) -> str:
    number = sum(one.egg.eggs for day in days for one in day.eggs)
    span = wording.phrases.span(days[0].day, days[-1].day, today)
    words = wording.say("export-caption", span=span, eggs=wording.say("eggs-number", number=number))
    coverage = together({day.day: day.coverage for day in days if day.coverage})
    if coverage.enough:
        return words
    return f"{words}\n{wording.say('period-share', percent=int(coverage.share * 100))}"

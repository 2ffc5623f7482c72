"""Learning from chat: /train, or by night once enough is new; the candidate's report, with its pictures."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session
from telegram import InlineKeyboardMarkup, Update, User
from telegram.error import BadRequest
from telegram.ext import ExtBot

from henbot.bot.asking import CoopUnknown, coop_wording, moment
from henbot.bot.drawing import ChartFailed, ChartsMissing
from henbot.bot.handlers import Context, Conversation
from henbot.bot.job_talk import JobTelling, Outcome
from henbot.bot.keyboards import actions_keyboard
from henbot.bot.learning_curve import curve_chart
from henbot.bot.model_words import version_buttons
from henbot.bot.report_words import lacking_words, mistake_lines
from henbot.bot.wording import Wording
from henbot.domain.charts import LearningCurve, in_theme
from henbot.domain.people import Action
from henbot.services import learning, models
from henbot.services.jobs import Job, JobKind
from henbot.services.label_counts import LabelCounts, count_labels
from henbot.services.learning import Nightly
from henbot.services.subscriptions import policy_of

LABEL = "train:label"
"""What the button says under what is missing."""

log = structlog.get_logger(__name__)

IN_WORDS = r"(?i)^/?(?:учись|обучись|поучись|train|learn)[.!]*$"
"""/train in plain words of a private chat."""


@dataclass(frozen=True, slots=True)
class TrainTalk:
    """Handlers of what is about learning; for whom the coop lets configure.

    Attributes:
        nightly: when henbot learns by itself; None for never.
        admins: who is told what it learned.
        label: asks whoever pressed what pictures show.
    """

    conversation: Conversation
    telling: JobTelling
    nightly: Nightly | None
    admins: Callable[[Session], Sequence[int]]
    label: Callable[[Update, Context], Awaitable[None]]

    def __post_init__(self) -> None:
        self.telling.outcomes[JobKind.TRAIN] = Outcome(_buttons, self._send_pictures)

    async def train(self, update: Update, context: Context) -> None:
        """/train: learn from what people told, in the background; or what is missing for that."""
        user, chat = update.effective_user, update.effective_chat
        if user is None or chat is None or not await self._allowed(update, context, user):
            return
        try:
            counts, words = await asyncio.to_thread(self._lacking, self.conversation.language_of(user))
        except CoopUnknown:
            counts, words = LabelCounts(), ""
        if counts.can_learn:
            await self.telling.ask(context.bot, chat.id, user, _ask)
        elif words:
            spoken = await self.conversation.spoken(user)
            markup = actions_keyboard([(spoken.say("button-train-label"), LABEL)])
            await self.conversation.send(update, context, words, markup)
        else:
            await self.conversation.reply(update, context, lambda spoken: spoken.say("no-coop"))

    async def press(self, update: Update, context: Context) -> None:
        """The button under what is missing: asks what pictures show, as /label does."""
        await self.label(update, context)

    async def tick(self, context: Context) -> None:
        """By night, learn what is new; called every few seconds, since a demo's clock may run fast."""
        try:
            await asyncio.to_thread(self._look)
        except CoopUnknown:
            log.debug("night.no_coop")

    def _look(self) -> None:
        if self.nightly is None:
            return
        with self.conversation.database.reading() as session:
            coop_wording(session)  # raises where there is no coop yet
            if not learning.night_has_come(session, self.nightly, moment(session)):
                return
        with self.conversation.database.writing() as session:
            job = learning.learn_by_night(session, self.nightly, moment(session), self.admins(session))
            session.commit()
        if job is not None:
            log.info("night.learning", job=job.id)

    def _lacking(self, language: str) -> tuple[LabelCounts, str]:
        with self.conversation.database.reading() as session:
            counts, wording = count_labels(session), coop_wording(session, language)
            return counts, wording.say("train-too-few", lacking=lacking_words(counts, wording))

    async def _allowed(self, update: Update, context: Context, user: User) -> bool:
        if await self.conversation.may(user.id, Action.CONFIGURE):
            return True
        await self.conversation.refuse_command(update, context, "may-not-train")
        return False

    async def _send_pictures(self, bot: "ExtBot[int]", job: Job, chat_id: int, language: str) -> None:
        """The learning curve, and what it gets wrong, which shows the inside of the coop: for private chats only."""
        await self._send_curve(bot, job, chat_id, language)
        sheet = job.result.get("report", {}).get("sheet")
        if not sheet or chat_id < 0:
            return
        with suppress(OSError):  # the words are worth more than a missing picture
            content = await asyncio.to_thread((self.conversation.media / str(sheet["path"])).read_bytes)
            caption = await asyncio.to_thread(self._captioned, language, lambda wording: _sheet_words(sheet, wording))
            await self._send(bot, chat_id, content, caption)

    async def _send_curve(self, bot: "ExtBot[int]", job: Job, chat_id: int, language: str) -> None:
        def read(session: Session) -> tuple[LearningCurve | None, str]:
            wording = coop_wording(session, language)
            chart = curve_chart(session, job.result.get("report", {}), wording, moment(session))
            themed = in_theme(chart, policy_of(session, chat_id).theme) if chart else None
            return themed, wording.say("curve-caption")

        chart, caption = await asyncio.to_thread(self.conversation.database.read, read)
        if chart is None:
            return
        try:
            [drawn] = await self.conversation.drawing.draw([chart])
            await self._send(bot, chat_id, await asyncio.to_thread(drawn.read_bytes), caption)
        except (ChartsMissing, ChartFailed, OSError) as exc:
            log.warning("curve.not_shown", reason=str(exc))

    async def _send(self, bot: "ExtBot[int]", chat_id: int, picture: bytes, caption: str) -> None:
        try:
            await self.conversation.replies.send_pictures(bot, chat_id, [picture], caption, silent=True)
        except BadRequest as exc:
            log.warning("report.picture_refused", reason=exc.message)

    def _captioned(self, language: str, words: Callable[[Wording], str]) -> str:
        return self.conversation.database.read(lambda session: words(coop_wording(session, language)))


def _ask(session: Session, by: int) -> Job:
    return learning.ask_training(session, by, moment(session))


def _buttons(session: Session, job: Job, wording: Wording) -> InlineKeyboardMarkup | None:
    """What may be done with the candidate; nothing where it is gone."""
    version = models.version_by_id(session, str(job.result.get("version")))
    return version_buttons(version, wording) if version else None


def _sheet_words(sheet: dict[str, object], wording: Wording) -> str:
    lines = mistake_lines(sheet["shown"], wording)  # type: ignore[arg-type]
    return "\n".join([wording.say("report-mistakes"), *lines])

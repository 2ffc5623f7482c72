"""Inline mode: @bot and a question in any chat, for those whom the coop trusts: it tells when its keeper is at home."""

import asyncio
from dataclasses import dataclass

import structlog
from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from henbot.bot.asking import CoopUnknown, Offer, answer_suggestion, respond
from henbot.bot.handlers import Context, Conversation
from henbot.bot.language import Phrases
from henbot.bot.wording import plain
from henbot.domain.people import Action

log = structlog.get_logger(__name__)

FRESH_S = 10
"""How long Telegram may show an answer again: a hen comes and goes within a minute."""

LONGEST_QUESTION = 200
LONGEST_ANSWER = 4096
LONGEST_LINE = 120


@dataclass(frozen=True, slots=True)
class InlineTalk:
    """The handler of inline questions, beside the conversation that answers questions."""

    conversation: Conversation

    async def ask(self, update: Update, context: Context) -> None:
        """`@bot who laid today`: the answer to choose; to whom the coop does not know, a way to ask in private."""
        query = update.inline_query
        if query is None:
            return
        spoken = await self.conversation.spoken(query.from_user)
        if not await self.conversation.may(query.from_user.id, Action.INLINE):
            button = InlineQueryResultsButton(spoken.say("inline-not-for-you"), start_parameter="inline")
            await _answer(query, [], button)
            return
        await _answer(query, await asyncio.to_thread(self._results, query.query[:LONGEST_QUESTION], spoken))

    def _results(self, question: str, spoken: Phrases) -> list[InlineQueryResultArticle]:
        """The answer; where the question is not understood (yet), the answers to what might be asked."""
        database = self.conversation.database
        try:
            answer = respond(database, question, spoken.language)
            if not answer.offers:
                return [_article("answer", question.strip(), answer.text)]
            return [self._offered(number, offer, spoken) for number, offer in enumerate(answer.offers)]
        except CoopUnknown:
            return []

    def _offered(self, number: int, offer: Offer, spoken: Phrases) -> InlineQueryResultArticle:
        said = answer_suggestion(self.conversation.database, offer.suggestion, spoken.language)
        return _article(f"offer-{number}", offer.words, said)


def _article(name: str, title: str, text: str) -> InlineQueryResultArticle:
    lines = [line for line in plain(text).splitlines() if line.strip()]
    shown = " · ".join(lines[:2])[:LONGEST_LINE]
    is_long = len(text) > LONGEST_ANSWER  # what is cut must not end within an entity
    content = InputTextMessageContent(
        plain(text)[: LONGEST_ANSWER - 1] + "…" if is_long else text, parse_mode=None if is_long else ParseMode.HTML
    )
    return InlineQueryResultArticle(name, title or shown, content, description=shown)


async def _answer(
    query: InlineQuery, results: list[InlineQueryResultArticle], button: InlineQueryResultsButton | None = None
) -> None:
    try:
        await query.answer(results, cache_time=FRESH_S, is_personal=True, button=button)
    except BadRequest as exc:
        log.info("inline.too_old", reason=exc.message)  # the next letter was typed already

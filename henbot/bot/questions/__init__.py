"""What a keeper asks, out of free text in English and Russian (docs/questions.md)."""

from henbot.bot.questions.intents import Intent
from henbot.bot.questions.period_rules import Period
from henbot.bot.questions.question import Question
from henbot.bot.questions.suggestions import USUAL, Suggestion, suggestion_named, suggestions_for
from henbot.bot.questions.understanding import particulars, understand

__all__ = [
    "USUAL",
    "Intent",
    "Period",
    "Question",
    "Suggestion",
    "particulars",
    "suggestion_named",
    "suggestions_for",
    "understand",
]

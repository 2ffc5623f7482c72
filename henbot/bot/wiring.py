"""Which handler hears what, and which commands Telegram shows."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ExtBot,
    InlineQueryHandler,
    JobQueue,
    MessageHandler,
    filters,
)

from henbot.bot.care_talk import PRESSES as CARE_PRESSES
from henbot.bot.care_talk import SIT_IN_RUSSIAN, CareTalk
from henbot.bot.care_words import LABEL as OPENS_LABELS
from henbot.bot.correcting_talk import IN_WORDS as UNDO_IN_WORDS
from henbot.bot.correcting_talk import PRESSES as CORRECTING_PRESSES
from henbot.bot.correcting_talk import CorrectingTalk
from henbot.bot.export_talk import EXPORT_IN_WORDS, ExportTalk
from henbot.bot.flock_talk import COMMANDS as FLOCK_COMMANDS
from henbot.bot.flock_talk import PRESSES as FLOCK_PRESSES
from henbot.bot.handlers import QUESTIONS, Context, Conversation
from henbot.bot.inline_talk import InlineTalk
from henbot.bot.label_talk import IN_WORDS as LABEL_IN_WORDS
from henbot.bot.label_talk import PRESSES as LABEL_PRESSES
from henbot.bot.label_talk import LabelTalk
from henbot.bot.ledger_talk import COMMANDS as TELLING
from henbot.bot.ledger_talk import PRESSES, LedgerTalk
from henbot.bot.log_talk import IN_WORDS as LOG_IN_WORDS
from henbot.bot.log_talk import PRESSES as LOG_PRESSES
from henbot.bot.log_talk import LogTalk
from henbot.bot.menus import Menus
from henbot.bot.model_talk import COMMANDS as MODEL_COMMANDS
from henbot.bot.model_talk import IN_WORDS as MODELS_IN_WORDS
from henbot.bot.model_talk import PRESSES as MODEL_PRESSES
from henbot.bot.model_talk import ModelTalk
from henbot.bot.new_hen_talk import COMMAND as NEW_HEN_COMMAND
from henbot.bot.new_hen_talk import IN_WORDS as NEW_HEN_IN_WORDS
from henbot.bot.new_hen_talk import PRESSES as NEW_HEN_PRESSES
from henbot.bot.new_hen_talk import NewHenTalk
from henbot.bot.people_talk import IN_WORDS as PEOPLE_IN_WORDS
from henbot.bot.people_talk import PRESSES as PEOPLE_PRESSES
from henbot.bot.people_talk import PeopleTalk
from henbot.bot.questions.flock_statements import IN_WORDS as FLOCK_IN_WORDS
from henbot.bot.settings_talk import COMMANDS as SETTINGS
from henbot.bot.settings_talk import IN_WORDS as SETTINGS_IN_WORDS
from henbot.bot.settings_talk import PRESSES as SETTINGS_PRESSES
from henbot.bot.settings_talk import SettingsTalk
from henbot.bot.train_talk import IN_WORDS as TRAIN_IN_WORDS
from henbot.bot.train_talk import LABEL as LABEL_FOR_TRAINING
from henbot.bot.train_talk import TrainTalk
from henbot.services.people import People
from henbot.storage.database import Database

PRIVATE_COMMANDS = (*QUESTIONS, *TELLING, "sit", "export", *SETTINGS, "help", "start")
GROUP_COMMANDS = ("today", "hens", "eggs", "nest", "next", "help")
ADMIN_COMMANDS = ("label", "undo", "admins", NEW_HEN_COMMAND, *FLOCK_COMMANDS, "train", "models", "rollback", "log")
"""Shown to admins."""

BotApplication: TypeAlias = Application[
    ExtBot[int], Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], JobQueue[Context]
]


@dataclass(frozen=True, slots=True)
class Talks:
    """All that hears people, beside what needs nothing but the conversation."""

    conversation: Conversation
    care: CareTalk
    settings: SettingsTalk
    versions: ModelTalk
    training: TrainTalk
    ledger: LedgerTalk
    labels: LabelTalk
    hens: NewHenTalk


def add_handlers(application: BotApplication, talks: Talks) -> None:
    """Register who answers what. Edited messages are not answered again."""
    conversation, care, ledger, labels, training = (
        talks.conversation, talks.care, talks.ledger, talks.labels, talks.training,
    )  # fmt: skip
    fresh = filters.UpdateType.MESSAGE
    people = PeopleTalk(conversation, menus_of(conversation.database, conversation.people))
    application.add_handler(CommandHandler("start", people.start, filters=fresh))
    application.add_handler(CommandHandler("help", conversation.help, filters=fresh))
    application.add_handler(CommandHandler(list(QUESTIONS), conversation.question, filters=fresh))
    application.add_handler(CommandHandler(list(TELLING), ledger.command, filters=fresh))
    application.add_handler(CommandHandler("sit", care.sit, filters=fresh))
    application.add_handler(MessageHandler(fresh & filters.Regex(SIT_IN_RUSSIAN), care.sit))
    export = ExportTalk(conversation).command
    application.add_handler(CommandHandler("export", export, filters=fresh))
    application.add_handler(MessageHandler(fresh & filters.ChatType.PRIVATE & filters.Regex(EXPORT_IN_WORDS), export))
    _add_settings(application, talks.settings)
    _add_pictures(application, talks.hens)
    _add_people(application, people)
    _add_models(application, talks.versions)
    _add_correcting(application, CorrectingTalk(conversation))
    _add_log(application, LogTalk(conversation))
    _add_flock(application, talks.hens)
    _add_labels(application, labels)
    train_in_words = fresh & filters.ChatType.PRIVATE & filters.Regex(TRAIN_IN_WORDS)
    application.add_handler(CommandHandler("train", training.train, filters=fresh))
    application.add_handler(MessageHandler(train_in_words, training.train))
    application.add_handler(CallbackQueryHandler(training.press, rf"^{LABEL_FOR_TRAINING}$"))
    application.add_handler(InlineQueryHandler(InlineTalk(conversation).ask))
    application.add_handler(MessageHandler(fresh & filters.COMMAND, conversation.unknown_command))
    application.add_handler(MessageHandler(fresh & filters.TEXT, labels.text))
    application.add_handler(CallbackQueryHandler(ledger.press, PRESSES))
    application.add_handler(CallbackQueryHandler(care.press, CARE_PRESSES))
    application.add_handler(CallbackQueryHandler(conversation.press))
    application.add_error_handler(conversation.went_wrong)


def _add_settings(application: BotApplication, settings: SettingsTalk) -> None:
    fresh = filters.UpdateType.MESSAGE
    for name in SETTINGS:
        application.add_handler(CommandHandler(name, getattr(settings, name), filters=fresh))
        in_words = fresh & filters.ChatType.PRIVATE & filters.Regex(SETTINGS_IN_WORDS[name])
        application.add_handler(MessageHandler(in_words, getattr(settings, name)))
    application.add_handler(CallbackQueryHandler(settings.press, SETTINGS_PRESSES))


def _add_people(application: BotApplication, people: PeopleTalk) -> None:
    private = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
    application.add_handler(MessageHandler(private, people.met), group=-1)  # before what they write is answered
    application.add_handler(CommandHandler("admins", people.admins, filters=filters.UpdateType.MESSAGE))
    application.add_handler(MessageHandler(private & filters.FORWARDED & ~filters.Document.ALL, people.forwarded))
    application.add_handler(MessageHandler(private & filters.Regex(PEOPLE_IN_WORDS), people.admins))
    application.add_handler(CallbackQueryHandler(people.press, PEOPLE_PRESSES))


def _add_correcting(application: BotApplication, talk: CorrectingTalk) -> None:
    private = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
    application.add_handler(CommandHandler("undo", talk.undo, filters=filters.UpdateType.MESSAGE))
    application.add_handler(MessageHandler(private & filters.Regex(UNDO_IN_WORDS), talk.undo))
    application.add_handler(CallbackQueryHandler(talk.press, CORRECTING_PRESSES))


def _add_log(application: BotApplication, talk: LogTalk) -> None:
    private = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
    application.add_handler(CommandHandler("log", talk.log, filters=filters.UpdateType.MESSAGE))
    application.add_handler(MessageHandler(private & filters.Regex(LOG_IN_WORDS), talk.log))
    application.add_handler(CallbackQueryHandler(talk.press, LOG_PRESSES))


def _add_models(application: BotApplication, talk: ModelTalk) -> None:
    private = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
    for name in MODEL_COMMANDS:
        application.add_handler(CommandHandler(name, getattr(talk, name), filters=filters.UpdateType.MESSAGE))
        application.add_handler(MessageHandler(private & filters.Regex(MODELS_IN_WORDS[name]), getattr(talk, name)))
    application.add_handler(MessageHandler(private & filters.Document.FileExtension("zip"), talk.document))
    application.add_handler(CallbackQueryHandler(talk.press, MODEL_PRESSES))


def _add_labels(application: BotApplication, talk: LabelTalk) -> None:
    private = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
    application.add_handler(CommandHandler("label", talk.label, filters=filters.UpdateType.MESSAGE))
    application.add_handler(MessageHandler(private & filters.Regex(LABEL_IN_WORDS), talk.label))
    application.add_handler(CallbackQueryHandler(talk.press, LABEL_PRESSES))
    application.add_handler(CallbackQueryHandler(talk.open, rf"^{OPENS_LABELS}$"))


def _add_flock(application: BotApplication, talk: NewHenTalk) -> None:
    fresh = filters.UpdateType.MESSAGE
    private = fresh & filters.ChatType.PRIVATE
    application.add_handler(CommandHandler(NEW_HEN_COMMAND, talk.start, filters=fresh))
    application.add_handler(MessageHandler(private & filters.Regex(NEW_HEN_IN_WORDS), talk.start))
    application.add_handler(CallbackQueryHandler(talk.press, NEW_HEN_PRESSES))
    application.add_handler(CommandHandler(list(FLOCK_COMMANDS), talk.flock.command, filters=fresh))
    application.add_handler(MessageHandler(private & filters.Regex(FLOCK_IN_WORDS), talk.flock.in_words))
    application.add_handler(CallbackQueryHandler(talk.flock.press, FLOCK_PRESSES))


def _add_pictures(application: BotApplication, talk: NewHenTalk) -> None:
    private = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
    application.add_handler(MessageHandler(private & filters.CaptionRegex(NEW_HEN_IN_WORDS), talk.start))
    application.add_handler(MessageHandler(private & (filters.PHOTO | filters.Document.IMAGE), talk.photo))


def menus_of(database: Database, people: People) -> Menus:
    """What Telegram shows to whom."""
    return Menus(database, people, PRIVATE_COMMANDS, GROUP_COMMANDS, ADMIN_COMMANDS)

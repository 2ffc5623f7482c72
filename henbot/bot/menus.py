"""The commands that Telegram shows, by kind of chat and language; told only where they changed."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ExtBot

from henbot.bot.language import languages, phrases
from henbot.services.coop_clock import wall_now
from henbot.services.people import People
from henbot.services.subscribers import chosen_language
from henbot.storage.database import Database
from henbot.storage.people import MenuRow

log = structlog.get_logger(__name__)

RETRIES = 2


@dataclass(frozen=True, slots=True)
class Menu:
    """The commands of a scope in a language (None: for all others); `name` is under what it is remembered."""

    name: str
    scope: BotCommandScope
    language: str | None
    commands: tuple[BotCommand, ...]

    @property
    def words_sha256(self) -> str:
        """A hash of all that Telegram is told."""
        words = json.dumps([(one.command, one.description) for one in self.commands], ensure_ascii=False)
        return hashlib.sha256(words.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Menus:
    """What is shown to whom: names of commands."""

    database: Database
    people: People
    private: Sequence[str]
    groups: Sequence[str]
    admins: Sequence[str]

    async def tell(self, bot: "ExtBot[int]") -> None:
        """Tell Telegram what changed. Not vital: what fails is tried again at the next start."""
        menus, gone = await asyncio.to_thread(self._changed, bot.id)
        for menu in menus:
            try:
                await bot.set_my_commands(menu.commands, menu.scope, menu.language, rate_limit_args=RETRIES)
            except (BadRequest, Forbidden) as exc:  # an admin who never wrote has no chat yet
                log.info("menu.refused", menu=menu.name, reason=exc.message)
                continue
            except TelegramError as exc:
                log.warning("menus.not_told", reason=exc.message)
                return
            await asyncio.to_thread(self._remember, menu)
        for name in gone:
            await self._take_back(bot, name)

    async def _take_back(self, bot: "ExtBot[int]", name: str) -> None:
        """Let one who is no admin any more see what everybody sees."""
        _, chat, language = name.split(":")
        try:
            await bot.delete_my_commands(BotCommandScopeChat(int(chat)), language or None, rate_limit_args=RETRIES)
        except TelegramError as exc:
            log.info("menu.refused", menu=name, reason=exc.message)
            return
        await asyncio.to_thread(self._forget, name)

    def _changed(self, bot_id: int) -> tuple[list[Menu], list[str]]:
        menus = self._menus(bot_id)
        with self.database.reading() as session:
            told = {row.name: row.words_sha256 for row in session.execute(select(MenuRow)).scalars()}
        kept = {menu.name for menu in menus}
        ours = [name for name in told if name.startswith(f"{bot_id}:") and name.split(":")[1].isdigit()]
        return [menu for menu in menus if told.get(menu.name) != menu.words_sha256], [
            one for one in ours if one not in kept
        ]

    def _menus(self, bot_id: int) -> list[Menu]:
        with self.database.reading() as session:
            admins = self.people.admins(session, wall_now())
            chosen = {admin: chosen_language(session, admin) for admin in admins}
        wide: list[tuple[str, BotCommandScope, Sequence[str], str | None]] = [
            ("default", BotCommandScopeDefault(), self.private, None),
            ("private", BotCommandScopeAllPrivateChats(), self.private, None),
            ("groups", BotCommandScopeAllGroupChats(), self.groups, None),
            *((str(one), BotCommandScopeChat(one), (*self.private, *self.admins), chosen[one]) for one in admins),
        ]
        return [
            Menu(f"{bot_id}:{name}:{language or ''}", scope, language, _commands(names, own or language))
            for name, scope, names, own in wide
            for language in (None, *languages())
        ]

    def _remember(self, menu: Menu) -> None:
        with self.database.writing() as session:
            session.merge(MenuRow(name=menu.name, words_sha256=menu.words_sha256))
            session.commit()

    def _forget(self, name: str) -> None:
        with self.database.writing() as session:
            row = session.get(MenuRow, name)
            if row is not None:
                session.delete(row)
            session.commit()


def _commands(names: Sequence[str], language: str | None) -> tuple[BotCommand, ...]:
    spoken = phrases(language or languages()[0])
    return tuple(BotCommand(name, spoken.say(f"command-{name}")) for name in names)

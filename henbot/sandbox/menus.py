"""The bot's command menus: per scope and language, and which of them a person sees."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from henbot.sandbox.refusals import Json, bad_request

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_CHAT_SCOPES = {"chat", "chat_administrators", "chat_member"}
_WIDE_SCOPES = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}


class Menus:
    """Lists of commands. Not locked: the sandbox's lock guards it."""

    def __init__(self) -> None:
        self._lists: dict[tuple[str, str], list[Json]] = {}

    def set(self, commands: Sequence[Any], scope: Json | None, language: str) -> None:
        """Replace one list; an empty one takes it away. Raises Refusal(400) for what Telegram would not take."""
        if len(commands) > 100:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        checked = [_checked(command) for command in commands]
        key = _key(scope, language)
        if checked:
            self._lists[key] = checked
        else:
            self._lists.pop(key, None)

    def get(self, scope: Json | None, language: str) -> list[Json]:
        """The list set for exactly this scope and language; empty where there is none."""
        return self._lists.get(_key(scope, language), [])

    def seen_by(self, chat_id: int, person_id: int, language: str, kind: str, is_admin: bool) -> list[Json]:
        """The list that the first matching scope and language give, narrow before wide, as Telegram's clients do."""
        scopes: list[Json] = [{"type": "chat", "chat_id": chat_id}, {"type": "all_private_chats"}]
        if kind != "private":
            admin: list[Json] = [{"type": "chat_administrators", "chat_id": chat_id}] if is_admin else []
            wide_admin: list[Json] = [{"type": "all_chat_administrators"}] if is_admin else []
            member: Json = {"type": "chat_member", "chat_id": chat_id, "user_id": person_id}
            scopes = [member, *admin, scopes[0], *wide_admin, {"type": "all_group_chats"}]
        for scope in [*scopes, {"type": "default"}]:
            for spoken in (language, ""):
                if found := self.get(scope, spoken):
                    return found
        return []


def _key(scope: Json | None, language: str) -> tuple[str, str]:
    scope = scope or {"type": "default"}
    kind = scope.get("type")
    if kind not in _CHAT_SCOPES | _WIDE_SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    if kind in _CHAT_SCOPES and "chat_id" not in scope:
        raise bad_request("can't parse BotCommandScope: chat_id is empty")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    return json.dumps(scope, sort_keys=True), language


def _checked(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an object")
    name = str(command.get("command", "")).removeprefix("/").lower()
    description = str(command.get("description", "")).strip()
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}

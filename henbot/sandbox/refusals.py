"""What the sandbox answers when a request cannot be carried out, in Telegram's words."""

from __future__ import annotations

from typing import Any

from henbot.domain.errors import HenbotError

Json = dict[str, Any]


class Refusal(HenbotError):
    """A request that is refused: an error code, a sentence, and Telegram's `parameters` where there are some."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def to_json(self) -> Json:
        """The body of the answer."""
        answer: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(reason: str) -> Refusal:
    """A 400 with Telegram's prefix."""
    return Refusal(400, f"Bad Request: {reason}")


def chat_moved(new_chat_id: int) -> Refusal:
    """A 400 that says under which number a group goes on as a supergroup."""
    sentence = "Bad Request: group chat was upgraded to a supergroup chat"
    return Refusal(400, sentence, {"migrate_to_chat_id": new_chat_id})


def forbidden(reason: str) -> Refusal:
    """A 403 with Telegram's prefix."""
    return Refusal(403, f"Forbidden: {reason}")


def conflict(reason: str) -> Refusal:
    """A 409 with Telegram's prefix."""
    return Refusal(409, f"Conflict: {reason}")


def too_many_requests(retry_after_s: int) -> Refusal:
    """A 429 that says when to come again."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after_s}", {"retry_after": retry_after_s})


class SandboxUnusable(HenbotError):
    """The sandbox was asked for something that it cannot do; the message says what to ask instead."""


class SandboxTimeout(HenbotError):
    """What was waited for did not happen in time; the message holds the last requests of the bot."""

"""Updates for the bot: a queue that getUpdates reads by offset and the webhook empties one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from henbot.sandbox.refusals import Json

# Kinds that a bot gets only when it asks for them by name.
_ONLY_ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(slots=True)
class Webhook:
    """Where updates are delivered, and how that has gone. An empty address means: nowhere, the bot polls."""

    url: str = ""
    secret: str | None = None
    max_connections: int = 40
    last_error: str | None = None
    last_error_at: float = 0.0


class UpdateQueue:
    """Unconfirmed updates, oldest first. Not locked: the sandbox's lock guards it."""

    def __init__(self, first_id: int = 500_000_001) -> None:
        self._next_id = first_id
        self._waiting: list[Json] = []
        self.allowed: list[str] = []
        self.webhook = Webhook()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, kind: str, content: Json) -> int | None:
        """Queue an update: its id, or None where the bot does not want the kind."""
        wanted = kind in self.allowed if self.allowed else kind not in _ONLY_ON_REQUEST
        if not wanted:
            return None
        update_id = self._next_id
        self._next_id += 1
        self._waiting.append({"update_id": update_id, kind: content})
        return update_id

    def read(self, offset: int, limit: int) -> list[Json]:
        """Confirm all before `offset` and give the next ones. A negative offset keeps only that many last ones."""
        if offset < 0:
            del self._waiting[:offset]
        elif offset > 0:
            self._waiting = [update for update in self._waiting if update["update_id"] >= offset]
        return self._waiting[:limit]

    def first(self) -> Json | None:
        """The oldest update, left in the queue."""
        return self._waiting[0] if self._waiting else None

    def confirm(self, update_id: int) -> None:
        """Forget one update that was delivered."""
        self._waiting = [update for update in self._waiting if update["update_id"] != update_id]

    def clear(self) -> None:
        """Forget all updates (drop_pending_updates)."""
        self._waiting.clear()

    def allow(self, kinds: list[Any] | None) -> None:
        """Remember which kinds the bot wants; None leaves what was said before."""
        if kinds is not None:
            self.allowed = [str(kind) for kind in kinds]

    def webhook_json(self) -> Json:
        """Telegram's WebhookInfo."""
        hook = self.webhook
        told: Json = {"url": hook.url, "has_custom_certificate": False, "pending_update_count": len(self)}
        if hook.url:
            told["max_connections"] = hook.max_connections
        if hook.last_error:
            told |= {"last_error_message": hook.last_error, "last_error_date": int(hook.last_error_at)}
        return told | ({"allowed_updates": self.allowed} if self.allowed else {})

"""How updates reach the bot: by its long polls, or by the webhook."""

from __future__ import annotations

import asyncio
import time

import aiohttp

from henbot.sandbox.refusals import Json, conflict
from henbot.sandbox.rules import Call
from henbot.sandbox.stage import Stage
from henbot.sandbox.updates import Webhook

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name, not a secret
LONGEST_POLL_S = 50
FIRST_RETRY_S = 0.1
LONGEST_RETRY_S = 5.0


class Poller:
    """getUpdates: the newest poll wins, and the one before it is ended with a 409."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._newest = 0
        self.closing = False

    async def poll(self, call: Call) -> list[Json]:
        """Updates from the offset on, as soon as there are any. Raises Refusal(409)."""
        limit = min(max(call.get("limit", 100), 1), 100)
        until = time.monotonic() + min(max(call.get("timeout", 0), 0), LONGEST_POLL_S)
        self._newest += 1
        mine = self._newest
        self._stage.bell.ring()
        with self._stage.bell.lock:
            self._stage.world.updates.allow(call.get("allowed_updates"))
        with self._stage.bell.listening() as ear:
            while True:
                updates = self._read(mine, call.get("offset", 0), limit)
                left_s = until - time.monotonic()
                if updates or left_s <= 0 or self.closing:
                    return updates
                await ear.wait(left_s)

    def _read(self, mine: int, offset: int, limit: int) -> list[Json]:
        with self._stage.bell.lock:
            updates = self._stage.world.updates
            if updates.webhook.url:
                raise conflict(
                    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
                )
            if mine != self._newest:
                raise conflict(
                    "terminated by other getUpdates request; make sure that only one bot instance is running"
                )
            return list(updates.read(offset, limit))


class Postman:
    """Delivers updates to the webhook one by one, and tries each again until it is taken."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def deliver_forever(self) -> None:
        """Runs until it is cancelled."""
        retry_s = FIRST_RETRY_S
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
            with self._stage.bell.listening() as ear:
                while True:
                    waiting = self._next()
                    if waiting is None:
                        await ear.wait()
                        continue
                    hook, update = waiting
                    failure = await _deliver(session, hook, update)
                    self._note(hook, update, failure)
                    if failure:
                        await asyncio.sleep(retry_s)
                    retry_s = min(2 * retry_s, LONGEST_RETRY_S) if failure else FIRST_RETRY_S

    def _next(self) -> tuple[Webhook, Json] | None:
        with self._stage.bell.lock:
            updates = self._stage.world.updates
            update = updates.first()
            return (updates.webhook, update) if updates.webhook.url and update else None

    def _note(self, hook: Webhook, update: Json, failure: str | None) -> None:
        with self._stage.changing() as world:
            if failure:
                hook.last_error, hook.last_error_at = failure, time.time()
            else:
                world.updates.confirm(update["update_id"])


async def _deliver(session: aiohttp.ClientSession, hook: Webhook, update: Json) -> str | None:
    """Deliver one update: None, or what went wrong in Telegram's words."""
    headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
    try:
        async with session.post(hook.url, json=update, headers=headers, ssl=False) as answer:
            taken = 200 <= answer.status < 300
            return None if taken else f"Wrong response from the webhook: {answer.status} {answer.reason}"
    except aiohttp.ClientConnectorError:
        return "Connection refused"
    except (aiohttp.ClientError, TimeoutError) as exc:
        return f"Connection failed: {type(exc).__name__}"

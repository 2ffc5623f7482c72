"""The page and what it, a demo or a test in another process steers the sandbox by: JSON under /control/."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from henbot.sandbox.cast import Person, Room
from henbot.sandbox.chats import Change
from henbot.sandbox.faults import Fault
from henbot.sandbox.page import page_response
from henbot.sandbox.refusals import Json, Refusal, SandboxUnusable
from henbot.sandbox.rules import Upload
from henbot.sandbox.stage import Request, Stage
from henbot.sandbox.wire import chat_json

_SHOWN_INLINE = {"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"}
_HEARTBEAT_S = 15.0
_FAULT_FIELDS = {"kind", "retry_after_s", "description", "delay_s", "after_effect"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def told(handler: Handler) -> Handler:
    """Turn what cannot be done into a 400 with the reason."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except (Refusal, SandboxUnusable) as exc:
            return web.json_response({"error": str(exc)}, status=400)
        except (KeyError, TypeError, ValueError) as exc:
            return web.json_response({"error": f"The request lacks a field or has a wrong one: {exc}"}, status=400)

    return answer


class Control:
    """The routes for people."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._instance = f"{time.time():.6f}"
        self.closing = False

    def routes(self) -> list[web.RouteDef]:
        """The page at / and the control API."""
        return [
            web.get("/", self.page),
            web.get("/control/state", self.state),
            web.get("/control/events", self.events),
            web.get("/control/file/{file_id}", self.file),
            web.get("/control/messages", told(self.messages)),
            web.get("/control/requests", told(self.requests)),
            web.post("/control/say", told(self.say)),
            web.post("/control/photo", told(self.photo)),
            web.post("/control/press", told(self.press)),
            web.post("/control/inline", told(self.inline)),
            web.get("/control/inline/{query_id}", told(self.inline_results)),
            web.post("/control/inject", told(self.inject)),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The chat page."""
        return page_response()

    async def state(self, request: web.Request) -> web.StreamResponse:
        """All chats with their messages, and the revision from which to follow the events."""
        with self._stage.bell.lock:
            world = self._stage.world
            messages = [
                m for chat_id in (*world.chats.rooms, *world.chats.people) for m in world.chats.in_chat(chat_id)
            ]
            state = {
                "instance": self._instance,
                "revision": world.chats.revision,
                "bot": world.bot,
                "chats": self._chats(),
                "messages": [world.scribe.page_message(message) for message in messages],
            }
        return web.json_response(state)

    def _chats(self) -> list[Json]:
        """Rooms and private chats, each with its menu as its person sees it."""
        world = self._stage.world
        chats: list[Json] = []
        everybody: list[Person | Room] = [*world.chats.rooms.values(), *world.chats.people.values()]
        for chat in everybody:
            told_chat = chat_json(chat)
            admins = getattr(chat, "admins", ())
            person = world.chats.people.get(admins[0] if admins else chat.id)
            members = len({*admins, *getattr(chat, "members", ())})
            menu = (
                world.menus.seen_by(chat.id, person.id, person.language, told_chat["type"], bool(admins))
                if person
                else []
            )
            chats.append({**told_chat, "language": getattr(chat, "language", ""), "members": members, "menu": menu})
        return chats

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: every change after `since` (or the Last-Event-ID), for as long as the page is open."""
        since = int(request.headers.get("Last-Event-ID") or request.query.get("since") or 0)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        with self._stage.bell.listening() as ear:
            await response.write(_event("hello", {"instance": self._instance}))
            while not self.closing:
                since, block = self._news(since)
                try:
                    await response.write(block or b": still here\n\n")
                except ConnectionError:  # the page was closed
                    break
                await ear.wait(_HEARTBEAT_S)
        return response

    def _news(self, since: int) -> tuple[int, bytes]:
        with self._stage.bell.lock:
            chats = self._stage.world.chats
            if chats.journal and since + 1 < chats.journal[0].number:
                return chats.revision, _event("reload", {}, chats.revision)
            changes = chats.changes_since(since)
            block = b"".join(_event(change.kind, self._change(change), change.number) for change in changes)
            return chats.revision, block

    def _change(self, change: Change) -> Json:
        world = self._stage.world
        place = {"chat": change.chat_id, "id": change.message_id}
        if change.kind == "menus":
            return {"chats": self._chats()}
        message = world.chats.message(change.chat_id, change.message_id) if change.kind == "message" else None
        return world.scribe.page_message(message) if message else {**place, **change.note}

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file for the page; only pictures and videos are shown in place, all else is a download."""
        with self._stage.bell.lock:
            stored = self._stage.world.files.by_id(request.match_info["file_id"])
        if stored is None:
            raise web.HTTPNotFound
        shown = stored.mime in _SHOWN_INLINE
        headers = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private, max-age=3600"}
        if not shown:
            headers["Content-Disposition"] = "attachment"
        kind = stored.mime if shown else "application/octet-stream"
        return web.Response(body=stored.content, content_type=kind, headers=headers)

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """The messages of one chat as they stand (?chat=)."""
        with self._stage.bell.lock:
            world = self._stage.world
            found = world.chats.in_chat(world.chats.find(_chat(request.query["chat"])))
            return web.json_response({"messages": [world.scribe.plain(message) for message in found]})

    async def requests(self, request: web.Request) -> web.StreamResponse:
        """What the bot asked, after the request of this number (?after=)."""
        after = int(request.query.get("after", 0))
        logged = [_plain_request(each) for each in self._stage.requests if each.number > after]
        return web.json_response({"requests": logged})

    async def say(self, request: web.Request) -> web.StreamResponse:
        """A person writes: {chat, text, by?, reply_to?}."""
        asked = await _asked(request)
        message = self._stage.say(asked["chat"], asked["text"], asked.get("by"), asked.get("reply_to"))
        return web.json_response({"message_id": message.message_id})

    async def photo(self, request: web.Request) -> web.StreamResponse:
        """A person sends a picture: its bytes as the body, ?chat= and &caption= in the address."""
        if not request.content_type.startswith("image/"):
            raise SandboxUnusable("Send the picture's bytes with their type, like image/jpeg, as the content type.")
        by = request.query.get("by")
        message = self._stage.show(
            _chat(request.query["chat"]),
            await request.read(),
            request.query.get("caption", ""),
            int(by) if by else None,
        )
        return web.json_response({"message_id": message.message_id})

    async def press(self, request: web.Request) -> web.StreamResponse:
        """A person presses a button: {chat, message_id, button, by?}."""
        asked = await _asked(request)
        made = self._stage.press(asked["chat"], asked["message_id"], asked["button"], asked.get("by"))
        return web.json_response({"query_id": made.query_id})

    async def inline(self, request: web.Request) -> web.StreamResponse:
        """A person types after the bot's @name: {person, query}."""
        asked = await _asked(request)
        return web.json_response({"query_id": self._stage.ask_inline(asked["person"], asked["query"]).query_id})

    async def inline_results(self, request: web.Request) -> web.StreamResponse:
        """What the bot offered for an inline question; null until it answers."""
        with self._stage.bell.lock:
            return web.json_response({"results": self._stage.world.inline[request.match_info["query_id"]].results})

    async def inject(self, request: web.Request) -> web.StreamResponse:
        """Let requests go wrong: {kind, method?, times?, retry_after_s?, description?, delay_s?, after_effect?}."""
        asked = await _asked(request)
        fault = Fault(**{name: value for name, value in asked.items() if name in _FAULT_FIELDS})
        self._stage.inject(fault, asked.get("method"), int(asked.get("times", 1)))
        return web.json_response({"ok": True})


async def _asked(request: web.Request) -> Json:
    """The JSON body. Its content type is insisted on: a foreign page cannot send it without asking first."""
    if request.content_type != "application/json":
        raise SandboxUnusable("Send JSON with the content type application/json.")
    asked = await request.json()
    if not isinstance(asked, dict):
        raise SandboxUnusable("Send a JSON object.")
    return asked


def _chat(named: str) -> int | str:
    return named if named.startswith("@") else int(named)


def _event(kind: str, content: Json, number: int | None = None) -> bytes:
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {kind}\ndata: {json.dumps(content)}\n\n".encode()


def _plain_request(request: Request) -> Json:
    parameters: dict[str, Any] = {
        name: {"filename": value.filename, "size": len(value.content)} if isinstance(value, Upload) else value
        for name, value in request.parameters.items()
    }
    return {
        "number": request.number,
        "at": request.at,
        "method": request.method,
        "parameters": parameters,
        "code": request.code,
        "result": request.result,
        "fault": request.fault,
    }

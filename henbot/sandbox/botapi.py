"""The Bot API over HTTP: /bot<token>/<method> and /file/bot<token>/<path>."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import re
import socket
import struct

from aiohttp import web

from henbot.sandbox.delivery import Poller
from henbot.sandbox.faults import BAD_GATEWAY_HTML, Fault
from henbot.sandbox.refusals import Json, Refusal, bad_request
from henbot.sandbox.rules import Call, Upload, check
from henbot.sandbox.stage import Stage

_TOKEN = re.compile(r"\d+:[\w-]{35}")


class BotApi:
    """The routes that a bot uses."""

    def __init__(self, stage: Stage, poller: Poller) -> None:
        self._stage = stage
        self._poller = poller
        self.closing = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        """For GET and POST alike, as at Telegram."""
        return [
            web.route("*", "/bot{token:[^/]+}/{method}", self.answer),
            web.get("/file/bot{token:[^/]+}/{path:.+}", self.download),
        ]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, or let it go wrong as planned."""
        refused = self._unauthorized(request.match_info["token"])
        if refused:
            return _refused(refused)
        method = request.match_info["method"]
        try:
            raw, uploads = await _parameters(request)
        except Refusal as refusal:
            self._stage.log(method, {}, refusal)
            return _refused(refusal)
        with self._stage.bell.lock:
            fault = self._stage.faults.take(method)
        if fault and not fault.after_effect:
            self._stage.log(method, {**raw, **uploads}, fault.refusal(), fault.kind)
            return await self._misbehave(request, fault)
        response = await self._carry_out(request, method, raw, uploads)
        return await self._misbehave(request, fault) if fault else response

    async def _carry_out(
        self, request: web.Request, method: str, raw: Json, uploads: dict[str, Upload]
    ) -> web.StreamResponse:
        try:
            call = check(method, raw, uploads)
        except Refusal as refusal:
            self._stage.log(method, {**raw, **uploads}, refusal)
            return _refused(refusal)
        told = await self._poll(request, call) if call.method == "getUpdates" else self._stage.carry_out(call)
        return _refused(told) if isinstance(told, Refusal) else web.json_response({"ok": True, "result": told})

    async def _poll(self, request: web.Request, call: Call) -> list[Json] | Refusal:
        told: list[Json] | Refusal
        try:
            told = await self._poller.poll(call)
        except Refusal as refusal:
            told = refusal
        if request.transport is not None:  # else whoever asked has hung up, as a killed bot has: nobody is told this
            self._stage.log(call.method, call.parameters, told)
        return told

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file that getFile gave the path of."""
        refused = self._unauthorized(request.match_info["token"])
        with self._stage.bell.lock:
            stored = self._stage.world.files.by_path(request.match_info["path"])
        if refused or stored is None:
            return _refused(refused or Refusal(404, "Not Found"))
        return web.Response(body=stored.content, content_type="application/octet-stream")

    def _unauthorized(self, token: str) -> Refusal | None:
        if hmac.compare_digest(token.encode(), self._stage.token.encode()):
            return None
        return Refusal(401, "Unauthorized") if _TOKEN.fullmatch(token) else Refusal(404, "Not Found")

    async def _misbehave(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        refusal = fault.refusal()
        if refusal:
            return _refused(refusal)
        if fault.kind == "502":
            return web.Response(status=502, text=BAD_GATEWAY_HTML, content_type="text/html")
        if fault.kind == "timeout":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.closing.wait(), fault.delay_s)
        _reset(request)
        return web.Response(status=499)  # reaches nobody: the connection is gone


def _reset(request: web.Request) -> None:
    """Drop the connection with a TCP reset rather than a farewell."""
    if request.transport is None:
        return
    peer: socket.socket | None = request.transport.get_extra_info("socket")
    if peer is not None:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


def _refused(refusal: Refusal) -> web.Response:
    return web.json_response(refusal.to_json(), status=refusal.code)


async def _parameters(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """Parameters and uploads from the query string and the body: JSON, urlencoded or multipart."""
    raw: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    try:
        if request.content_type == "application/json":
            body = await request.json() if request.can_read_body else {}
            if not isinstance(body, dict):
                raise bad_request("expected an object as the body")
            return raw | body, uploads
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                uploads[name] = Upload(value.filename, value.content_type, value.file.read())
            else:
                raw[name] = value.decode() if isinstance(value, (bytes, bytearray)) else value
    except web.HTTPRequestEntityTooLarge:
        raise Refusal(413, "Request Entity Too Large") from None
    except ValueError:
        raise bad_request("can't parse the request's body") from None
    return raw, uploads

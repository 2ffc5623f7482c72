"""The chat page: one file of HTML with its style and script inside, sent under a strict content security policy."""

from __future__ import annotations

import secrets
from importlib.resources import files

from aiohttp import web

_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' blob: data:; "
    "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page_response() -> web.Response:
    """The page, with a fresh nonce that alone lets its script and style run."""
    nonce = secrets.token_urlsafe(16)
    text = files("henbot.sandbox").joinpath("page.html").read_text(encoding="utf-8")
    headers = {"Content-Security-Policy": _POLICY.format(nonce=nonce), "Cache-Control": "no-store"}
    return web.Response(text=text.replace("NONCE", nonce), content_type="text/html", charset="utf-8", headers=headers)

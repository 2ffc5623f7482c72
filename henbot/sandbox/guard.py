"""Who may speak to the sandbox: programs on this machine and its own page, but no web page from elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from henbot.sandbox.methods import LOOPBACK
from henbot.sandbox.refusals import SandboxUnusable

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def check_address(host: str) -> None:
    """Raises SandboxUnusable for any address but the loopback's."""
    if host not in LOOPBACK:
        raise SandboxUnusable(
            f"The sandbox listens on this machine only, not on {host!r}: leave the host out, or use 127.0.0.1."
        )


def _host_of(authority: str) -> str:
    """The host of a Host header, without its port and without the brackets of IPv6; "" where it cannot be read."""
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""


@web.middleware
async def refuse_other_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A foreign Host (a name rebound to this machine), Origin or Sec-Fetch-Site gets a 403 and nothing else."""
    host = _host_of(request.headers.get("Host", ""))
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "none")
    opening_the_page = request.path == "/" and request.method == "GET"
    own_origin = origin is None or origin == f"http://{request.headers.get('Host', '')}"
    if host not in LOOPBACK or not own_origin or not (site in ("none", "same-origin") or opening_the_page):
        return web.json_response(
            {"ok": False, "error_code": 403, "description": "Forbidden: not from this page"}, status=403
        )
    response = await handler(request)
    if not response.prepared:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    return response

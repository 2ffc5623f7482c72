"""`python -m henbot.sandbox`: a sandbox on its own."""

from __future__ import annotations

import argparse
import sys

from henbot.domain.errors import HenbotError
from henbot.sandbox.cast import default_cast
from henbot.sandbox.server import serve_forever
from henbot.sandbox.stage import SANDBOX_TOKEN


def main() -> int:
    """Parse the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m henbot.sandbox", description="A Bot API server on this machine.")
    parser.add_argument("--port", type=int, default=8081, help="port on 127.0.0.1 (default 8081)")
    parser.add_argument("--token", default=SANDBOX_TOKEN, help="the token that the bot uses (a made-up one)")
    parser.add_argument("--channel-title", default="The coop", help="the channel's title")
    parser.add_argument("--limits", action="store_true", help="refuse more than Telegram's rates with a 429")
    arguments = parser.parse_args()
    try:
        cast = default_cast(arguments.channel_title)
        serve_forever(arguments.port, arguments.token, cast, limits=arguments.limits)
    except HenbotError as exc:
        print(exc, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

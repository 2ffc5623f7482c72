"""A Telegram Bot API server on this machine with a chat page: try henbot without a token, and test it end to end."""

from henbot.sandbox.cast import ADMIN_ID, CHANNEL_ID, SUBSCRIBER_ID, Cast, Person, Room, default_cast
from henbot.sandbox.chats import Button, Message
from henbot.sandbox.faults import Fault
from henbot.sandbox.refusals import SandboxTimeout, SandboxUnusable
from henbot.sandbox.server import Sandbox, running_sandbox, serve_forever
from henbot.sandbox.stage import SANDBOX_TOKEN, Request

__all__ = [
    "ADMIN_ID",
    "CHANNEL_ID",
    "SANDBOX_TOKEN",
    "SUBSCRIBER_ID",
    "Button",
    "Cast",
    "Fault",
    "Message",
    "Person",
    "Request",
    "Room",
    "Sandbox",
    "SandboxTimeout",
    "SandboxUnusable",
    "default_cast",
    "running_sandbox",
    "serve_forever",
]

"""Which function carries out which method. getUpdates waits and so lives in `polling`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from henbot.sandbox import asking, editing, sending
from henbot.sandbox.refusals import Json, bad_request
from henbot.sandbox.rules import Call
from henbot.sandbox.updates import Webhook
from henbot.sandbox.world import World

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def set_webhook(world: World, call: Call) -> bool:
    """setWebhook: unlike Telegram the sandbox takes http, and delivers to this machine only."""
    address = call.get("url")
    if address and (urlsplit(address).scheme not in ("http", "https") or urlsplit(address).hostname not in LOOPBACK):
        raise bad_request(
            "bad webhook: the sandbox delivers to addresses of this machine only, like http://127.0.0.1:8443/"
        )
    world.updates.webhook = Webhook(address, call.get("secret_token"), call.get("max_connections", 40))
    world.updates.allow(call.get("allowed_updates"))
    if call.get("drop_pending_updates"):
        world.updates.clear()
    return True


def delete_webhook(world: World, call: Call) -> bool:
    """deleteWebhook."""
    world.updates.webhook = Webhook()
    if call.get("drop_pending_updates"):
        world.updates.clear()
    return True


def get_webhook_info(world: World, call: Call) -> Json:
    """getWebhookInfo."""
    return world.updates.webhook_json()


HANDLERS: dict[str, Callable[[World, Call], Any]] = {
    "getMe": asking.get_me,
    "logOut": asking.nothing,
    "close": asking.nothing,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendVideo": sending.send_video,
    "sendAnimation": sending.send_animation,
    "sendMediaGroup": sending.send_media_group,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "pinChatMessage": editing.pin_chat_message,
    "unpinChatMessage": editing.unpin_chat_message,
    "setMessageReaction": editing.set_message_reaction,
    "answerCallbackQuery": asking.answer_callback_query,
    "answerInlineQuery": asking.answer_inline_query,
    "getFile": asking.get_file,
    "getChat": asking.get_chat,
    "getChatMember": asking.get_chat_member,
    "getChatAdministrators": asking.get_chat_administrators,
    "setMyCommands": asking.set_my_commands,
    "getMyCommands": asking.get_my_commands,
    "deleteMyCommands": asking.delete_my_commands,
    "setMyDescription": asking.set_my_description,
    "setMyShortDescription": asking.set_my_short_description,
}

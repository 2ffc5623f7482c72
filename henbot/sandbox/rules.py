"""The methods that the sandbox knows, and what each of their parameters must be.

A line of the table names a method's parameters as `name:kind`, with `!` behind those that must be given. Kinds:
`int`, `float`, `bool`, `str`; `chat` (an id or an @name); `file` (an upload, a file id, or an attach:// name);
`upload` (only an upload); `object` and `array` (JSON).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from henbot.sandbox.refusals import Json, bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a request."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """What one parameter must be."""

    kind: str
    required: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A checked request: its method, its parameters as JSON values, and the uploads that attach:// names point to."""

    method: str
    parameters: Json
    uploads: Mapping[str, Upload]

    def get(self, name: str, default: Any = None) -> Any:
        """The parameter's value, or the default where it was not given."""
        return self.parameters.get(name, default)


_TO = "business_connection_id:str chat_id:chat! message_thread_id:int direct_messages_topic_id:int "
_HOW = (
    "disable_notification:bool protect_content:bool allow_paid_broadcast:bool message_effect_id:str "
    "reply_parameters:object "
)
_SEND = f"{_TO}{_HOW}suggested_post_parameters:object reply_markup:object "
_CAPTION = "caption:str parse_mode:str caption_entities:array "
_SHOWN = f"{_CAPTION}show_caption_above_media:bool has_spoiler:bool "
_MOVING = "duration:int width:int height:int thumbnail:file "
_EDIT = "business_connection_id:str chat_id:chat message_id:int inline_message_id:str reply_markup:object "
_MENU = "scope:object language_code:str "

_TABLE = {
    "getMe": "",
    "logOut": "",
    "close": "",
    "getUpdates": "offset:int limit:int timeout:int allowed_updates:array",
    "setWebhook": "url:str! certificate:upload ip_address:str max_connections:int allowed_updates:array "
    "drop_pending_updates:bool secret_token:str",
    "deleteWebhook": "drop_pending_updates:bool",
    "getWebhookInfo": "",
    "sendMessage": f"{_SEND}text:str! parse_mode:str entities:array link_preview_options:object",
    "sendPhoto": f"{_SEND}{_SHOWN}photo:file!",
    "sendDocument": f"{_SEND}{_CAPTION}document:file! thumbnail:file disable_content_type_detection:bool",
    "sendVideo": f"{_SEND}{_SHOWN}{_MOVING}video:file! cover:file start_timestamp:int supports_streaming:bool",
    "sendAnimation": f"{_SEND}{_SHOWN}{_MOVING}animation:file!",
    "sendMediaGroup": f"{_TO}{_HOW}media:array!",
    "sendChatAction": "business_connection_id:str chat_id:chat! message_thread_id:int action:str!",
    "editMessageText": f"{_EDIT}text:str parse_mode:str entities:array link_preview_options:object rich_message:object",
    "editMessageCaption": f"{_EDIT}{_CAPTION}show_caption_above_media:bool",
    "editMessageMedia": f"{_EDIT}media:object!",
    "editMessageReplyMarkup": _EDIT,
    "deleteMessage": "chat_id:chat! message_id:int!",
    "pinChatMessage": "business_connection_id:str chat_id:chat! message_id:int! disable_notification:bool",
    "unpinChatMessage": "business_connection_id:str chat_id:chat! message_id:int",
    "setMessageReaction": "chat_id:chat! message_id:int! reaction:array is_big:bool",
    "answerCallbackQuery": "callback_query_id:str! text:str show_alert:bool url:str cache_time:int",
    "answerInlineQuery": "inline_query_id:str! results:array! cache_time:int is_personal:bool next_offset:str "
    "button:object",
    "getFile": "file_id:str!",
    "getChat": "chat_id:chat!",
    "getChatMember": "chat_id:chat! user_id:int!",
    "getChatAdministrators": "chat_id:chat! return_bots:bool",
    "setMyCommands": f"{_MENU}commands:array!",
    "getMyCommands": _MENU,
    "deleteMyCommands": _MENU,
    "setMyDescription": "description:str language_code:str",
    "setMyShortDescription": "short_description:str language_code:str",
}


def _parse_line(line: str) -> dict[str, Rule]:
    rules = {}
    for word in line.split():
        name, kind = word.rstrip("!").split(":")
        rules[name] = Rule(kind, required=word.endswith("!"))
    return rules


RULES: dict[str, dict[str, Rule]] = {method: _parse_line(line) for method, line in _TABLE.items()}
_METHOD_BY_LOWER = {method.lower(): method for method in RULES}

# Telegram has sentences of its own for the parameters most often forgotten.
_MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
}


def check(method: str, raw: Mapping[str, Any], uploads: Mapping[str, Upload]) -> Call:
    """Check a request against the table and turn its values into JSON values.

    raw: parameters as they came: strings from forms and query strings, JSON values from JSON bodies.
    Raises Refusal(400) that names the method and the parameter. Method names are case-insensitive, as at Telegram.
    """
    name = _METHOD_BY_LOWER.get(method.lower())
    if name is None:
        raise bad_request(f'method "{method}" is not known to the sandbox')
    rules = RULES[name]
    parameters: Json = {}
    for parameter, value in {**raw, **uploads}.items():
        if parameter in rules:
            parameters[parameter] = _decode(parameter, rules[parameter].kind, value)
        elif not (isinstance(value, Upload) and _is_attached(parameter, raw)):
            raise bad_request(f'parameter "{parameter}" is not known for method "{name}"')
    for parameter, rule in rules.items():
        if rule.required and parameters.get(parameter) is None:
            raise bad_request(_MISSING.get(parameter, f'parameter "{parameter}" is required'))
    return Call(name, parameters, uploads)


def _is_attached(name: str, raw: Mapping[str, Any]) -> bool:
    pointer = f"attach://{name}"
    return any(pointer in (value if isinstance(value, str) else json.dumps(value)) for value in raw.values())


def _decode(name: str, kind: str, value: Any) -> Any:
    decoded = _DECODERS[kind](value)
    if decoded is None:
        raise bad_request(f'parameter "{name}" must be of kind {kind}')
    return decoded


def _int(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d{1,19}", value.strip()):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _bool(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "1": True, "false": False, "0": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def _str(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _chat(value: Any) -> int | str | None:
    number = _int(value)
    return number if number is not None else (_str(value) or None)


def _file(value: Any) -> Upload | str | None:
    return value if isinstance(value, (Upload, str)) else None


def _upload(value: Any) -> Upload | None:
    return value if isinstance(value, Upload) else None


def _from_json(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise bad_request("can't parse JSON object") from None


def _object(value: Any) -> Json | None:
    decoded = _from_json(value)
    return decoded if isinstance(decoded, dict) else None


def _array(value: Any) -> list[Any] | None:
    decoded = _from_json(value)
    return decoded if isinstance(decoded, list) else None


_DECODERS: dict[str, Callable[[Any], Any]] = {
    "int": _int,
    "bool": _bool,
    "str": _str,
    "chat": _chat,
    "file": _file,
    "upload": _upload,
    "object": _object,
    "array": _array,
}

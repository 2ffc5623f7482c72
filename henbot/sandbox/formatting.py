"""The text or caption that a request asks for, checked and with its entities."""

from __future__ import annotations

from typing import Any

from henbot.sandbox.entities import parse_html, trimmed, utf16_length, with_found
from henbot.sandbox.refusals import Json, bad_request

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024


def message_text(fields: Json) -> tuple[str, tuple[Json, ...]]:
    """The `text` of a request with its entities. Raises Refusal(400) when empty, too long or badly marked up."""
    text, entities = _formatted(fields, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return text, entities


def message_caption(fields: Json) -> tuple[str | None, tuple[Json, ...]]:
    """The `caption` of a request or of an InputMedia with its entities; (None, ()) where there is none."""
    text, entities = _formatted(fields, "caption", "caption_entities")
    if utf16_length(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return text or None, entities


def _formatted(fields: Json, name: str, entities_name: str) -> tuple[str, tuple[Json, ...]]:
    source = fields.get(name) or ""
    mode = fields.get("parse_mode") or ""
    if not isinstance(source, str) or not isinstance(mode, str):
        raise bad_request(f'field "{name}" must be of type String')
    if mode and mode.lower() != "html":
        raise bad_request(f'unsupported parse_mode "{mode}" (the sandbox reads HTML only)')
    text, entities = parse_html(source) if mode else (source, _given(fields.get(entities_name), source))
    text, entities = trimmed(text, entities)
    return text, tuple(with_found(text, entities))


def _given(entities: Any, text: str) -> list[Json]:
    length = utf16_length(text)
    for entity in entities or []:
        whole = isinstance(entity, dict) and isinstance(entity.get("type"), str)
        places = [entity.get("offset"), entity.get("length")] if whole else [None]
        if not all(isinstance(place, int) and 0 <= place <= length for place in places):
            raise bad_request("can't parse entities: an entity needs a type, an offset and a length within the text")
    return list(entities or [])

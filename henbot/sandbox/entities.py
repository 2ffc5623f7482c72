"""Formatted text: from Telegram's HTML to text with entities, and from there to HTML that a page may show.

Offsets and lengths of entities count UTF-16 code units, as in the Bot API.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from henbot.sandbox.refusals import Json, bad_request

_ENTITY_BY_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^<>]*)>")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_CHARACTER = re.compile(r"&(lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)\]])"
    r"|(?<![\w/@.<])(?P<bot_command>/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<!\w)(?P<mention>@[A-Za-z][A-Za-z0-9_]{3,31})"
)


def utf16_length(text: str) -> int:
    """The number of UTF-16 code units, which is how Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    entity: Json


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Telegram's HTML as text and entities. Raises Refusal(400) "can't parse entities: ..." as Telegram does."""
    text = ""
    stack: list[_Open] = []
    entities: list[Json] = []
    position = 0
    while position < len(source):
        if source[position] != "<":
            end = source.find("<", position)
            end = len(source) if end < 0 else end
            text += _CHARACTER.sub(lambda found: html.unescape(found.group()), source[position:end])
            position = end
            continue
        at = len(source[:position].encode())
        match = _TAG.match(source, position)
        if match is None:
            raise bad_request(f"can't parse entities: Unclosed start tag at byte offset {at}")
        closing, tag, attributes = match.group(1), match.group(2).lower(), match.group(3)
        if closing:
            entities += _closed(stack, tag, at, utf16_length(text))
        else:
            stack.append(_Open(tag, {**_opened(tag, attributes, at, stack), "offset": utf16_length(text)}))
        position = match.end()
    if stack:
        raise bad_request(f"can't parse entities: Can't find end tag corresponding to start tag \"{stack[-1].tag}\"")
    return text, _sorted(entities)


def _opened(tag: str, attributes: str, at: int, stack: Sequence[_Open]) -> Json:
    """The entity that a start tag begins, without its place."""
    given = {m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(attributes)}
    if tag not in _ENTITY_BY_TAG:
        raise bad_request(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {at}')
    if tag == "span" and given.get("class") != "tg-spoiler":
        raise bad_request(f'can\'t parse entities: Tag "span" must have class "tg-spoiler" at byte offset {at}')
    entity: Json = {"type": _ENTITY_BY_TAG[tag]}
    if tag == "a":
        entity["url"] = given.get("href", "")
    elif tag == "tg-emoji":
        entity["custom_emoji_id"] = given.get("emoji-id", "")
    elif tag == "blockquote" and "expandable" in given:
        entity["type"] = "expandable_blockquote"
    elif tag == "code" and stack and stack[-1].tag == "pre":
        stack[-1].entity["language"] = given.get("class", "").removeprefix("language-")
        entity["type"] = ""  # a <code> inside <pre> only names the language
    return entity


def _closed(stack: list[_Open], tag: str, at: int, end: int) -> list[Json]:
    """Take the innermost open tag off the stack: its entity, or none where it holds no text."""
    if not stack:
        raise bad_request(f"can't parse entities: Unexpected end tag at byte offset {at}")
    opened = stack.pop()
    if opened.tag != tag:
        raise bad_request(
            f"can't parse entities: Unmatched end tag at byte offset {at}, "
            f'expected "</{opened.tag}>", found "</{tag}>"'
        )
    entity = {**opened.entity, "length": end - opened.entity["offset"]}
    if not entity.get("language", "-"):
        del entity["language"]
    empty = entity["length"] == 0 or not entity["type"] or entity.get("url", "-") == ""
    return [] if empty else [entity]


def _sorted(entities: Sequence[Json]) -> list[Json]:
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def trimmed(text: str, entities: Sequence[Json]) -> tuple[str, list[Json]]:
    """Without white space at both ends, which Telegram cuts off too; the entities move with the text."""
    cut = utf16_length(text) - utf16_length(text.lstrip())
    text = text.strip()
    length = utf16_length(text)
    kept = []
    for entity in entities:
        start = min(max(entity["offset"] - cut, 0), length)
        end = min(max(entity["offset"] + entity["length"] - cut, 0), length)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return text, kept


def with_found(text: str, entities: Sequence[Json]) -> list[Json]:
    """Add the commands, addresses and mentions that Telegram finds in a text by itself."""
    found: list[Json] = []
    for match in _FOUND.finditer(text):
        start, end = utf16_length(text[: match.start()]), utf16_length(text[: match.end()])
        taken = any(e["offset"] < end and start < e["offset"] + e["length"] for e in entities if e["type"] in _OPAQUE)
        if not taken:
            found.append({"type": str(match.lastgroup), "offset": start, "length": end - start})
    return _sorted([*entities, *found])


_OPAQUE = {"code", "pre", "text_link", "url", "bot_command", "mention"}

_HTML_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}


def to_page_html(text: str, entities: Sequence[Json]) -> str:
    """HTML that holds nothing but escaped text and tags of our own choice: safe to put into a page."""
    units = text.encode("utf-16-le", "surrogatepass")
    pending = _sorted(entities)

    def rendered(start: int, end: int) -> str:
        parts = []
        while pending and pending[0]["offset"] < end:
            entity = pending.pop(0)
            begin = max(entity["offset"], start)
            stop = min(entity["offset"] + entity["length"], end)  # one that crosses its parent's end is clipped
            if stop <= begin:
                continue
            parts += [_escaped(units, start, begin), _wrapped(entity, rendered(begin, stop), units)]
            start = stop
        return "".join([*parts, _escaped(units, start, end)])

    return rendered(0, len(units) // 2)


def _escaped(units: bytes, start: int, end: int) -> str:
    return html.escape(units[2 * start : 2 * end].decode("utf-16-le", "replace"))


def _wrapped(entity: Json, inner: str, units: bytes) -> str:
    kind = entity["type"]
    if kind in _HTML_TAGS:
        tag = _HTML_TAGS[kind]
        return f"<{tag}>{inner}</{tag}>"
    shown = units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le", "replace")
    if kind in ("text_link", "url"):
        return _link(entity.get("url", shown), inner)
    if kind == "bot_command":
        return f'<span class="command" data-command="{html.escape(shown)}">{inner}</span>'
    return f'<span class="spoiler">{inner}</span>' if kind == "spoiler" else inner


def _link(url: str, inner: str) -> str:
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        return inner
    if scheme not in ("http", "https", "mailto", "tg"):  # never javascript: or data:
        return inner
    return f'<a href="{html.escape(url)}" target="_blank" rel="noopener noreferrer">{inner}</a>'

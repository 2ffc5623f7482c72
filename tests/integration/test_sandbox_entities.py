"""Formatted text becomes entities as at Telegram, and a page can show it without danger."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from henbot.sandbox.entities import parse_html, to_page_html, trimmed, utf16_length, with_found
from henbot.sandbox.files import picture_size, sniffed
from tests.sandbox_bots import picture


def test_nested_tags_become_entities_that_count_utf16_units() -> None:
    text, entities = parse_html("🥚 <b>Ginger <i>laid</i></b> &lt;1&gt;")
    assert text == "🥚 Ginger laid <1>"
    assert entities == [
        {"type": "bold", "offset": 3, "length": 11},
        {"type": "italic", "offset": 10, "length": 4},
    ]


def test_links_code_languages_and_quotes_keep_what_they_carry() -> None:
    text, entities = parse_html(
        '<a href="https://example.org/?a=1&amp;b=2">x</a><pre><code class="language-python">y</code></pre>'
        "<blockquote expandable>z</blockquote>"
    )
    assert text == "xyz"
    assert [(e["type"], e.get("url", e.get("language"))) for e in entities] == [
        ("text_link", "https://example.org/?a=1&b=2"),
        ("pre", "python"),
        ("expandable_blockquote", None),
    ]


def test_white_space_at_the_ends_is_cut_and_the_entities_move_along() -> None:
    assert trimmed("  hi ", [{"type": "bold", "offset": 0, "length": 5}]) == (
        "hi",
        [{"type": "bold", "offset": 0, "length": 2}],
    )


def test_commands_and_addresses_are_found_but_not_inside_words_or_code() -> None:
    found = with_found("/today a/b https://example.org/x. @henbot_x", [])
    assert [(e["type"], e["length"]) for e in found] == [("bot_command", 6), ("url", 21), ("mention", 9)]
    assert with_found("/x", [{"type": "code", "offset": 0, "length": 2}])[0]["type"] == "code"


def test_a_page_gets_nested_tags_and_no_script() -> None:
    text, entities = parse_html('<b>a <i>b</i></b> &lt;script&gt; <a href="javascript:alert(1)">c</a>')
    assert to_page_html(text, entities) == "<b>a <i>b</i></b> &lt;script&gt; c"


ALLOWED = re.compile(
    r'</?(?:b|i|u|s|code|pre|blockquote|span|a)>|<span class="(?:spoiler|command)"(?: data-command="[^"<>]*")?>'
    r'|<a href="(?:https?|mailto|tg):[^"<>]*" target="_blank" rel="noopener noreferrer">'
)

entity = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["bold", "pre", "text_link", "url", "bot_command", "spoiler", "blockquote", "odd"]),
        "offset": st.integers(0, 12),
        "length": st.integers(0, 12),
    },
    optional={"url": st.sampled_from(["javascript:x", 'http://a/"onload=x', "https://a/<b>", "//[", ""])},
)


@given(st.text(alphabet="ab<>&\"'/🥚 ", max_size=12), st.lists(entity, max_size=5))
def test_whatever_the_entities_say_the_page_shows_the_text_within_known_tags(
    text: str, entities: list[dict[str, object]]
) -> None:
    shown = to_page_html(text, entities)
    bare = ALLOWED.sub("", shown)
    assert "<" not in bare and ">" not in bare
    if all(e["offset"] + e["length"] <= utf16_length(text) for e in entities) and "🥚" not in text:  # type: ignore[operator]
        assert html.unescape(bare) == text


@pytest.mark.parametrize(
    ("content", "mime", "size"),
    [
        (picture(300, 200), "image/png", (300, 200)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc2\x00\x11\x08\x00\x05\x00\x07" + bytes(9), "image/jpeg", (7, 5)),
        (b"GIF89a\x07\x00\x05\x00", "image/gif", (7, 5)),
        (b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + b"\x06\0\0\x04\0\0", "image/webp", (7, 5)),
        (b"\xff\xd8\xff", "image/jpeg", (0, 0)),
        (b"<svg onload=x>", "application/octet-stream", (0, 0)),
    ],
)
def test_a_picture_is_known_by_its_bytes(content: bytes, mime: str, size: tuple[int, int]) -> None:
    assert sniffed(content)[0] == mime
    assert picture_size(content) == size

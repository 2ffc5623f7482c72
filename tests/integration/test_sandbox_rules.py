"""The sandbox's own rules agree with the published schema, and the schema's checks find what is wrong."""

from __future__ import annotations

import pytest

from henbot.sandbox.methods import HANDLERS
from henbot.sandbox.rules import RULES, Rule
from tests.bot_api_schema import WHERE, schema, schema_path, validate

needs_schema = pytest.mark.skipif(schema_path() is None, reason=WHERE)

_KINDS = {
    ("Integer",): "int",
    ("String",): "str",
    ("Boolean",): "bool",
    ("Integer", "String"): "chat",
    ("InputFile", "String"): "file",
    ("InputFile",): "upload",
}


def _kind(types: list[str]) -> str:
    if all(name.startswith("Array of ") for name in types):
        return "array"
    return _KINDS.get(tuple(types), "object")


@needs_schema
@pytest.mark.parametrize("method", RULES)
def test_a_rule_names_the_schemas_parameters_with_their_kinds(method: str) -> None:
    fields = schema()["methods"][method].get("fields", [])
    assert RULES[method] == {field["name"]: Rule(_kind(field["types"]), field["required"]) for field in fields}


def test_each_method_of_the_rules_is_carried_out() -> None:
    assert set(RULES) - set(HANDLERS) == {"getUpdates"}
    assert set(HANDLERS) <= set(RULES)


@needs_schema
@pytest.mark.parametrize(
    ("method", "parameters", "complaint"),
    [
        ("sendEgg", {}, "sendEgg is not a method"),
        ("sendMessage", {"chat_id": 1}, "text is missing"),
        ("sendMessage", {"chat_id": 1, "text": "x", "shout": True}, "shout is not known"),
        ("sendMessage", {"chat_id": True, "text": "x"}, "True is not of type"),
        ("sendMessage", {"chat_id": 1, "text": "x", "reply_parameters": {"message": 2}}, "message is not known"),
        ("sendPhoto", {"chat_id": 1, "photo": 3}, "sendPhoto.photo"),
        ("setMyCommands", {"commands": [{"command": "a"}]}, "description is missing"),
        ("editMessageMedia", {"media": {"type": "photo", "media": "x", "captoin": "x"}}, "captoin is not known"),
        (
            "sendMessage",
            {"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "data": "b"}]]}},
            "data is not known",
        ),
    ],
)
def test_the_schema_finds_what_is_wrong(method: str, parameters: dict[str, object], complaint: str) -> None:
    assert any(complaint in each for each in validate(method, parameters))

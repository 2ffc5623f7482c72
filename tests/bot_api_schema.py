"""Checks requests (and answers) against the published Bot API schema, which is read from beside the project.

The schema is `../shared/telegram/bot-api.json` relative to the project's root, or under the parent of HENBOT_DATA; it
is a list of methods and types with their fields, each field with its types' names.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

_ROOT = Path(__file__).resolve().parents[1]
WHERE = "Put the Bot API schema at ../shared/telegram/bot-api.json, beside the project's folder."


class Logged(Protocol):
    """What a line of the sandbox's log has."""

    @property
    def method(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    @property
    def code(self) -> int: ...
    @property
    def result(self) -> Any: ...


def schema_path() -> Path | None:
    """The schema file, or None where it is not at hand."""
    shared = [_ROOT.parent / "shared"]
    if "HENBOT_DATA" in os.environ:
        data = Path(os.environ["HENBOT_DATA"]).resolve()
        shared += [data.parent, data.parent.parent]
    candidates = [folder / "telegram" / "bot-api.json" for folder in shared]
    return next((path for path in candidates if path.is_file()), None)


@cache
def schema() -> dict[str, Any]:
    """The schema as it was published. Raises FileNotFoundError with the remedy."""
    path = schema_path()
    if path is None:
        raise FileNotFoundError(WHERE)
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def validate(method: str, parameters: Mapping[str, Any]) -> list[str]:
    """What is wrong with a request, a sentence each; empty when nothing is.

    parameters: JSON values; an upload is any object with a `content`.
    """
    known = schema()["methods"].get(method)
    if known is None:
        return [f"{method} is not a method of the Bot API"]
    return _fields(method, known.get("fields", []), parameters)


def validate_result(method: str, result: Any) -> list[str]:
    """What is wrong with an answer to a request of this method."""
    return _value(f"{method}()", schema()["methods"][method]["returns"], result)


def violations(requests: Iterable[Logged]) -> list[str]:
    """What is wrong with all requests of a sandbox's log and with the answers that were given to them."""
    found = []
    for request in requests:
        found += validate(request.method, request.parameters)
        if request.code == 200:
            found += validate_result(request.method, request.result)
    return found


def _fields(place: str, fields: list[dict[str, Any]], given: Mapping[str, Any]) -> list[str]:
    known = {field["name"]: field for field in fields}
    found = [f"{place}: {name} is not known" for name in given if name not in known]
    found += [f"{place}: {name} is missing" for name, field in known.items() if field["required"] and name not in given]
    for name, value in given.items():
        if name in known:
            found += _value(f"{place}.{name}", known[name]["types"], value)
            constant = _CONSTANT.search(known[name]["description"])
            if name in ("type", "status", "source") and constant and value != constant[1]:
                found.append(f"{place}.{name}: {value!r} is not {constant[1]!r}")
    return found


# The fields that tell a type from its siblings are described as 'must be photo' or 'always “member”'.
_CONSTANT = re.compile(r"(?:must be|always) [“\"]?(\w+)[”\"]?\.?$")


def _value(place: str, types: list[str], value: Any) -> list[str]:
    """No complaint when one of the types fits; else those of the type that fits best."""
    inner = [name.removeprefix("Array of ") for name in types if name.startswith("Array of ")]
    if inner and isinstance(value, list):  # alternatives of arrays may be mixed: an album of photos and videos
        return [each for index, item in enumerate(value) for each in _value(f"{place}[{index}]", inner, item)]
    return min((_of_type(place, name, value) for name in types), key=len)


def _of_type(place: str, name: str, value: Any) -> list[str]:
    if name.startswith("Array of "):
        return [f"{place}: {value!r} is not an array"]
    if name in _PLAIN:
        kind = _PLAIN[name]
        fits = isinstance(value, kind) and (isinstance(value, bool) == (name in ("Boolean", "True")))
        return [] if fits else [f"{place}: {value!r} is not of type {name}"]
    if name == "InputFile":
        return [] if hasattr(value, "content") else [f"{place}: no upload"]
    return _of_object(place, name, value)


_PLAIN: dict[str, Any] = {
    "Integer": int,
    "String": str,
    "Boolean": bool,
    "True": bool,
    "Float": (int, float),
    "Integer or String": (int, str),
}


def _of_object(place: str, name: str, value: Any) -> list[str]:
    known = schema()["types"][name]
    if known.get("subtypes"):
        return _value(place, known["subtypes"], value)
    if not isinstance(value, dict):
        return [f"{place}: {value!r} is not a {name}"]
    return _fields(f"{place}<{name}>", known.get("fields", []), value)

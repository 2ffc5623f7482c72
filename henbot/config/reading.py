"""Reads `coop.yaml` and says what is wrong in plain words: the field, the value, the remedy. No secret is told."""

import os
import re
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from henbot.config.care import CareSection
from henbot.config.coop import CameraConfig, CoopConfig, CoopSection, HenConfig, NestConfig, Place
from henbot.config.fields import WRONG, Section, did_you_mean
from henbot.config.learning import LearningSection
from henbot.config.posts import PostsSection
from henbot.config.sources import SOURCES
from henbot.domain.errors import ConfigInvalid
from henbot.logs import masked

_SECTIONS: Mapping[str, type[Section]] = {
    "": CoopConfig,
    "coop": CoopSection,
    "place": Place,
    "hens": HenConfig,
    "cameras": CameraConfig,
    "nests": NestConfig,
    "posts": PostsSection,
    "care": CareSection,
    "learning": LearningSection,
    **SOURCES,
}

_EXPLAINED = {
    "missing": "it is missing. Add it.",
    "string_type": "this is not text. Put it in quotes.",
    "string_too_short": "it is empty. Write something.",
    "string_too_long": "it is longer than {max_length} letters. Shorten it.",
    "int_type": "this is not a whole number.",
    "int_parsing": "this is not a whole number.",
    "int_from_float": "this is not a whole number.",
    "bool_type": "write true or false.",
    "bool_parsing": "write true or false.",
    "float_type": "this is not a number.",
    "float_parsing": "this is not a number.",
    "greater_than": "it must be more than {gt}.",
    "greater_than_equal": "it must be {ge} or more.",
    "less_than": "it must be less than {lt}.",
    "less_than_equal": "it must be {le} or less.",
    "too_short": "the list is empty. Write at least one.",
    "list_type": "this is not a list. Begin each entry on a line of its own with `- `.",
    "model_type": "this is not a section. Write its fields as `key: value`, indented below it.",
    "model_attributes_type": "this is not a section. Write its fields as `key: value`, indented below it.",
    "literal_error": "choose one of {expected}.",
    "union_tag_not_found": "it does not say its `kind`. Add one of {expected_kinds}.",
    "date_from_datetime_parsing": "this is no date. Write it like 2026-05-01.",
    "date_parsing": "this is no date. Write it like 2026-05-01.",
    "date_type": "this is no date. Write it like 2026-05-01.",
    "datetime_from_date_parsing": "this is no time. Write it like 2026-05-01 07:00:00.",
    "datetime_parsing": "this is no time. Write it like 2026-05-01 07:00:00.",
    "datetime_type": "this is no time. Write it like 2026-05-01 07:00:00.",
}


class _Loader(yaml.SafeLoader):
    """YAML in which only true and false are truth values (a hen may be called No), and no key stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise _unreadable(key_node.start_mark, "a key is a list. Write a word before the colon.")
            if key in seen:
                raise _unreadable(key_node.start_mark, f"the key `{key}` stands twice. Keep one of the two.")
            seen.add(key)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|True|false|False)$"), list("tTfF"))


class _Unreadable(yaml.YAMLError):
    """Where the file cannot be read, and why."""


def _unreadable(mark: yaml.Mark | None, why: str) -> _Unreadable:
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return _Unreadable(place + why)


def load_coop(path: Path, environ: Mapping[str, str] = os.environ) -> CoopConfig:
    """Read and check the keeper's file.

    Paths in it come back resolved against its folder, and `${NAME}` in addresses as the variables of `environ`.

    Raises:
        ConfigInvalid: the file cannot be read, or something in it is wrong; the text lists every problem.
    """
    content = _read_yaml(path)
    folder = path.resolve().parent
    try:
        config = CoopConfig.model_validate(content, context={"folder": folder, "environ": environ})
    except ValidationError as exc:
        # A default that depends on a field in error is no mistake of the keeper's.
        errors = [error for error in exc.errors(include_url=False) if error["type"] != "default_factory_not_called"]
        problems = [explain(error) for error in errors]
        listed = "".join(f"\n  {problem}" for problem in problems)
        # No cause: pydantic's own error holds the values, and with them an address's password.
        raise ConfigInvalid(f"{path} has {_count(len(problems))}:{listed}") from None
    config._folder = folder
    return config


def _count(problems: int) -> str:
    return "a mistake" if problems == 1 else f"{problems} mistakes"


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader by inheritance
    except FileNotFoundError as exc:
        raise ConfigInvalid(f"{path} does not exist. `henbot init {path}` writes one to fill in.") from exc
    except OSError as exc:
        raise ConfigInvalid(f"{path} cannot be read ({exc.strerror}). Check the path and its permissions.") from exc
    except UnicodeDecodeError as exc:
        raise ConfigInvalid(f"{path} is not UTF-8 text. Save it as UTF-8.") from exc
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        raise ConfigInvalid(f"{path} is not readable YAML: {_yaml_problem(exc)}") from None
    if not isinstance(content, dict):
        raise ConfigInvalid(f"{path} holds no coop. `henbot init --force {path}` writes one to fill in.")
    return content


def _yaml_problem(exc: Exception) -> str:
    """What YAML said, without the file's own words, which may be secret."""
    if isinstance(exc, _Unreadable):
        return str(exc)
    if isinstance(exc, yaml.MarkedYAMLError):
        said = re.sub(r"'[^']{2,}'", "something", exc.problem or "it cannot be understood")
        remedy = "Check the indentation and the quotes there and in the line before."
        return str(_unreadable(exc.problem_mark, f"{said}. {remedy}"))
    return "a value in it cannot be understood. Put dates and unusual words in quotes."


def explain(error: ErrorDetails) -> str:
    """One problem in plain words: `cameras[0].nests[1].polygon: [[0, 0]] - a polygon has 3 corners or more …`."""
    location = _without_tags(error["loc"])
    value = _shown(error["input"], location) if error["type"] not in ("missing", "extra_forbidden") else ""
    return f"{field_path(location)}: {value}{_reason(error)}"


def _reason(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == WRONG:
        return error["msg"]
    if kind == "extra_forbidden":
        return _unknown_key(error["loc"])
    if kind == "union_tag_invalid":
        return f"there is no such kind of source. {did_you_mean(str(context['tag']), list(SOURCES))}"
    template = _EXPLAINED.get(kind)
    if template is None:
        return f"{error['msg']}."
    return template.format(**context, expected_kinds=", ".join(SOURCES))


def _unknown_key(location: Sequence[int | str]) -> str:
    key = str(location[-1])
    if "token" in key.casefold():
        return (
            "the bot's token does not belong here. Put it in HENBOT_TOKEN, or in a file that HENBOT_TOKEN_FILE names."
        )
    section = _SECTIONS.get(next((str(part) for part in reversed(location[:-1]) if isinstance(part, str)), ""))
    known = [field.alias or name for name, field in section.model_fields.items()] if section else []
    return f"there is no such key. {did_you_mean(key, known)}"


def _without_tags(location: Sequence[int | str]) -> list[int | str]:
    """Pydantic names the chosen kind of a source within the path; the file does not."""
    return [
        part
        for index, part in enumerate(location)
        if not (index and location[index - 1] == "source" and part in SOURCES)
    ]


def field_path(location: Sequence[int | str]) -> str:
    """`cameras[0].nests[1].polygon` of a path of keys and numbers."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".") or "the file"


def _shown(value: Any, location: Sequence[int | str]) -> str:
    """The value as the keeper wrote it, where it is short and cannot be secret."""
    if location and location[-1] == "url":
        return ""
    if isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(item, Mapping) for item in value)):
        return ""
    text = masked(repr(value) if isinstance(value, str | list | tuple) else str(value))
    return f"{text if len(text) <= 80 else text[:77] + '...'} - "

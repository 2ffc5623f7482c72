"""What the project's own files promise: lean installs, pinned versions, a valid Compose file, documented commands."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from jsonschema import Draft202012Validator, validators
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from henbot.bot.language import languages, phrases
from henbot.bot.wiring import PRIVATE_COMMANDS
from henbot.cli import cli
from tests.readme_replies import BEGIN, END, shown_replies

HEAVY = {"tensorflow", "keras", "opencv-python", "opencv-python-headless", "numpy", "ai-edge-litert", "torch"}


@pytest.fixture(scope="module")
def pyproject(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pins(project: Path) -> dict[str, str]:
    lines = (project / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


@pytest.fixture(scope="module")
def compose(project: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((project / "docker-compose.yml").read_text(encoding="utf-8"))
    return read


def with_dependencies(requirements: list[str], seen: set[str]) -> set[str]:
    """The names of all that an installation of these brings on this machine."""
    for line in requirements:
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        extras = requirement.extras or {""}
        if (requirement.marker and not requirement.marker.evaluate({"extra": ""})) or f"{name}{extras}" in seen:
            continue
        seen |= {name, f"{name}{extras}"}
        wanted = [
            str(required).partition(";")[0]
            for required in map(Requirement, metadata.requires(name) or [])
            if not required.marker or any(required.marker.evaluate({"extra": extra}) for extra in extras)
        ]
        with_dependencies(wanted, seen)
    return seen


def test_the_bot_alone_installs_without_tensorflow_opencv_and_numpy(pyproject: dict[str, Any]) -> None:
    installed = with_dependencies(pyproject["project"]["dependencies"], set())
    assert {"python-telegram-bot", "sqlalchemy", "apscheduler", "aiolimiter"} <= installed
    assert not installed & HEAVY


def test_a_detector_that_serves_installs_without_tensorflow(pyproject: dict[str, Any]) -> None:
    installed = with_dependencies(pyproject["project"]["optional-dependencies"]["detector"], set())
    assert "ai-edge-litert" in installed
    assert not installed & {"tensorflow", "keras", "torch"}


def test_every_dependency_is_pinned(pyproject: dict[str, Any], pins: dict[str, str]) -> None:
    extras = pyproject["project"]["optional-dependencies"].values()
    declared = [Requirement(line) for lines in (pyproject["project"]["dependencies"], *extras) for line in lines]
    for requirement in declared:
        name = canonicalize_name(requirement.name)
        if name != "henbot":
            assert pins[name] in requirement.specifier, f"{requirement} is not what constraints.txt pins: {pins[name]}"


def test_constraints_hold_names_and_versions_and_no_addresses(project: Path) -> None:
    for line in (project / "constraints.txt").read_text(encoding="utf-8").splitlines()[1:]:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9._+!]+", line), line


def modules_of(package: Path) -> Iterator[Path]:
    return (path for path in package.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_the_domain_imports_the_standard_library_only(project: Path) -> None:
    for path in modules_of(project / "henbot" / "domain"):
        for name in imported(path):
            top = name.partition(".")[0]
            assert top in sys.stdlib_module_names or name.startswith("henbot.domain"), f"{path.name} imports {name}"


def test_importing_the_bots_side_brings_no_heavy_library(project: Path) -> None:
    paths = [path.relative_to(project) for path in modules_of(project / "henbot") if path.name != "__main__.py"]
    names = [
        ".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths if "charts" not in path.parts
    ]
    program = f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\nprint(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=project)
    assert ended.returncode == 0, ended.stderr
    assert not {"tensorflow", "keras", "cv2", "numpy", "ai_edge_litert", "detector"} & set(ended.stdout.split())


def test_the_compose_file_follows_the_specifications_schema(compose: dict[str, Any]) -> None:
    vendor = resources.files("check_jsonschema.builtin_schemas.vendor")
    schema = json.loads(vendor.joinpath("compose-spec.json").read_text(encoding="utf-8"))
    validator = validators.validator_for(schema, default=Draft202012Validator)(schema)
    assert [error.message for error in validator.iter_errors(compose)] == []
    assert list(validator.iter_errors(compose | {"services": {"bot": {"comand": "x"}}})), (
        "the schema must refuse nonsense"
    )


def test_compose_runs_bot_and_detector_on_one_volume_after_the_migration(compose: dict[str, Any]) -> None:
    assert {"bot", "detector"} <= set(compose["services"])
    assert list(compose["volumes"]) == ["coop"]
    for name in ("bot", "detector"):
        service = compose["services"][name]
        assert service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert service["healthcheck"]["test"] == ["CMD", "henbot", "health", name]
        assert "coop:/data" in service["volumes"]
        assert service["restart"] == "unless-stopped"


def test_the_token_is_a_secret_of_the_bot_alone(compose: dict[str, Any]) -> None:
    bot = compose["services"]["bot"]
    assert bot["environment"] == {"HENBOT_TOKEN_FILE": f"/run/secrets/{bot['secrets'][0]}"}
    assert all("secrets" not in service for name, service in compose["services"].items() if name != "bot")


def test_the_image_runs_as_a_user_of_its_own_and_copies_what_there_is(project: Path) -> None:
    lines = (project / "Dockerfile").read_text(encoding="utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1] not in ("root", "0")
    allowed = [line[1:] for line in (project / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (project / source).exists(), f"the Dockerfile copies {source}, which is not there"
                assert any(fnmatch(source, pattern) for pattern in allowed), f".dockerignore keeps {source} out"


def documents(project: Path) -> str:
    paths = [project / "README.md", *sorted((project / "docs").rglob("*.md"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths if path.is_file())


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_and_each_of_its_options_is_documented(project: Path, name: str) -> None:
    text = documents(project)
    assert f"henbot {name}" in text, f"README.md or docs/cli.md must tell of `henbot {name}`"
    for parameter in cli.commands[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{parameter.name} of `henbot {name}` needs a help text"
            assert any(option in text for option in parameter.opts), f"document {parameter.opts} of `henbot {name}`"


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_says_in_its_help_what_it_does(name: str) -> None:
    assert (cli.commands[name].help or "").strip()


@pytest.mark.parametrize("name", PRIVATE_COMMANDS)
def test_every_command_of_the_bot_is_in_the_readme_and_in_its_help(project: Path, name: str) -> None:
    assert f"`/{name}" in (project / "README.md").read_text(encoding="utf-8")
    for language in languages():
        said = phrases(language).say("help", hen="Ginger") + "/start"
        assert f"/{name}" in said and phrases(language).say(f"command-{name}")


def test_the_replies_in_the_readme_are_what_the_bot_says(project: Path) -> None:
    text = (project / "README.md").read_text(encoding="utf-8")
    shown = text.split(BEGIN)[1].split(END)[0]
    assert shown == shown_replies(), "run `python -m tests.readme_replies`"


def test_make_has_the_promised_targets(project: Path) -> None:
    text = (project / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))
    assert {
        "demo",
        "model",
        "test",
        "check",
        "bench",
        "notebook",
        "accuracy",
        "label-efficiency",
        "soak",
        "pictures",
        "constraints",
        "clean",
        "help",
    } <= targets


def test_ci_runs_the_tests(project: Path) -> None:
    script = project / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text(encoding="utf-8")


def test_every_ignored_lint_rule_has_its_reason(project: Path) -> None:
    lines = (project / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if re.match(r' +"[A-Z]+\d+",', line) and line.count('"') == 2]
    assert len(rules) > 10
    assert [line for line in rules if "#" not in line] == []

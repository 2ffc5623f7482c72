"""Every command of `python -m detector` is documented, with each of its options."""

from pathlib import Path

import click
import pytest

from detector.cli import cli


@pytest.fixture(scope="module")
def manual(project: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((project / "docs").glob("*.md")))


@pytest.mark.parametrize("name", sorted(name for name, command in cli.commands.items() if not command.hidden))
def test_a_command_and_its_options_stand_in_the_manual(manual: str, name: str) -> None:
    assert f"python -m detector {name}" in manual
    for parameter in cli.commands[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{parameter.name} of {name} needs a help text"
            assert any(f"{option}" in manual for option in parameter.opts), f"document {parameter.opts} of {name}"

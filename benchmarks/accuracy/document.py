"""Put the tables into docs/MEASURED.md, between two marks."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

COMMAND = "make accuracy"


def ran_on() -> str:
    """When and on what this was measured, without naming the machine."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {machine}"


def marks(command: str) -> tuple[str, str]:
    """What stands before and after that which a command writes."""
    return f"<!-- made by `{command}` -->", f"<!-- end of what `{command}` made -->"


def replaced(text: str, tables: str, command: str = COMMAND) -> str:
    """The document with what stood between the marks replaced; appended where there are none."""
    begin, end = marks(command)
    block = f"{begin}\n\n{tables}\n\n{end}"
    if begin not in text or end not in text:
        return f"{text.rstrip()}\n\n{block}\n"
    before, rest = text.split(begin, 1)
    return before + block + rest.split(end, 1)[1]


def write_tables(path: Path, tables: Sequence[str], command: str = COMMAND) -> None:
    """Write the tables into a Markdown file; its other words stay."""
    path.write_text(replaced(path.read_text(encoding="utf-8"), "\n\n".join(tables), command), encoding="utf-8")

"""Put the tables into docs/MEASURED.md, between two marks."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

BEGIN, END = "<!-- made by `make accuracy` -->", "<!-- end of what `make accuracy` made -->"


def ran_on() -> str:
    """When and on what this was measured, without naming the machine."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {machine}"


def replaced(text: str, tables: str) -> str:
    """The document with what stood between the marks replaced; appended where there are none."""
    block = f"{BEGIN}\n\n{tables}\n\n{END}"
    if BEGIN not in text or END not in text:
        return f"{text.rstrip()}\n\n{block}\n"
    before, rest = text.split(BEGIN, 1)
    return before + block + rest.split(END, 1)[1]


def write_tables(path: Path, tables: Sequence[str]) -> None:
    """Write the tables into a Markdown file; its other words stay."""
    path.write_text(replaced(path.read_text(encoding="utf-8"), "\n\n".join(tables)), encoding="utf-8")

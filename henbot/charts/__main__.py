"""`python -m henbot.charts FOLDER`: draws the charts that stand on standard input, one a line of JSON.

Each becomes a PNG in the folder, under the name of its content; a name a line is printed when it is there.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

from matplotlib.figure import Figure
from pydantic import Field, TypeAdapter

from henbot.charts.bars import draw_bars, draw_nest_time
from henbot.charts.calendar import draw_calendar
from henbot.charts.curve import draw_curve
from henbot.charts.look import settle
from henbot.charts.rounds import draw_rose
from henbot.domain.charts import Chart, content_name

DRAWN: dict[str, Callable[[Any], Figure]] = {
    "bars": draw_bars,
    "calendar": draw_calendar,
    "rose": draw_rose,
    "nest_time": draw_nest_time,
    "curve": draw_curve,
}


def main(folder: Path, lines: Iterable[str]) -> None:
    """Draw a chart for each line."""
    reader: TypeAdapter[Chart] = TypeAdapter(Annotated[Chart, Field(discriminator="kind")])
    for line in lines:
        if line.strip():
            chart = reader.validate_json(line)
            name = content_name(chart)
            _write_whole(folder / name, draw(chart))
            print(name, flush=True)


def draw(chart: Chart) -> bytes:
    """A chart as a PNG."""
    drawn = BytesIO()
    settle()
    DRAWN[chart.kind](chart).savefig(drawn, format="png")
    return drawn.getvalue()


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.stdin)

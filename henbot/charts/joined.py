"""`python -m henbot.charts.joined CHART PHOTO OUT`: a chart with a photograph below it, as a JPEG."""

import sys
from pathlib import Path

from PIL import Image

QUALITY = 85

MOST_HEIGHT = 0.75
"""Height of the photograph, in parts of the width that both have: more of a tall one is cut off, above and below."""


def join(chart_file: Path, photo_file: Path, out: Path) -> None:
    """Write the picture. Raises OSError where a file is no picture."""
    with Image.open(chart_file) as chart, Image.open(photo_file) as photo:
        width = chart.width
        height = max(1, round(photo.height * width / photo.width))
        part = photo.convert("RGB").resize((width, height))
        cut = max(0, height - round(MOST_HEIGHT * width)) // 2
        part = part.crop((0, cut, width, height - cut))
        whole = Image.new("RGB", (width, chart.height + part.height), "white")
        whole.paste(chart.convert("RGB"), (0, 0))
        whole.paste(part, (0, chart.height))
        whole.save(out, "JPEG", quality=QUALITY)


if __name__ == "__main__":
    join(*map(Path, sys.argv[1:4]))

"""How fast the detector is and how much memory both processes take: `make bench`. Prints a Markdown table.

Times are ratios within one run, against the bare backbone on the same picture, because machines are noisy; memory is
the peak resident set of a process, against the bar that it must stay under.
"""

import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np

from detector.backbone import Backbone
from detector.camera_desk import CameraDesk
from detector.drawn import write_dataset
from detector.frame import Frame
from detector.motion import MotionGate
from detector.pipeline import Pipeline
from detector.sources.stills import read_still
from detector.stock import stock_recogniser
from detector.wiring import open_replay
from henbot.config import load_coop
from henbot.services.media import MediaFolder
from henbot.storage.database import Database

ROUNDS = 40
WORKER_LIMIT_MB = 300
BOT_LIMIT_MB = 160


def ms(step: Callable[[int], object]) -> float:
    """Median milliseconds of a step over some rounds, after three to warm up."""
    for number in range(3):
        step(number)
    times = []
    for number in range(3, 3 + ROUNDS):
        began = time.perf_counter()
        step(number)
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


def desk_on(folder: Path) -> tuple[CameraDesk, Database]:
    """A desk over a fresh database, with the stock recogniser."""
    opened = open_replay(folder, None, f"sqlite:///{folder / 'speed.db'}", None, (None, None))
    camera = load_coop(folder / "coop.yaml").cameras[0]
    return CameraDesk(
        Pipeline(camera, stock_recogniser()), opened.database, MediaFolder(folder / "media"), 0.8
    ), opened.database


def peak_mb(code: str) -> float:
    """Peak resident set of a Python process that runs this code (Linux)."""
    # Not getrusage: its peak counts the process that forked this one.
    told = "\nprint(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    said = subprocess.run([sys.executable, "-c", code + told], capture_output=True, text=True, check=True).stdout
    return int(said.split()[-2]) / 1024


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = write_dataset(Path(name) / "coop", days=1)
        pixels = read_still(sorted((folder / "frames").iterdir())[40])
        crop = np.ascontiguousarray(np.asarray(pixels)[:224, :224])
        backbone, gate = Backbone(), MotionGate()
        start = datetime(2024, 5, 4, 12, tzinfo=UTC)
        alone = ms(lambda _: list(backbone.each(crop[None])))
        gated = ms(lambda n: gate.look(pixels, start + timedelta(seconds=n)))
        desk, database = desk_on(folder)
        frames = (Frame(desk.pipeline.camera.id, start + timedelta(seconds=n), pixels, f"{n}.jpg") for n in range(1000))
        whole = ms(lambda _: desk.take(next(frames)))
        database.close()
        replay = (
            "import sys; sys.argv[1:] = ['replay', {!r}, '--database', 'sqlite:///{}', '--quiet']\n"
            "from detector.cli import cli\ncli(standalone_mode=False)"
        ).format(str(folder), folder / "memory.db")
        worker = peak_mb(replay)
        bot = peak_mb("import henbot.bot.app")
    rows = [
        ("backbone alone, one crop", f"{alone:.1f} ms", "1.0"),
        ("motion gate, one 800x600 frame", f"{gated:.1f} ms", f"{gated / alone:.2f} of the backbone"),
        (
            "frame to facts: crop, backbone, heads, watch, one transaction",
            f"{whole:.1f} ms",
            f"{whole / alone:.2f} of the backbone",
        ),
        ("worker after a day's replay, peak memory", f"{worker:.0f} MB", f"{worker / WORKER_LIMIT_MB:.2f} of the bar"),
        ("bot's modules loaded, peak memory", f"{bot:.0f} MB", f"{bot / BOT_LIMIT_MB:.2f} of the bar"),
    ]
    print(f"`make bench`, {datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}.\n")
    print("| what | measured | against |\n|---|---|---|")
    for row in rows:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()

"""Has charts drawn by a process of its own, and keeps them by their content."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import structlog

from henbot.domain.charts import Chart, content_name, written
from henbot.domain.errors import HenbotError

COMMAND = (sys.executable, "-m", "henbot.charts")
"""What draws."""

LONGEST_S = 30.0
"""Then the drawing is killed. It takes a second; the first one ever, which looks for the machine's fonts, some more."""

IDLE = 15
"""The niceness of a drawing that nobody waits for."""

MOST_KEPT = 200
"""Charts that are kept; of some 50 kB each."""

CHARTS = "charts"
"""Folder of charts, in that of all pictures."""

LETTERS = "letters"
"""Folder for what matplotlib remembers of the machine's fonts."""

PASSED_ON = ("PATH", "PYTHONPATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")
"""All of our environment that the drawing needs: no token, say."""

log = structlog.get_logger(__name__)


class ChartsMissing(HenbotError):
    """The extra that draws charts is not installed."""


class ChartFailed(HenbotError):
    """A chart could not be drawn, or not in time."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws charts.

    Attributes:
        folder: where they are kept.
        command: what draws those on its standard input into the folder that is put behind it.
        longest_s: how long it may take.
    """

    folder: Path
    command: tuple[str, ...] = field(default_factory=lambda: COMMAND)
    longest_s: float = LONGEST_S
    most_kept: int = MOST_KEPT
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, compare=False)

    async def draw(self, charts: Sequence[Chart]) -> list[Path]:
        """The PNGs of charts, in their order.

        Raises:
            ChartsMissing: the extra `charts` is not installed.
            ChartFailed: it cannot be drawn, or takes too long.
        """
        paths = [self.folder / content_name(chart) for chart in charts]
        missing = [chart for chart, path in zip(charts, paths, strict=True) if not path.is_file()]
        if missing:
            if not can_draw():
                raise ChartsMissing("charts are drawn by the extra: pip install 'henbot[charts]'")
            async with self._one_at_a_time:
                await self._run("".join(f"{written(chart)}\n" for chart in missing).encode())
        if not all(path.is_file() for path in paths):
            raise ChartFailed("the drawing ended without a picture")
        await asyncio.to_thread(self._forget, frozenset(paths))
        return paths

    async def warm(self) -> None:
        """Draw nothing, at low priority: then the machine's fonts are known, and the next start finds all in memory."""
        with contextlib.suppress(ChartFailed):  # whoever asks for a chart is told
            await self._run(b"", niceness=IDLE)

    async def _run(self, asked: bytes, niceness: int = 0) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            drawing = await asyncio.create_subprocess_exec(
                *self.command,
                str(self.folder),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                env=_environment(os.environ, self.folder),
            )
        except OSError as exc:
            raise ChartFailed(f"the drawing cannot be started: {exc}") from exc
        _yield_to_others(drawing.pid, niceness)
        try:
            _, errors = await asyncio.wait_for(drawing.communicate(asked), self.longest_s)
        except TimeoutError as exc:
            raise ChartFailed(f"the drawing took longer than {self.longest_s:.0f} s") from exc
        finally:
            if drawing.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    drawing.kill()
                await drawing.wait()
        if drawing.returncode:
            raise ChartFailed(f"the drawing failed: {errors.decode(errors='replace').strip()[-200:]}")

    def _forget(self, used: frozenset[Path]) -> None:
        """Delete the charts that were drawn longest ago, if there are too many; those just asked for stay."""
        with contextlib.suppress(OSError):  # a chart more does no harm
            kept = sorted(self.folder.glob("*.png"), key=lambda path: path.stat().st_mtime)
            for path in kept[: max(0, len(kept) - self.most_kept)]:
                if path not in used:
                    path.unlink(missing_ok=True)


def _yield_to_others(pid: int, niceness: int) -> None:
    if niceness and hasattr(os, "setpriority"):  # Windows has none
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, pid, niceness)


def can_draw() -> bool:
    """Whether the extra that draws charts is installed; nothing of it is imported."""
    return find_spec("matplotlib") is not None and find_spec("PIL") is not None


def _environment(ours: Mapping[str, str], folder: Path) -> dict[str, str]:
    kept = {name: ours[name] for name in PASSED_ON if name in ours}
    return {**kept, "MPLBACKEND": "agg", "MPLCONFIGDIR": str(folder / LETTERS), "OMP_NUM_THREADS": "1"}

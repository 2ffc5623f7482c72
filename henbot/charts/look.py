"""Colours, letters and the empty page of all charts."""

from dataclasses import dataclass
from typing import Any

from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import Patch

from henbot.domain.charts import Frame

DPI = 180
WIDTH_IN, HEIGHT_IN = 6.0, 7.5
"""1080 by 1350 pixels: as high as a phone shows a picture in a chat without cropping it."""

OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")
"""Colours that the colour-blind tell apart (Okabe and Ito 2008, "Color Universal Design"); their black follows."""

PATTERNS = ("", "//", "..", "xx", "--")
"""Laid over the colours where there are more hens than colours."""

BLIND_PATTERN = "////"

SETTINGS: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, and writes Cyrillic
    "font.size": 12,
    "hatch.linewidth": 0.8,
    "text.parse_math": False,  # a hen may be called $now
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a light or a dark page."""

    page: str
    ink: str
    faint: str
    blind: str
    blind_lines: str
    empty: str
    scale: tuple[str, str]

    def of(self, number: int) -> tuple[str, str]:
        """Colour and pattern of the hen with that number."""
        colours = (*OKABE_ITO, self.ink)
        return colours[number % len(colours)], PATTERNS[number // len(colours) % len(PATTERNS)]


LIGHT = Palette("#FFFFFF", "#222222", "#6B6B6B", "#ECECEC", "#9A9A9A", "#F4F1EA", ("#CFE3F3", "#08306B"))
DARK = Palette("#17212B", "#F2F2F2", "#A9B4BF", "#2B3641", "#6F7C88", "#202C37", ("#27506F", "#D6F1FF"))


def palette_of(frame: Frame) -> Palette:
    """The colours that a page is drawn in."""
    return DARK if frame.dark else LIGHT


def page(frame: Frame, palette: Palette) -> Figure:
    """An empty page with its title."""
    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, facecolor=palette.page)
    FigureCanvasAgg(figure)
    title = printable(frame.title)
    figure.text(0.05, 0.965, title, size=fitting(title, 19), weight="bold", color=palette.ink, va="top")
    subtitle = printable(frame.subtitle)
    figure.text(0.05, 0.912, subtitle, size=fitting(subtitle, 13, 48), color=palette.faint, va="top")
    return figure


def fitting(text: str, size: float, letters: int = 30) -> float:
    """The size at which a line of text still fits on the page's width."""
    return min(size, size * letters / max(len(text), 1))


def plot(figure: Figure, palette: Palette, place: tuple[float, float, float, float], polar: bool = False) -> Axes:
    """An empty drawing area (left, bottom, width, height; 0..1) in the page's colours."""
    axes: Axes = figure.add_axes(place, polar=polar, facecolor=palette.page)
    axes.tick_params(colors=palette.ink, length=0)
    for spine in axes.spines.values():
        spine.set_color(palette.faint)
    return axes


def blind_patch(palette: Palette, label: str) -> Patch:
    """What stands for time not watched in a legend."""
    return Patch(facecolor=palette.blind, edgecolor=palette.blind_lines, hatch=BLIND_PATTERN, label=printable(label))


def printable(text: str) -> str:
    """The text without letters that the font lacks (emoji, say): boxes would stand in their place."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    known = font.get_charmap()
    return "".join(letter for letter in text if ord(letter) in known and ord(letter) <= 0xFFFF).strip() or "?"


def settle() -> None:
    """Let everything be drawn with our letters and lines: once, for a process that draws nothing else."""
    for name, value in SETTINGS.items():
        rcParams[name] = value  # type: ignore[index]

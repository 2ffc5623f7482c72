"""Eggs a day by hen, and time on the nest: bars."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from henbot.charts.look import BLIND_PATTERN, Palette, blind_patch, page, palette_of, plot, printable
from henbot.domain.charts import EggBars, NestTime, Series

MOST_LABELS = 6
FULLY_WATCHED = 0.95
MOST_APART = 62
"""Columns up to which they stand apart; more of them would be threads."""

LEGEND_COLUMNS = 3
LONGEST_NAME = 16
MOST_WITHOUT_EGGS = 12
"""Of larger flocks, hens without an egg are left out of the legend."""


def draw_bars(chart: EggBars) -> Figure:
    """Columns of eggs, one colour or pattern for each hen; hatched from above for what was not watched."""
    palette = palette_of(chart.frame)
    figure = page(chart.frame, palette)
    marks = _legend(chart, palette)
    rows = -(-len(marks) // LEGEND_COLUMNS)
    bottom = 0.075 + 0.0335 * rows
    axes = plot(figure, palette, (0.1, bottom, 0.86, 0.865 - bottom))
    top = _highest(chart)
    _blind(axes, chart, palette, top)
    _stack(axes, chart, palette)
    _ticks(axes, chart, top, palette)
    if not any(sum(one.values) for one in chart.series):
        axes.text(0.5, 0.5, printable(chart.nothing), transform=axes.transAxes, ha="center", color=palette.ink, size=15)
    figure.legend(
        handles=marks,
        loc="lower center",
        ncols=LEGEND_COLUMNS,
        frameon=False,
        labelcolor=palette.ink,
        fontsize=11.5 if rows <= 5 else 10.5,
        handlelength=1.4,
        columnspacing=1.2,
    )
    return figure


def _highest(chart: EggBars) -> float:
    sums = [sum(column) for column in zip(*(one.values for one in chart.series), strict=True)]
    return 1.08 * float(max([*sums, 1]))


def _blind(axes: Axes, chart: EggBars, palette: Palette, top: float) -> None:
    """One shape for all columns, for a shape a column takes seconds where there are many."""
    shares = [1.0 if share >= FULLY_WATCHED else share for share in chart.watched]
    if any(share < 1.0 for share in shares):
        axes.stairs(
            [top] * len(shares),
            _edges(len(shares)),
            baseline=[top * share for share in shares],
            fill=True,
            facecolor=palette.blind,
            edgecolor=palette.blind_lines,
            hatch=BLIND_PATTERN,
            linewidth=0,
        )


def _stack(axes: Axes, chart: EggBars, palette: Palette) -> None:
    number = len(chart.columns)
    below = [0] * number
    for place, one in enumerate(chart.series):
        colour, pattern = _look_of(one, place, palette)
        above = [low + more for low, more in zip(below, one.values, strict=True)]
        how: dict[str, Any] = {"facecolor": colour, "edgecolor": palette.page, "hatch": pattern, "linewidth": 0.5}
        if number > MOST_APART:
            axes.stairs(above, _edges(number), baseline=below, fill=True, **how)
        else:
            axes.bar(range(number), one.values, bottom=below, width=0.82, **how)
        below = above


def _edges(number: int) -> list[float]:
    return [place - 0.5 for place in range(number + 1)]


def _ticks(axes: Axes, chart: EggBars, top: float, palette: Palette) -> None:
    number = len(chart.columns)
    step = max(1, -(-number // MOST_LABELS))
    shown = range(0, number, step)
    axes.set_xticks(list(shown), [printable(chart.columns[place]) for place in shown])
    axes.tick_params(axis="x", pad=7)
    axes.set_xlim(-0.6, number - 0.4)
    axes.set_ylim(0, top)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.grid(axis="y", color=palette.faint, alpha=0.3, linewidth=0.7)
    axes.set_axisbelow(True)


def _look_of(one: Series, number: int, palette: Palette) -> tuple[str, str]:
    return (palette.faint, "") if one.nobody else palette.of(number)


def _legend(chart: EggBars, palette: Palette) -> list[Patch]:
    marks = []
    for number, one in enumerate(chart.series):
        if len(chart.series) > MOST_WITHOUT_EGGS and not sum(one.values):
            continue
        colour, pattern = _look_of(one, number, palette)
        label = printable(f"{one.name[:LONGEST_NAME]} {sum(one.values)}")
        marks.append(Patch(facecolor=colour, hatch=pattern, edgecolor=palette.page, label=label))
    if any(share < FULLY_WATCHED for share in chart.watched):
        marks.append(blind_patch(palette, chart.frame.unwatched))
    return marks


def draw_nest_time(chart: NestTime) -> Figure:
    """A bar for each hen, with its words at its end."""
    palette = palette_of(chart.frame)
    figure = page(chart.frame, palette)
    names = [printable(name) for name in chart.names]
    size = 13 if len(names) <= 12 else 10.5
    left = min(0.4, 0.06 + 0.0019 * size * max(map(len, names), default=0))
    height = 0.83 if len(names) > 5 else 0.14 * max(len(names), 1) + 0.1
    axes = plot(figure, palette, (left, 0.87 - height, 0.95 - left, height))
    axes.barh(range(len(names)), chart.minutes, color=palette.of(1)[0], height=0.72)
    longest = max([*chart.minutes, 1.0])
    for place, (minutes, words) in enumerate(zip(chart.minutes, chart.words, strict=True)):
        axes.text(minutes + longest * 0.02, place, printable(words), va="center", color=palette.ink, size=size)
    axes.set_yticks(range(len(names)), names, size=size)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, longest * 1.3)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    return figure

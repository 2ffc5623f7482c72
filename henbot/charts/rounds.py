"""Eggs by the hour: a rose."""

from math import pi, sqrt
from typing import Any

from matplotlib.figure import Figure

from henbot.charts.look import BLIND_PATTERN, blind_patch, page, palette_of, plot, printable
from henbot.domain.charts import HourRose

HOURS = 24
STEP = 2 * pi / HOURS


def draw_rose(chart: HourRose) -> Figure:
    """A clock of 24 hours, midnight on top; hatched where an hour was mostly not watched."""
    palette = palette_of(chart.frame)
    figure = page(chart.frame, palette)
    axes = plot(figure, palette, (0.1, 0.1, 0.8, 0.72), polar=True)
    axes.set_theta_zero_location("N")  # type: ignore[attr-defined]
    axes.set_theta_direction(-1)  # type: ignore[attr-defined]
    lengths = [sqrt(eggs) for eggs in chart.hours]  # so that the areas are as the eggs
    top = max([*lengths, 1.0])
    middles = [(hour + 0.5) * STEP for hour in range(HOURS)]
    for middle, share in zip(middles, chart.watched, strict=True):
        if share < 0.5:
            how: dict[str, Any] = {
                "color": palette.blind,
                "edgecolor": palette.blind_lines,
                "hatch": BLIND_PATTERN,
                "linewidth": 0,
            }
            axes.bar(middle, top * 1.12, width=STEP, **how)
    axes.bar(middles, lengths, width=STEP * 0.9, color=palette.of(0)[0], edgecolor=palette.page, zorder=3)
    for middle, length, eggs in zip(middles, lengths, chart.hours, strict=True):
        if length >= top * 0.3:
            axes.text(middle, length * 0.86, str(eggs), ha="center", va="center", size=10, color="#222222", zorder=4)
    axes.set_xticks([hour * STEP for hour in range(0, HOURS, 3)], [printable(one) for one in chart.labels], size=14)
    axes.tick_params(axis="x", pad=8)
    axes.set_ylim(0, top * 1.12)
    axes.set_yticks([])
    axes.grid(color=palette.faint, alpha=0.25)
    axes.spines["polar"].set_color(palette.faint)
    if any(share < 0.5 for share in chart.watched):
        figure.legend(
            handles=[blind_patch(palette, chart.frame.unwatched)],
            loc="lower center",
            frameon=False,
            labelcolor=palette.ink,
        )
    return figure

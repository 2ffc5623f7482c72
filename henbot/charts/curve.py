"""How much is right the more labels are learned from: lines."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from henbot.charts.look import Palette, page, palette_of, plot, printable
from henbot.domain.charts import CurveLine, LearningCurve

MARKS = ("o", "s", "^", "D")
"""Of the lines, which are told apart by more than their colours."""


def draw_curve(chart: LearningCurve) -> Figure:
    """A line for each question, and in the legend what is right at its end."""
    palette = palette_of(chart.frame)
    figure = page(chart.frame, palette)
    axes = plot(figure, palette, (0.12, 0.24, 0.82, 0.61))
    for number, line in enumerate(chart.lines):
        _line(axes, line, number, palette)
    axes.set_xticks(
        range(len(chart.points)), ["\n".join(map(printable, point.splitlines())) for point in chart.points], size=12.5
    )
    axes.tick_params(axis="x", pad=9)
    axes.set_xlim(-0.3, len(chart.points) - 0.7)
    axes.set_ylim(0, 1.07)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes.grid(axis="y", color=palette.faint, alpha=0.3, linewidth=0.7)
    figure.legend(
        loc="lower center",
        ncols=len(chart.lines) if len(chart.lines) < 3 else 2,
        frameon=False,
        labelcolor=palette.ink,
        fontsize=12.5,
        handlelength=2.0,
    )
    return figure


def _line(axes: Axes, line: CurveLine, number: int, palette: Palette) -> None:
    shown = [(place, value) for place, value in enumerate(line.values) if value is not None]
    colour = palette.of(number + 1)[0]
    axes.plot(
        [place for place, _ in shown],
        [value for _, value in shown],
        color=colour,
        marker=MARKS[number % len(MARKS)],
        markersize=9,
        linewidth=2.5,
        label=printable(f"{line.name}: {100 * shown[-1][1]:.0f} %"),
    )

"""A heat map of days, month by month."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from henbot.charts.look import BLIND_PATTERN, Palette, blind_patch, page, palette_of, plot, printable
from henbot.domain.charts import CalendarDay, CalendarMonth, EggCalendar

WEEK = 7
ROWS = 6
TOP, BOTTOM, LEFT, RIGHT = 0.88, 0.065, 0.045, 0.975
FULLY_WATCHED = 0.9


class Scale:
    """From eggs to colours: one hue, so that only the brightness has to be told apart."""

    def __init__(self, most: int, palette: Palette) -> None:
        self.most = most
        self._palette = palette
        self._map = LinearSegmentedColormap.from_list("eggs", palette.scale)

    def colour(self, eggs: int) -> str:
        """Of a day with eggs."""
        return to_hex(self._map((eggs - 1) / max(self.most - 1, 1) if self.most > 1 else 0.6))

    def ink(self, colour: str) -> str:
        """Letters that can be read on a colour."""
        red, green, blue = to_rgb(colour)
        return "#FFFFFF" if 0.3 * red + 0.59 * green + 0.11 * blue < 0.55 else "#14202B"


def draw_calendar(chart: EggCalendar) -> Figure:
    """A grid of months; the day's eggs as colour and number, hatched where it was not watched."""
    palette = palette_of(chart.frame)
    figure = page(chart.frame, palette)
    scale = Scale(max([day.eggs or 0 for month in chart.months for day in month.days], default=0), palette)
    across = _across(len(chart.months))
    down = -(-len(chart.months) // across)
    width, height = (RIGHT - LEFT) / across, (TOP - BOTTOM) / down
    for number, month in enumerate(chart.months):
        row, column = divmod(number, across)
        place = (LEFT + column * width, TOP - (row + 1) * height, width * 0.93, height * 0.98)
        _month(plot(figure, palette, place), month, chart, scale, palette)
    figure.legend(
        handles=_legend(chart, scale, palette),
        loc="lower center",
        ncols=4,
        frameon=False,
        labelcolor=palette.ink,
        fontsize=11.5,
        handlelength=1.3,
        columnspacing=1.2,
    )
    return figure


def _across(months: int) -> int:
    if months <= 2:
        return 1
    return 2 if months <= 6 else 3


def _month(axes: Axes, month: CalendarMonth, chart: EggCalendar, scale: Scale, palette: Palette) -> None:
    axes.set_axis_off()
    axes.set_xlim(0, WEEK)
    axes.set_ylim(ROWS + 0.05, -1.75)
    size = 5.5 * 3 / _across(len(chart.months)) + 2.5
    axes.text(0.05, -0.85, printable(month.name), color=palette.ink, size=size + 3, weight="bold", va="bottom")
    for column, name in enumerate(chart.weekdays):
        axes.text(column + 0.5, -0.1, printable(name), color=palette.faint, size=size * 0.85, ha="center", va="bottom")
    for number, day in enumerate(month.days):
        row, column = divmod(month.starts_on + number, WEEK)
        _day(axes, (column, row), day, scale, palette)
        if day.eggs:
            colour = scale.colour(day.eggs)
            ink = palette.ink if day.probably else scale.ink(colour)
            axes.text(column + 0.5, row + 0.52, str(day.eggs), color=ink, size=size, ha="center", va="center")


def _day(axes: Axes, place: tuple[int, int], day: CalendarDay, scale: Scale, palette: Palette) -> None:
    corner = place[0] + 0.06, place[1] + 0.06
    if day.eggs is None:
        axes.add_patch(Rectangle(corner, 0.88, 0.88, facecolor="none", edgecolor=palette.blind, linewidth=0.8))
        return
    if day.eggs and day.probably:
        edge = scale.colour(max(scale.most, 1))
        axes.add_patch(Rectangle(corner, 0.88, 0.88, facecolor=palette.empty, edgecolor=edge, linewidth=1.6))
        return
    if day.eggs or day.watched >= FULLY_WATCHED:
        colour = scale.colour(day.eggs) if day.eggs else palette.empty
        axes.add_patch(Rectangle(corner, 0.88, 0.88, facecolor=colour, edgecolor="none"))
    if day.watched < FULLY_WATCHED:
        # With eggs, a strip that says: there may have been more.
        high = 0.22 if day.eggs else 0.88
        how: dict[str, Any] = {"facecolor": palette.blind, "edgecolor": palette.blind_lines, "hatch": BLIND_PATTERN * 2}
        axes.add_patch(Rectangle(corner, 0.88, high, linewidth=0, **how))


def _legend(chart: EggCalendar, scale: Scale, palette: Palette) -> list[Patch]:
    days = [day for month in chart.months for day in month.days if day.eggs is not None]
    marks = [Patch(facecolor=palette.empty, edgecolor=palette.faint, linewidth=0.5, label=printable(chart.none))]
    if scale.most == 1:
        marks.append(Patch(facecolor=scale.colour(1), label=printable(chart.eggs)))
    elif scale.most:
        marks.append(Patch(facecolor=scale.colour((scale.most + 1) // 2), label=printable(chart.eggs)))
    if any(day.probably and day.eggs for day in days):
        edge = scale.colour(max(scale.most, 1))
        label = printable(chart.probably)
        marks.append(Patch(facecolor=palette.empty, edgecolor=edge, linewidth=1.6, label=label))
    if any(day.watched < FULLY_WATCHED for day in days):
        marks.append(blind_patch(palette, chart.frame.unwatched))
    return marks

"""Charts are drawn by a process of its own, kept by their content, and never show time not watched as nothing laid."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="the extra `charts` is not installed")

from PIL import Image

from henbot.bot.drawing import ChartFailed, ChartsMissing, Drawing
from henbot.charts.__main__ import draw
from henbot.domain.charts import (
    CalendarDay,
    CalendarMonth,
    Chart,
    CurveLine,
    EggBars,
    EggCalendar,
    Frame,
    HourRose,
    LearningCurve,
    NestTime,
    Series,
    content_name,
)

FRAME = Frame("Яйца 🐔 $a_b$", "1–3 мая", "не наблюдалось")
BARS = EggBars(
    FRAME, ("1", "2", "3"), (1.0, 1.0, 1.0), (Series("Рыжуха", (1, 0, 1)), Series("?", (0, 0, 1), True)), "–"
)
CALENDAR = EggCalendar(
    FRAME,
    ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"),
    (CalendarMonth("May", 2, (CalendarDay(2, 1.0), CalendarDay(0, 1.0), CalendarDay(1, 0.4), CalendarDay(None, 0.0))),),
    "none",
    "probably",
    "eggs",
)
ROSE = HourRose(FRAME, (0,) * 9 + (4,) + (0,) * 14, (1.0,) * 24, tuple(f"{hour}:00" for hour in range(0, 24, 3)))
TIMES = NestTime(FRAME, ("Рыжуха", "Бланш"), (30.0, 0.0), ("30 min", "0 min"))
CURVE = LearningCurve(
    FRAME,
    ("25 %\n12 кадров", "50 %\n24 кадра"),
    (CurveLine("какая курица", (None, 0.8)), CurveLine("есть ли", (0.9, 1.0))),
)
CHARTS: tuple[Chart, ...] = (BARS, CALENDAR, ROSE, TIMES, CURVE)


def test_the_pictures_of_the_docs_are_few_small_and_all_shown() -> None:
    docs = Path(__file__).parents[2] / "docs"
    pages = (docs.parent / "README.md", *docs.glob("*.md"))
    shown = "".join(page.read_text(encoding="utf-8") for page in pages)
    pictures = list((docs / "pictures").iterdir())
    assert sum(path.stat().st_size for path in pictures) < 1_500_000
    assert [path.name for path in pictures if f"pictures/{path.name}" not in shown] == []


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: str(chart.kind))
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_chart_is_a_small_portrait_on_the_page_that_was_asked_for(chart: Chart, dark: bool) -> None:
    drawn = draw(replace(chart, frame=replace(chart.frame, dark=dark)))
    with Image.open(BytesIO(drawn)) as image:
        assert (image.format, image.size) == ("PNG", (1080, 1350))
        corner = image.convert("L").getpixel((3, 3))
    assert isinstance(corner, int)
    assert (corner < 60) if dark else (corner > 200)
    assert len(drawn) < 200_000


def blind_day() -> EggCalendar:
    month = CALENDAR.months[0]
    return replace(CALENDAR, months=(replace(month, days=(month.days[0], CalendarDay(0, 0.0), *month.days[2:])),))


@pytest.mark.parametrize(
    ("seen", "blind"),
    [
        (BARS, replace(BARS, watched=(1.0, 0.0, 1.0))),
        (CALENDAR, blind_day()),
        (ROSE, replace(ROSE, watched=(0.0,) * 6 + (1.0,) * 18)),
    ],
    ids=["bars", "calendar", "rose"],
)
def test_time_not_watched_does_not_look_like_time_without_eggs(seen: Chart, blind: Chart) -> None:
    assert draw(seen) != draw(blind)


def test_twenty_hens_are_told_apart_by_colour_and_pattern() -> None:
    from henbot.charts.look import DARK, LIGHT

    for palette in (LIGHT, DARK):
        assert len({palette.of(number) for number in range(20)}) == 20


def test_a_chart_without_hens_or_eggs_is_drawn_too() -> None:
    for chart in (
        replace(BARS, series=()),
        replace(TIMES, names=(), minutes=(), words=()),
        replace(ROSE, hours=(0,) * 24),
    ):
        assert draw(chart)


async def test_charts_come_in_the_order_asked_for_and_are_drawn_once(tmp_path: Path) -> None:
    drawing = Drawing(tmp_path)
    paths = await drawing.draw([TIMES, ROSE])
    assert [path.name for path in paths] == [content_name(TIMES), content_name(ROSE)]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
    broken = Drawing(tmp_path, command=("/nonexistent",))
    assert await broken.draw([ROSE, TIMES]) == paths[::-1]


async def test_a_drawing_that_hangs_is_killed(tmp_path: Path) -> None:
    began = time.monotonic()
    hanging = Drawing(tmp_path, command=(sys.executable, "-c", "import time; time.sleep(60)"), longest_s=0.3)
    with pytest.raises(ChartFailed, match="longer"):
        await hanging.draw([ROSE])
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("program", ["raise SystemExit('no')", "pass"])
async def test_a_drawing_that_fails_says_so(tmp_path: Path, program: str) -> None:
    with pytest.raises(ChartFailed):
        await Drawing(tmp_path, command=(sys.executable, "-c", program)).draw([ROSE])


async def test_without_the_extra_it_is_said_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("henbot.bot.drawing.can_draw", lambda: False)
    with pytest.raises(ChartsMissing, match=r"henbot\[charts\]"):
        await Drawing(tmp_path).draw([ROSE])


async def test_the_oldest_charts_are_forgotten_but_none_that_was_just_asked_for(tmp_path: Path) -> None:
    program = "import sys,pathlib; [(pathlib.Path(sys.argv[1])/n).write_bytes(b'') for n in %r]"
    names = [content_name(chart) for chart in CHARTS]
    drawing = Drawing(tmp_path, command=(sys.executable, "-c", program % names[:1]), most_kept=2)
    for number in range(4):
        (tmp_path / f"{number}.png").write_bytes(b"")
    paths = await drawing.draw(CHARTS[:1])
    kept = set(await asyncio.to_thread(lambda: list(tmp_path.glob("*.png"))))
    assert len(kept) == 2
    assert set(paths) <= kept

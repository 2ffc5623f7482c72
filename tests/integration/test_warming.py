"""What the first questions after a start would wait for is read beforehand."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from henbot.bot.asking import respond
from henbot.bot.drawing import Drawing
from henbot.bot.warming import Warming
from henbot.services import eggs, watching
from henbot.services.eggs import forget_kept_months
from henbot.services.watching import forget_kept_days
from henbot.storage.database import open_database
from tests.coop_builder import Coop, build_coop, oct4
from tests.databases import migrated

NOTES_ITS_NICENESS = "import os, sys; sys.stdin.read(); open(sys.argv[1] + '/niceness', 'w').write(str(os.nice(0)))"


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(oct4(20))
    built.seen(oct4(7).replace(month=3), oct4(20))
    for month in (3, 5, 8):
        came = oct4(9).replace(month=month)
        built.bout(f"m{month}", "ginger", came, left=came.replace(hour=10), verdict="laid", counted=came)
    yield built
    built.database.close()


async def test_after_it_a_question_over_a_year_reads_no_month_that_is_over(
    coop: Coop, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_kept_months(coop.database.engine)
    forget_kept_days(coop.database.engine)
    await Warming(coop.database, None, first_s=0).run()
    read: list[object] = []
    of_eggs, of_days = eggs._read, watching._read
    monkeypatch.setattr(eggs, "_read", lambda s, bounds, *rest: read.append(bounds) or of_eggs(s, bounds, *rest))
    monkeypatch.setattr(watching, "_read", lambda s, n, days, now: read.append(len(days)) or of_days(s, n, days, now))
    assert "3 eggs" in respond(coop.database, "how many eggs this year", "en").text
    days = [one for one in read if isinstance(one, int)]
    assert days and max(days) <= 1
    assert all(end > oct4(0) for _, end in (one for one in read if isinstance(one, tuple)))


async def test_of_a_database_without_a_coop_nothing_is_read_and_nothing_breaks(tmp_path: Path) -> None:
    database = open_database(migrated(tmp_path / "henbot.db"))
    await Warming(database, None, first_s=0).run()
    database.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no niceness")
async def test_the_drawing_is_begun_once_with_nothing_to_draw_behind_all_others(coop: Coop, tmp_path: Path) -> None:
    drawing = Drawing(tmp_path / "charts", command=(sys.executable, "-c", NOTES_ITS_NICENESS))
    await Warming(coop.database, drawing, first_s=0, charts_s=0).run()
    assert int((tmp_path / "charts" / "niceness").read_text()) >= 10


async def test_a_drawing_that_cannot_begin_is_no_trouble(coop: Coop, tmp_path: Path) -> None:
    drawing = Drawing(tmp_path / "charts", command=(str(tmp_path / "nowhere"),))
    await Warming(coop.database, drawing, first_s=0, charts_s=0).run()

"""How many care hints a simulated year brings, and how many of them are about nothing.

    python -m benchmarks.care_year [--hens 12] [--days 366] [--seed 1]

The simulation knows what truly happened: who brooded, moulted or laid under a bush, and when eggs were gone.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.care import CareRules, HintKind
from henbot.domain.events import EggsMoved
from henbot.services.care_findings import day_hints, sitting_hints
from henbot.services.care_hints import CareHint, hint_at, remember
from henbot.simulation import Setting, Truth, write_coop
from henbot.simulation.flock import SimulatedHen, is_in
from henbot.storage.database import Database, open_database
from henbot.storage.schema import migrate
from henbot.storage.tables import BoutRow, EggCountRow, EventRow


@dataclass(frozen=True, slots=True)
class Year:
    """Hints of a simulated time, and what truly happened."""

    truth: Truth
    hints: tuple[CareHint, ...]
    losses: frozenset[date] = frozenset()

    @property
    def false(self) -> list[CareHint]:
        """Hints with nothing behind them."""
        return [hint for hint in self.hints if not self._is_true(hint)]

    def _is_true(self, hint: CareHint) -> bool:
        if hint.kind is HintKind.UNACCOUNTED:
            return date.fromisoformat(str(hint.facts["day"])) in self.losses
        return is_true(hint, self.truth)

    @property
    def a_hen_year(self) -> float:
        """Hints in a year, by hen."""
        years = self.truth.setting.days / 365
        return len(self.hints) / (len(self.truth.hens) * years)


def is_true(hint: CareHint, truth: Truth) -> bool:
    """Whether something was behind a hint about a hen."""
    day = hint.found_at.date()
    hen = next((one for one in truth.hens if one.id == hint.hen), None)
    if hen is None:
        is_brooding = any(is_in(day, one.broods) for one in truth.hens)
        return hint.kind is HintKind.LONG_SITTING and is_brooding
    spells = {
        HintKind.BROODY: hen.broods,
        HintKind.LONG_SITTING: hen.broods,
        HintKind.MOULT: hen.rests,
        HintKind.STOPPED: (*hen.rests, *hen.broods, *hen.strays),
    }
    return any(is_in(day - timedelta(days=back), spells.get(hint.kind, ())) for back in (0, 1))


def expected(truth: Truth) -> Iterator[tuple[HintKind, SimulatedHen]]:
    """The hints that should have come."""
    last = truth.setting.last - timedelta(days=20)
    for hen in truth.hens:
        yield from ((HintKind.BROODY, hen) for first, _ in hen.broods if truth.setting.first <= first <= last)
        yield from ((HintKind.MOULT, hen) for first, _ in hen.rests if truth.setting.first <= first <= last)


def run(database: Database, truth: Truth, since: date, until: date, every: int = 1) -> Year:
    """Look every so many evenings, and whenever a hen has sat long; remember as the bot does."""
    zone = ZoneInfo(truth.setting.timezone)
    rules = CareRules()
    told: list[CareHint] = []
    for at, is_evening in sorted(_moments(database, rules, (since, until), every, zone)):
        with database.writing() as session:
            found = day_hints(session, at, rules) if is_evening else sitting_hints(session, at, rules)
            hints = (hint_at(session, hint_id) for hint_id in remember(session, found, at, rules))
            told += [hint for hint in hints if hint]
            session.commit()
    with database.reading() as session:
        return Year(truth, tuple(told), frozenset(_losses(session, zone)))


def _losses(session: Session, zone: ZoneInfo) -> Iterator[date]:
    """Days on which an egg was gone that nobody took and no hen carried."""
    query = select(EggCountRow.nest_id, EggCountRow.at, EggCountRow.eggs, EggCountRow.person)
    moved = set(session.execute(select(EventRow.origin, EventRow.at).where(EventRow.kind == EggsMoved.kind)))
    before: dict[str, int] = {}
    for nest, at, eggs, person in session.execute(query.order_by(EggCountRow.at)):
        fell = eggs < before.get(nest, 0) and not person
        if fell and not any(origin == nest and abs(at - when) <= timedelta(minutes=2) for origin, when in moved):
            yield at.astimezone(zone).date()
        before[nest] = eggs


def _moments(
    database: Database, rules: CareRules, days: tuple[date, date], every: int, zone: ZoneInfo
) -> Iterator[tuple[datetime, bool]]:
    since, until = days
    day = since
    while day <= until:
        yield datetime(day.year, day.month, day.day, 23, 30, tzinfo=zone).astimezone(UTC), True
        day += timedelta(days=every)
    start = datetime(since.year, since.month, since.day, tzinfo=zone)
    end = datetime(until.year, until.month, until.day, tzinfo=zone) + timedelta(days=1)
    query = select(BoutRow.settled_at, BoutRow.last_seen_at).where(
        BoutRow.arrived_at >= start, BoutRow.arrived_at < end
    )
    with database.reading() as session:
        for settled, seen_at in session.execute(query):
            if settled and seen_at - settled > rules.long_sitting:
                yield seen_at - timedelta(minutes=1), False


def main() -> int:
    """Print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("hens", 12), ("days", 366), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'year.db'}"
        migrate(url)
        database = open_database(url)
        with database.writing() as session:
            truth = write_coop(session, Setting(seed=asked.seed, hens=asked.hens, days=asked.days))
            session.commit()
        begun = time.perf_counter()
        year = run(database, truth, truth.setting.first + timedelta(days=30), truth.setting.last)
        took_s = time.perf_counter() - begun
        database.close()
    print(f"{len(year.hints)} hints, {year.a_hen_year:.1f} a hen and year, {len(year.false)} false, {took_s:.0f} s")
    print("by kind:", dict(Counter(hint.kind.value for hint in year.hints)))
    came = Counter((hint.kind, hint.hen) for hint in year.hints)
    missed = [(kind.value, hen.id) for kind, hen in expected(truth) if not came[kind, hen.id]]
    print("did not come:", missed)
    for hint in year.false:
        print("false:", hint.kind.value, hint.hen, hint.found_at.date(), dict(hint.facts))
    return 0


if __name__ == "__main__":
    sys.exit(main())

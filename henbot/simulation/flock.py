"""The simulated flock: who the hens are, and when each lays.

The rhythm follows the ovulatory cycle (Etches 1996, "Reproduction in Poultry", ch. 6): an egg takes some 24 to 27 h, so
that the hour drifts later, until the next would come too late in the day; then a day is skipped, and a new sequence
begins in the morning.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from henbot.domain.observations import HenId, NestId

NAMES = (
    ("ginger", "Ginger", "Рыжуха"), ("ryaba", "Ryaba", "Ряба"), ("pearl", "Pearl", "Жемчужина"),
    ("smoke", "Smoke", "Дымка"), ("hazel", "Hazel", "Орешка"), ("snow", "Snow", "Снежка"),
    ("pepper", "Pepper", "Перчинка"), ("honey", "Honey", "Медовка"), ("olive", "Olive", "Олива"),
    ("star", "Star", "Звёздочка"),
    ("poppy", "Poppy", "Маковка"), ("daisy", "Daisy", "Ромашка"), ("berry", "Berry", "Ягодка"),
    ("misty", "Misty", "Туманка"), ("maple", "Maple", "Кленка"), ("robin", "Robin", "Зорька"),
    ("clover", "Clover", "Клеверка"), ("ivy", "Ivy", "Плющик"),
    ("rosie", "Rosie", "Розочка"), ("toffee", "Toffee", "Ириска"),
)  # fmt: skip

Days = tuple[date, date]
"""From the first day to the last, both included."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is simulated.

    Attributes:
        visits: to nests, a hen and day on which all goes well; a fifth less come to be, for hens moult, find no free
            nest, and come while nobody looks.
        closely: also what each visit went through (its events, candidates, and one look of its camera a minute are left
            out where years are written for their number alone).
        changes: note each bout and egg for the bot to tell of.
        mishaps: hens carry eggs to other nests, and some are gone.
    """

    seed: int = 1
    hens: int = 12
    nests: int = 4
    first: date = date(2024, 1, 1)
    days: int = 366
    visits: float = 5.0
    timezone: str = "Europe/Berlin"
    place: tuple[float, float] = (52.5, 13.4)
    closely: bool = True
    changes: bool = False
    mishaps: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.hens <= len(NAMES):
            raise ValueError(f"a simulated coop has 1 to {len(NAMES)} hens, not {self.hens}")

    @property
    def nest_ids(self) -> tuple[NestId, ...]:
        """The nests."""
        return tuple(NestId(f"nest{number}") for number in range(1, self.nests + 1))

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=self.days - 1)


@dataclass(frozen=True, slots=True)
class SimulatedHen:
    """A hen and her ways.

    Attributes:
        came: the day she was added.
        interval: mean time from egg to egg, without a skipped day.
        morning, evening: hours between which she lays.
        nest: number of the one she likes best.
        rests: days without eggs in autumn, when she moults.
        broods: days on which she sits without laying.
        strays: days on which she lays outside the nests.
    """

    id: HenId
    names: dict[str, str]
    hatched_on: date
    came: date
    interval: timedelta
    morning: float
    evening: float
    nest: int
    rests: tuple[Days, ...]
    broods: tuple[Days, ...] = ()
    strays: tuple[Days, ...] = ()

    def lays_on(self, day: date) -> bool:
        """Whether she is in lay at all."""
        grown = day >= max(self.came, self.hatched_on + timedelta(weeks=22))
        return grown and not is_in(day, self.rests) and not is_in(day, self.broods)


def is_in(day: date, spells: tuple[Days, ...]) -> bool:
    """Whether a day lies in one of these spells."""
    return any(first <= day <= last for first, last in spells)


def flock(setting: Setting, random: Random) -> list[SimulatedHen]:
    """The hens. The second is broody, the third lays under a bush for some weeks, the last came as a pullet."""
    return [_hen(setting, number, random) for number in range(setting.hens)]


def _hen(setting: Setting, number: int, random: Random) -> SimulatedHen:
    name, english, russian = NAMES[number]
    years = range(setting.first.year, setting.last.year + 1)
    is_pullet = number == setting.hens - 1 and setting.hens > 3
    came = setting.first + timedelta(days=min(setting.days // 3, 120)) if is_pullet else setting.first
    hatched = came - timedelta(weeks=18 if is_pullet else random.randint(30, 260))
    return SimulatedHen(
        id=HenId(name),
        names={"en": english, "ru": russian},
        hatched_on=hatched,
        came=came,
        interval=timedelta(hours=random.uniform(24.4, 26.4)),
        morning=random.uniform(6.5, 8.5),
        evening=random.uniform(14.0, 16.0),
        nest=random.randrange(setting.nests),
        rests=tuple(_moult(year, random) for year in years if date(year, 9, 1) - hatched > timedelta(days=365)),
        broods=tuple(_spell(year, 5, 21, random) for year in years) if number == 1 else (),
        strays=tuple(_spell(year, 7, 14, random) for year in years) if number == 2 else (),
    )


def _moult(year: int, random: Random) -> Days:
    first = date(year, 9, 1) + timedelta(days=random.randint(0, 60))
    return first, first + timedelta(days=random.randint(45, 80))


def _spell(year: int, month: int, days: int, random: Random) -> Days:
    first = date(year, month, random.randint(1, 25))
    return first, first + timedelta(days=days - 1)


def egg_times(hen: SimulatedHen, setting: Setting, random: Random) -> Iterator[datetime]:
    """When she lays, in the coop's local time without a zone, in order."""
    at = datetime.combine(setting.first, time()) + timedelta(hours=random.uniform(hen.morning, hen.evening))
    end = datetime.combine(setting.last, time.max)
    while at <= end:
        if not hen.lays_on(at.date()):
            at = _morning(hen, at.date() + timedelta(days=1), random)
            continue
        yield at
        later = at + hen.interval + timedelta(hours=random.gauss(0, 0.4))
        too_late = later.date() > at.date() + timedelta(days=1) or _hour(later) > hen.evening
        missed = random.random() < _missing(at.date())
        at = _morning(hen, at.date() + timedelta(days=2), random) if too_late or missed else later


def _morning(hen: SimulatedHen, day: date, random: Random) -> datetime:
    return datetime.combine(day, time()) + timedelta(hours=hen.morning + abs(random.gauss(0, 0.5)))


def _missing(day: date) -> float:
    """How often an egg fails to come: more in the dark months (our choice)."""
    return 0.18 if day.month in (11, 12, 1) else 0.04


def _hour(at: datetime) -> float:
    return at.hour + at.minute / 60

"""Who does not lay, and what speaks for and against it. Pure: what was seen of a hen goes in, a standing comes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from henbot.domain.observations import HenId

LEAST_EGGS = 8
"""Eggs from which on a hen's own gaps are her baseline."""

USUAL_GAP = 3
"""Days without an egg that are usual, until her own record says better: a sequence is followed by a day or two's pause
(Etches 1996), and one egg may be missed."""

LEAST_DAYS = 7
"""Watched days from which on it says something that a hen was never seen to lay."""

BROODY_A_DAY = timedelta(hours=3)
"""Time on the nest a day, over three days without an egg, from which on she looks broody; a laying hen spends an hour
or two (Appleby, Mench & Hughes 2004, "Poultry Behaviour and Welfare", ch. on nesting)."""

POINT_OF_LAY = timedelta(weeks=24)
"""Age until which a pullet need not lay: breeds begin at 18 to 24 weeks (MSD Veterinary Manual, backyard poultry)."""

FIRST_MOULT = timedelta(days=365)
"""Hens younger than this mostly skip the autumn's moult."""

OLD_AGE = timedelta(days=5 * 365)
"""Age from which on little is expected: laying falls by a tenth to a fifth a year (Extension guides on home flocks)."""

SHORT_DAY = timedelta(hours=10)
"""Day length under which many hens stop: laying wants some 14 h of light and ceases near 10 (MSD Veterinary Manual)."""

FEWER_VISITS = 0.5
"""Share of her earlier visits a day under which her interest in nests has fallen: in a moult it does."""


class Standing(StrEnum):
    """What is to be said of a hen who is or is not laying; the innocent are named as what they are."""

    LAYING = "laying"
    NEW = "new"
    LITTLE_SEEN = "little_seen"
    YOUNG = "young"
    BROODY = "broody"
    MOULTING = "moulting"
    SHORT_DAYS = "short_days"
    ELSEWHERE = "elsewhere"
    MAYBE_LAID = "maybe_laid"
    OLD = "old"
    NOT_LAYING = "not_laying"


class Sign(StrEnum):
    """Something that was seen; what its amount means stands behind it."""

    LATE = "late"
    """Watched days since her last egg."""
    NO_EGG = "no_egg"
    """Watched days in which she was never seen to lay."""
    VISITS = "visits"
    """Visits to nests a day lately, as a share of before: she still goes."""
    FEW_VISITS = "few_visits"
    """As above: she goes less."""
    NO_VISITS = "no_visits"
    """Days without any visit to a nest."""
    SITS_LONG = "sits_long"
    """Hours a day on the nest, without an egg."""
    DAYS_SHORTEN = "days_shorten"
    """Hours of daylight."""
    OTHERS_STOPPED = "others_stopped"
    """Other hens that stopped, too."""
    MAYBE_HERS = "maybe_hers"
    """Eggs since her last one that are hers or another's."""
    FOUND_OUTSIDE = "found_outside"
    """Eggs since her last one that people found outside the nests."""
    AGE = "age"
    """Age in weeks."""
    BLIND = "blind"
    """Share of the time since her last egg that was not watched."""
    WITHIN_USUAL = "within_usual"
    """Days that she has paused before."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sign and its amount."""

    sign: Sign
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a hen.

    Attributes:
        days_since: watched days since her last egg, or since she came, where none of hers was ever seen; today is not
            over and left out.
        ever: an egg of hers was seen within a year.
        gaps: days from egg to egg before, in order.
        watched: share of the watch hours since her last egg (or her coming, at most a year) that was watched.
        visits_lately, visits_before: to nests, a day; over the last week, and over the two months before it.
        on_nest: time on nests a day, over the last three days without an egg.
        age: None where it is not known.
        shortening: the days grow shorter; None where the coop's place is not known.
        others_stopped: other hens of the flock that are late, too.
        quiet_days: watched days since she may have laid last: an egg of hers, or one that may be hers on a day when
            she had settled on a nest.
        quiet_gaps: days from one such day to the next, in order.
    """

    hen: HenId
    days_since: int
    ever: bool
    gaps: Sequence[int] = ()
    watched: float = 1.0
    visits_lately: float = 0.0
    visits_before: float = 0.0
    on_nest: timedelta = timedelta()
    age: timedelta | None = None
    daylight: timedelta | None = None
    shortening: bool | None = None
    others_stopped: int = 0
    maybe_hers: int = 0
    found_outside: int = 0
    quiet_days: int = 0
    quiet_gaps: Sequence[int] = ()

    @property
    def usual_gap(self) -> int:
        """Days without an egg that are nothing new of her: the longest in twenty, or ours while her record is short."""
        return _usual(self.gaps)

    @property
    def usual_quiet(self) -> int:
        """The same for days on which she may have laid."""
        return _usual(self.quiet_gaps)

    @property
    def is_late(self) -> bool:
        """She is silent for longer than is usual of her."""
        return self.days_since > self.usual_gap if self.ever else self.days_since >= LEAST_DAYS


def _usual(gaps: Sequence[int]) -> int:
    if len(gaps) < LEAST_EGGS:
        return USUAL_GAP
    ordered = sorted(gaps)
    return max(ordered[int(0.95 * (len(ordered) - 1))], 2)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What is to be said of one hen; `pro` and `contra` of her being one who just does not lay."""

    hen: HenId
    standing: Standing
    days_since: int
    ever: bool
    usual_gap: int
    pro: tuple[Evidence, ...]
    contra: tuple[Evidence, ...]


def judged(seen: Seen) -> Suspicion:
    """The standing of a hen: what excuses her comes before "does not lay"."""
    return Suspicion(
        seen.hen, _standing(seen), seen.days_since, seen.ever, seen.usual_gap, tuple(_pro(seen)), tuple(_contra(seen))
    )


def _standing(seen: Seen) -> Standing:
    if not seen.is_late:
        return Standing.LAYING if seen.ever else _without_record(seen)
    if seen.watched < 0.5:
        return Standing.LITTLE_SEEN
    excuses = (
        (Standing.YOUNG, seen.age is not None and seen.age < POINT_OF_LAY),
        (Standing.BROODY, seen.on_nest >= BROODY_A_DAY),
        (Standing.MAYBE_LAID, seen.maybe_hers > 0),
        (Standing.ELSEWHERE, seen.found_outside > 0 or _stays_away(seen)),
        (Standing.MOULTING, moults(seen)),
        (Standing.SHORT_DAYS, seen.daylight is not None and seen.daylight < SHORT_DAY),
        (Standing.OLD, seen.age is not None and seen.age >= OLD_AGE),
    )
    return next((standing for standing, holds in excuses if holds), Standing.NOT_LAYING)


def _without_record(seen: Seen) -> Standing:
    if seen.age is not None and seen.age < POINT_OF_LAY:
        return Standing.YOUNG
    return Standing.LITTLE_SEEN if seen.watched < 0.5 else Standing.NEW


def moults(seen: Seen) -> bool:
    """Autumn, old enough, and she has lost her interest in nests or is not the only one."""
    grown = seen.age is None or seen.age >= FIRST_MOULT
    return bool(seen.shortening) and grown and (_goes_less(seen) or seen.others_stopped > 0)


def _goes_less(seen: Seen) -> bool:
    return seen.visits_before > 0 and seen.visits_lately < FEWER_VISITS * seen.visits_before


def _stays_away(seen: Seen) -> bool:
    """She came often and comes no more, in a season when hens lay."""
    return seen.visits_before >= 1 and seen.visits_lately == 0 and not seen.shortening


def _pro(seen: Seen) -> list[Evidence]:
    found = [Evidence(Sign.LATE if seen.ever else Sign.NO_EGG, seen.days_since)] if seen.is_late else []
    if seen.visits_lately and not _goes_less(seen):
        found.append(Evidence(Sign.VISITS, _share(seen)))
    return found


def _contra(seen: Seen) -> list[Evidence]:
    signs = (
        (Sign.WITHIN_USUAL, seen.usual_gap, seen.ever and not seen.is_late),
        (Sign.SITS_LONG, seen.on_nest / timedelta(hours=1), seen.on_nest >= BROODY_A_DAY),
        (Sign.NO_VISITS, 7, seen.visits_before > 0 and seen.visits_lately == 0),
        (Sign.FEW_VISITS, _share(seen), _goes_less(seen) and seen.visits_lately > 0),
        (Sign.DAYS_SHORTEN, (seen.daylight or timedelta()) / timedelta(hours=1), bool(seen.shortening)),
        (Sign.OTHERS_STOPPED, seen.others_stopped, seen.others_stopped > 0),
        (Sign.MAYBE_HERS, seen.maybe_hers, seen.maybe_hers > 0),
        (Sign.FOUND_OUTSIDE, seen.found_outside, seen.found_outside > 0),
        (Sign.AGE, (seen.age or timedelta()) / timedelta(weeks=1), _age_matters(seen.age)),
        (Sign.BLIND, 1 - seen.watched, seen.watched < 0.95),
    )
    return [Evidence(sign, amount) for sign, amount, holds in signs if holds]


def _age_matters(age: timedelta | None) -> bool:
    return age is not None and (age < POINT_OF_LAY or age >= OLD_AGE)


def _share(seen: Seen) -> float:
    return seen.visits_lately / seen.visits_before if seen.visits_before else 1.0

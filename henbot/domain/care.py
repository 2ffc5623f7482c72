"""What is worth a look: each hen against her own baseline, told as what was seen and never as a diagnosis. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from henbot.domain.observations import UNKNOWN, HenId, NestId, VisitId
from henbot.domain.suspicion import OLD_AGE, POINT_OF_LAY, SHORT_DAY, Seen, moults

Amount = str | int | float


class HintKind(StrEnum):
    """What a hint is about."""

    BROODY = "broody"
    LONG_SITTING = "long_sitting"
    STOPPED = "stopped"
    MOULT = "moult"
    UNACCOUNTED = "unaccounted"
    NOT_SEEN = "not_seen"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True)
class CareRules:
    """From when on something is worth a look. Where no source is named, the number is our choice.

    Attributes:
        long_sitting: on the nest without a pause. All of a hen's search, sitting and laying takes some 110 to 151 min
            (Freire, Appleby & Hughes 1996, "Effects of nest quality and other cues for exploration on pre-laying
            behaviour", Applied Animal Behaviour Science 48). An egg that does not come is a matter of a day or two
            and for a vet (MSD Veterinary Manual, "Egg-bound or impacted oviducts"), so the hint comes within hours.
        longer_than_usual: and at least so many times what 19 in 20 of her own sittings with an egg took.
        broody_evenings: evenings running on the nest at roosting time and through the night. A hen that lays spends
            the night on the roost, a broody one leaves her nest for minutes a day (Sarkar 2022, "Broodiness and broody
            hen management during egg incubation", Reviews in Agricultural Science 10).
        night_on_nest: share of the seen night that she must be on the nest.
        broody_afternoons: afternoons running, where the camera sees nothing at night.
        long_afternoon: time on the nest in each of them: eggs come before mid-afternoon (Etches 1996, "Reproduction in
            Poultry", ch. 6).
        let_her_sit_days: how long a hen that is let sit is left alone: 21 days hatch an egg (Sarkar 2022).
        stopped_days: watched days without an egg, and
        stopped_gaps: so many times the longest pause that is usual of her. She pauses for a day or two between her
            sequences (Etches 1996); short days, moult, age and brooding stop hens for longer (Hermes 2003, "Why did my
            chickens stop laying?", PNW 565, Oregon State University Extension).
        moult_days: a moult lasts two to four months (Hermes 2003): for so long after its hint she is not overdue.
        unaccounted_eggs: eggs of a day that are neither there nor collected.
        not_seen_days: days in no nest, while the roost counts fewer hens than live here.
        denied_days: after "not so", that kind of hint is quiet for that hen for so long.
        most_a_day: hints an admin is sent in a day, those that ring aside.
    """

    long_sitting: timedelta = timedelta(hours=3)
    longer_than_usual: float = 1.5
    broody_evenings: int = 2
    night_on_nest: float = 0.9
    broody_afternoons: int = 3
    long_afternoon: timedelta = timedelta(hours=2)
    let_her_sit_days: int = 21
    stopped_days: int = 5
    stopped_gaps: float = 2.0
    moult_days: int = 120
    unaccounted_eggs: int = 1
    not_seen_days: int = 1
    denied_days: int = 30
    most_a_day: int = 4


@dataclass(frozen=True, slots=True)
class Hint:
    """Something worth a look.

    Attributes:
        hen: None where it is about none, or where it is not known whom; `UNKNOWN` for one that could not be named.
        episode: what makes it the same hint when it is found again: it is told once.
        sure: False where it is said with less certainty.
        facts: what it rests on, by name.
        bout: whose picture shows it.
    """

    kind: HintKind
    hen: HenId | None
    episode: str
    sure: bool = True
    facts: Mapping[str, Amount] = field(default_factory=dict)
    bout: VisitId | None = None

    @property
    def rings(self) -> bool:
        """A hen that may be in trouble now does; all else waits until somebody looks."""
        return self.kind is HintKind.LONG_SITTING


@dataclass(frozen=True, slots=True)
class SittingNow:
    """A hen on the nest at this moment, in daylight.

    Attributes:
        since: when she settled, or first light, if that is later.
        usual: settled time of her earlier bouts that gave an egg.
        laid_today: an egg of hers was seen today.
    """

    hen: HenId
    nest: NestId
    bout: VisitId
    since: datetime
    usual: Sequence[timedelta] = ()
    laid_today: bool = False


def long_sitting(sitting: SittingNow, now: datetime, rules: CareRules) -> Hint | None:
    """Long on the nest without an egg that was seen, by her own measure."""
    sat, least = now - sitting.since, rules.long_sitting
    usual = sorted(sitting.usual)
    if usual:
        least = max(least, usual[int(0.95 * (len(usual) - 1))] * rules.longer_than_usual)
    if sitting.laid_today or sat < least:
        return None
    facts: dict[str, Amount] = {"minutes": int(sat.total_seconds() // 60), "since": sitting.since.isoformat()}
    if usual:
        facts["usual_minutes"] = round(usual[len(usual) // 2].total_seconds() / 60)
    whose = sitting.hen if sitting.hen != UNKNOWN else sitting.nest
    day = sitting.since.date().isoformat()
    return Hint(
        HintKind.LONG_SITTING, sitting.hen, f"{whose} {day}", True, {**facts, "nest": sitting.nest}, sitting.bout
    )


@dataclass(frozen=True, slots=True)
class NestDay:
    """A hen's day and the night after it, as far as nests are concerned.

    Attributes:
        afternoon: time on nests from noon until dusk.
        afternoon_seen: share of it that was watched.
        at_roosting: on a nest half an hour after dusk; None where that was not seen.
        night: share of the seen night on a nest; None where too little of it was seen, or it is not over.
        egg: an egg of hers was seen on this day.
        bout: the longest of its afternoon or night.
    """

    day: date
    afternoon: timedelta = timedelta()
    afternoon_seen: float = 1.0
    at_roosting: bool | None = None
    night: float | None = None
    egg: bool = False
    bout: VisitId | None = None


SEEN_ENOUGH = 0.5
"""Share of an afternoon or night that must have been watched to say something of it; our choice."""


def broody(hen: HenId, days: Sequence[NestDay], rules: CareRules) -> Hint | None:
    """She stays on the nest, by night where it is seen, else in the afternoons, said with less certainty.

    Args:
        days: of one hen, in order, without a gap; the last may be going on.
    """
    nights = [day for day in days if day.night is not None]
    if nights:
        return _by_nights(hen, nights, rules)
    recent = days[-rules.broody_afternoons :]
    is_long = len(recent) == rules.broody_afternoons and all(
        day.afternoon >= rules.long_afternoon and day.afternoon_seen >= SEEN_ENOUGH and not day.egg for day in recent
    )
    if not is_long:
        return None
    hours = min(day.afternoon for day in recent).total_seconds() / 3600
    facts = {"days": len(recent), "hours": round(hours, 1)}
    return Hint(HintKind.BROODY, hen, recent[0].day.isoformat(), False, facts, recent[-1].bout)


def _by_nights(hen: HenId, nights: Sequence[NestDay], rules: CareRules) -> Hint | None:
    recent = nights[-rules.broody_evenings :]
    running = all((two.day - one.day).days == 1 for one, two in pairwise(recent))
    stayed = all(
        day.at_roosting and day.night is not None and day.night >= rules.night_on_nest and not day.egg for day in recent
    )
    if len(recent) < rules.broody_evenings or not running or not stayed:
        return None
    return Hint(HintKind.BROODY, hen, recent[0].day.isoformat(), True, {"days": len(recent)}, recent[-1].bout)


def pause(seen: Seen, last_egg: date | None, rules: CareRules) -> Hint | None:
    """She lays no more: a moult where all speaks for it, else just that; what excuses her is no hint.

    Where less than half was watched, nothing is said.

    Args:
        last_egg: the last day on which she may have laid.
    """
    is_young = seen.age is not None and seen.age < POINT_OF_LAY
    if last_egg is None or not seen.ever or seen.watched < SEEN_ENOUGH or is_young:
        return None
    if seen.quiet_days < max(rules.stopped_days, rules.stopped_gaps * seen.usual_quiet):
        return None
    facts: dict[str, Amount] = {"days": seen.quiet_days, "usual": seen.usual_quiet}
    if seen.visits_before:
        facts["visits_percent"] = round(100 * seen.visits_lately / seen.visits_before)
    if seen.found_outside:
        facts["found_outside"] = seen.found_outside
    if moults(seen):
        light = round((seen.daylight or timedelta()) / timedelta(hours=1), 1)
        return Hint(
            HintKind.MOULT,
            seen.hen,
            last_egg.isoformat(),
            False,
            {**facts, "daylight": light, "others": seen.others_stopped},
        )
    return None if _is_excused(seen) else Hint(HintKind.STOPPED, seen.hen, last_egg.isoformat(), True, facts)


def _is_excused(seen: Seen) -> bool:
    """Few eggs are asked of her: she is old, or the days are short."""
    is_old = seen.age is not None and seen.age >= OLD_AGE
    return is_old or (seen.daylight is not None and seen.daylight < SHORT_DAY)


def unaccounted(day: date, missing: int | None, watched: float, rules: CareRules) -> Hint | None:
    """Eggs of a day that are neither there nor collected: perhaps somebody took them and did not say.

    Args:
        missing: None where eggs cannot be counted.
        watched: share of the day; of one that was hardly watched, nothing is asked.
    """
    if missing is None or missing < rules.unaccounted_eggs or watched < SEEN_ENOUGH:
        return None
    return Hint(HintKind.UNACCOUNTED, None, day.isoformat(), True, {"eggs": missing, "day": day.isoformat()})


@dataclass(frozen=True, slots=True)
class RoostEvening:
    """The hens of an evening: on the roosts by the roll-call, and in nests then.

    Attributes:
        sure: how probable it is that at most so many are there, 0..1.
        flock: hens that live here.
    """

    day: date
    counted: int
    in_nests: int
    flock: int
    sure: float

    @property
    def missing(self) -> int:
        """Hens that are in neither."""
        return max(self.flock - self.counted - self.in_nests, 0)


def not_seen(evenings: Sequence[RoostEvening], unseen: Sequence[tuple[HenId, date]], rules: CareRules) -> Hint | None:
    """Fewer hens came home than usually do, and some were in no nest for a day although they go to one every day.

    Args:
        evenings: with a roll-call, in order; the last is the one that is asked about.
        unseen: hens in no nest lately, each with the day when she last was.
    """
    if not evenings or not unseen:
        return None
    last = evenings[-1]
    usual = sorted(evening.missing for evening in evenings[:-1])
    usually = usual[len(usual) // 2] if usual else 0
    more = last.missing - usually
    gone = [(hen, day) for hen, day in unseen if (last.day - day).days >= rules.not_seen_days]
    if more <= 0 or last.sure < 0.8 or not gone:
        return None
    alone = gone[0][0] if len(gone) == 1 else None
    facts: dict[str, Amount] = {
        "counted": last.counted + last.in_nests,
        "flock": last.flock,
        "last": gone[0][1].isoformat(),
        "hens": " ".join(hen for hen, _ in gone[:4]),
    }
    return Hint(HintKind.NOT_SEEN, alone, last.day.isoformat(), len(gone) <= more, facts)

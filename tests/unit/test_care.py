"""What is worth a look: by each hen's own measure, said as surely as it was seen, and seldom."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import date, timedelta

import pytest

from henbot.config.care import CareSection
from henbot.domain.care import (
    CareRules,
    Hint,
    HintKind,
    NestDay,
    RoostEvening,
    SittingNow,
    broody,
    long_sitting,
    not_seen,
    pause,
    unaccounted,
)
from henbot.domain.observations import UNKNOWN, HenId, NestId, VisitId
from henbot.domain.suspicion import Seen
from tests.coop_builder import oct4

GINGER, OLIVE = HenId("ginger"), HenId("olive")
RULES = CareRules()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = date(2026, 5, 1)


def sitting(**changes: object) -> SittingNow:
    now = SittingNow(GINGER, NestId("nest"), VisitId("b"), oct4(9), usual=[timedelta(minutes=40)] * 6)
    return replace(now, **changes)  # type: ignore[arg-type] - fields by name


def minutes_until_hint(one: SittingNow) -> float | None:
    waits = (one.since + timedelta(minutes=minutes) for minutes in range(0, 600, 10))
    first = next((at for at in waits if long_sitting(one, at, RULES)), None)
    return (first - one.since) / timedelta(minutes=1) if first else None


def test_a_hen_rings_after_three_hours_on_the_nest_and_a_slow_one_later() -> None:
    assert minutes_until_hint(sitting()) == 180
    assert minutes_until_hint(sitting(usual=[timedelta(minutes=150)] * 6)) == 230  # half as long again as is usual
    hint = long_sitting(sitting(), oct4(13), RULES)
    assert hint is not None and hint.rings and hint.facts["usual_minutes"] == 40


def test_a_hen_whose_egg_was_seen_today_does_not_ring() -> None:
    assert minutes_until_hint(sitting(laid_today=True)) is None


def test_a_hen_that_could_not_be_named_rings_too_once_a_day_and_nest() -> None:
    hints = [long_sitting(sitting(hen=UNKNOWN, usual=()), oct4(hour), RULES) for hour in (13, 15)]
    assert {hint.episode for hint in hints if hint} == {"nest 2016-10-04"}


def days(*afternoons: float, **changes: object) -> list[NestDay]:
    made = [NestDay(FIRST + n * DAY, hours * HOUR) for n, hours in enumerate(afternoons)]
    return [replace(day, **changes) for day in made]  # type: ignore[arg-type] - fields by name


def nights(*shares: float | None, egg: bool = False) -> list[NestDay]:
    return [
        NestDay(FIRST + n * DAY, at_roosting=None if share is None else share > 0.5, night=share, egg=egg)
        for n, share in enumerate(shares)
    ]


@pytest.mark.parametrize(
    ("seen", "sure"),
    [
        (nights(0.1, 0.95, 1.0), True),
        (nights(0.95, 0.2, 1.0), None),  # not running
        (nights(0.95, None, 1.0), None),  # the night between was not seen
        (nights(0.95, 1.0, egg=True), None),
        (nights(1.0), None),
        (days(3, 2.5, 4), False),
        (days(3, 1, 4), None),
        (days(3, 3), None),
        (days(3, 3, 3, egg=True), None),
        (days(3, 3, 3, afternoon_seen=0.3), None),
        (nights(0.0, 0.1) + days(9, 9, 9), None),  # by night she is on the roost, and that was seen
        ([], None),
    ],
)
def test_a_broody_hen_is_told_by_her_nights_or_less_surely_by_her_afternoons(
    seen: list[NestDay], sure: bool | None
) -> None:
    hint = broody(GINGER, seen, RULES)
    assert (hint.sure if hint else None) == sure


def quiet(days_without: int, **changes: object) -> Seen:
    seen = Seen(
        GINGER, days_without, ever=True, quiet_days=days_without, quiet_gaps=[1, 2] * 10,
        visits_lately=4.0, visits_before=4.0, age=timedelta(days=700),
    )  # fmt: skip
    return replace(seen, **changes)  # type: ignore[arg-type] - fields by name


AUTUMN = {"shortening": True, "daylight": 11 * HOUR, "visits_lately": 0.5}


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        (quiet(4), None),
        (quiet(5), HintKind.STOPPED),
        (quiet(9, quiet_gaps=[1, 5] * 10), None),  # pauses of five days are nothing new of her
        (quiet(10, quiet_gaps=[1, 5] * 10), HintKind.STOPPED),
        (quiet(20, watched=0.4), None),
        (quiet(20, ever=False), None),
        (quiet(20, age=timedelta(weeks=20)), None),
        (quiet(20, age=timedelta(days=6 * 365)), None),
        (quiet(20, daylight=9 * HOUR, shortening=False), None),
        (quiet(20, **AUTUMN), HintKind.MOULT),
        (quiet(20, **AUTUMN, age=timedelta(days=6 * 365)), HintKind.MOULT),
        (quiet(20, **AUTUMN, age=timedelta(days=250)), HintKind.STOPPED),  # in her first autumn she mostly skips it
    ],
)
def test_a_pause_is_told_against_her_own_and_what_excuses_her_is_not(seen: Seen, kind: HintKind | None) -> None:
    hint = pause(seen, FIRST, RULES)
    assert (hint.kind if hint else None) == kind


def test_eggs_that_are_missing_are_asked_about_only_where_they_can_be_counted() -> None:
    assert [unaccounted(FIRST, missing, 1.0, RULES) is not None for missing in (None, -1, 0, 1)] == [False] * 3 + [True]
    assert unaccounted(FIRST, 9, 0.2, RULES) is None


def evenings(*counted: int, sure: float = 0.95) -> list[RoostEvening]:
    return [RoostEvening(FIRST + n * DAY, hens, 0, 12, sure) for n, hens in enumerate(counted)]


def gone(*hens: HenId, days_ago: int = 1) -> list[tuple[HenId, date]]:
    return [(hen, FIRST + (3 - days_ago) * DAY) for hen in hens]


@pytest.mark.parametrize(
    ("counted", "unseen", "hen"),
    [
        (evenings(12, 12, 12, 11), gone(GINGER), GINGER),
        (evenings(12, 12, 12, 11), gone(GINGER, OLIVE), None),
        (evenings(12, 12, 12, 12), gone(GINGER), "nothing"),  # all came home
        (evenings(11, 11, 11, 11), gone(GINGER), "nothing"),  # one always sleeps where no camera sees her
        (evenings(12, 12, 12, 11, sure=0.6), gone(GINGER), "nothing"),
        (evenings(12, 12, 12, 11), [], "nothing"),
        ([], gone(GINGER), "nothing"),
    ],
)
def test_a_hen_is_missed_only_where_the_roost_could_have_seen_her(
    counted: list[RoostEvening], unseen: list[tuple[HenId, date]], hen: object
) -> None:
    hint = not_seen(counted, unseen, RULES)
    assert (hint.hen if hint else "nothing") == hen


def test_only_a_hen_that_may_be_in_trouble_now_rings() -> None:
    assert [kind for kind in HintKind if Hint(kind, GINGER, "x").rings] == [HintKind.LONG_SITTING]


def test_each_threshold_can_be_configured_and_tells_where_it_comes_from() -> None:
    assert CareSection().rules == RULES
    told = CareRules.__doc__ or ""
    for one in fields(CareRules):
        assert re.search(rf"^ +{one.name}: ", told, re.MULTILINE), one.name
    assert "MSD Veterinary Manual" in told and "Freire" in told

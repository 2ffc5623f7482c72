"""When a hen counts as recognised less well than before."""

from datetime import timedelta

import pytest

from henbot.domain.drift import Drift, DriftRules, Sureness, drift
from henbot.domain.observations import HenId
from tests.coop_builder import oct4

GINGER = HenId("ginger")
NOW = oct4(20)
DAY = timedelta(days=1)
USUAL = (0.97, 0.92, 0.99, 0.85, 0.95, 0.9)


def month(lately: list[float], usual: tuple[float, ...] = USUAL) -> list[Sureness]:
    """A bout a day of the month before, and of the last five days in turn."""
    before = [Sureness(NOW - DAY * (6 + back), usual[back % len(usual)]) for back in range(24)]
    return [*before, *(Sureness(NOW - DAY * (index % 5) - DAY / 4, one) for index, one in enumerate(lately))]


def test_a_hen_whose_matches_weaken_over_days_has_drifted() -> None:
    found = drift(GINGER, month([0.5, 0.7, 0.6, 0.65, 0.4]), NOW)
    assert found is not None
    assert found == Drift(GINGER, pytest.approx(0.935), 0.6, 5)


@pytest.mark.parametrize(
    "lately",
    [
        [0.95, 0.9, 0.99, 0.92, 0.97],  # as ever
        [0.95, 0.9, 0.5, 0.4, 0.97],  # two bad days
        [0.85, 0.82, 0.84, 0.83, 0.81],  # less sure, but named
        [0.5, 0.6, 0.4],  # too few
    ],
)
def test_a_hen_who_is_recognised_well_enough_has_not(lately: list[float]) -> None:
    assert drift(GINGER, month(lately), NOW) is None


def test_one_bad_day_is_no_drift_however_often_she_came() -> None:
    bad = [Sureness(NOW - timedelta(hours=hour), 0.3) for hour in range(8)]
    assert drift(GINGER, [*month([]), *bad], NOW) is None


def test_a_hen_who_was_never_recognised_well_has_not_drifted() -> None:
    assert drift(GINGER, month([0.5, 0.45, 0.55, 0.5, 0.6], usual=(0.5, 0.6, 0.55)), NOW) is None


def test_without_a_past_nothing_is_said() -> None:
    few = month([0.3] * 5)[-12:]
    assert len([one for one in few if one.at < NOW - DAY * 5]) < DriftRules().least_earlier
    assert drift(GINGER, few, NOW) is None

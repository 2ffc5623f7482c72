"""Batches and pictures fit the memory that is free, and shrink when it was not enough."""

from pathlib import Path

import pytest

from detector.training.memory import LARGEST, Plan, available_bytes, fitting, with_less_memory
from henbot.domain.errors import TrainingFailed


class ResourceExhausted(Exception):
    """Stands for TensorFlow's error of that name."""


class Hungry:
    """Training that wants a plan of at most so many bytes, and notes what was tried."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.tried: list[Plan] = []

    def __call__(self, plan: Plan) -> Plan:
        self.tried.append(plan)
        if plan.bytes > self.most:
            raise ResourceExhausted if len(self.tried) % 2 else MemoryError
        return plan


def test_plenty_of_memory_takes_the_largest_plan() -> None:
    assert fitting(64 * 1024**3) == LARGEST


def test_little_memory_takes_smaller_batches_and_then_smaller_pictures() -> None:
    plans = [fitting(megabytes * 1_000_000) for megabytes in (2000, 1720, 1620, 1520, 100)]
    assert [plan.bytes for plan in plans] == sorted((plan.bytes for plan in plans), reverse=True)
    assert plans[0].side == 224
    assert (plans[-1].batch, plans[-1].side) == (4, 128)


def test_a_batch_that_does_not_fit_is_halved_until_it_does() -> None:
    hungry = Hungry(Plan(8).bytes)
    assert with_less_memory(hungry, Plan(32), (MemoryError, ResourceExhausted)) == Plan(8)
    assert hungry.tried == [Plan(32), Plan(16), Plan(8)]


def test_pictures_shrink_when_the_smallest_batch_is_too_much() -> None:
    hungry = Hungry(Plan(4, 160).bytes)
    assert with_less_memory(hungry, Plan(4), (MemoryError, ResourceExhausted)) == Plan(4, 160)


def test_when_nothing_fits_the_keeper_is_told_what_to_do() -> None:
    with pytest.raises(TrainingFailed, match=r"even with 4 pictures of 128 pixels .* close other programs"):
        with_less_memory(Hungry(0), Plan(8), (MemoryError, ResourceExhausted))


def test_other_errors_are_no_reason_to_try_again() -> None:
    def broken(plan: Plan) -> Plan:
        raise ValueError(plan)

    with pytest.raises(ValueError, match="batch=32"):
        with_less_memory(broken, LARGEST)


def test_a_containers_limit_counts(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("500000000\n")
    (tmp_path / "memory.current").write_text("300000000\n")
    assert available_bytes(tmp_path) == 200_000_000
    (tmp_path / "memory.max").write_text("max\n")
    assert available_bytes(tmp_path) > 0

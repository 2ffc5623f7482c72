"""Batches and pictures as large as memory allows, and smaller ones when it turns out not to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import structlog

from detector.crops import CROP_SIDE
from henbot.domain.errors import TrainingFailed

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

ALONE_BYTES = 900_000_000
"""What TensorFlow, OpenCV, LiteRT and the network with its gradients take before the first batch; `PICTURE_BYTES` is
what one more picture of 224 pixels in a batch takes, forward and back through the last two stages. Peaks of 832 MB with
batches of 4, 1020 MB with 32, and 911 MB with 32 of 160 pixels (TensorFlow 2.21, x86-64); the rest is for the crops.
"""

PICTURE_BYTES = 7_000_000
SHARE = 0.6
"""Of the memory that is free; the rest is for the worker, which may be looking at pictures meanwhile."""

CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Plan:
    """How training goes through pictures: so many at once, each this many pixels wide and high."""

    batch: int
    side: int = CROP_SIDE

    @property
    def bytes(self) -> int:
        """An estimate of the memory that it takes."""
        return ALONE_BYTES + round(self.batch * PICTURE_BYTES * (self.side / CROP_SIDE) ** 2)

    def smaller(self) -> "Plan | None":
        """Half of it: the batch first, since a smaller picture shows less of a hen; None from the smallest."""
        if self.batch > SMALLEST_BATCH:
            return Plan(self.batch // 2, self.side)
        side = next((side for side in SIDES if side < self.side), None)
        return None if side is None else Plan(SMALLEST_BATCH, side)


SIDES = (CROP_SIDE, 192, 160, 128)
"""The trunk gives maps of side / 16, so only multiples of 32 go through its strides without a rest."""

LARGEST, SMALLEST_BATCH = Plan(32), 4


def available_bytes(cgroup: Path = CGROUP) -> int:
    """Memory that may still be taken, by the machine and, in a container, by its limit."""
    import psutil  # Of the extra `train`: heads are fitted without it.

    free = int(psutil.virtual_memory().available)
    try:
        limit = int((cgroup / "memory.max").read_text())
        used = int((cgroup / "memory.current").read_text())
    except (OSError, ValueError):  # No container, or one without a limit, whose file says `max`.
        return free
    return min(free, max(limit - used, 0))


def fitting(available: int) -> Plan:
    """The largest plan that leaves some of the available bytes free, or the smallest one."""
    plan = LARGEST
    while plan.bytes > SHARE * available and (less := plan.smaller()) is not None:
        plan = less
    return plan


def with_less_memory(
    run: Callable[[Plan], Result], plan: Plan, exhausted: tuple[type[Exception], ...] = (MemoryError,)
) -> Result:
    """Run with a plan; each time that memory runs out, with half of it.

    Raises:
        TrainingFailed: the smallest plan does not fit either.
    """
    while True:
        try:
            return run(plan)
        except exhausted as error:
            less = plan.smaller()
            if less is None:
                raise TrainingFailed(
                    f"memory runs out even with {plan.batch} pictures of {plan.side} pixels at once; "
                    "close other programs, train on another machine, or train without --fine-tune"
                ) from error
            log.warning("training.out_of_memory", batch=plan.batch, side=plan.side, next=f"{less.batch}x{less.side}")
            plan = less

"""How far a training is, by looks at pictures, which are nearly all that takes time: so that it goes evenly."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from detector.training.dataset import LabelledNest
from detector.training.study import RELIT_EMPTY, copies_of
from henbot.domain.observations import UNKNOWN

Report = Callable[[str, float], None]
"""Told a phase, a word, and how far the whole is, 0..1; may raise to end the training."""

MOST = 0.99
"""How far it is at most before it has ended."""


class Stages:
    """Stages of known length one after the other, each in looks at pictures."""

    def __init__(self, lengths: Sequence[float], report: Report) -> None:
        self._left = list(lengths)
        self._all = max(sum(lengths), 1.0)
        self._before = 0.0
        self._looks = 0.0
        self._phase = ""
        self._report = report

    @contextmanager
    def stage(self, phase: str) -> Iterator[None]:
        """The next stage: it is as long as was said, whatever it takes in truth."""
        length = self._left[0]
        self._phase, self._looks = phase, 0.0
        self.look(0.0)
        try:
            yield
        finally:
            self._before += self._left.pop(0)
        assert length >= 0

    def look(self, looks: float) -> None:
        """Something was looked at."""
        self._looks += looks
        length = self._left[0] if self._left else 0.0
        self._report(self._phase, min(MOST, (self._before + min(self._looks, length)) / self._all))


def looks_of(rows: Sequence[LabelledNest]) -> float:
    """Looks at pictures that a training on these rows takes, if none was seen before."""
    empty = sum(row.hens == 0 and row.sure("hens") for row in rows)
    relit, painted = copies_of(len(rows), sum(bool(row.hens) for row in rows))
    return len(rows) * (1 + relit) + empty * RELIT_EMPTY + repainted_of(rows) * painted


def repainted_of(rows: Sequence[LabelledNest]) -> int:
    """Rows whose bird is repainted."""
    return sum(row.hens == 1 and row.hen not in {None, UNKNOWN} for row in rows)

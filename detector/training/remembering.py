"""A backbone that looks at each picture once: a training, its learning curve and the version it ends in share most of
their pictures and relit copies.
"""

import hashlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from detector.backbone import OUTPUT_SHAPES, Backbone, Features
from detector.crops import Pixels
from detector.training.memory import available_bytes

BYTES = 2 * sum(int(np.prod(shape)) for shape in OUTPUT_SHAPES.values())
"""Of one picture's features at half precision, as the network's own weights have: 80 kB."""

MOST = 3000
"""Pictures that are remembered at most: a quarter of a gigabyte. On disk, where they would cost no memory, writing them
made the live worker's own writing wait for seconds.
"""

SHARE = 0.25
"""Of the memory that is free, that is used for it."""

REMEMBERED_COST = 0.05
"""What a picture costs that was seen before, in looks at one that was not."""


class RememberingBackbone(Backbone):
    """The stock network, and what it has seen, as far as memory goes."""

    def __init__(self, tick: Callable[[float], None] = lambda looks: None, most: int | None = None) -> None:
        """Load the network.

        Args:
            tick: called after each look with what it cost: 1 for a new one, `REMEMBERED_COST` for another.
            most: pictures to remember, further ones are looked at each time; by default as many as memory allows.
        """
        super().__init__()
        self.tick = tick
        self._seen: dict[bytes, dict[str, NDArray[np.float16]]] = {}
        self._most = min(MOST, _affordable()) if most is None else most

    def features(self, crop: Pixels) -> Features:
        """As `Backbone.features`, at half precision."""
        key = hashlib.blake2b(crop.tobytes(), digest_size=16).digest()
        seen = self._seen.get(key)
        if seen is None:
            found = super().features(crop)
            seen = {name: getattr(found, name).astype(np.float16) for name in OUTPUT_SHAPES}
            if len(self._seen) < self._most:
                self._seen[key] = seen
            self.tick(1.0)
        else:
            self.tick(REMEMBERED_COST)
        return Features(**{name: values.astype(np.float32) for name, values in seen.items()})


def _affordable() -> int:
    try:
        return int(SHARE * available_bytes()) // BYTES
    except ImportError:  # without the extra `train` nothing tells
        return MOST

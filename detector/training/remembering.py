"""A backbone that looks at each picture once: a training, its learning curve and the version it ends in share most of
their pictures and relit copies.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from detector.backbone import OUTPUT_SHAPES, Backbone, Features, Floats
from detector.crops import Pixels

FLOATS = sum(int(np.prod(shape)) for shape in OUTPUT_SHAPES.values())
BYTES = 4 * FLOATS
"""Of one picture's features: 160 kB."""

MOST = 3000
"""Pictures that are remembered: half a gigabyte at most, on disk, where the machine's spare memory serves it."""

REMEMBERED_COST = 0.05
"""What a picture costs that was seen before, in looks at one that was not."""


class RememberingBackbone(Backbone):
    """The stock network, with a file of what it has seen; the file is as lasting as its folder."""

    def __init__(self, folder: Path, tick: Callable[[float], None] = lambda looks: None, most: int = MOST) -> None:
        """Load the network.

        Args:
            folder: where to remember.
            tick: called after each look with what it cost: 1 for a new one, `REMEMBERED_COST` for another.
            most: pictures to remember; further ones are looked at each time.
        """
        super().__init__()
        self.tick = tick
        self._path = folder / "features"
        self._path.touch()
        self._places: dict[bytes, int] = {}
        self._most = most

    def features(self, crop: Pixels) -> Features:
        """As `Backbone.features`."""
        key = hashlib.blake2b(crop.tobytes(), digest_size=16).digest()
        place = self._places.get(key)
        if place is not None:
            found = self._recall(place)
            self.tick(REMEMBERED_COST)
            return found
        found = super().features(crop)
        self._remember(key, found)
        self.tick(1.0)
        return found

    def _remember(self, key: bytes, found: Features) -> None:
        if len(self._places) >= self._most:
            return
        content = b"".join(np.ascontiguousarray(getattr(found, name)).tobytes() for name in OUTPUT_SHAPES)
        try:
            with self._path.open("ab") as file:
                file.write(content)
        except OSError:  # the disk is full: it works all the same, more slowly
            self._most = 0
            return
        self._places[key] = len(self._places)

    def _recall(self, place: int) -> Features:
        flat: Floats = np.fromfile(self._path, np.float32, FLOATS, offset=place * BYTES)
        parts, start = {}, 0
        for name, shape in OUTPUT_SHAPES.items():
            size = int(np.prod(shape))
            parts[name] = flat[start : start + size].reshape(shape)
            start += size
        return Features(**parts)

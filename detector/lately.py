"""What was lately computed of pictures, so that several versions that look at one frame do not compute it twice."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from detector.crops import Pixels

T = TypeVar("T")


class Lately(Generic[T]):
    """A costly look at crops that keeps its last answers; one thread looks at a time."""

    def __init__(self, look: Callable[[Pixels], T], most: int) -> None:
        """Begin with nothing.

        Args:
            look: what is costly; not safe in two threads at once.
            most: answers that are kept; 0 for none.
        """
        self._look = look
        self._most = most
        self._kept: OrderedDict[bytes, T] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, crop: Pixels) -> T:
        """The answer of a crop: of one of the last ones, if these are the same pixels."""
        if not self._most:
            with self._lock:
                return self._look(crop)
        key = hashlib.blake2b(crop.tobytes(), digest_size=16).digest()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = self._look(crop)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            return self._kept[key]

    def forget(self) -> None:
        """Compute all anew."""
        with self._lock:
            self._kept.clear()

"""The shipped networks, loaded once for all versions that look at the same cameras."""

from dataclasses import dataclass

from detector.backbone import StockNet
from detector.eggs import EggNet

REMEMBERED = 8
"""Nests' crops of which the features are kept: those of the frame that several versions look at. 160 kB each."""

REMEMBERED_EGGS = 4
"""The same for the egg net, 1.2 MB each."""


@dataclass(frozen=True, slots=True)
class Networks:
    """Networks that versions share; without them, each loads its own (65 MB of memory)."""

    stock: StockNet
    eggs: EggNet

    @classmethod
    def load(cls) -> "Networks":
        """Load them.

        Raises:
            ModelLoadFailed: one of them is not what it should be.
        """
        return cls(StockNet(remembered=REMEMBERED), EggNet(remembered=REMEMBERED_EGGS))

    def forget(self) -> None:
        """Look at the next crops anew, so that the time which a version takes is its own."""
        self.stock.forget()
        self.eggs.forget()

"""What looks at a coop of which nothing is labelled: the backbone's own classes, and what is strange in a nest."""

from pathlib import Path

import numpy as np

from detector.backbone import Backbone, Features, StockNet
from detector.background import NestBackground
from detector.birds import bird_evidence
from detector.crops import Pixels, quality_of, shows_nothing
from detector.recognition import NOTHING_SEEN, STRANGER, TWO_PRIOR, Recognition
from detector.watching import WatchingRecogniser
from henbot.domain.observations import ModelId, NestId

STOCK_VERSION = ModelId("stock")

STOCK_WEIGHTS = (2.0, 11.6)
"""Slope and offset from log(cock + hen) of ImageNet to the log-odds of a hen: even odds at 0.003, above which lie, of
chickencam, chookegg and henhouse, 39, 80 and 50 % of the occupied nests and 0, 0 and 5 % of the empty ones.
"""

STRANGENESS_WEIGHTS = (1.5, -1.5)
"""Slope and offset from a nest's strangeness to the log-odds of a hen."""


class StockRecogniser(WatchingRecogniser):
    """Without any version: it is a bird, or the nest looks unusual; who she is, and how she sits, it cannot tell."""

    def _answer(self, crop: Pixels, features: Features, nest: NestId, known: NestBackground) -> Recognition:
        hens = NOTHING_SEEN if shows_nothing(crop) else stock_hens(features, known.strangeness(features))
        return Recognition(hens, (STRANGER, STRANGER), quality_of(crop))


def stock_hens(features: Features, strangeness: float | None = None) -> tuple[float, ...]:
    """Probabilities of 0, 1, 2 hens from a nest's strangeness, or where it is unknown from the classes cock and hen."""
    slope, offset = STOCK_WEIGHTS if strangeness is None else STRANGENESS_WEIGHTS
    odds = slope * (bird_evidence(features) if strangeness is None else strangeness) + offset
    occupied = float(1.0 / (1.0 + np.exp(-odds)))
    return (1.0 - occupied, occupied * (1.0 - TWO_PRIOR), occupied * TWO_PRIOR)


def stock_recogniser(
    folder: Path | None = None, roosts: frozenset[NestId] = frozenset(), stock: StockNet | None = None
) -> StockRecogniser:
    """What serves where there is no version, with the folder where it keeps what nests look like, and the network.

    Raises:
        ModelLoadFailed: the shipped backbone cannot be loaded.
    """
    return StockRecogniser(STOCK_VERSION, Backbone(stock=stock), folder, roosts)

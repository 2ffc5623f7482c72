"""A trained version in a coop that it never saw: what hens look like is known from elsewhere, the nests by watching."""

from pathlib import Path

from detector.backbone import Features
from detector.background import NestBackground
from detector.crops import Pixels
from detector.recognition import Recognition, TrainedRecogniser
from detector.watching import WatchingRecogniser
from henbot.domain.observations import NestId


class ElsewhereRecogniser(WatchingRecogniser):
    """Says what the version says, which counts how strange a nest looks among its own pictures."""

    def __init__(
        self, trained: TrainedRecogniser, folder: Path | None = None, roosts: frozenset[NestId] = frozenset()
    ) -> None:
        super().__init__(trained.version, trained.backbone, folder, roosts)
        self.trained = trained

    def _answer(self, crop: Pixels, features: Features, nest: NestId, known: NestBackground) -> Recognition:
        return self.trained.answer(crop, features, nest, known.strangeness(features))

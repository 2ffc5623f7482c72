"""Recognisers that learn by watching a nest that nobody labelled."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from detector.backbone import Backbone, Features
from detector.background import FEWEST
from detector.crops import Pixels
from detector.frame import Frame
from detector.pipeline import Pipeline
from detector.roost import UNTOLD
from detector.stock import STOCK_VERSION, StockRecogniser
from henbot.config import CameraConfig
from henbot.domain.observations import CameraId, NestId

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
NEST, ROOST = NestId("nest"), NestId("roost")


class DrawnBackbone(Backbone):
    """Says of a crop what its left half shows; a hen's classes are never more than a hint."""

    def __init__(self) -> None:
        """Without a network."""

    def features(self, crop: Pixels) -> Features:
        """A map of which every place is the crop's first colours."""
        colour = crop[0, :112].astype(np.float32).reshape(-1)[:320] + 1.0
        project = np.tile(colour, (7, 7, 1))
        classes = np.full(1000, 0.001, np.float32)
        return Features(np.tile(colour[:112], (14, 14, 1)), project, np.tile(colour, 4), classes)

    def each(self, crops: Pixels) -> Iterator[Features]:
        """One crop after the other."""
        return (self.features(crop) for crop in crops)


def drawn(folder: Path | None = None) -> StockRecogniser:
    return StockRecogniser(STOCK_VERSION, DrawnBackbone(), folder, frozenset({ROOST}))


def crop(seed: int) -> Pixels:
    """Another seed shows quite another thing."""
    other = np.random.default_rng(seed).integers(0, 255, (1, 224, 224, 3))
    grain = np.random.default_rng().integers(0, 20, (1, 224, 224, 3))
    return np.asarray(np.clip(other + grain, 0, 255), np.uint8)


def hen_after_watching(recogniser: StockRecogniser, begin: datetime = NOON) -> float:
    for minute in range(0, 5 * FEWEST, 5):
        recogniser.watch(crop(1), [NEST], begin + timedelta(minutes=minute))
    return 1 - recogniser.recognise(crop(2), [NEST])[0].hens_probabilities[0]


def test_a_nest_that_was_watched_makes_what_is_new_there_likelier_a_hen() -> None:
    recogniser = drawn()
    assert hen_after_watching(recogniser) > 1 - recogniser.recognise(crop(1), [NEST])[0].hens_probabilities[0]


def test_recognising_alone_teaches_nothing() -> None:
    recogniser = drawn()
    first, *others = [recogniser.recognise(crop(1), [NEST])[0].hens_probabilities for _ in range(2 * FEWEST)]
    assert all(other == first for other in others)


def test_a_restarted_worker_goes_on_with_what_it_learned(tmp_path: Path) -> None:
    hen_after_watching(drawn(tmp_path))
    again, fresh = drawn(tmp_path), drawn()
    for minute in range(30):
        for recogniser in (again, fresh):
            recogniser.watch(crop(1), [NEST], NOON + timedelta(hours=2, minutes=minute))
    told, untold = (one.recognise(crop(1), [NEST])[0].hens_probabilities[0] for one in (again, fresh))
    assert told > untold


def test_a_replay_from_the_start_does_not_know_what_a_run_before_it_saw(tmp_path: Path) -> None:
    hen_after_watching(drawn(tmp_path))
    earlier, picture = NOON - timedelta(days=1), crop(2)
    again = drawn(tmp_path).watch(picture, [NEST], earlier)[0]
    fresh = drawn().watch(picture, [NEST], earlier)[0]
    assert again.hens_probabilities == fresh.hens_probabilities


def test_a_spoilt_background_is_begun_afresh(tmp_path: Path) -> None:
    hen_after_watching(drawn(tmp_path))
    for file in tmp_path.iterdir():
        file.write_bytes(b"half of one")
    assert 0 < hen_after_watching(drawn(tmp_path)) < 1


def test_a_roost_is_not_looked_at_as_a_nest(tmp_path: Path) -> None:
    recogniser = drawn(tmp_path)
    for minute in range(0, 5 * FEWEST, 5):
        recogniser.watch(crop(1), [ROOST], NOON + timedelta(minutes=minute))
    (said,) = recogniser.recognise(crop(2), [ROOST])
    assert (said.hens_probabilities, said.birds, list(tmp_path.iterdir())) == (UNTOLD, (), [])


def test_a_camera_teaches_while_it_serves() -> None:
    recogniser = drawn()
    camera = CameraConfig.model_validate(
        {
            "id": "cam",
            "trigger": "motion",
            "source": {"kind": "folder", "path": "frames", "timestamp": "none"},
            "nests": [{"id": "nest", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}],
        }
    )
    pipeline = Pipeline(camera, recogniser)
    before = recogniser.recognise(crop(2), [NEST])[0].hens_probabilities
    for minute in range(0, 5 * FEWEST, 5):
        pipeline.observe(Frame(CameraId("cam"), NOON + timedelta(minutes=minute), crop(1)[0]))
    after = recogniser.recognise(crop(2), [NEST])[0].hens_probabilities
    assert before != after

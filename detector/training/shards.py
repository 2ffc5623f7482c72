"""The trunk's maps of pictures and their relit copies, on disk, and read from there in sequence by `tf.data`.

Fine-tuning changes only the last two stages, so what the ones before say of a picture is computed once (8 ms) and not
in every pass. A file holds records of one length: three labels (int8, -1 for none), a zero, the map (float16), so that
`tf.data.FixedLengthRecordDataset` reads it without holding more than a few hundred maps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.backbone import Floats, Trunk
from detector.training.augment import Relighting, relight
from detector.training.study import Picture
from henbot.domain.observations import UNKNOWN, Posture

QUESTIONS = ("hens", "posture", "hen")
STRIDE, CHANNELS = 16, 112
HEADER = 4
LEAST_OF_A_CLASS = 3
SHUFFLED = 256
"""Maps held while their order is shuffled: 11 MB."""

GROUPS = ("none", "some")
"""Pictures without and with hens lie in files of their own, so that batches can take as many of each."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The classes of each question that can be learned, by `QUESTIONS`' names."""

    classes: Mapping[str, tuple[str, ...]]

    def label(self, question: str, picture: Picture) -> int:
        """The class's number, or -1 where the picture does not tell or nobody is sure."""
        said = _said(question, picture)
        known = self.classes.get(question, ())
        return known.index(said) if said in known else -1

    def labels(self, picture: Picture) -> list[int]:
        """All three."""
        return [self.label(question, picture) for question in QUESTIONS]


def answers_of(pictures: Sequence[Picture]) -> Answers:
    """Classes with at least three pictures each, of questions with at least two such classes."""
    found = {}
    for question in QUESTIONS:
        given = [_said(question, picture) for picture in pictures]
        often = {said: given.count(said) for said in set(given) if said}
        classes = tuple(sorted(said for said, count in often.items() if count >= LEAST_OF_A_CLASS))
        if len(classes) > 1:
            found[question] = classes
    return Answers(found)


def _said(question: str, picture: Picture) -> str:
    row = picture.row
    if not row.sure(question):
        return ""
    if question == "hens":
        return str(min(row.hens or 0, 2))
    if question == "posture":
        return str(row.posture) if row.hens and row.posture is not Posture.PERCHED else ""
    return f"{picture.coop}/{row.hen}" if row.hens == 1 and row.hen != UNKNOWN else ""


@dataclass(frozen=True, slots=True)
class Shards:
    """A folder of such files; copy 0 is the pictures as they were.

    Attributes:
        side: pixels of the pictures.
        copies: how many of each picture, itself included.
    """

    folder: Path
    side: int
    copies: int

    def path(self, group: str, copy: int) -> Path:
        """One copy of one group's pictures."""
        return self.folder / f"{group}-{self.side}-{copy:02d}.maps"

    def write(
        self,
        pictures: Sequence[Picture],
        answers: Answers,
        relighting: Relighting,
        seed: int,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        """Write what is not there yet; a file appears when it is whole. `tick` is called once a picture and copy."""
        trunk = Trunk(self.side)
        for copy in range(self.copies):
            for group in GROUPS:
                inside = [(i, p) for i, p in enumerate(pictures) if group_of(p) == group]
                path = self.path(group, copy)
                if not inside or path.is_file():
                    continue
                half = path.with_suffix(".half")
                with half.open("wb") as file:
                    for index, picture in inside:
                        crop = picture.crop
                        if copy:
                            crop = relight(crop, np.random.default_rng([seed, 7, copy, index]), relighting)
                        shown = cv2.resize(crop, (self.side, self.side), interpolation=cv2.INTER_AREA)
                        file.write(record(trunk.middle(np.asarray(shown, np.uint8)), answers.labels(picture)))
                        tick()
                half.replace(path)

    def stream(self, weights: Mapping[str, float], seed: int) -> Any:
        """An endless `tf.data` stream of (map, labels): float32 (side/16, side/16, 112) and int32 (3,).

        Args:
            weights: the share of each group that has pictures.
            seed: of the order; another one for each epoch.
        """
        import tensorflow as tf

        order = np.random.default_rng(seed).permutation(self.copies)
        streams = [
            self._read([self.path(group, int(copy)) for copy in order]).shuffle(SHUFFLED, seed=seed).repeat()
            for group in weights
        ]
        return tf.data.Dataset.sample_from_datasets(streams, list(weights.values()), seed=seed)

    def real(self, groups: Sequence[str]) -> Any:
        """The pictures as they were, once, in their order."""
        return self._read([self.path(group, 0) for group in groups])

    def _read(self, paths: Sequence[Path]) -> Any:
        import tensorflow as tf

        places = self.side // STRIDE
        length = HEADER + places * places * CHANNELS * 2

        def parse(content: Any) -> tuple[Any, Any]:
            labels = tf.io.decode_raw(tf.strings.substr(content, 0, len(QUESTIONS)), tf.int8)
            values = tf.io.decode_raw(tf.strings.substr(content, HEADER, length - HEADER), tf.float16)
            return tf.cast(tf.reshape(values, (places, places, CHANNELS)), tf.float32), tf.cast(labels, tf.int32)

        return tf.data.FixedLengthRecordDataset([str(path) for path in paths], length).map(parse)


def group_of(picture: Picture) -> str:
    """Which file a picture lies in."""
    return GROUPS[bool(picture.row.hens)]


def record(middle: Floats, labels: Sequence[int]) -> bytes:
    """One picture's part of a file."""
    header: NDArray[np.int8] = np.asarray([*labels, 0], np.int8)
    return header.tobytes() + middle.astype(np.float16).tobytes()

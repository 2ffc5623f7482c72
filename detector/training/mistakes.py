"""What a candidate gets wrong on held-out labels, as a sheet of crops with numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from detector.crops import Pixels
from detector.training.comparison import ANSWERS
from detector.training.dataset import Dataset, LabelledNest, crops_of
from detector.training.evaluate import Judged

MOST = 6
COLUMNS = 3
SIDE = 336
"""Pixels of a crop on the sheet: legible on a phone."""

GAP = 8
QUALITY = 88


@dataclass(frozen=True, slots=True)
class Mistake:
    """A held-out picture that is read wrongly: the label, and what is said instead."""

    row: LabelledNest
    question: str
    truth: str
    said: str

    def told(self) -> dict[str, str]:
        """As JSON."""
        return {"question": self.question, "truth": self.truth, "said": self.said}


def mistakes_of(judged: Sequence[Judged]) -> tuple[Mistake, ...]:
    """Up to six pictures, hens before all else, and a second one of the same confusion only where there is room."""
    found: list[Mistake] = []
    for name in ("hen", "hens", "posture", "eggs"):
        for row, said in judged:
            pair = ANSWERS[name](row, said)
            if pair is not None and pair[0] != pair[1] and all(one.row is not row for one in found):
                found.append(Mistake(row, name, *pair))
    return tuple(_one_of_each_first(found)[:MOST])


def _one_of_each_first(found: Iterable[Mistake]) -> list[Mistake]:
    seen: dict[tuple[str, str, str], int] = {}
    ranked = []
    for place, one in enumerate(found):
        key = (one.question, one.truth, one.said)
        ranked.append((seen.get(key, 0), place, one))
        seen[key] = seen.get(key, 0) + 1
    return [one for _, _, one in sorted(ranked, key=lambda entry: entry[:2])]


def contact_sheet(part: Dataset, mistakes: Sequence[Mistake]) -> tuple[tuple[Mistake, ...], bytes]:
    """A JPEG of their crops in their order, each with its number; and those that could be read."""
    crops = [crop for _, crop in crops_of(part, [one.row for one in mistakes])]
    shown = [(one, crop) for one, crop in zip(mistakes, crops, strict=True) if crop is not None]
    return tuple(one for one, _ in shown), numbered_sheet([crop for _, crop in shown])


def numbered_sheet(crops: Sequence[Pixels]) -> bytes:
    """A JPEG of square pictures, uint8 RGB, in rows, each with its number; nothing of none."""
    if not crops:
        return b""
    columns = min(COLUMNS, len(crops)) if len(crops) != 4 else 2
    rows = -(-len(crops) // columns)
    sheet = np.full((rows * (SIDE + GAP) + GAP, columns * (SIDE + GAP) + GAP, 3), 255, np.uint8)
    for place, crop in enumerate(crops):
        top, left = (GAP + (place // columns) * (SIDE + GAP), GAP + (place % columns) * (SIDE + GAP))
        sheet[top : top + SIDE, left : left + SIDE] = _numbered(crop, place + 1)
    _, content = cv2.imencode(".jpg", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return content.tobytes()


def _numbered(crop: Pixels, number: int) -> Pixels:
    large = cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    cv2.circle(large, (34, 34), 26, (255, 255, 255), -1, cv2.LINE_AA)
    cv2.putText(large, str(number), (23, 45), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (20, 20, 20), 3, cv2.LINE_AA)
    return np.asarray(large, np.uint8)

"""The worst mistakes as one picture: for looking at, never for committing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.figures import is_nest, judged
from benchmarks.accuracy.jobs import Outcome
from benchmarks.accuracy.parts import Row, data_folder, sure
from detector.crops import cut
from detector.training.dataset import load_dataset, read_picture

WORST = 20
COLUMNS = 5
SIDE = 300
LINE = 18


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong answer, and how sure it was of it (0..1)."""

    dataset: str
    row: Row
    what: str
    sureness: float


def worst_mistakes(outcomes: Sequence[Outcome]) -> list[Mistake]:
    """The surest wrong answers, one a frame and nest, over everything that was judged."""
    found: dict[tuple[str, str, str], Mistake] = {}
    for one in outcomes:
        for row, said in judged([one], is_nest):
            for mistake in _mistakes(one.job.judge.dataset, row, said):
                key = (mistake.dataset, row["file"], row["nest"])
                if key not in found or found[key].sureness < mistake.sureness:
                    found[key] = mistake
    return sorted(found.values(), key=lambda mistake: -mistake.sureness)[:WORST]


def _mistakes(dataset: str, row: Row, said: dict[str, Any]) -> list[Mistake]:
    found = []
    if sure(row, "hens") and (row["hens"] != "0") != (said["hens"] > 0):
        share = said["hens_probabilities"][str(said["hens"])]
        found.append(Mistake(dataset, row, f"hens {row['hens']}, said {said['hens']} {share:.2f}", share))
    if row["hens"] == "1" and sure(row, "hens") and said["hens"]:
        if sure(row, "posture") and said["posture"] not in {None, row["posture"]}:
            share = said["posture_probabilities"][said["posture"]]
            found.append(Mistake(dataset, row, f"{row['posture']}, said {said['posture']} {share:.2f}", share))
        if sure(row, "hen") and said["hen"] not in {None, "unknown", row["hen"]}:
            share = said["hen_probabilities"][said["hen"]]
            found.append(Mistake(dataset, row, f"{row['hen']}, said {said['hen']} {share:.2f}", share))
    if row["hens"] == "0" and sure(row, "eggs") and said["eggs"] is not None and said["eggs"] != int(row["eggs"]):
        share = said["eggs_probabilities"].get(str(said["eggs"]), 0.0)
        found.append(Mistake(dataset, row, f"eggs {row['eggs']}, said {said['eggs']} {share:.2f}", share))
    return found


def write_sheet(mistakes: Sequence[Mistake], path: Path) -> None:
    """A picture of the nests with what they show and what was said, in rows of five."""
    tiles = [_tile(mistake) for mistake in mistakes]
    if not tiles:
        return
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % COLUMNS)
    rows = [np.hstack(tiles[start : start + COLUMNS]) for start in range(0, len(tiles), COLUMNS)]
    cv2.imwrite(str(path), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


def _tile(mistake: Mistake) -> NDArray[np.uint8]:
    folder = data_folder() / mistake.dataset
    row = mistake.row
    nest = next(one for one in load_dataset(folder).nests.values() if one.id == row["nest"])
    tile = np.zeros((SIDE + 2 * LINE, SIDE, 3), np.uint8)
    picture = read_picture(folder / "frames" / row["file"])
    if picture is not None:
        tile[2 * LINE :] = cv2.resize(cut(picture, nest.polygon), (SIDE, SIDE))
    for number, words in enumerate((mistake.what, f"{row['file'][-22:-4]} {row['nest']}")):
        place = (4, LINE * (number + 1) - 5)
        cv2.putText(tile, words, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 0), 1, cv2.LINE_AA)
    return tile

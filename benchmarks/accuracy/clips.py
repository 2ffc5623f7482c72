"""Which pictures of a set without times are near-copies, so that folds keep them together."""

import numpy as np

from benchmarks.accuracy.parts import data_folder, day_of, read_rows
from detector.backbone import Backbone
from detector.training.dataset import crops_of, load_dataset
from detector.training.folds import clips_of, folds_of


def clip_of(dataset: str, count: int) -> dict[str, str]:
    """The fold of each picture, by file: its clip's, and clips with hens and eggs are spread over the folds."""
    read = load_dataset(data_folder() / dataset)
    backbone = Backbone()
    features: dict[str, list[np.ndarray[tuple[int], np.dtype[np.float32]]]] = {}
    for row, crop in crops_of(read, read.rows):
        if crop is not None:
            features.setdefault(row.file, []).append(backbone.features(crop).deep)
    files = sorted(features)
    rows = read_rows(dataset)
    shown = {file: [row for row in rows if row["file"] == file] for file in files}
    clips = clips_of(np.stack([np.concatenate(features[file]) for file in files]), [day_of(shown[f][0]) for f in files])
    kinds = ["; ".join(f"{row['nest']} {row['hens'] != '0'}" for row in shown[file]) for file in files]
    folds = folds_of(clips.tolist(), kinds, count)
    return {file: f"fold {fold}" for file, fold in zip(files, folds.tolist(), strict=True)}

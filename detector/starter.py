"""The version that henbot ships: what looks at pictures before a keeper has labelled any."""

import importlib.resources
from pathlib import Path

from detector.recognition import Recogniser, load_recogniser, stock_recogniser
from detector.versions import MANIFEST, read_manifest
from henbot.domain.errors import ModelLoadFailed
from henbot.domain.tracks import WatchRules

NAMED_FROM = WatchRules().name
STARTER = "starter"
STOCK = Path("stock")
"""Instead of a version's folder: the stock network alone, which learned from nobody's labels."""


def starter_folder() -> Path | None:
    """Where the shipped version lies; None if this henbot was built without one."""
    folder = Path(str(importlib.resources.files("detector.assets") / STARTER))
    return folder if (folder / MANIFEST).is_file() else None


def day_zero(coop: str) -> tuple[Recogniser, float]:
    """What serves before anything was trained, and the least pooled posterior at which it names a hen.

    It knows what a hen in a nest looks like from other coops, and names none of this one's.

    Raises:
        ModelLoadFailed: what is shipped cannot be loaded.
    """
    folder = starter_folder()
    return chosen(folder, coop) if folder else (stock_recogniser(), NAMED_FROM)


def chosen(model: Path | None, coop: str) -> tuple[Recogniser, float]:
    """A version by its folder, `STOCK`, or what is shipped if None is named; the threshold as for `day_zero`.

    Raises:
        ModelLoadFailed: it must not serve.
    """
    if model is None:
        return day_zero(coop)
    if model == STOCK and not model.exists():
        return stock_recogniser(), NAMED_FROM
    return load_recogniser(model, coop), float(read_manifest(model).thresholds.get("identity", NAMED_FROM))


def checked_size(folder: Path, most_bytes: int) -> int:
    """Bytes of a version's files; raises ModelLoadFailed where they are too many to ship."""
    size = sum(path.stat().st_size for path in folder.iterdir())
    if size > most_bytes:
        raise ModelLoadFailed(f"{folder}: has {size / 1e6:.1f} MB, more than {most_bytes / 1e6:.0f} to be shipped")
    return size

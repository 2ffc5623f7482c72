"""The version that henbot ships: what looks at pictures before a keeper has labelled any."""

import importlib.resources
from dataclasses import dataclass, field
from pathlib import Path

from detector.elsewhere import ElsewhereRecogniser
from detector.networks import Networks
from detector.recognition import Recogniser, load_recogniser
from detector.stock import stock_recogniser
from detector.versions import MANIFEST, read_manifest
from henbot.config import CoopConfig
from henbot.domain.errors import ModelLoadFailed
from henbot.domain.observations import NestId
from henbot.domain.tracks import WatchRules

NAMED_FROM = WatchRules().name
STARTER = "starter"
STOCK = Path("stock")
"""Instead of a version's folder: the stock network alone, which learned from nobody's labels."""


def starter_folder() -> Path | None:
    """Where the shipped version lies; None if this henbot was built without one."""
    folder = Path(str(importlib.resources.files("detector.assets") / STARTER))
    return folder if (folder / MANIFEST).is_file() else None


@dataclass(frozen=True, slots=True)
class Site:
    """Where a recogniser shall work.

    Attributes:
        coop: its name.
        roosts: its nests of kind `roost`.
        backgrounds: folder for what its nests look like, as learned by watching; None keeps that in memory only.
        networks: loaded for all versions that look at it; None lets each load its own.
    """

    coop: str
    roosts: frozenset[NestId] = frozenset()
    backgrounds: Path | None = None
    networks: Networks | None = field(default=None, compare=False)

    @classmethod
    def of(cls, config: CoopConfig, backgrounds: Path | None = None) -> "Site":
        """The configured coop."""
        nests = [nest for camera in config.cameras for nest in camera.nests]
        return cls(config.coop.name, frozenset(nest.id for nest in nests if nest.kind == "roost"), backgrounds)


def day_zero(site: Site) -> tuple[Recogniser, float]:
    """What serves before anything was trained, and the least pooled posterior at which it names a hen.

    It knows what a hen in a nest looks like from other coops, learns by watching how this one's nests look, and names
    none of its hens.

    Raises:
        ModelLoadFailed: what is shipped cannot be loaded.
    """
    folder = starter_folder()
    return chosen(folder or STOCK, site)


def chosen(model: Path | None, site: Site) -> tuple[Recogniser, float]:
    """A version by its folder, `STOCK`, or what is shipped if None is named; the threshold as for `day_zero`.

    Raises:
        ModelLoadFailed: it must not serve.
    """
    if model is None:
        return day_zero(site)
    if model == STOCK and not model.exists():
        stock = site.networks.stock if site.networks else None
        return stock_recogniser(site.backgrounds, site.roosts, stock), NAMED_FROM
    trained = load_recogniser(model, site.coop, site.roosts, site.networks)
    named_from = float(read_manifest(model).thresholds.get("identity", NAMED_FROM))
    return (trained if trained.is_at_home else ElsewhereRecogniser(trained, site.backgrounds, site.roosts)), named_from


def checked_size(folder: Path, most_bytes: int) -> int:
    """Bytes of a version's files; raises ModelLoadFailed where they are too many to ship."""
    size = sum(path.stat().st_size for path in folder.iterdir())
    if size > most_bytes:
        raise ModelLoadFailed(f"{folder}: has {size / 1e6:.1f} MB, more than {most_bytes / 1e6:.0f} to be shipped")
    return size

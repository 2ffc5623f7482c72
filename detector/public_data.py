"""Pictures for the demo: those at hand, those the keeper names, the public ones, or drawn ones.

The public pictures are downloaded from their author's repository and never shipped; the labels are henbot's own and
lie in the package (`labels/chickencam/`).
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, Literal

import pooch
import requests
import structlog

from detector.drawn import write_dataset
from henbot.domain.errors import DatasetInvalid, SourceUnavailable

log = structlog.get_logger(__name__)

CHICKENCAM_ADDRESS: Final = (
    "https://raw.githubusercontent.com/schollz/chickencam/a23482e027dd26aedeea481865837f0f46f8a0d8/classify/data/"
)
"""Where the pictures lie: github.com/schollz/chickencam, MIT License, Copyright (c) 2016 Zack."""

CONNECT_TIMEOUT_S: Final = 4.0
READ_TIMEOUT_S: Final = 15.0
_AT_ONCE: Final = 4
_DRAWN: Final = "drawn-1"
"""Name of the drawn set's folder in the cache; the number rises whenever the drawing changes."""

_SHARED: Final = Path("shared", "data", "chickencam")

Progress = Callable[[int, int], None]
"""Told how many pictures are there, and of how many."""


@dataclass(frozen=True, slots=True)
class DemoData:
    """A dataset folder for the demo.

    Attributes:
        folder: in the format of `detector train` and `detector replay`.
        how: `shared` (next to the project), `named` (by HENBOT_DATA), `downloaded` or `drawn`.
        sentence: the same for the keeper's eyes.
    """

    folder: Path
    how: Literal["shared", "named", "downloaded", "drawn"]
    sentence: str


def find_demo_data(
    cache: Path,
    environment: Mapping[str, str],
    beside: tuple[Path, ...] = (),
    address: str | None = CHICKENCAM_ADDRESS,
    progress: Progress | None = None,
) -> DemoData:
    """Find pictures for the demo, the realest that can be had.

    Args:
        cache: folder for what is downloaded or drawn; made where missing.
        environment: the process's environment, for HENBOT_DATA.
        beside: project folders next to which `shared/data/chickencam` may lie; else the working directory's and this
            package's.
        address: of the public pictures; None to stay offline.

    Raises:
        DatasetInvalid: HENBOT_DATA names a folder that holds no dataset.
    """
    for project in beside or (Path.cwd(), Path(__file__).resolve().parents[1]):
        if _is_dataset(shared := project.parent / _SHARED):
            return DemoData(shared, "shared", f"Real pictures of a nest, from {shared}.")
    if named := environment.get("HENBOT_DATA"):
        folder = _named_dataset(Path(named))
        return DemoData(folder, "named", f"Pictures from {folder}, as HENBOT_DATA says.")
    offline = "no download was asked for"
    if address is not None:
        try:
            folder = fetch_chickencam(cache, address, progress)
        except SourceUnavailable as exc:
            log.warning("demo.download_failed", reason=str(exc))
            offline = str(exc)
        else:
            credit = "github.com/schollz/chickencam, MIT License, Copyright (c) 2016 Zack"
            return DemoData(folder, "downloaded", f"Real pictures of a nest, from {credit}; they lie in {folder}.")
    sentence = f"These pictures are drawn, not real: {offline}. Name a dataset folder in HENBOT_DATA to see real ones."
    return DemoData(_drawn(cache), "drawn", sentence)


def fetch_chickencam(cache: Path, address: str = CHICKENCAM_ADDRESS, progress: Progress | None = None) -> Path:
    """Download the public pictures, each checked by its sha256, and lay our labels beside them.

    What is already there and whole is not fetched again, so a download that broke off goes on where it was.

    Returns:
        The dataset folder, `cache/chickencam`.

    Raises:
        SourceUnavailable: no network, a picture is gone, or is not the one that was labelled. Without a network this
            takes one attempt of at most `CONNECT_TIMEOUT_S`.
    """
    folder = cache / "chickencam"
    labels = _labels()
    registry = dict(line.split() for line in (labels / "registry.txt").read_text("utf-8").splitlines())
    (folder / "frames").mkdir(parents=True, exist_ok=True)
    shelf = pooch.create(folder / "frames", address, registry=registry)
    for there, _ in enumerate(_fetched(shelf, sorted(registry)), start=1):
        if progress:
            progress(there, len(registry))
    for name in ("labels.csv", "visits.csv", "SOURCE.md", "coop.yaml"):
        (folder / name).write_bytes((labels / name).read_bytes())
    return folder


def _fetched(shelf: pooch.Pooch, names: list[str]) -> Iterator[str]:
    """Paths of the files as they are there; the first alone, so that a missing network is noticed at once."""
    pooch.get_logger().setLevel("WARNING")  # its line for each of 297 files would bury the progress bar
    download = pooch.HTTPDownloader(timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S))

    def fetch(name: str) -> str:
        return str(shelf.fetch(name, downloader=download))

    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        yield fetch(names[0])
        yield from pool.map(fetch, names[1:])
    except requests.RequestException as exc:
        raise SourceUnavailable(
            f"the public pictures cannot be downloaded from {shelf.base_url} ({type(exc).__name__}); "
            "check the network, or name a dataset folder in HENBOT_DATA"
        ) from exc
    except ValueError as exc:  # pooch's word for a sha256 that differs
        raise SourceUnavailable(
            f"a picture from {shelf.base_url} is not the one that was labelled (its sha256 differs); "
            "try again later, or name a dataset folder in HENBOT_DATA"
        ) from exc
    except OSError as exc:
        raise SourceUnavailable(f"the public pictures cannot be kept in {shelf.abspath}: {exc.strerror}") from exc
    finally:
        pool.shutdown(cancel_futures=True)


def _labels() -> Traversable:
    return resources.files("detector") / "labels" / "chickencam"


def _named_dataset(folder: Path) -> Path:
    """The folder itself, or the `chickencam` in it."""
    for candidate in (folder, folder / "chickencam"):
        if _is_dataset(candidate):
            return candidate
    raise DatasetInvalid(
        f"HENBOT_DATA names {folder}, which is no dataset folder: coop.yaml, labels.csv and frames/ are wanted in it; "
        "correct or unset HENBOT_DATA"
    )


def _is_dataset(folder: Path) -> bool:
    return (folder / "coop.yaml").is_file() and (folder / "labels.csv").is_file() and (folder / "frames").is_dir()


def _drawn(cache: Path) -> Path:
    """The drawn set in the cache; `write_dataset` writes its coop.yaml last, so half a set is drawn anew."""
    folder = cache / _DRAWN
    if not _is_dataset(folder):
        write_dataset(folder)
    return folder

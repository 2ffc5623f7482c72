"""What every test may lean on. Sockets are closed except to this machine (see `addopts` in pyproject.toml)."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
import structlog
from filelock import FileLock

PROJECT = Path(__file__).resolve().parent.parent

LONG = (
    "test_story",
    "test_kill",
    "test_notebook",
    "test_demo",
    "test_fine_tuning",
    "test_bench_commands",
    "test_training",
    "test_first_days",
    "test_bot_process",
)
"""Files that take longest, by name: begun first, so that no process is left with one while the others rest."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores, for tests of the bot mostly wait for the pace that Telegram allows."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files, else in the order of folders."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


def _shared_folder() -> Path:
    """The folder that holds the datasets: HENBOT_DATA names one of them, else they lie beside the checkout."""
    named = os.environ.get("HENBOT_DATA")
    return Path(named).resolve().parent if named else PROJECT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def project() -> Path:
    """The root of the source tree."""
    return PROJECT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the labelled datasets chickencam, chookegg and henhouse; without it the test is skipped."""
    folder = _shared_folder()
    if not (folder / "chickencam" / "coop.yaml").is_file():
        pytest.skip(
            f"The labelled pictures are not in {folder}: put the dataset folder chickencam there, "
            "or name one elsewhere with HENBOT_DATA=/path/to/chickencam."
        )
    return folder


def _made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Path]) -> Path:
    """What `make` wrote below the folder that it was given; one of the processes running the tests makes it for all."""
    root = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        root = root.parent
    made = root / f"{name}.made"
    with FileLock(root / f"{name}.lock"):
        if not made.is_file():
            (root / name).mkdir()
            made.write_text(str(make(root / name)), encoding="utf-8")
    return Path(made.read_text(encoding="utf-8"))


@contextmanager
def few_copies(relit: int = 1, repainted: int = 1) -> Iterator[None]:
    """Within the block a training sees so many copies of each picture: looking at them is what takes its time."""
    from detector.training import study

    with pytest.MonkeyPatch.context() as patch:
        for name, count in (("MOST_RELIT", relit), ("MOST_REPAINTED", repainted), ("RELIT_EMPTY", 1)):
            patch.setattr(study, name, count)
        yield


@pytest.fixture(scope="session")
def drawn_coop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of two drawn days, with fewer labels than frames; not to be changed."""
    from detector.drawn import write_dataset

    def draw(root: Path) -> Path:
        folder = write_dataset(root / "coop", size=(400, 300))
        labels = folder / "labels.csv"
        heading, *rows = labels.read_text(encoding="utf-8").splitlines()
        labels.write_text("\n".join([heading, *rows[::2]]) + "\n", encoding="utf-8")
        return folder

    return _made_once(tmp_path_factory, "drawn", draw)


@pytest.fixture(scope="session")
def drawn_version(drawn_coop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model version trained on the first drawn day, with fewer copies than a keeper's, which drawings allow."""
    from detector.training.fit import train

    day = date(2024, 5, 4)
    with few_copies(relit=2, repainted=2):
        return _made_once(tmp_path_factory, "models", lambda root: train([drawn_coop], root, day, day))


@pytest.fixture(scope="session")
def replayed_days(drawn_coop: Path, drawn_version: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the database and the media of both drawn days as that version saw them; not to be changed."""
    from detector.pacing import AtOnce
    from detector.wiring import open_replay

    def play(root: Path) -> Path:
        opened = open_replay(drawn_coop, drawn_version, f"sqlite:///{root / 'henbot.db'}", root / "media", (None, None))
        opened.replay(AtOnce(opened.database)).run()
        opened.database.close()
        return root

    return _made_once(tmp_path_factory, "replayed", play)


@pytest.fixture(scope="session")
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A keeper's cache folder (XDG_CACHE_HOME), in which the demo keeps what it has trained."""
    return _made_once(tmp_path_factory, "cache", lambda root: root)


@pytest.fixture(scope="session")
def october_version(shared_data: Path, cache_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model version trained on chickencam's 3 October, as the demo trains it."""
    from henbot.demo.stage import find_material, train_once

    assert shared_data.is_dir()
    cache = cache_home / "henbot" / "demo"
    return _made_once(
        tmp_path_factory, "scratch", lambda root: train_once(find_material(cache, root), cache, root).folder
    )


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """A command that sets up logging does so for its own test only."""
    root = logging.getLogger()
    kept, level, hooks = list(root.handlers), root.level, (sys.excepthook, threading.excepthook)
    yield
    root.handlers[:] = [
        handler for handler in root.handlers if handler in kept or "henbot" not in type(handler).__module__
    ]
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(False)
    structlog.reset_defaults()

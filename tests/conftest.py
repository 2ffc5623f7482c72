"""What every test may lean on. Sockets are closed except to this machine (see `addopts` in pyproject.toml)."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


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
    """The folder with the labelled datasets chickencam, chookegg and henhouse; a test that asks for it may be skipped."""
    folder = _shared_folder()
    if not (folder / "chickencam" / "coop.yaml").is_file():
        pytest.skip(
            f"The labelled pictures are not in {folder}: put the dataset folder chickencam there, "
            "or name one elsewhere with HENBOT_DATA=/path/to/chickencam."
        )
    return folder

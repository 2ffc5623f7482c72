"""Put a trained version into the package as the one that is shipped: the last step of `make model`."""

import shutil
import sys
from pathlib import Path

from detector.recognition import load_recogniser
from detector.starter import STARTER, checked_size

MOST_BYTES = 6_000_000
ASSETS = Path(__file__).parents[1] / "assets"


def ship(version: Path, target: Path = ASSETS / STARTER) -> int:
    """Verify a version and put it in the place of the one shipped before; its bytes.

    Raises:
        ModelLoadFailed: it cannot serve, or is too large.
    """
    load_recogniser(version)
    size = checked_size(version, MOST_BYTES)
    half = target.with_name(f".{target.name}")
    shutil.rmtree(half, ignore_errors=True)
    shutil.copytree(version, half)
    shutil.rmtree(target, ignore_errors=True)
    half.replace(target)
    return size


def main() -> None:
    """Ship the newest version of a folder of versions."""
    newest = max(Path(sys.argv[1]).glob("[!.]*/manifest.json")).parent
    print(f"{newest.name} is shipped now: {ship(newest) / 1e6:.1f} MB in {(ASSETS / STARTER).relative_to(Path.cwd())}")


if __name__ == "__main__":
    main()

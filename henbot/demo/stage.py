"""What the demo plays with: pictures, a day to learn from and a day to show, a trained version, a folder of its own."""

import csv
import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from platformdirs import user_cache_path

from henbot.config import load_coop
from henbot.domain.errors import DatasetInvalid, HenbotError


class DemoFailed(HenbotError):
    """A part of the demo that did not do its work."""


@dataclass(frozen=True, slots=True)
class Material:
    """Pictures and which of their days are for what.

    Attributes:
        sentence: where the pictures come from.
        learn, show: the day to train on and the day to replay; the same where there is only one.
        first_at, last_at: first and last frame of the day to show, aware UTC.
    """

    folder: Path
    how: str
    sentence: str
    learn: date
    show: date
    first_at: datetime
    last_at: datetime


def demo_cache() -> Path:
    """Where what was downloaded, drawn or trained is kept for the next demo."""
    return user_cache_path("henbot", ensure_exists=True) / "demo"


def find_material(cache: Path, scratch: Path) -> Material:
    """Find pictures, the realest that can be had.

    Raises:
        DemoFailed: there are none and none could be drawn.
        DatasetInvalid: they have no dates.
    """
    found = detector_says(["data", "--cache", str(cache)], scratch / "data.json", "find pictures")
    folder = Path(found["folder"])
    times = _capture_times(folder)
    zone = load_coop(folder / "coop.yaml").coop.timezone
    days = sorted({at.astimezone(zone).date() for at in times})
    learn, show = days[0], days[min(1, len(days) - 1)]
    shown = [at for at in times if at.astimezone(zone).date() == show]
    return Material(folder, found["how"], found["sentence"], learn, show, min(shown), max(shown))


def _capture_times(folder: Path) -> list[datetime]:
    path = folder / "labels.csv"
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            times = [datetime.fromisoformat(row["captured_at"]) for row in csv.DictReader(lines)]
    except (OSError, KeyError, ValueError) as exc:
        raise DatasetInvalid(f"{path}: the column captured_at cannot be read ({exc})") from exc
    if not times:
        raise DatasetInvalid(f"{path}: no frame is labelled")
    return times


@dataclass(frozen=True, slots=True)
class Trained:
    """A version for the demo; `seconds` is what training took, now or when it was first done."""

    folder: Path
    seconds: float
    was_there: bool


def train_once(material: Material, cache: Path, scratch: Path) -> Trained:
    """Train on the day to learn from, unless an earlier demo did so on the same pictures with the same henbot."""
    models = cache / "models" / _fingerprint(material)
    known = sorted(path.parent for path in models.glob("[!.]*/manifest.json"))
    if known and _loads(known[-1], scratch):
        metrics = json.loads((known[-1] / "manifest.json").read_text(encoding="utf-8")).get("metrics", {})
        return Trained(known[-1], float(metrics.get("seconds", 0.0)), was_there=True)
    day = material.learn.isoformat()
    arguments = ["train", str(material.folder), "--out", str(models), "--from", day, "--to", day]
    said = detector_says(arguments, scratch / "train.json", "train")
    return Trained(Path(said["folder"]), float(said["metrics"].get("seconds", 0.0)), was_there=False)


def _loads(version: Path, scratch: Path) -> bool:
    try:
        detector_says(["verify", str(version)], scratch / "verify.json", "verify", quiet=True)
    except DemoFailed:
        return False
    return True


def _fingerprint(material: Material) -> str:
    """Hash of the labels, the pictures' names and sizes, and the code that trains."""
    digest = hashlib.sha256(material.learn.isoformat().encode())
    for name in ("coop.yaml", "labels.csv"):
        digest.update((material.folder / name).read_bytes())
    for path in sorted((material.folder / "frames").glob("*")):
        digest.update(f"{path.name} {path.stat().st_size}".encode())
    code = Path(__file__).resolve().parents[2] / "detector"
    for path in sorted(code.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def write_coop(material: Material, folder: Path, channel: int, admin: int) -> Path:
    """A coop.yaml for the demo: the dataset's, with a channel and an owner, and its pictures where they lie."""
    written: dict[str, Any] = yaml.safe_load((material.folder / "coop.yaml").read_text(encoding="utf-8"))
    for camera in written["cameras"]:
        camera["source"]["path"] = str((material.folder / camera["source"]["path"]).resolve())
    written |= {"channel": channel, "owner": admin}
    path = folder / "coop.yaml"
    path.write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def detector_says(arguments: list[str], result: Path, what: str, *, quiet: bool = False) -> Mapping[str, Any]:
    """Run a command of the detector in a process of its own and give what it writes as JSON.

    Raises:
        DemoFailed: it ended with an error, which it told on standard error.
    """
    output = subprocess.DEVNULL if quiet else None
    ended = subprocess.run(
        [sys.executable, "-m", "detector", *arguments, "--json", str(result)],
        stdout=subprocess.DEVNULL,
        stderr=output,
        check=False,
    )
    if ended.returncode:
        raise DemoFailed(f"the detector could not {what} (exit code {ended.returncode}); its own words stand above")
    found: Mapping[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return found

"""Read a dataset folder: `coop.yaml`, `labels.csv` and `frames/`."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from detector.crops import Pixels, cut
from henbot.config import load_coop
from henbot.domain.errors import ConfigInvalid, DatasetInvalid
from henbot.domain.observations import UNKNOWN, HenId, NestId, Posture

COLUMNS = (
    "file", "captured_at", "nest", "hens", "hen", "posture", "hen2", "posture2", "eggs", "lighting", "quality",
    "uncertain",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Nest:
    """A zone of the picture; `detector.crops` has the polygon's meaning.

    Attributes:
        motion: its camera is triggered by motion.
    """

    id: NestId
    kind: str
    polygon: tuple[tuple[float, float], ...]
    motion: bool = False


@dataclass(frozen=True, slots=True)
class LabelledNest:
    """A row of `labels.csv`: one nest in one frame. A field that was left empty is None."""

    file: str
    captured_at: datetime
    nest: NestId
    hens: int | None
    hen: HenId | None
    posture: Posture | None
    eggs: int | None
    uncertain: frozenset[str]

    def sure(self, field: str) -> bool:
        """Whether the label is given and nobody doubted it."""
        return getattr(self, field) is not None and field not in self.uncertain


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset folder, read and checked; pictures stay on disk.

    Attributes:
        sha256: of `coop.yaml` and `labels.csv`, for the manifest of what was trained on them.
    """

    folder: Path
    coop: str
    timezone: ZoneInfo
    hens: tuple[HenId, ...]
    nests: dict[NestId, Nest]
    rows: tuple[LabelledNest, ...]
    sha256: str

    def of_days(self, days_from: date | None, days_to: date | None) -> list[LabelledNest]:
        """Rows of the days between both, inclusive, in the coop's time zone."""
        return [
            row
            for row in self.rows
            if (days_from is None or self.day_of(row) >= days_from) and (days_to is None or self.day_of(row) <= days_to)
        ]

    def only(self, kind: str) -> "Dataset":
        """The same with the rows of one kind of nest, `nest` or `roost`."""
        return replace(self, rows=tuple(row for row in self.rows if self.nests[row.nest].kind == kind))

    @property
    def roosts(self) -> frozenset[NestId]:
        """Nests of kind `roost`."""
        return frozenset(nest.id for nest in self.nests.values() if nest.kind == "roost")

    def day_of(self, row: LabelledNest) -> date:
        """The row's day in the coop's time zone."""
        return row.captured_at.astimezone(self.timezone).date()


def read_picture(path: Path) -> Pixels | None:
    """(height, width, 3) uint8 RGB, or None where the file is missing, empty or no whole picture."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if not content or (content[:2] == b"\xff\xd8" and b"\xff\xd9" not in content[-1024:]):
        return None
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    return None if picture is None else np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def crops_of(dataset: Dataset, rows: Sequence[LabelledNest]) -> Iterator[tuple[LabelledNest, Pixels | None]]:
    """Each row with its crop, (224, 224, 3) uint8 RGB, or None where the picture cannot be read."""
    last: tuple[str, Pixels | None] = ("", None)
    for row in rows:
        if last[0] != row.file:
            last = (row.file, read_picture(dataset.folder / "frames" / row.file))
        yield row, None if last[1] is None else cut(last[1], dataset.nests[row.nest].polygon)


def load_dataset(folder: Path) -> Dataset:
    """Read and check a dataset folder.

    Raises:
        DatasetInvalid: naming the file, the row, the field and the remedy.
    """
    coop_path, labels_path = folder / "coop.yaml", folder / "labels.csv"
    try:
        coop_bytes, labels_bytes = coop_path.read_bytes(), labels_path.read_bytes()
    except OSError as error:
        raise DatasetInvalid(
            f"{error.filename}: {error.strerror}; a dataset folder holds coop.yaml, labels.csv and frames/"
        ) from error
    try:
        config = load_coop(coop_path)
    except ConfigInvalid as error:
        raise DatasetInvalid(str(error)) from error
    nests = {
        nest.id: Nest(nest.id, nest.kind, tuple(nest.polygon), camera.trigger == "motion")
        for camera in config.cameras
        for nest in camera.nests
    }
    hens = tuple(hen.id for hen in config.hens)
    rows = tuple(_rows(labels_path, labels_bytes, nests, hens))
    if not rows:
        raise DatasetInvalid(f"{labels_path}: has no rows; label at least one frame")
    return Dataset(
        folder,
        config.coop.name,
        config.coop.timezone,
        hens,
        nests,
        rows,
        hashlib.sha256(coop_bytes + labels_bytes).hexdigest(),
    )


def _rows(path: Path, content: bytes, nests: dict[NestId, Nest], hens: Sequence[HenId]) -> Iterator[LabelledNest]:
    try:
        reader = csv.DictReader(content.decode("utf-8-sig").splitlines())
    except UnicodeDecodeError as error:
        raise DatasetInvalid(f"{path}: is not UTF-8; save it as such") from error
    missing = set(COLUMNS) - set(reader.fieldnames or ())
    if missing:
        raise DatasetInvalid(f"{path}: lacks the columns {', '.join(sorted(missing))}; see the format in the manual")
    for number, row in enumerate(reader, start=2):
        where = f"{path}: line {number}"
        if None in row or None in row.values():
            raise DatasetInvalid(f"{where}: has not as many fields as the heading; mend its commas")
        yield LabelledNest(
            file=_file(where, row["file"]),
            captured_at=_time(where, row["captured_at"]),
            nest=NestId(_one_of(where, "nest", row["nest"], list(nests)) or ""),
            hens=_count(where, "hens", row["hens"]),
            hen=HenId(hen) if (hen := _one_of(where, "hen", row["hen"], [*hens, UNKNOWN, ""])) else None,
            posture=Posture(p) if (p := _one_of(where, "posture", row["posture"], [*Posture, ""])) else None,
            eggs=_count(where, "eggs", row["eggs"]),
            uncertain=frozenset(filter(None, (row["uncertain"] or "").split(";"))),
        )


def _file(where: str, text: str | None) -> str:
    if not text or Path(text).is_absolute() or ".." in Path(text).parts:
        raise DatasetInvalid(f"{where}: file: {text!r} must name a picture inside frames/")
    return text


def _time(where: str, text: str | None) -> datetime:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError as error:
        raise DatasetInvalid(
            f"{where}: captured_at: {text!r} is no ISO 8601 time; e.g. 2016-10-03T08:30:10Z"
        ) from error
    if found.utcoffset() is None:
        raise DatasetInvalid(f"{where}: captured_at: {text!r} has no offset; append Z for UTC")
    return found.astimezone(UTC)


def _count(where: str, field: str, text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdecimal():
        raise DatasetInvalid(f"{where}: {field}: {text!r} must be a whole number, or empty where not labelled")
    return int(text)


def _one_of(where: str, field: str, text: str | None, allowed: Sequence[str]) -> str:
    if (text or "") not in allowed:
        named = ", ".join(str(name) or "(empty)" for name in allowed)
        raise DatasetInvalid(f"{where}: {field}: {text!r} is none of {named}; correct it or add it to coop.yaml")
    return text or ""

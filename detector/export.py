"""A dataset folder out of the database: what was seen, and what people told of it."""

import csv
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from detector.crops import Pixels, Polygon, mapped
from detector.sources.stills import read_still
from henbot.domain.clock import day_bounds
from henbot.domain.errors import DatasetInvalid, FrameUnreadable
from henbot.domain.observations import NOBODY, UNKNOWN, NestId
from henbot.services.agreement import Agreed, agreed, implied, standing_words
from henbot.services.evidence import AFTER, BEFORE, LEFT
from henbot.services.media import MediaFolder
from henbot.services.reports import coop_of
from henbot.storage.acts import LabelRow
from henbot.storage.glimpses import GlimpseRow
from henbot.storage.tables import (
    CameraRow,
    CoopRow,
    EggCountRow,
    EvidenceRow,
    HenRow,
    MediaRow,
    NestRow,
    ObservationRow,
    VisitRow,
)

WHOLE: Polygon = ((0, 0), (1, 0), (1, 1), (0, 1))
FILE_NAME = "%Y%m%dT%H%M%S%f"
TELLABLE = ("hens", "hen", "posture", "hen2", "posture2", "eggs")
LABELS = ("file", "captured_at", "nest", *TELLABLE, "lighting", "quality", "uncertain")
VISITS = (
    "visit", "nest", "hen", "first_file", "last_file", "arrived_at", "left_at", "settled", "scored", "notes",
)  # fmt: skip
COLOURLESS = 6.0
"""Mean distance of a pixel's channels below which a picture is infrared; by day even straw and white hens have more."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        pictures: rows of labels.csv.
        told: those of which a person told anything.
        visits: rows of visits.csv.
        missing: pictures that are in the media folder no more.
    """

    folder: Path
    pictures: int
    told: int
    visits: int
    missing: int


@dataclass(slots=True)
class _Picture:
    """A picture of one nest; `eggs` that were counted in it."""

    nest: str
    at: datetime
    path: str
    visit: str | None = None
    role: str = ""
    eggs: int | None = None
    hashes: set[str] = field(default_factory=set)


def export_dataset(
    session: Session,
    media: MediaFolder,
    folder: Path,
    days: tuple[date | None, date | None] = (None, None),
    polygons: Mapping[NestId, Polygon] | None = None,
) -> Exported:
    """Write a dataset folder that can be trained on and judged with.

    The pictures that henbot keeps show one nest each, so every nest is a camera of its own there. What nobody told, but
    the program believed, stands in the rows as well, named in `uncertain`: it is neither trained on nor scored.

    Args:
        folder: made where missing; must be empty.
        days: first and last in the coop's time zone, both included.
        polygons: the nests' polygons in their cameras' pictures, by nest; a nest without one is the whole picture.

    Raises:
        DatasetInvalid: the folder holds something, or there is no picture of these days.
    """
    if folder.exists() and any(folder.iterdir()):
        raise DatasetInvalid(f"{folder}: is not empty; name a new folder")
    coop = coop_of(session)
    zone = ZoneInfo(coop.timezone)
    start, end = day_bounds(days[0], zone)[0] if days[0] else None, day_bounds(days[1], zone)[1] if days[1] else None
    pictures = [
        one for one in _pictures(session) if (start is None or one.at >= start) and (end is None or one.at < end)
    ]
    kept = [one for one in pictures if media.path_of(one.path).is_file()]
    if not kept:
        raise DatasetInvalid(f"{folder}: the database has no picture of these days; let henbot watch first")
    files = {(one.nest, one.at): _copy(one, media, folder, zone) for one in kept}
    rows = [_label(session, one, files[one.nest, one.at], folder) for one in kept]
    _write_table(folder / "labels.csv", LABELS, [row for row, _ in rows])
    visits = [_visit(row, kept, files) for row in _visits(session, start, end)]
    _write_table(folder / "visits.csv", VISITS, visits)
    done = Exported(folder, len(rows), sum(told for _, told in rows), len(visits), len(pictures) - len(kept))
    (folder / "SOURCE.md").write_text(_source(coop, kept, done), "utf-8")
    written = _coop(session, coop, sorted({one.nest for one in kept}), polygons or {})
    (folder / "coop.yaml").write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), "utf-8")
    return done


def _pictures(session: Session) -> list[_Picture]:
    """All pictures of nests, one for each nest and moment, in the order of time."""
    found: dict[tuple[str, datetime], _Picture] = {}
    evidence = (
        select(EvidenceRow, VisitRow.nest_id, MediaRow.path)
        .join(VisitRow, VisitRow.id == EvidenceRow.visit_id)
        .join(MediaRow, MediaRow.sha256 == EvidenceRow.media_sha256)
    )
    for row, nest, path in session.execute(evidence):
        is_empty = row.role in (LEFT, BEFORE, AFTER)
        visit = None if is_empty else row.visit_id
        one = found.setdefault((nest, row.at), _Picture(nest, row.at, path, visit, row.role))
        one.hashes.add(row.media_sha256)
    glimpses = (
        select(GlimpseRow, VisitRow.nest_id, MediaRow.path)
        .join(VisitRow, VisitRow.id == GlimpseRow.visit_id)
        .join(MediaRow, MediaRow.sha256 == GlimpseRow.media_sha256)
    )
    for glimpse, nest, path in session.execute(glimpses):
        one = found.setdefault((nest, glimpse.at), _Picture(nest, glimpse.at, path, glimpse.visit_id))
        one.hashes.add(glimpse.media_sha256)
    counts = select(EggCountRow, MediaRow.path).join(MediaRow, MediaRow.sha256 == EggCountRow.media_sha256)
    for count, path in session.execute(counts):
        one = found.setdefault((count.nest_id, count.at), _Picture(count.nest_id, count.at, path))
        one.eggs = count.eggs + session.get_one(NestRow, count.nest_id).dummy_eggs
        if count.media_sha256:
            one.hashes.add(count.media_sha256)
    labelled = select(LabelRow, MediaRow.path).join(MediaRow, MediaRow.sha256 == LabelRow.media_sha256)
    for label, path in session.execute(labelled):
        if label.media_sha256 is None:
            continue
        if not any(label.media_sha256 in one.hashes for one in found.values() if one.nest == label.nest_id):
            one = found.setdefault((label.nest_id, label.at), _Picture(label.nest_id, label.at, path, label.visit_id))
            one.hashes.add(label.media_sha256)
    return sorted(found.values(), key=lambda one: (one.at, one.nest))


def _copy(picture: _Picture, media: MediaFolder, folder: Path, zone: ZoneInfo) -> str:
    """Copy a picture; its name inside `frames`."""
    source = media.path_of(picture.path)
    name = f"{picture.nest}/{picture.at.astimezone(zone):{FILE_NAME}}{source.suffix}"
    target = folder / "frames" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return name


def _label(session: Session, picture: _Picture, file: str, folder: Path) -> tuple[list[object], bool]:
    """A row of labels.csv, and whether a person told anything of it."""
    said = _said(session, picture)
    told = said.told
    values = _seen(session, picture) | implied(told) | told
    if values.get("hens") == "0":
        values |= dict.fromkeys(("hen", "posture", "hen2", "posture2"), "")
    known = (set(implied(told)) | set(told)) - said.disputed
    doubted = [name for name in TELLABLE if values.get(name) and name not in known]
    observed = _observation(session, picture)
    at = picture.at.isoformat().replace("+00:00", "Z")
    row: list[object] = [file, at, picture.nest, *(values.get(name, "") for name in TELLABLE)]
    quality = observed.quality if observed else "ok"
    return [*row, _lighting(folder / "frames" / file), quality, ";".join(doubted)], bool(told)


def _seen(session: Session, picture: _Picture) -> dict[str, str]:
    """What the program believed."""
    if picture.visit is None:
        return {"hens": "0"} | ({} if picture.eggs is None else {"eggs": str(picture.eggs)})
    visit = session.get_one(VisitRow, picture.visit)
    if visit.hen_id == NOBODY:
        return {"hens": "0"}
    observed = _observation(session, picture)
    birds = observed.birds if observed else []
    posture = "sitting" if picture.role == "settled" else _most(birds[0]["postures"]) if birds else ""
    return {"hens": str(max(observed.hens if observed else 1, 1)), "hen": visit.hen_id, "posture": posture}


def _said(session: Session, picture: _Picture) -> Agreed:
    """What people said of a picture, of each the newest word that stands; else who the hen of its visit is."""
    of_picture = LabelRow.media_sha256.in_(picture.hashes) | (LabelRow.at == picture.at)
    words = standing_words(session, (LabelRow.nest_id == picture.nest) & of_picture & LabelRow.field.in_(TELLABLE))
    said = agreed(words)
    says_who = said.told.keys() & {"hen", "hens", "hen2"}
    if says_who or picture.visit is None:
        return said
    return replace(said, told=said.told | _told_of_visit(session, picture.visit))


def _told_of_visit(session: Session, visit: str) -> dict[str, str]:
    """Who its hen is: the newest word about all of it, or what was said of its pictures, if that was one and the same.

    Of a picture with two hens, or with nobody, nothing follows for the others, nor of one that people disagree about.
    """
    words = standing_words(session, LabelRow.visit_id == visit)
    whole = [word.value for word in words if word.media_sha256 is None and word.field == "hen"]
    pictures = {word.media_sha256 for word in words if word.media_sha256}
    said = [agreed([word for word in words if word.media_sha256 == picture]) for picture in pictures]
    if not whole and any("hen" in one.disputed for one in said):
        return {}
    hens = {whole[-1]} if whole else {one.told["hen"] for one in said if "hen" in one.told}
    return {"hen": hens.pop()} if len(hens) == 1 else {}


def _observation(session: Session, picture: _Picture) -> ObservationRow | None:
    query = select(ObservationRow).where(ObservationRow.nest_id == picture.nest, ObservationRow.at == picture.at)
    return session.execute(query).scalar_one_or_none()


def _most(probabilities: Mapping[str, float]) -> str:
    return max(probabilities, key=probabilities.__getitem__, default="")


def _lighting(path: Path) -> str:
    try:
        pixels: Pixels = read_still(path)
    except FrameUnreadable:
        return "day"
    small = cv2.resize(pixels, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32)
    return "ir" if float(np.ptp(small, axis=2).mean()) < COLOURLESS else "day"


def _visits(session: Session, start: datetime | None, end: datetime | None) -> Iterator[VisitRow]:
    query = select(VisitRow).where(VisitRow.hen_id != NOBODY).order_by(VisitRow.arrived_at, VisitRow.id)
    query = query.where(VisitRow.arrived_at >= start) if start else query
    query = query.where(VisitRow.arrived_at < end) if end else query
    yield from session.execute(query).scalars()


def _visit(row: VisitRow, pictures: Sequence[_Picture], files: Mapping[tuple[str, datetime], str]) -> list[object]:
    shown = [files[one.nest, one.at] for one in pictures if one.visit == row.id]
    first, last = (shown[0], shown[-1]) if shown else ("", "")
    times = [at.isoformat().replace("+00:00", "Z") for at in (row.arrived_at, row.last_seen_at)]
    settled = "yes" if row.settled_at else "no"
    return [row.id, row.nest_id, row.hen_id or UNKNOWN, first, last, *times, settled, "no", f"seen by {row.model_id}"]


def _coop(
    session: Session, coop: CoopRow, nests: Iterable[str], polygons: Mapping[NestId, Polygon]
) -> dict[str, object]:
    section: dict[str, object] = {"name": coop.name, "timezone": coop.timezone, "language": coop.language}
    section |= {"watch": coop.watch} if coop.watch else {}
    if coop.latitude is not None and coop.longitude is not None:
        section["place"] = {"latitude": coop.latitude, "longitude": coop.longitude}
    hens = session.execute(
        select(HenRow).where(HenRow.merged_into.is_(None)).order_by(HenRow.added_at, HenRow.id)
    ).scalars()
    return {
        "coop": section,
        "hens": [{"id": hen.id, "name": dict(hen.names), "look": hen.look} for hen in hens],
        "cameras": [_camera(session, session.get_one(NestRow, nest), polygons) for nest in nests],
    }


def _camera(session: Session, nest: NestRow, polygons: Mapping[NestId, Polygon]) -> dict[str, object]:
    camera = session.get_one(CameraRow, nest.camera_id)
    own = polygons.get(NestId(nest.id))
    polygon = mapped(own) if own else WHOLE
    shown: dict[str, object] = {"id": nest.id, "kind": nest.kind, "name": dict(nest.names)}
    shown |= {"polygon": [list(corner) for corner in polygon], "dummy_eggs": nest.dummy_eggs}
    return {
        "id": nest.id,
        "source": {"kind": "folder", "path": f"frames/{nest.id}", "timestamp": FILE_NAME},
        "trigger": camera.trigger,
        "trust_gap": f"{camera.trust_gap_s:g} s",
        "nests": [shown],
    }


def _source(coop: CoopRow, pictures: Sequence[_Picture], done: Exported) -> str:
    first, last = (f"{at:%Y-%m-%d}" for at in (pictures[0].at, pictures[-1].at))
    return (
        f"Pictures of {coop.name}, {first} to {last}, kept by henbot as evidence of what it told: {done.pictures}, "
        f"each of one nest. A person told something of {done.told} of them; what only the program believed is named in "
        "`uncertain` (and `scored` is `no` for all visits). They were chosen by what happened, so they say nothing "
        "of how often a nest is empty.\n"
    )


def _write_table(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)

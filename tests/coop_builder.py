"""Builds a coop's database row by row, as the recording would have left it: for tests of what is told and answered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.clock import ClockSetting
from henbot.domain.policies import Policy
from henbot.services.coop_clock import set_clock, wall_now
from henbot.services.egg_proofs import add_proof
from henbot.services.media import StoredMedia
from henbot.services.subscriptions import set_policy
from henbot.storage.database import Database, open_database
from henbot.storage.tables import (
    BoutRow,
    CameraRow,
    CandidateRow,
    ChangeRow,
    CoopRow,
    EventRow,
    EvidenceRow,
    HenRow,
    MediaRow,
    NestRow,
    ObservationRow,
    SeenSpanRow,
    VisitRow,
)
from tests.databases import migrated

ADMIN = 1001
LONG_AGO = datetime(2016, 1, 1, tzinfo=UTC)
HENS: Mapping[str, Mapping[str, str]] = {
    "blanche": {"en": "Blanche", "ru": "Бланш"},
    "olive": {"en": "Olive", "ru": "Олив"},
    "ginger": {"en": "Ginger", "ru": "Рыжуха"},
}


def oct4(hour: int, minute: int = 0) -> datetime:
    """A time of 4 October 2016, UTC."""
    return datetime(2016, 10, 4, hour, minute, tzinfo=UTC)


@dataclass
class Coop:
    """A coop in a database of its own; `media` is the folder of its pictures."""

    url: str
    database: Database
    media: Path

    def set_now(self, now: datetime, speed: float = 1.0) -> None:
        """Let it be `now` at the coop, at this moment."""
        with self.database.writing() as session:
            set_clock(session, ClockSetting(now, wall_now(), speed))
            session.commit()

    def admins_hear_of_no_bouts(self) -> None:
        """The admin has turned off that each bout is told in private."""
        with self.database.writing() as session:
            set_policy(session, ADMIN, Policy(corrects=False))
            session.commit()

    def seen(self, start: datetime, end: datetime, nest: str = "nest") -> None:
        """A nest was watched."""
        with self.database.writing() as session:
            session.add(SeenSpanRow(nest_id=nest, start_at=start, end_at=end))
            session.commit()

    def bout(self, bout_id: str, hen: str, came: datetime, **fields: Any) -> int:
        """Record a bout of one visit, or its next revision, with its change; the revision.

        fields: left, settled, last_seen, verdict, verdict_candidates, counted, gone, nest, candidates (by hen).
        """
        left, settled = fields.get("left"), fields.get("settled")
        last_seen = fields.get("last_seen") or left or settled or came
        with self.database.writing() as session:
            row = session.get(BoutRow, bout_id)
            revision = row.revision + 1 if row else 1
            shared = {"nest_id": fields.get("nest", "nest"), "hen_id": hen, "arrived_at": came, "sat_s": 0.0}
            shared |= {"last_seen_at": last_seen, "left_at": left, "settled_at": settled}
            verdict = {
                "verdict": fields.get("verdict", "unsure"),
                "verdict_candidates": fields.get("verdict_candidates", []),
                "verdict_at": fields.get("counted"),
                "gone": fields.get("gone", False),
            }
            session.merge(BoutRow(id=bout_id, revision=revision, **shared, **verdict))
            session.flush()
            session.merge(VisitRow(id=bout_id, bout_id=bout_id, sightings=5, model_id="test", **shared))
            for candidate, probability in (fields.get("candidates") or {hen: 1.0}).items():
                session.merge(CandidateRow(visit_id=bout_id, hen_id=candidate, probability=probability))
            session.add(ChangeRow(subject="bout", subject_id=bout_id, revision=revision, at=last_seen))
            session.commit()
        return revision

    def later_visit(self, bout_id: str, visit_id: str, came: datetime, settled: datetime | None = None) -> None:
        """She is back in the nest: a second visit of the bout goes on."""
        with self.database.writing() as session:
            row = session.get_one(BoutRow, bout_id)
            row.left_at, row.last_seen_at, row.revision = None, came, row.revision + 1
            fields: dict[str, Any] = {"hen_id": row.hen_id, "last_seen_at": came, "left_at": None, "sat_s": 0.0}
            fields |= {"settled_at": settled, "arrived_at": came, "sightings": 1, "model_id": "test"}
            session.add(VisitRow(id=visit_id, bout_id=bout_id, nest_id=row.nest_id, **fields))
            session.add(ChangeRow(subject="bout", subject_id=bout_id, revision=row.revision, at=came))
            session.commit()

    def picture(self, bout_id: str, content: bytes, role: str = "arrived", hen: float = 0.98) -> str:
        """A picture that shows something of the bout's first visit, a hen with that probability; its hash."""
        sha256 = hashlib.sha256(content).hexdigest()
        (self.media / f"{sha256}.png").write_bytes(content)
        with self.database.writing() as session:
            if session.get(MediaRow, sha256) is None:
                path, size = f"{sha256}.png", len(content)
                session.add(MediaRow(sha256=sha256, path=path, kind="image/png", size=size, created_at=LONG_AGO))
            session.flush()
            session.add(EvidenceRow(visit_id=bout_id, media_sha256=sha256, role=role, at=LONG_AGO))
            self._look(session, session.get_one(VisitRow, bout_id).nest_id, hen)
            session.commit()
        return sha256

    def _look(self, session: Session, nest: str, hen: float) -> None:
        """What was seen of the nest when its pictures were taken."""
        query = select(ObservationRow).where(ObservationRow.nest_id == nest, ObservationRow.at == LONG_AGO)
        row = session.execute(query).scalar_one_or_none() or ObservationRow(nest_id=nest, at=LONG_AGO)
        row.frame, row.hens, row.hens_probabilities, row.birds = "", round(hen), [1 - hen, hen, 0.0], []
        row.quality, row.model_id = "ok", "test"
        session.add(row)

    def egg(self, at: datetime, hen: str | None = None, *, nest: str = "nest", eggs: int = 1) -> int:
        """Eggs were seen for the first time; the event's id."""
        with self.database.writing() as session:
            row = EventRow(nest_id=nest, kind="egg_laid", at=at, origin="", details={"eggs": eggs, "hen": hen})
            session.add(row)
            session.flush()
            session.add(ChangeRow(subject="egg", subject_id=str(row.id), revision=1, at=at))
            session.commit()
            return row.id

    def proof(self, egg: int, content: bytes) -> str:
        """The picture that proves an egg; its hash."""
        sha256 = hashlib.sha256(content).hexdigest()
        (self.media / f"{sha256}.png").write_bytes(content)
        with self.database.writing() as session:
            add_proof(session, egg, StoredMedia(sha256, f"{sha256}.png", len(content)), LONG_AGO)
            session.commit()
        return sha256


def build_coop(
    folder: Path, *, nests: Sequence[str] = ("nest",), language: str = "en", watch: str = "07:00-18:45"
) -> Coop:
    """An empty coop of three hens, whose clock is the wall's."""
    url = migrated(folder / "henbot.db")
    database = open_database(url)
    media = folder / "media"
    media.mkdir(exist_ok=True)
    with database.writing() as session:
        session.add(
            CoopRow(
                id=1, name="Test <coop>", timezone="UTC", language=language, watch=watch, latitude=None, longitude=None
            )
        )
        session.flush()
        gap_s = timedelta(minutes=45).total_seconds()
        session.add(CameraRow(id="cam", coop_id=1, trigger="motion", trust_gap_s=gap_s))
        for place, (hen, names) in enumerate(HENS.items()):
            added_at = LONG_AGO + timedelta(minutes=place)
            session.add(HenRow(id=hen, coop_id=1, names=dict(names), look="", added_at=added_at))
        session.flush()
        for nest in nests:
            session.add(NestRow(id=nest, camera_id="cam", kind="nest", names={"en": nest, "ru": nest}))
        session.commit()
    return Coop(url, database, media)


COOP_YAML = """
coop: {name: Test coop, timezone: UTC, watch: "07:00-18:45"}
hens:
  - {id: ginger, name: {en: Ginger, ru: Рыжуха}}
cameras:
  - id: cam
    source: {kind: folder, path: frames, timestamp: "%Y%m%d%H%M%S"}
    trigger: motion
    nests: [{id: nest, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}]
channel: -1001000000001
admins: [1001]
"""


def environment(coop: Coop, token: str, api_url: str) -> dict[str, str]:
    """Writes the coop's file beside its database; the variables with which the bot finds all."""
    folder = coop.media.parent
    (folder / "frames").mkdir(exist_ok=True)
    (folder / "coop.yaml").write_text(COOP_YAML, encoding="utf-8")
    return {
        "HENBOT_TOKEN": token,
        "HENBOT_API_URL": api_url,
        "HENBOT_DATABASE": coop.url,
        "HENBOT_CONFIG": str(folder / "coop.yaml"),
        "HENBOT_MEDIA": str(coop.media),
        "PTB_TIMEDELTA": "true",
    }

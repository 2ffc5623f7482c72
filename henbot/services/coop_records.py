"""Seeding the database from the keeper's configuration."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from henbot.config import CameraConfig, CoopConfig
from henbot.storage.tables import CameraRow, CoopRow, HenRow, NestRow


def seed_coop(session: Session, config: CoopConfig, now: datetime) -> None:
    """Write coop, cameras and nests as configured, and hens that the database has never heard of.

    The flock is the database's own after its first days: names and fates of hens it knows stay as they are. Nests that
    are configured no more are retired: their past stays, but no coverage is asked of them.
    """
    coop = session.execute(select(CoopRow).order_by(CoopRow.id)).scalars().first() or CoopRow()
    section = config.coop
    coop.name, coop.timezone, coop.language = section.name, section.timezone.key, section.language
    coop.watch = str(section.watch) if section.watch else None
    coop.latitude = section.place.latitude if section.place else None
    coop.longitude = section.place.longitude if section.place else None
    session.add(coop)
    session.flush()
    for hen in config.hens:
        known = session.get(HenRow, hen.id)
        if known is None:
            known = HenRow(id=hen.id, coop_id=coop.id, names=dict(hen.names), look=hen.look, added_at=now)
            session.add(known)
        known.hatched_on = known.hatched_on or hen.hatched
    for camera in config.cameras:
        _seed_camera(session, coop.id, camera)
    session.flush()
    configured = {nest.id for camera in config.cameras for nest in camera.nests}
    for row in session.execute(select(NestRow)).scalars():
        row.retired_at = None if row.id in configured else row.retired_at or now


def _seed_camera(session: Session, coop_id: int, config: CameraConfig) -> None:
    camera = session.get(CameraRow, config.id) or CameraRow(id=config.id, frames=0, skipped=0)
    camera.coop_id, camera.trigger, camera.trust_gap_s = coop_id, config.trigger, config.trust_gap.total_seconds()
    session.add(camera)
    session.flush()
    for nest in config.nests:
        row = session.get(NestRow, nest.id) or NestRow(id=nest.id)
        row.camera_id, row.kind, row.names, row.dummy_eggs = config.id, nest.kind, dict(nest.names), nest.dummy_eggs
        session.add(row)


def dummy_eggs(session: Session) -> int:
    """Eggs of wood or clay that are declared for the nests there are; they are never counted."""
    query = select(func.sum(NestRow.dummy_eggs)).where(NestRow.kind == "nest", NestRow.retired_at.is_(None))
    return int(session.execute(query).scalar() or 0)

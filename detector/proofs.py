"""The picture that proves an egg: the nest before it and after it, side by side."""

from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
import structlog
from sqlalchemy.exc import SQLAlchemyError

from detector.crops import Pixels
from henbot.domain.errors import FrameUnreadable
from henbot.services.egg_proofs import MissingProof, add_proof, missing_proofs
from henbot.services.media import MediaFolder
from henbot.storage.database import Database

log = structlog.get_logger(__name__)

HEIGHT_PX = 720
"""Of each half: a phone shows no more."""

GAP_PX = 8
MOST_BYTES = 2_000_000
"""Size of a proof (issue 4: under 2 MB)."""

QUALITIES = (85, 70, 50, 30)


def make_proofs(database: Database, media: MediaFolder, at: datetime) -> int:
    """Make the proofs that are missing, and let them be told; returns how many.

    One that cannot be made (a file is gone, the disk is full) is left out: the egg stays told without it.

    Args:
        at: coop time.
    """
    with database.reading() as session:
        missing = missing_proofs(session, at)
    return sum(_made(database, media, one, at) for one in missing)


def _made(database: Database, media: MediaFolder, egg: MissingProof, at: datetime) -> bool:
    try:
        pictures = [media.path_of(path) for path in (egg.before, egg.after) if path]
        stored = media.put(proof_of(pictures), ".jpg")
        with database.writing() as session:
            add_proof(session, egg.event_id, stored, at)
            session.commit()
    except (OSError, FrameUnreadable, SQLAlchemyError) as exc:
        log.warning("proof.not_made", egg=egg.event_id, reason=str(exc))
        return False
    return True


def proof_of(paths: list[Path]) -> bytes:
    """Pictures side by side as a JPEG of less than `MOST_BYTES`, each `HEIGHT_PX` high at most.

    Raises:
        FrameUnreadable: one of them is no picture.
    """
    pictures = [_read(path) for path in paths]
    height = min([HEIGHT_PX, *(picture.shape[0] for picture in pictures)])
    halves = [_scaled(picture, height) for picture in pictures]
    gap = np.full((height, GAP_PX, 3), 255, np.uint8)
    row = [part for half in halves for part in (half, gap)][:-1]
    return _encoded(np.hstack(row))


def _read(path: Path) -> Pixels:
    decoded = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise FrameUnreadable(f"{path.name} is no picture")
    return decoded.astype(np.uint8, copy=False)


def _scaled(picture: Pixels, height: int) -> Pixels:
    width = max(1, round(picture.shape[1] * height / picture.shape[0]))
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _encoded(picture: Pixels) -> bytes:
    for quality in QUALITIES:
        done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if done and len(encoded) < MOST_BYTES:
            return encoded.tobytes()
    raise FrameUnreadable("the proof could not be made small enough")

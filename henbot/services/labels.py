"""What people told of pictures: the labels that versions are trained on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from henbot.services.acts import Act
from henbot.storage.acts import LabelRow

FIELDS = ("hens", "hen", "posture", "hen2", "posture2", "eggs")
"""What can be told of a picture, as the columns of a dataset's `labels.csv`."""


@dataclass(frozen=True, slots=True)
class Pictured:
    """What a label is about: a picture of a nest, and the visit that it shows, where there is one.

    Attributes:
        at: when it was taken, UTC.
        media_sha256: None for a label of the visit alone.
        model_id: the version whose word was asked about or corrected.
    """

    nest: str
    at: datetime
    media_sha256: str | None
    visit_id: str | None = None
    model_id: str | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """One thing that one person told of a picture, and that stands."""

    pictured: Pictured
    field: str
    value: str
    said_by: int
    said_at: datetime
    act_id: int | None


def add_labels(session: Session, act: Act, pictured: Pictured, values: Mapping[str, str]) -> None:
    """Write what an act told of a picture, by field; the newest word of each person stands.

    Raises:
        ValueError: a field is none of `FIELDS`.
    """
    if unknown := set(values) - set(FIELDS):
        raise ValueError(f"no label has a field {', '.join(sorted(unknown))}")
    for field, value in values.items():
        session.add(
            LabelRow(
                nest_id=pictured.nest,
                at=pictured.at,
                media_sha256=pictured.media_sha256,
                visit_id=pictured.visit_id,
                model_id=pictured.model_id,
                field=field,
                value=value,
                said_by=act.by,
                said_at=act.at,
                act_id=act.id,
            )
        )
    session.flush()


def take_back_labels(session: Session, act: Act, now: datetime) -> None:
    """Let what an act told stand no more: the undoing of `ActKind.LABEL`."""
    session.execute(update(LabelRow).where(LabelRow.act_id == act.id).values(undone_at=now))


def labels_of_picture(session: Session, nest: str, media_sha256: str) -> list[Label]:
    """All that stands of a picture, the oldest first."""
    query = select(LabelRow).where(
        LabelRow.nest_id == nest, LabelRow.media_sha256 == media_sha256, LabelRow.undone_at.is_(None)
    )
    return _labels(session.execute(query.order_by(LabelRow.said_at, LabelRow.id)).scalars().all())


def _labels(rows: Sequence[LabelRow]) -> list[Label]:
    return [
        Label(
            Pictured(row.nest_id, row.at, row.media_sha256, row.visit_id, row.model_id),
            row.field,
            row.value,
            row.said_by,
            row.said_at,
            row.act_id,
        )
        for row in rows
    ]

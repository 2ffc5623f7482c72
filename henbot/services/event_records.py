"""Writing events: immutable facts, each once."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.events import EggLaid, EggsMoved, Event, VisitEvent
from henbot.storage.tables import EventRow

DENIED, UNTOLD = "egg_denied", "egg_untold"
"""Kinds of an egg that was counted and that people say was none, and of one that people told and took back.

The row stays, for messages tell of it, and is an egg again when that is taken back.
"""


def add_events(session: Session, events: Iterable[Event]) -> list[EventRow]:
    """Write events that are not known yet: they are unique by visit (or nest and origin), kind and time.

    Returns:
        Those that were written, with their ids.
    """
    written: list[EventRow] = []
    for event in events:
        visit = event.visit if isinstance(event, VisitEvent) else None
        known = session.execute(
            select(EventRow.id).where(
                EventRow.nest_id == event.nest,
                EventRow.visit_id == visit,
                EventRow.kind.in_([event.kind, DENIED] if event.kind == EggLaid.kind else [event.kind]),
                EventRow.at == event.at,
                EventRow.origin == _origin(event),
            )
        ).first()
        if known is None:
            row = EventRow(nest_id=event.nest, visit_id=visit, kind=event.kind, at=event.at, origin=_origin(event))
            row.details = event_details(event)
            session.add(row)
            written.append(row)
    if written:
        session.flush()
    return written


def event_details(event: Event) -> dict[str, Any]:
    """What an event tells beyond its kind, nest, visit and time."""
    known = {"nest", "at", "visit"}
    return {one.name: getattr(event, one.name) for one in fields(event) if one.name not in known}


def _origin(event: Event) -> str:
    return event.origin if isinstance(event, EggsMoved) else ""

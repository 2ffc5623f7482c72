"""Hens that are recognised less well than before, and the pictures of them that people are asked about for that."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.care import Hint, HintKind
from henbot.domain.drift import DriftRules, Sureness, drift
from henbot.domain.observations import NOBODY, UNKNOWN, HenId
from henbot.services.askable import Askable, Proposal, Why, askable_pictures
from henbot.services.label_questions import put_questions
from henbot.services.reports import flock_of
from henbot.storage.care import CareHintRow
from henbot.storage.tables import CandidateRow, VisitRow

MOST_PICTURES = 6
"""Pictures of a hen that are asked about at once."""

DRIFT_SCORE = 4.0
"""More than the choice gives to any other picture: an admin was told that these wait."""


def drift_hints(session: Session, now: datetime, rules: DriftRules | None = None) -> list[Hint]:
    """Hens that the version which looks on now recognises less well than before; told once for each version."""
    rules = rules or DriftRules()
    living = {hen.id for hen in flock_of(session)}
    found = []
    model, seen = _seen(session, now, rules)
    for hen, sureness in sorted(seen.items()):
        one = drift(hen, sureness, now, rules) if hen in living else None
        if one is not None:
            facts = {"before": round(100 * one.before), "lately": round(100 * one.lately), "bouts": one.bouts}
            found.append(Hint(HintKind.DRIFT, hen, f"version {model}", facts=facts | {"days": rules.recent.days}))
    return found


def drifting_among(session: Session, hints: Collection[int]) -> list[HenId]:
    """The hens that some hints, by their ids, say to be recognised less well."""
    query = select(CareHintRow.hen_id).where(CareHintRow.id.in_(hints), CareHintRow.kind == HintKind.DRIFT.value)
    return [HenId(hen) for hen in session.execute(query).scalars()]


def ask_of_drifting(session: Session, hen: HenId, now: datetime) -> int:
    """Let her pictures of the last days wait to be asked about before all others; how many."""
    start = now - DriftRules().recent
    hers = [one for one in askable_pictures(session) if one.pictured.at > start and _looks_like(one) == hen]
    chosen = list(_of_each_visit(hers))[:MOST_PICTURES]
    put_questions(session, (Proposal(one, Why.DRIFT, DRIFT_SCORE + one.shows) for one in chosen), now)
    return len(chosen)


def _seen(session: Session, now: datetime, rules: DriftRules) -> tuple[str, dict[HenId, list[Sureness]]]:
    """How sure the version that saw the newest visit was, by the hen that it took for the likeliest, bout by bout."""
    start = now - rules.recent - rules.earlier
    newest = select(VisitRow.model_id).where(VisitRow.arrived_at <= now).order_by(VisitRow.arrived_at.desc()).limit(1)
    model = session.execute(newest).scalar_one_or_none() or ""
    query = (
        select(VisitRow.id, VisitRow.bout_id, VisitRow.arrived_at, CandidateRow.hen_id, CandidateRow.probability)
        .join(CandidateRow, CandidateRow.visit_id == VisitRow.id)
        .where(VisitRow.model_id == model, VisitRow.arrived_at > start, VisitRow.arrived_at <= now)
        .where(CandidateRow.hen_id.not_in([UNKNOWN, NOBODY]))
        .order_by(VisitRow.arrived_at, VisitRow.id)
    )
    bouts: dict[tuple[HenId, str], list[Sureness]] = defaultdict(list)
    for _, rows in groupby(session.execute(query).all(), key=lambda row: row.id):
        top = max(rows, key=lambda row: row.probability)
        bouts[HenId(top.hen_id), top.bout_id or top.id].append(Sureness(top.arrived_at, top.probability))
    found: dict[HenId, list[Sureness]] = defaultdict(list)
    for (hen, _), visits in bouts.items():
        found[hen].append(replace(visits[0], probability=median(one.probability for one in visits)))
    return model, dict(found)


def _looks_like(one: Askable) -> HenId:
    known = {hen: share for hen, share in one.guess.who.items() if hen not in (UNKNOWN, NOBODY)}
    return max(known, key=known.__getitem__, default=UNKNOWN)


def _of_each_visit(pictures: list[Askable]) -> Iterator[Askable]:
    """The one of each visit that shows her best; the newest visits first."""
    best: dict[str | None, Askable] = {}
    for one in pictures:
        before = best.get(one.pictured.visit_id)
        if before is None or one.shows > before.shows:
            best[one.pictured.visit_id] = one
    yield from sorted(best.values(), key=lambda one: one.pictured.at, reverse=True)

"""Pictures of nests that people can be asked about, and which of them teach most as far as the database alone tells.

The detector's side chooses better (`detector.choosing`), for it sees the pictures; this is for when it has not yet.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, or_, select, tuple_
from sqlalchemy.orm import Session

from henbot.domain.flock import NestKind
from henbot.domain.observations import NOBODY, UNKNOWN, HenId
from henbot.services.doubts import Reason as DoubtReason
from henbot.services.evidence import AFTER, BEFORE, LEFT
from henbot.services.labels import Pictured
from henbot.storage.acts import LabelRow
from henbot.storage.doubts import DoubtRow
from henbot.storage.glimpses import GlimpseRow
from henbot.storage.label_questions import LabelAskingRow, LabelQuestionRow
from henbot.storage.tables import (
    CandidateRow,
    EggCountRow,
    EvidenceRow,
    MediaRow,
    NestRow,
    ObservationRow,
    VisitRow,
)

APART = timedelta(minutes=5)
"""Pictures of a nest less than this apart are near-duplicates."""

MOST_PICTURES = 400
"""The newest of each kind that are looked through."""

NOBODY_SHARE = 0.25
"""Share of labels that shall say that nobody is there: without them no version learns what an empty nest looks like."""

WITH_HEN, EMPTY = (0.04, 0.93, 0.03), (0.9, 0.09, 0.01)
"""Probabilities of 0, 1, 2 hens in a picture of a visit, and in one from after or before it, where none is stored."""

UNSURE = (0.5, 0.48, 0.02)
"""The same of a picture that was kept because it was not known whether a hen is there."""

SHOWS = {"settled": 1.0, "arrived": 0.6}
"""How well evidence shows a hen, by its role."""


class Why(StrEnum):
    """Why people are asked about a picture: what speaks for it more than for others."""

    UNCERTAIN = "uncertain"
    DISAGREEMENT = "disagreement"
    NOVEL = "novel"
    BALANCE = "balance"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True)
class Guess:
    """What the version that serves says of a picture.

    Attributes:
        hens: probability of 0, 1, 2 and more of them.
        who: probability by hen, given that there is one; `UNKNOWN` among them.
        eggs: visible ones; None where that cannot be told.
    """

    hens: tuple[float, ...] = WITH_HEN
    who: Mapping[HenId, float] = field(default_factory=lambda: {UNKNOWN: 1.0})
    eggs: int | None = None

    @property
    def answers(self) -> dict[str, float]:
        """Probability of each answer but of one whom nobody can name: `nobody`, `two`, or a hen's id."""
        none, one, two = (*self.hens, 0.0, 0.0, 0.0)[:3]
        alone = {str(hen): one * share for hen, share in self.who.items() if hen != UNKNOWN}
        return {"nobody": none, "two": two} | alone

    @property
    def uncertainty(self) -> float:
        """0..1: what the likeliest answer lacks of being sure."""
        return 1.0 - max(self.answers.values())

    @property
    def likeliest(self) -> str | None:
        """The answer that is likelier than all others together; None if there is none."""
        name, share = max(self.answers.items(), key=lambda pair: pair[1])
        return name if share > 0.5 else None

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {"hens": list(self.hens), "who": dict(self.who), "eggs": self.eggs}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Guess":
        """The inverse of `stored`."""
        who = {HenId(hen): float(share) for hen, share in stored.get("who", {}).items()}
        return cls(tuple(map(float, stored.get("hens", WITH_HEN))), who, stored.get("eggs"))


@dataclass(frozen=True, slots=True)
class Askable:
    """A picture that nobody told anything of.

    Attributes:
        path: in the media folder.
        disputed: whether two versions say different things of it.
        shows: how well it shows a hen, 0..1.
    """

    pictured: Pictured
    path: str
    guess: Guess
    disputed: bool = False
    shows: float = 0.5


@dataclass(frozen=True, slots=True)
class Proposal:
    """A picture that is worth asking about."""

    askable: Askable
    why: Why
    score: float


def askable_pictures(session: Session, most: int = MOST_PICTURES) -> list[Askable]:
    """Pictures of laying nests without a label that nobody was asked about, the newest first, one for each moment.

    Args:
        most: of each kind (evidence, glimpses, counts of eggs, doubts), the newest.
    """
    taken = told_pictures(session) | _asked(session)
    found: dict[tuple[str, datetime], _Kept] = {}
    for one in _kept(session, most):
        if (one.pictured.nest, one.pictured.media_sha256) not in taken:
            before = found.get((one.pictured.nest, one.pictured.at))
            if before is None or (one.doubt or "", one.shows) > (before.doubt or "", before.shows):
                found[one.pictured.nest, one.pictured.at] = one
    newest = sorted(found.values(), key=lambda one: (one.pictured.at, one.pictured.nest), reverse=True)
    return list(_with_guesses(session, newest))


def proposed(session: Session, pictures: Sequence[Askable]) -> Proposal | None:
    """The picture that teaches most by what is stored of it; None where all are near-duplicates of what was told."""
    told, asked = told_moments(session), asked_moments(session)
    shown = Counter(_words_told(session))
    visits = told_visits(session)
    fresh = [one for one in pictures if not is_near(one.pictured, told) and not is_near(one.pictured, asked)]
    rated = [_rated(one, shown, is_told=one.pictured.visit_id in visits) for one in fresh]
    return max(rated, key=lambda one: (one.score, one.askable.pictured.at), default=None)


def _rated(one: Askable, shown: Mapping[str, int], *, is_told: bool) -> Proposal:
    """Uncertainty, disagreement, what the labels lack, how well it shows her; told visits come last."""
    answers, guess = one.guess.answers, one.guess
    fewest = min((shown.get(name, 0) for name in answers), default=0)
    lacks = sum(share * (1 + fewest) / (1 + shown.get(name, 0)) for name, share in answers.items())
    lacks += guess.uncertainty if not any(hen != UNKNOWN for hen in guess.who) else 0.0
    total, nobody = sum(shown.values()), shown.get("nobody", 0)
    wants_nobody = answers["nobody"] > 0.5 and total > 0 and nobody < NOBODY_SHARE * total
    scores = {
        Why.UNCERTAIN: guess.uncertainty,
        Why.DISAGREEMENT: float(one.disputed),
        Why.BALANCE: min(lacks, 1.0) / 2 + float(wants_nobody),
    }
    why = max(scores, key=scores.__getitem__)
    return Proposal(one, why, round(sum(scores.values()) + one.shows / 4 - float(is_told), 4))


@dataclass(frozen=True, slots=True)
class _Kept:
    """A picture as its table has it; `doubt` is why it was kept, if it was for that."""

    pictured: Pictured
    path: str
    shows: float
    hens: tuple[float, ...] = WITH_HEN
    eggs: int | None = None
    doubt: str | None = None


def _kept(session: Session, most: int) -> Iterator[_Kept]:
    nests = set(session.execute(select(NestRow.id).where(NestRow.kind == NestKind.NEST.value)).scalars())
    for pictures in (_doubts, _evidence, _glimpses, _counts):
        yield from (one for one in pictures(session, most) if one.pictured.nest in nests)


def _doubts(session: Session, most: int) -> Iterator[_Kept]:
    query = select(DoubtRow, MediaRow.path).join(MediaRow, MediaRow.sha256 == DoubtRow.media_sha256)
    for row, path in session.execute(query.order_by(DoubtRow.at.desc()).limit(most)):
        pictured = Pictured(row.nest_id, row.at, row.media_sha256, row.visit_id, row.model_id)
        yield _Kept(pictured, path, 1.0, WITH_HEN if row.visit_id else EMPTY, doubt=row.reason)


def _evidence(session: Session, most: int) -> Iterator[_Kept]:
    # By the visits' index of times: evidence has none, and there may be years of it.
    newest = select(VisitRow.id).order_by(VisitRow.arrived_at.desc()).limit(most).subquery()
    query = (
        select(EvidenceRow, VisitRow, MediaRow.path)
        .join(newest, newest.c.id == EvidenceRow.visit_id)
        .join(VisitRow, VisitRow.id == EvidenceRow.visit_id)
        .join(MediaRow, MediaRow.sha256 == EvidenceRow.media_sha256)
    )
    for row, visit, path in session.execute(query.order_by(EvidenceRow.at.desc()).limit(most)):
        is_empty = row.role in (LEFT, BEFORE, AFTER)
        visit_id = None if is_empty else visit.id
        pictured = Pictured(visit.nest_id, row.at, row.media_sha256, visit_id, visit.model_id)
        yield _Kept(pictured, path, SHOWS.get(row.role, 0.3), EMPTY if is_empty else WITH_HEN)


def _glimpses(session: Session, most: int) -> Iterator[_Kept]:
    query = (
        select(GlimpseRow, VisitRow, MediaRow.path)
        .join(VisitRow, VisitRow.id == GlimpseRow.visit_id)
        .join(MediaRow, MediaRow.sha256 == GlimpseRow.media_sha256)
    )
    for row, visit, path in session.execute(query.order_by(GlimpseRow.at.desc()).limit(most)):
        yield _Kept(Pictured(visit.nest_id, row.at, row.media_sha256, visit.id, visit.model_id), path, 0.8)


def _counts(session: Session, most: int) -> Iterator[_Kept]:
    query = select(EggCountRow, MediaRow.path).join(MediaRow, MediaRow.sha256 == EggCountRow.media_sha256)
    for nest, dummies in session.execute(select(NestRow.id, NestRow.dummy_eggs)).all():
        of_nest = query.where(EggCountRow.nest_id == nest).order_by(EggCountRow.at.desc()).limit(most)
        for row, path in session.execute(of_nest):
            yield _Kept(Pictured(nest, row.at, row.media_sha256), path, 0.3, EMPTY, row.eggs + dummies)


def _with_guesses(session: Session, kept: Sequence[_Kept]) -> Iterator[Askable]:
    """What was stored of the moment of each, and of its visit."""
    who, seen = _candidates(session, kept), _observations(session, kept)
    for one in kept:
        pictured = one.pictured
        observed = seen.get((pictured.nest, pictured.at))
        hens = tuple(observed.hens_probabilities) if observed else one.hens
        if one.doubt == DoubtReason.UNCERTAIN:
            hens = UNSURE
        eggs = one.eggs if one.eggs is not None or observed is None else observed.eggs
        guess = Guess(hens, who.get(pictured.visit_id or "", {UNKNOWN: 1.0}), eggs)
        yield Askable(pictured, one.path, guess, one.doubt == DoubtReason.DISAGREEMENT, one.shows)


def _candidates(session: Session, kept: Sequence[_Kept]) -> dict[str, dict[HenId, float]]:
    visits = {one.pictured.visit_id for one in kept if one.pictured.visit_id}
    found: dict[str, dict[HenId, float]] = {}
    query = select(CandidateRow).where(CandidateRow.visit_id.in_(visits), CandidateRow.hen_id != NOBODY)
    for row in session.execute(query).scalars():
        found.setdefault(row.visit_id, {})[HenId(row.hen_id)] = row.probability
    return found


def _observations(session: Session, kept: Sequence[_Kept]) -> dict[tuple[str, datetime], ObservationRow]:
    moments = [(one.pictured.nest, one.pictured.at) for one in kept]
    query = select(ObservationRow).where(tuple_(ObservationRow.nest_id, ObservationRow.at).in_(moments))
    return {(row.nest_id, row.at): row for row in session.execute(query).scalars()}


def told_pictures(session: Session) -> set[tuple[str, str | None]]:
    """Pictures of which something was told, by nest and hash."""
    query = select(LabelRow.nest_id, LabelRow.media_sha256).where(LabelRow.undone_at.is_(None)).distinct()
    return {(nest, sha256) for nest, sha256 in session.execute(query)}


def _asked(session: Session) -> set[tuple[str, str | None]]:
    """What somebody was asked about, or is lost; of what only waits, better pictures may take the place."""
    asked = select(LabelAskingRow.id).where(LabelAskingRow.question_id == LabelQuestionRow.id).exists()
    query = select(LabelQuestionRow.nest_id, LabelQuestionRow.media_sha256).where(
        or_(asked, LabelQuestionRow.state != "open")
    )
    return {(nest, sha256) for nest, sha256 in session.execute(query)}


def told_askables(session: Session, most: int = MOST_PICTURES) -> list[tuple[Askable, str]]:
    """Pictures that were told of, each with what it shows, the newest first; and those that somebody was asked about
    and has not answered, which nobody is to be asked twice: they show `UNKNOWN`.
    """
    words = known_words(session)
    asked = LabelAskingRow.question_id == LabelQuestionRow.id
    sources = (
        select(LabelRow.nest_id, LabelRow.at, LabelRow.media_sha256, LabelRow.visit_id, MediaRow.path)
        .join(MediaRow, MediaRow.sha256 == LabelRow.media_sha256)
        .where(LabelRow.undone_at.is_(None)),
        select(LabelQuestionRow.nest_id, LabelQuestionRow.at, LabelQuestionRow.media_sha256, LabelQuestionRow.visit_id,
               MediaRow.path)
        .join(MediaRow, MediaRow.sha256 == LabelQuestionRow.media_sha256)
        .join(LabelAskingRow, asked),
    )  # fmt: skip
    found = {
        (nest, str(sha256)): Askable(Pictured(nest, at, sha256, visit), path, Guess())
        for query in sources
        for nest, at, sha256, visit, path in session.execute(query.distinct())
    }
    newest = sorted(found.items(), key=lambda pair: pair[1].pictured.at, reverse=True)[:most]
    return [(one, words.get(place, UNKNOWN)) for place, one in newest]


def known_words(session: Session) -> dict[tuple[str, str], str]:
    """What pictures with labels show, by nest and picture: a hen's id, `nobody`, `two` or `unknown`."""
    query = select(LabelRow).where(
        LabelRow.undone_at.is_(None), LabelRow.media_sha256.is_not(None), LabelRow.field.in_(["hens", "hen"])
    )
    told: dict[tuple[str, str], dict[str, str]] = {}
    for row in session.execute(query.order_by(LabelRow.said_at, LabelRow.id)).scalars():
        told.setdefault((row.nest_id, str(row.media_sha256)), {})[row.field] = row.value
    return {place: _word(values) for place, values in told.items()}


def _word(values: Mapping[str, str]) -> str:
    if values.get("hens", "1") in ("0", "2"):
        return "nobody" if values["hens"] == "0" else "two"
    return values.get("hen") or UNKNOWN


def _words_told(session: Session) -> Iterable[str]:
    return known_words(session).values()


def told_visits(session: Session) -> set[str | None]:
    """Visits of which somebody told something."""
    query = select(LabelRow.visit_id).where(LabelRow.undone_at.is_(None), LabelRow.visit_id.is_not(None))
    return set(session.execute(query.distinct()).scalars())


def told_moments(session: Session) -> dict[str, list[datetime]]:
    """When pictures were taken of which something was told, by nest."""
    query = select(LabelRow.nest_id, LabelRow.at).where(
        LabelRow.undone_at.is_(None), LabelRow.media_sha256.is_not(None)
    )
    return _by_nest(session, query.distinct())


def asked_moments(session: Session) -> dict[str, list[datetime]]:
    """The same of pictures that somebody was asked about."""
    asked = LabelAskingRow.question_id == LabelQuestionRow.id
    return _by_nest(
        session, select(LabelQuestionRow.nest_id, LabelQuestionRow.at).join(LabelAskingRow, asked).distinct()
    )


def _by_nest(session: Session, query: Select[str, datetime]) -> dict[str, list[datetime]]:
    found: dict[str, list[datetime]] = {}
    for nest, at in session.execute(query):
        found.setdefault(nest, []).append(at)
    return found


def is_near(pictured: Pictured, known: Mapping[str, Sequence[datetime]]) -> bool:
    """Whether a picture is a near-duplicate of one that was taken at a known moment."""
    return any(abs(at - pictured.at) < APART for at in known.get(pictured.nest, ()))

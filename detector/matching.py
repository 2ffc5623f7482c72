"""Compare found visits with labelled ones, by the rule of the datasets' README. Standard library only.

The nest must be the same and the intersection of both at least half of their union, after a visit shorter than 60 s was
widened to 60 s around its middle; each visit matches at most once; unscored stretches are left out on both sides.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from henbot.domain.errors import DatasetInvalid
from henbot.domain.observations import UNKNOWN, HenId, NestId

LEAST_OVERLAP = 0.5
SHORTEST = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Stay:
    """A visit as far as scoring needs it.

    Attributes:
        arrived_at: aware time of the first sighting.
        left_at: aware time of the last one.
        scored: False for a stretch in which nobody can tell who or how many.
    """

    nest: NestId
    hen: HenId
    arrived_at: datetime
    left_at: datetime
    scored: bool = True

    @property
    def widened(self) -> tuple[datetime, datetime]:
        """Start and end, at least 60 s apart."""
        if self.left_at - self.arrived_at >= SHORTEST:
            return self.arrived_at, self.left_at
        middle = self.arrived_at + (self.left_at - self.arrived_at) / 2
        return middle - SHORTEST / 2, middle + SHORTEST / 2


@dataclass(frozen=True, slots=True)
class Matching:
    """Which found visit is which labelled one."""

    pairs: tuple[tuple[Stay, Stay], ...]
    missed: tuple[Stay, ...]
    extra: tuple[Stay, ...]

    @property
    def precision(self) -> float:
        """Share of found visits that are one."""
        return _share(len(self.pairs), len(self.pairs) + len(self.extra))

    @property
    def recall(self) -> float:
        """Share of labelled visits that were found."""
        return _share(len(self.pairs), len(self.pairs) + len(self.missed))

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where there was nothing to find and nothing was found."""
        return _share(2 * len(self.pairs), 2 * len(self.pairs) + len(self.extra) + len(self.missed))


@dataclass(frozen=True, slots=True)
class Sighting:
    """One labelled frame of a nest: when, and whether any hen was there."""

    nest: NestId
    at: datetime
    occupied: bool


def overlap(one: Stay, other: Stay) -> float:
    """Intersection over union of two stays in time, 0 for different nests."""
    if one.nest != other.nest:
        return 0.0
    (start, end), (other_start, other_end) = one.widened, other.widened
    shared = min(end, other_end) - max(start, other_start)
    if shared <= timedelta(0):
        return 0.0
    return shared / (max(end, other_end) - min(start, other_start))


def match_visits(truth: Sequence[Stay], found: Sequence[Stay]) -> Matching:
    """As many pairs as possible, better overlaps first (augmenting paths: overlapping visits of two hens need them)."""
    stretches = [stay for stay in truth if not stay.scored]
    wanted = [stay for stay in truth if stay.scored]
    kept = [left for stay in found if (left := _outside(stay, stretches)) is not None]
    candidates = [_candidates(stay, kept) for stay in wanted]
    taken: dict[int, int] = {}
    for index in sorted(range(len(wanted)), key=lambda i: -_best(wanted[i], candidates[i], kept)):
        _augment(index, candidates, taken, set())
    matched = {labelled: place for place, labelled in taken.items()}
    return Matching(
        pairs=tuple((wanted[i], kept[matched[i]]) for i in sorted(matched)),
        missed=tuple(stay for i, stay in enumerate(wanted) if i not in matched),
        extra=tuple(stay for place, stay in enumerate(kept) if place not in taken),
    )


def _candidates(stay: Stay, found: Sequence[Stay]) -> list[int]:
    shares = {place: overlap(stay, other) for place, other in enumerate(found)}
    return sorted((p for p, share in shares.items() if share >= LEAST_OVERLAP), key=lambda p: -shares[p])


def _best(stay: Stay, candidates: Sequence[int], found: Sequence[Stay]) -> float:
    return overlap(stay, found[candidates[0]]) if candidates else 0.0


def _augment(index: int, candidates: Sequence[Sequence[int]], taken: dict[int, int], tried: set[int]) -> bool:
    """Give labelled visit `index` a found one, moving others to their next candidate where needed."""
    for place in candidates[index]:
        if place in tried:
            continue
        tried.add(place)
        if place not in taken or _augment(taken[place], candidates, taken, tried):
            taken[place] = index
            return True
    return False


def _outside(stay: Stay, stretches: Iterable[Stay]) -> Stay | None:
    """The stay without unscored stretches: None if at least half of it lies in one, else shortened where it enters."""
    for stretch in stretches:
        if stretch.nest != stay.nest:
            continue
        (start, end), (from_, to) = stay.widened, stretch.widened
        inside = min(end, to) - max(start, from_)
        if inside <= timedelta(0):
            continue
        if inside >= (end - start) / 2:
            return None
        if stay.arrived_at < from_ <= stay.left_at <= to:
            stay = replace(stay, left_at=from_)
        elif from_ <= stay.arrived_at <= to < stay.left_at:
            stay = replace(stay, arrived_at=to)
    return stay


def score(truth: Sequence[Stay], found: Sequence[Stay]) -> dict[str, Any]:
    """Precision, recall and F1, errors of arrival and leaving in seconds, and identity on matched visits.

    An error is found minus labelled: positive means late. A hen that the labels do not name is not scored; `unknown`
    in a found visit counts as abstained.
    """
    matching = match_visits(truth, found)
    named = [(labelled.hen, seen.hen) for labelled, seen in matching.pairs if labelled.hen != UNKNOWN]
    spoken = [(hen, said) for hen, said in named if said != UNKNOWN]
    return {
        "precision": round(matching.precision, 4),
        "recall": round(matching.recall, 4),
        "f1": round(matching.f1, 4),
        "matched": len(matching.pairs),
        "missed": [stay.arrived_at.isoformat() for stay in matching.missed],
        "extra": [stay.arrived_at.isoformat() for stay in matching.extra],
        "arrival_error_s": _errors([(b.arrived_at - a.arrived_at).total_seconds() for a, b in matching.pairs]),
        "leaving_error_s": _errors([(b.left_at - a.left_at).total_seconds() for a, b in matching.pairs]),
        "identity": {
            "visits": len(named),
            "right": sum(hen == said for hen, said in spoken),
            "wrong": sum(hen != said for hen, said in spoken),
            "abstained": len(named) - len(spoken),
        },
    }


def _errors(errors: Sequence[float]) -> dict[str, float | None]:
    if not errors:
        return {"median": None, "median_absolute": None, "largest_absolute": None}
    return {
        "median": median(errors),
        "median_absolute": median(abs(e) for e in errors),
        "largest_absolute": max(abs(e) for e in errors),
    }


def score_minutes(sightings: Sequence[Sighting], found: Sequence[Stay], trust_gap: timedelta) -> dict[str, float]:
    """Minutes of right and wrong occupancy, only where they are known.

    Known is the time between two neighbouring frames of a nest, at most `trust_gap` apart, that agree.
    """
    minutes = {"occupied_found": 0.0, "occupied_missed": 0.0, "empty_right": 0.0, "empty_wrong": 0.0}
    ordered = sorted(sightings, key=lambda s: (s.nest, s.at))
    for before, after in pairwise(ordered):
        if before.nest != after.nest or before.occupied != after.occupied or after.at - before.at > trust_gap:
            continue
        covered = _covered(before.nest, before.at, after.at, found).total_seconds() / 60
        whole = (after.at - before.at).total_seconds() / 60
        minutes["occupied_found" if before.occupied else "empty_wrong"] += covered
        minutes["occupied_missed" if before.occupied else "empty_right"] += whole - covered
    return {name: round(value, 2) for name, value in minutes.items()}


def _covered(nest: NestId, start: datetime, end: datetime, found: Sequence[Stay]) -> timedelta:
    covered, reached = timedelta(0), start
    for stay in sorted((s for s in found if s.nest == nest), key=lambda s: s.arrived_at):
        first, last = max(stay.arrived_at, reached), min(stay.left_at, end)
        if last > first:
            covered += last - first
            reached = last
    return covered


def score_visits(
    truth_csv: Path, visits_json: Path, start: datetime | None = None, end: datetime | None = None
) -> dict[str, Any]:
    """`score` of a `visits.csv` against what `replay --json` wrote.

    Args:
        truth_csv: `visits.csv` of a dataset folder.
        visits_json: an object with `visits`, or the list itself; an open visit ends at its `last_seen_at`.
        start: leave out what ended before, an aware time; where only one day was replayed, say.
        end: leave out what began after.

    Raises:
        DatasetInvalid: a file cannot be read as such.
    """
    truth, found = read_truth(truth_csv), read_found(visits_json)
    return score(_within(truth, start, end), _within(found, start, end))


def read_truth(path: Path) -> list[Stay]:
    """Stays of a `visits.csv`; raises DatasetInvalid naming the line."""
    stays = []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                stays.append(_stay(f"{path}: line {number}", row, scored=row.get("scored") != "no"))
    except OSError as error:
        raise DatasetInvalid(f"{path}: {error.strerror}; name the visits.csv of a dataset folder") from error
    return stays


def read_found(path: Path) -> list[Stay]:
    """Stays of a replay's JSON; raises DatasetInvalid naming the visit."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        visits = content["visits"] if isinstance(content, dict) else content
        return [_stay(f"{path}: visit {place}", visit, scored=True) for place, visit in enumerate(visits)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetInvalid(f"{path}: holds no visits ({error}); name what `replay --json` wrote") from error


def _stay(where: str, row: Mapping[str, Any], scored: bool) -> Stay:
    try:
        arrived_at = datetime.fromisoformat(row["arrived_at"])
        left_at = datetime.fromisoformat(row["left_at"] or row.get("last_seen_at") or row["arrived_at"])
        stay = Stay(NestId(row["nest"]), HenId(row["hen"] or UNKNOWN), arrived_at, left_at, scored)
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetInvalid(f"{where}: needs nest, hen, arrived_at and left_at as ISO 8601 ({error})") from error
    if arrived_at.utcoffset() is None or left_at.utcoffset() is None or left_at < arrived_at:
        raise DatasetInvalid(f"{where}: arrived_at and left_at must carry an offset, in this order")
    return stay


def _within(stays: Sequence[Stay], start: datetime | None, end: datetime | None) -> list[Stay]:
    return [s for s in stays if (start is None or s.left_at >= start) and (end is None or s.arrived_at <= end)]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0

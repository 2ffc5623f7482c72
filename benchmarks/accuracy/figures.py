"""From outcomes to the figures of a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from benchmarks.accuracy.jobs import Job, Outcome
from benchmarks.accuracy.parts import Row, day_of, read_rows, read_visits, rows_of, sure
from benchmarks.accuracy.scores import accuracy, auroc, balanced, figure, mean_error, within_one
from detector.matching import Sighting, Stay, match_visits, score_minutes
from henbot.domain.observations import UNKNOWN, HenId, NestId

PAUSE = timedelta(hours=2)
TRUST_GAP = timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Study:
    """Jobs, and what their outcomes say as lines of Markdown."""

    title: str
    jobs: Sequence[Job]
    tell: Callable[[Sequence[Outcome]], Sequence[str]]


Judged = tuple[Row, dict[str, Any]]


def judged(outcomes: Sequence[Outcome], choice: Callable[[Row], bool]) -> list[Judged]:
    """Labelled rows with what was said of them, over all outcomes."""
    return [
        (row, one.frames[row["file"], row["nest"]])
        for one in outcomes
        for row in rows_of(one.job.judge)
        if choice(row) and (row["file"], row["nest"]) in one.frames
    ]


def stretches(dataset: str) -> dict[tuple[str, str], str]:
    """For every row the stretch of time that it belongs to: one visit, or a time without hens, or one clip."""
    found: dict[tuple[str, str], str] = {}
    last: dict[str, tuple[Row, str]] = {}
    for number, row in enumerate(read_rows(dataset)):
        before, name = last.get(row["nest"], (None, ""))
        if before is None or _divided(before, row):
            name = f"{dataset} {row['nest']} {number}"
        last[row["nest"]] = (row, name)
        found[row["file"], row["nest"]] = name
    return found


def _divided(before: Row, row: Row) -> bool:
    apart = datetime.fromisoformat(row["captured_at"]) - datetime.fromisoformat(before["captured_at"])
    same = before["visit"] == row["visit"] and before["hens"] == row["hens"] and before["hen"] == row["hen"]
    return not same or apart > PAUSE


def groups_of(found: Sequence[Judged], dataset: str) -> list[str]:
    """The stretch of each judged row."""
    known = stretches(dataset)
    return [known[row["file"], row["nest"]] for row, _ in found]


def is_nest(row: Row) -> bool:
    """Whether the row is of a nest and not of a roost."""
    return row["nest"] != "roost"


def hen_or_none(outcomes: Sequence[Outcome], dataset: str) -> str:
    """Balanced accuracy of hen or no hen, and the recall of both."""
    found = judged(outcomes, lambda row: is_nest(row) and sure(row, "hens"))
    pairs = [(row["hens"] != "0", said["hens"] > 0) for row, said in found]
    whole = figure(pairs, groups_of(found, dataset), balanced)
    hens = [said for truth, said in pairs if truth]
    empty = [not said for truth, said in pairs if not truth]
    recalls = f"hens {sum(hens)} of {len(hens)}, empty {sum(empty)} of {len(empty)}"
    return f"{whole.percent()}; {recalls}"


def hen_auroc(outcomes: Sequence[Outcome], dataset: str) -> str:
    """AUROC of hen or no hen."""
    found = judged(outcomes, lambda row: is_nest(row) and sure(row, "hens"))
    pairs = [(row["hens"] != "0", 1.0 - said["hens_probabilities"]["0"]) for row, said in found]
    return figure(pairs, groups_of(found, dataset), auroc).plain()


def posture(outcomes: Sequence[Outcome], dataset: str) -> str:
    """Accuracy and balanced accuracy of the posture, where a hen is and the posture is certain."""
    found = judged(outcomes, lambda row: is_nest(row) and row["hens"] == "1" and sure(row, "posture"))
    found = [(row, said) for row, said in found if sure(row, "hens")]
    pairs = [(row["posture"], said["posture"]) for row, said in found]
    groups = groups_of(found, dataset)
    return f"{figure(pairs, groups, accuracy).percent()}; balanced {100 * balanced(pairs):.1f}"


def sitting_or_not(outcomes: Sequence[Outcome], dataset: str) -> str:
    """Accuracy of sitting against everything else."""
    found = judged(outcomes, lambda row: is_nest(row) and row["hens"] == "1" and sure(row, "posture"))
    pairs = [(row["posture"] == "sitting", said["posture"] == "sitting") for row, said in found]
    return figure(pairs, groups_of(found, dataset), accuracy).percent()


def eggs_by_picture(outcomes: Sequence[Outcome], dataset: str) -> tuple[str, str]:
    """Exact counts and mean absolute error over whole pictures, all their nests unoccupied and certain."""
    found = judged(outcomes, lambda row: is_nest(row) and row["hens"] == "0" and sure(row, "eggs"))
    nests = len({row["nest"] for row in read_rows(dataset) if is_nest(row)})
    pictures: dict[str, list[Judged]] = {}
    for row, said in found:
        pictures.setdefault(row["file"], []).append((row, said))
    whole = {file: rows for file, rows in pictures.items() if len(rows) == nests}
    pairs = [
        (sum(int(row["eggs"]) for row, _ in rows), sum(said["eggs"] or 0 for _, said in rows))
        for rows in whole.values()
    ]
    groups = [f"{day_of(rows[0][0])} {sum(int(row['eggs']) for row, _ in rows)}" for rows in whole.values()]
    return figure(pairs, groups, accuracy).percent(), figure(pairs, groups, mean_error).plain()


def roost_counts(outcomes: Sequence[Outcome], dataset: str) -> tuple[str, str, str]:
    """Within one by day and in infrared, and the mean absolute error."""
    found = judged(outcomes, lambda row: row["nest"] == "roost" and sure(row, "hens"))
    pairs = [(int(row["hens"]), int(said["hens"])) for row, said in found]
    groups = groups_of(found, dataset)
    infrared = [pair for pair, (row, _) in zip(pairs, found, strict=True) if row["lighting"] == "ir"]
    close = figure(pairs, groups, within_one).percent()
    dark = f"{sum(abs(a - b) <= 1 for a, b in infrared)} of {len(infrared)}"
    return close, dark, figure(pairs, groups, mean_error).plain()


def truth_of(dataset: str) -> list[tuple[Stay, Row]]:
    """Labelled visits."""
    return [(_stay(row, scored=row["scored"] == "yes"), row) for row in read_visits(dataset)]


def _stay(row: Any, *, scored: bool = True) -> Stay:
    arrived = datetime.fromisoformat(row["arrived_at"])
    left = datetime.fromisoformat(row["left_at"] or row.get("last_seen_at") or row["arrived_at"])
    return Stay(NestId(row["nest"]), HenId(row["hen"] or UNKNOWN), arrived, left, scored)


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits that were found over a whole set, against the labelled ones."""

    f1: float
    matched: int
    missed: int
    extra: int
    arrival_s: float
    leaving_s: float
    settled: str
    minutes: str


def visits(outcomes: Sequence[Outcome], dataset: str) -> Visits:
    """All folds' replays together."""
    truth = truth_of(dataset)
    found = [(_stay(visit), visit) for one in outcomes for visit in one.visits]
    matching = match_visits([stay for stay, _ in truth], [stay for stay, _ in found])
    arrivals = sorted(abs((b.arrived_at - a.arrived_at).total_seconds()) for a, b in matching.pairs)
    leavings = sorted(abs((b.left_at - a.left_at).total_seconds()) for a, b in matching.pairs)
    return Visits(
        matching.f1,
        len(matching.pairs),
        len(matching.missed),
        len(matching.extra),
        _median(arrivals),
        _median(leavings),
        _settled(matching.pairs, truth, found),
        _minutes(outcomes, dataset, [stay for stay, _ in found]),
    )


def _median(values: Sequence[float]) -> float:
    return values[len(values) // 2] if values else float("nan")


def _settled(
    pairs: Sequence[tuple[Stay, Stay]], truth: Sequence[tuple[Stay, Row]], found: Sequence[tuple[Stay, Any]]
) -> str:
    labelled = {(stay.nest, stay.arrived_at): row["settled"] for stay, row in truth}
    said = {(stay.nest, stay.arrived_at): visit["settled"] for stay, visit in found}
    both = [(labelled[a.nest, a.arrived_at], said.get((b.nest, b.arrived_at))) for a, b in pairs]
    clear = [(a, b) for a, b in both if a in {"yes", "no"} and b]
    return f"{sum(a == b for a, b in clear)} of {len(clear)}"


def _minutes(outcomes: Sequence[Outcome], dataset: str, found: Sequence[Stay]) -> str:
    sightings = [
        Sighting(NestId(row["nest"]), datetime.fromisoformat(row["captured_at"]), row["hens"] != "0")
        for one in outcomes
        for row in rows_of(one.job.judge)
        if is_nest(row) and sure(row, "hens")
    ]
    minutes = score_minutes(sightings, found, TRUST_GAP)
    right = minutes["occupied_found"] + minutes["empty_right"]
    wrong = minutes["occupied_missed"] + minutes["empty_wrong"]
    return f"{100 * right / (right + wrong):.2f} % of {right + wrong:.0f}" if right + wrong else "–"

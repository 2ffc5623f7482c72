"""Which experiments there are, and the tables that they make."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from benchmarks.accuracy.ablations import ablations
from benchmarks.accuracy.clips import clip_of
from benchmarks.accuracy.figures import (
    Study,
    eggs_by_picture,
    hen_auroc,
    hen_or_none,
    judged,
    posture,
    roost_counts,
    sitting_or_not,
    visits,
)
from benchmarks.accuracy.jobs import STOCK, Job, Outcome
from benchmarks.accuracy.parts import Choice, Part, Row, day_of, folds, half_day_of, part, read_rows, read_visits, sure
from benchmarks.accuracy.scores import auroc

SEEDS = (2016, 2017, 2018)
SURE_HENS = frozenset({"snow", "cocoa", "raven", "honey"})
CLIP_FOLDS = 5
HALF_DAYS_HEADING = (
    "| seed | hen or none, balanced % | posture, % | sitting or not, % | minutes right | visits F1 | "
    "arrival, leaving: median error | settled right |"
)


def whole(dataset: str) -> Part:
    """All rows of a dataset."""
    return part(dataset, lambda _: True)


def cross_validated(
    dataset: str,
    key: Callable[[Row], str],
    *,
    seed: int = SEEDS[0],
    replay: bool = False,
    beside: Sequence[str] = (),
) -> list[Job]:
    """A job for every value of a key: learn from the others (and whole other sets), judge those."""
    return [
        Job(
            f"{dataset} {name}",
            (part(dataset, learn), *map(whole, beside)),
            part(dataset, judge),
            seed,
            replay,
        )
        for name, learn, judge in folds(read_rows(dataset), key)
    ]


def half_days(seeds: Sequence[int]) -> Study:
    """Chickencam, each half-day by the other three."""
    jobs = [job for seed in seeds for job in cross_validated("chickencam", half_day_of, seed=seed, replay=True)]

    def tell(outcomes: Sequence[Outcome]) -> list[str]:
        lines = [
            HALF_DAYS_HEADING,
            "|---|---|---|---|---|---|---|---|",
        ]
        for seed in seeds:
            those = [one for one in outcomes if one.job.seed == seed]
            seen = visits(those, "chickencam")
            lines.append(
                f"| {seed} | {hen_or_none(those, 'chickencam')} | {posture(those, 'chickencam')} | "
                f"{sitting_or_not(those, 'chickencam')} | {seen.minutes} | "
                f"{seen.f1:.2f} ({seen.matched} found, {seen.missed} missed, {seen.extra} invented) | "
                f"{seen.arrival_s:.0f} s, {seen.leaving_s:.0f} s | {seen.settled} |"
            )
        return lines

    return Study("Chickencam, each half-day by the other three", jobs, tell)


def other_days() -> Study:
    """Chickencam, each of its two days by the other, and chookegg and henhouse by days and clips."""
    jobs = [
        *cross_validated("chickencam", day_of, replay=True),
        *cross_validated("chookegg", day_of),
        *cross_validated("henhouse", clip_fold),
    ]

    def tell(outcomes: Sequence[Outcome]) -> list[str]:
        lines = ["| set | split | hen or none, balanced % | AUROC | posture, % |", "|---|---|---|---|---|"]
        for dataset, split in (("chickencam", "days"), ("chookegg", "days"), ("henhouse", "days and clips")):
            those = [one for one in outcomes if one.job.judge.dataset == dataset]
            lines.append(
                f"| {dataset} | {split} | {hen_or_none(those, dataset)} | {hen_auroc(those, dataset)} | "
                f"{posture(those, dataset)} |"
            )
        return lines

    return Study("Each set by whole days, or by clips", jobs, tell)


def eggs() -> Study:
    """Eggs: chookegg by days, the crate by clips, and the crate by a version that never saw it."""
    jobs = [
        *cross_validated("chookegg", day_of),
        *cross_validated("henhouse", clip_fold),
        replace(strangers_job("henhouse"), name="eggs of strangers"),
    ]

    def tell(outcomes: Sequence[Outcome]) -> list[str]:
        apart = [one for one in outcomes if one.job.name == "eggs of strangers"]
        rest = [one for one in outcomes if one.job.name != "eggs of strangers"]
        rows = (
            ("chookegg by days", "chookegg", [one for one in rest if one.job.judge.dataset == "chookegg"]),
            ("henhouse by days and clips", "henhouse", [one for one in rest if one.job.judge.dataset == "henhouse"]),
            ("henhouse, trained without it", "henhouse", apart),
        )
        lines = [
            "| unoccupied nests | exact, % of pictures | mean absolute error per picture |",
            "|---|---|---|",
        ]
        for name, dataset, those in rows:
            exact, error = eggs_by_picture(those, dataset)
            lines.append(f"| {name} | {exact} | {error} |")
        return lines

    return Study("Eggs", jobs, tell)


def roost() -> Study:
    """Hens on the roost by days and clips; a version that never saw a roost cannot tell."""
    jobs = cross_validated("henhouse", clip_fold)

    def tell(outcomes: Sequence[Outcome]) -> list[str]:
        close, dark, error = roost_counts(outcomes, "henhouse")
        return [
            "| roost | within one, % | of them in infrared | mean absolute error |",
            "|---|---|---|---|",
            f"| by days and clips | {close} | {dark} | {error} |",
        ]

    return Study("Hens on the roost", jobs, tell)


def strangers_job(dataset: str) -> Job:
    """Judge a set by a version trained on the two sets that henbot may ship, without that one."""
    learn = tuple(whole(name) for name in ("chickencam", "chookegg") if name != dataset)
    return Job(f"{dataset} by others", learn, whole(dataset))


def each_visit() -> Study:
    """Which hen, leaving each visit of chickencam out in turn."""
    scored = [visit["visit"] for visit in read_visits("chickencam") if visit["scored"] == "yes"]
    jobs = [
        Job(
            f"without visit {number}",
            (part("chickencam", without_visit(number)),),
            part("chickencam", of_visit(number)),
            replay=True,
        )
        for number in scored
    ]

    def tell(outcomes: Sequence[Outcome]) -> list[str]:
        named = [(visit_row(one), said_of_visit(one)) for one in outcomes]
        lines = ["| visit | hen | named | posterior |", "|---|---|---|---|"]
        for row, (hen, share) in named:
            lines.append(f"| {row['visit']} | {row['hen']} | {hen} | {share:.2f} |")
        right = sum(row["hen"] == hen for row, (hen, _) in named)
        unknown = sum(hen == "unknown" for _, (hen, _) in named)
        wrong = len(named) - right - unknown
        return [f"Of {len(named)} visits {right} right, {wrong} wrong, {unknown} unknown.", "", *lines]

    return Study("Which hen: each visit left out in turn", jobs, tell)


def each_hen() -> Study:
    """A hen left out of training altogether must be unknown."""
    hens = ("blanche", "ginger", "olive")
    jobs = [
        Job(
            f"without {hen}",
            (part("chickencam", lambda row, h=hen: row["hen"] != h),),  # type: ignore[misc]
            part("chickencam", lambda row, h=hen: row["hen"] == h),  # type: ignore[misc]
            replay=True,
        )
        for hen in hens
    ]
    jobs += each_visit().jobs

    def tell(outcomes: Sequence[Outcome]) -> list[str]:
        strangers, known = outcomes[: len(hens)], outcomes[len(hens) :]
        lines = ["| hen left out | visits found | of them unknown | called |", "|---|---|---|---|"]
        for one, hen in zip(strangers, hens, strict=True):
            said = [str(visit["hen"]) for visit in one.visits]
            called = ", ".join(sorted(name for name in said if name != "unknown")) or "–"
            lines.append(f"| {hen} | {len(said)} | {said.count('unknown')} | {called} |")
        frames = [(True, known_share(said)) for _, said in judged(known, named_row)]
        frames += [(False, known_share(said)) for _, said in judged(strangers, named_row)]
        by_visit = [(True, 1 - unknown_share(one)) for one in known]
        by_visit += [(False, 1 - visit["candidates"].get("unknown", 0.0)) for one in strangers for visit in one.visits]
        return [
            *lines,
            "",
            f"Known against unknown, AUROC: per visit {auroc(by_visit):.2f}, per frame {auroc(frames):.2f}.",
        ]

    return Study("A hen that was left out of training", jobs, tell)


def plumage() -> Study:
    """Which hen on chookegg, where the other days show her."""
    jobs = cross_validated("chookegg", day_of)

    def tell(outcomes: Sequence[Outcome]) -> list[str]:
        found = [
            (row, said)
            for one in outcomes
            for row, said in judged([one], lambda row: row["hen"] in SURE_HENS and sure(row, "hen"))
            if shown_elsewhere(row)
        ]
        right = [(row["hen"], said["hen"] or "unknown") for row, said in found]
        told = ", ".join(f"{hen}→{said}" for hen, said in right)
        return [f"{sum(a == b for a, b in right)} of {len(right)} frames right: {told or 'none'}."]

    return Study("Which hen: chookegg's sure hens by days", jobs, tell)


def cold_start() -> Study:
    """No labels at all, and labels of the two other coops only; both look over the pictures once before."""
    sets = ("chickencam", "chookegg", "henhouse")
    jobs = [Job(f"{name} cold", STOCK, whole(name)) for name in sets]
    jobs += [Job(f"{name} by both others", tuple(whole(o) for o in sets if o != name), whole(name)) for name in sets]

    def tell(outcomes: Sequence[Outcome]) -> list[str]:
        lines = ["| set | learned from | AUROC of a hen | hen or none, balanced % |", "|---|---|---|---|"]
        for one in outcomes:
            dataset = one.job.judge.dataset
            learned = " and ".join(p.dataset for p in one.job.learn) or "nothing"
            lines.append(f"| {dataset} | {learned} | {hen_auroc([one], dataset)} | {hen_or_none([one], dataset)} |")
        return lines

    return Study("Cold start: no labels of this coop", jobs, tell)


def of_visit(number: str) -> Choice:
    """Rows of one visit."""
    return lambda row: row["visit"] == number


def without_visit(number: str) -> Choice:
    """All rows but one visit's."""
    return lambda row: row["visit"] != number


def named_row(row: Row) -> bool:
    """Whether a row shows one hen who is certain."""
    return row["hens"] == "1" and sure(row, "hen") and row["hen"] != "unknown"


def known_share(said: dict[str, Any]) -> float:
    """Probability that a frame's hen is any of those known."""
    return 1.0 - float(said["hen_probabilities"].get("unknown", 1.0))


def visit_row(one: Outcome) -> Row:
    """The labelled visit that a job was about."""
    number = one.job.name.rsplit(" ", 1)[1]
    return next(row for row in read_visits("chickencam") if row["visit"] == number)


def said_of_visit(one: Outcome) -> tuple[str, float]:
    """Who the longest visit found was, and the posterior of the likeliest hen."""
    longest = _longest(one)
    if longest is None:
        return "unknown", 0.0
    return str(longest["hen"]), max(longest["candidates"].values(), default=0.0)


def unknown_share(one: Outcome) -> float:
    """Posterior of `unknown` in the longest visit found."""
    longest = _longest(one)
    return float(longest["candidates"].get("unknown", 0.0)) if longest else 1.0


def _longest(one: Outcome) -> dict[str, Any] | None:
    return max(one.visits, key=_stayed, default=None)


def _stayed(visit: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(visit["last_seen_at"]) - datetime.fromisoformat(visit["arrived_at"])


def shown_elsewhere(row: Row) -> bool:
    """Whether another day shows the same hen, surely."""
    return any(
        other["hen"] == row["hen"] and sure(other, "hen") and day_of(other) != day_of(row)
        for other in read_rows("chookegg")
    )


@cache
def _clips() -> dict[str, str]:
    return clip_of("henhouse", CLIP_FOLDS)


def clip_fold(row: Row) -> str:
    """The fold of a henhouse picture: near-duplicates together, days spread."""
    return _clips()[row["file"]]


def all_studies(seeds: int) -> list[Study]:
    """Every experiment, the half-days with so many seeds."""
    rest = (other_days, each_visit, each_hen, plumage, eggs, roost, cold_start)
    first = half_days(SEEDS[:seeds])
    return [first, ablations(half_days(SEEDS[:1]).jobs), *(study() for study in rest)]

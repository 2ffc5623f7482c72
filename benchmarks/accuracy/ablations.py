"""What each part of the recognition is worth: the half-days without it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmarks.accuracy.figures import Study, hen_or_none, posture, visits
from benchmarks.accuracy.jobs import Job, Outcome
from henbot.domain.belief import RULES

WITHOUT: Mapping[str, Mapping[str, Any]] = {
    "copies in other light": {"detector.training.study:MOST_RELIT": 1},
    "birds with another plumage": {"detector.training.study:MOST_REPAINTED": 1},
    "more than 4 pictures of the empty nest": {"detector.training.references:LARGEST": 4},
    "the allowance for a new day": {"detector.training.fit:NEW_DAY_BIAS": 0.0},
    "rules of its own for a camera triggered by motion": {
        "detector.training.evaluate:MOTION_RULES": RULES,
        "henbot.domain.watch:MOTION_RULES": RULES,
    },
}
"""What is left out, and the attributes that leave it out; one copy is the least that training makes."""

STILLS = "the pictures before"


def ablations(jobs: Sequence[Job]) -> Study:
    """The same jobs as they are, and without each part in turn."""
    changed = {name: tuple(values.items()) for name, values in WITHOUT.items()}
    rows: list[tuple[str, list[Job]]] = [("nothing", list(jobs))]
    rows += [(name, [replace(job, changed=values) for job in jobs]) for name, values in changed.items()]
    rows.append((STILLS, [replace(job, stills=True, replay=False) for job in jobs]))

    def tell(outcomes: Sequence[Outcome]) -> list[str]:
        told = iter(outcomes)
        lines = [
            "| without | hen or none, balanced % | posture, % | minutes right | visits F1 |",
            "|---|---|---|---|---|",
        ]
        for name, those in rows:
            found = [next(told) for _ in those]
            by_visit = ("–", "–")
            if name != STILLS:
                seen = visits(found, "chickencam")
                by_visit = (seen.minutes, f"{seen.f1:.2f}")
            lines.append(
                f"| {name} | {hen_or_none(found, 'chickencam')} | {posture(found, 'chickencam')} | "
                f"{by_visit[0]} | {by_visit[1]} |"
            )
        return lines

    return Study("What each part is worth: the half-days without it", [job for _, those in rows for job in those], tell)

"""Two days in the drawn nest box, told as a dataset folder that can be trained on and replayed."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from detector.drawn.hens import BISCUIT, PEPPER, SNOW
from detector.drawn.scene import DrawnHen, SceneState, draw_frame
from henbot.domain.observations import HenId, Posture

FIRST_DAY: Final = date(2024, 5, 4)
FILE_NAME: Final = "%Y%m%d%H%M%S"
_MORNING, _EVENING, _COLLECTED = time(7, 2), time(18, 42), time(17, 30)
_INFRARED: Final = (time(19, 50), time(20, 25))

_COOP: Final = """\
coop:
  name: The drawn coop
  timezone: UTC
  watch: "07:00-18:45"     # outside these hours nothing is claimed
hens:
  - {id: snow, name: {en: Snow, ru: Снежка}, look: "white, tall comb"}
  - {id: pepper, name: {en: Pepper, ru: Перчинка}, look: "grey, barred"}
  - {id: biscuit, name: {en: Biscuit, ru: Печенька}, look: "brown, laced, dark tail"}
cameras:
  - id: nestcam
    source: {kind: folder, path: frames, timestamp: "%Y%m%d%H%M%S"}
    trigger: motion
    trust_gap: 45 min
    nests:
      - {id: nest, kind: nest, name: {en: the nest, ru: гнездо}, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}
"""
_LABELS: Final = (
    "file", "captured_at", "nest", "hens", "hen", "posture", "hen2", "posture2", "eggs", "lighting", "quality",
    "uncertain",
)  # fmt: skip
_VISITS: Final = (
    "visit", "nest", "hen", "first_file", "last_file", "arrived_at", "left_at", "settled", "scored", "notes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Call:
    """One hen's stay in the nest as the story plans it."""

    hen: HenId
    arrives: time
    minutes: int
    settles: bool = True
    lays: bool = False


_DAYS: Final[Sequence[Sequence[_Call]]] = (
    (
        _Call(SNOW, time(7, 34), 4, settles=False),
        _Call(SNOW, time(8, 11), 36, lays=True),
        _Call(PEPPER, time(9, 38), 57, lays=True),
        _Call(PEPPER, time(10, 49), 6, settles=False),
        _Call(BISCUIT, time(12, 18), 49, lays=True),
        _Call(SNOW, time(14, 27), 5, settles=False),
        _Call(BISCUIT, time(15, 42), 8, settles=False),
    ),
    (
        _Call(PEPPER, time(7, 48), 5, settles=False),
        _Call(SNOW, time(8, 24), 41, lays=True),
        _Call(BISCUIT, time(9, 29), 21),  # gets up and comes back: one bout
        _Call(BISCUIT, time(9, 58), 38, lays=True),
        _Call(PEPPER, time(11, 33), 52, lays=True),
        _Call(SNOW, time(13, 44), 4, settles=False),
        _Call(PEPPER, time(15, 9), 26),  # sits, and lays nothing
    ),
)


@dataclass(frozen=True, slots=True)
class _Shot:
    """One frame of the story: when, and what it shows."""

    at: datetime
    scene: SceneState
    eggs: int | None

    @property
    def file(self) -> str:
        return f"{self.at:{FILE_NAME}}.jpg"


@dataclass(frozen=True, slots=True)
class _Stay:
    """A call as the camera took it."""

    call: _Call
    shots: tuple[_Shot, ...]


def write_dataset(
    folder: Path,
    days: int = 2,
    seed: int = 1,
    size: tuple[int, int] = (800, 600),
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write a dataset folder of drawn pictures: some hundred frames a day by one motion-triggered camera.

    Args:
        folder: made where missing; frames of an earlier call are overwritten.
        days: at least 1; day one shows all three hens, and two plans of a day alternate.
        seed: the same seed gives the same files.
        size: width and height of the pictures in pixels.
        progress: told after each frame how many are written, of how many.

    Returns:
        The folder. Its coop.yaml is written last: a folder that has one is complete.
    """
    chance = np.random.default_rng(seed)
    stays, shots = _story(days, chance)
    (folder / "frames").mkdir(parents=True, exist_ok=True)
    for written, shot in enumerate(shots, start=1):
        picture = cv2.cvtColor(draw_frame(shot.scene, *size), cv2.COLOR_RGB2BGR)
        encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 82])[1]
        (folder / "frames" / shot.file).write_bytes(encoded.tobytes())
        if progress:
            progress(written, len(shots))
    _write_table(folder / "labels.csv", _LABELS, [_label(shot) for shot in shots])
    _write_table(folder / "visits.csv", _VISITS, [_visit(number, stay) for number, stay in enumerate(stays, start=1)])
    (folder / "coop.yaml").write_text(_COOP, "utf-8")
    return folder


def _story(days: int, chance: np.random.Generator) -> tuple[list[_Stay], list[_Shot]]:
    """All stays, and all frames in the order of time."""
    stays: list[_Stay] = []
    shots: list[_Shot] = []
    for number in range(days):
        day = FIRST_DAY + timedelta(days=number)
        today = _stays(day, _DAYS[number % len(_DAYS)], chance)
        taken = [shot for stay in today for shot in stay.shots]
        shots += sorted([*taken, *_empty_shots(day, today, chance)], key=lambda shot: shot.at)
        stays += today
    return stays, shots


def _stays(day: date, calls: Sequence[_Call], chance: np.random.Generator) -> list[_Stay]:
    stays, eggs = [], 0
    for call in calls:
        stays.append(_Stay(call, tuple(_stay_shots(day, call, eggs, chance))))
        eggs += call.lays
    return stays


def _stay_shots(day: date, call: _Call, eggs: int, chance: np.random.Generator) -> Iterator[_Shot]:
    """In over the edge, up and about, down on the straw, up again, and out over an edge."""
    start = datetime.combine(day, call.arrives, UTC)
    end = start + timedelta(minutes=call.minutes)
    side = 1 if chance.random() < 0.5 else -1
    place = float(chance.uniform(0.44, 0.56))
    moments: list[tuple[datetime, Posture, float]] = [
        (start, Posture.PARTIAL, 0.5 - side * 0.49),
        (start + _seconds(chance, 14, 30), Posture.STANDING, 0.5 - side * 0.2),
        (start + _seconds(chance, 45, 80), Posture.STANDING, place),
        (end - _seconds(chance, 40, 70), Posture.STANDING, place),
        (end, Posture.PARTIAL, 0.5 + side * 0.5),
    ]
    if call.settles:
        at = start + timedelta(minutes=2) + _seconds(chance, 0, 60)
        while at < end - timedelta(minutes=2):
            moments.append((at, Posture.SITTING, place + float(chance.normal(0, 0.008))))
            at += _seconds(chance, 60, 8 * 60)
    facing = side
    for at, posture, across in sorted(moments):
        if posture is Posture.SITTING and chance.random() < 0.15:
            facing = -facing
        hen = DrawnHen(call.hen, posture, across, facing if posture is Posture.SITTING else side)
        seen = eggs + call.lays if at > end - timedelta(minutes=2) else eggs
        visible = {Posture.SITTING: 0, Posture.PARTIAL: seen}.get(posture)  # a standing hen hides some of them
        yield _Shot(at.replace(microsecond=0), _scene(at, chance, hens=(hen,), eggs=seen), visible)


def _empty_shots(day: date, stays: Sequence[_Stay], chance: np.random.Generator) -> Iterator[_Shot]:
    """The free nest: just after each leaving, and now and then when the light moves."""
    collected = datetime.combine(day, _COLLECTED, UTC)
    opened, closed = (datetime.combine(day, edge, UTC) for edge in (_MORNING, _EVENING))
    free_from = [opened, *(stay.shots[-1].at + _seconds(chance, 12, 40) for stay in stays)]
    free_to = [*(stay.shots[0].at for stay in stays), closed]
    moments = [collected, closed]
    for start, end in zip(free_from, free_to, strict=True):
        at = start
        while at < end - timedelta(minutes=1):
            moments.append(at)
            at += _seconds(chance, 4 * 60, 22 * 60)
    for at in moments:
        laid = sum(stay.call.lays and stay.shots[-1].at < at for stay in stays)
        eggs = 0 if at >= collected else laid
        yield _Shot(at.replace(microsecond=0), _scene(at, chance, eggs=eggs), eggs)
    for night in _INFRARED:
        at = datetime.combine(day, night, UTC)
        yield _Shot(at, _scene(at, chance, infrared=True), 0)


def _scene(
    at: datetime, chance: np.random.Generator, hens: tuple[DrawnHen, ...] = (), eggs: int = 0, infrared: bool = False
) -> SceneState:
    clouds = float(chance.choice([1.0, 0.9, 0.4, 0.0]))
    hour = at.hour + at.minute / 60
    return SceneState(hour, hens, eggs, infrared, clouds, seed=int(chance.integers(1 << 31)))


def _seconds(chance: np.random.Generator, least: int, most: int) -> timedelta:
    return timedelta(seconds=int(chance.integers(least, most)))


def _label(shot: _Shot) -> list[object]:
    first, second = [*shot.scene.hens, None, None][:2]
    birds = [[bird.hen, bird.posture.value] if bird else ["", ""] for bird in (first, second)]
    lighting = "ir" if shot.scene.infrared else "day"
    eggs = "" if shot.eggs is None else shot.eggs
    return [shot.file, _iso(shot.at), "nest", len(shot.scene.hens), *birds[0], *birds[1], eggs, lighting, "ok", ""]


def _visit(number: int, stay: _Stay) -> list[object]:
    first, last = stay.shots[0], stay.shots[-1]
    notes = "lays" if stay.call.lays else ""
    settled = "yes" if stay.call.settles else "no"
    times = _iso(first.at), _iso(last.at)
    return [number, "nest", stay.call.hen, first.file, last.file, *times, settled, "yes", notes]


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _write_table(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)

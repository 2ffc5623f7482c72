"""The stock recogniser's notion of an empty nest, from pictures that nobody labelled."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from detector.backbone import COCK, Features
from detector.background import CAPACITY, FEWEST, NestBackground
from detector.stock import stock_hens
from henbot.domain.errors import ModelLoadFailed

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
NEST = np.random.default_rng(1).random((7, 7, 320)).astype(np.float32)
FEATHERS = np.random.default_rng(2).random(320).astype(np.float32)


def picture(number: int, *, hen: bool = False, light: float = 1.0) -> Features:
    """The nest, with a hen in its middle or none; the classes only hint at her."""
    random = np.random.default_rng(100 + number)
    project = NEST + 0.05 * random.random(NEST.shape).astype(np.float32)
    if hen:
        project[1:6, 1:6] = FEATHERS + 0.05 * random.random((5, 5, 320)).astype(np.float32)
    project *= light
    middle = np.repeat(np.repeat(project[..., :112], 2, axis=0), 2, axis=1)
    deep = np.tile(project.mean(axis=(0, 1)), 4)
    classes = np.zeros(1000, np.float32)
    classes[COCK] = (0.002 if hen else 0.001) * np.exp(0.5 * random.standard_normal())
    return Features(middle, project, deep.astype(np.float32), classes)


def strangeness(known: NestBackground, numbers: Iterable[int], *, hen: bool = False) -> list[float]:
    """Of pictures from 1000 on, which were not learned."""
    found = [known.strangeness(picture(1000 + number, hen=hen)) for number in numbers]
    return [one for one in found if one is not None]


def watched(count: int = 60) -> NestBackground:
    """Three of four pictures with a hen."""
    return NestBackground.of((picture(n, hen=n % 4 > 0), NOON) for n in range(count))


def test_a_hen_is_strange_although_she_sat_in_three_of_four_pictures() -> None:
    known = watched()
    assert max(strangeness(known, range(10))) < min(strangeness(known, range(10), hen=True))


def test_seen_once_before_or_not_an_empty_nest_is_no_stranger_than_a_hen() -> None:
    known = watched()
    assert max(strangeness(known, range(-1000, -940, 4))) < min(strangeness(known, range(-999, -940, 4), hen=True))


def test_a_long_row_of_pictures_is_thinned_evenly() -> None:
    pictures = [(picture(0), NOON + timedelta(minutes=n)) for n in range(100)]
    kept = NestBackground.of(pictures, most=16)
    assert 8 <= len(kept.at) < 16
    assert len(set(np.diff(kept.at))) == 1


def test_brighter_light_on_an_empty_nest_is_less_strange_than_a_hen() -> None:
    known = watched()
    bright, hen = known.strangeness(picture(1000, light=2.0)), known.strangeness(picture(1001, hen=True))
    assert bright is not None and hen is not None and bright < hen


def test_of_too_few_pictures_nothing_is_said() -> None:
    assert watched(FEWEST - 1).strangeness(picture(0)) is None


def test_a_fast_camera_teaches_no_more_than_a_slow_one() -> None:
    fast = slow = NestBackground.nothing()
    for second in range(0, 3600, 10):
        fast = fast.seen(picture(0), NOON + timedelta(seconds=second))
    for minute in range(0, 60, 5):
        slow = slow.seen(picture(0), NOON + timedelta(minutes=minute))
    assert fast.at.tolist() == slow.at.tolist()


def test_years_of_watching_take_no_more_room() -> None:
    known, one = NestBackground.nothing(), picture(0)
    for hour in range(0, 6 * CAPACITY, 2):
        known = known.seen(one, NOON + timedelta(hours=hour))
    assert len(known.at) <= CAPACITY
    assert known.at[-1] == (NOON + timedelta(hours=6 * CAPACITY - 2)).timestamp() * 1e6


def test_what_comes_later_is_not_known_yet() -> None:
    known = NestBackground.nothing()
    for minute in range(0, 60, 10):
        known = known.seen(picture(minute), NOON + timedelta(minutes=minute))
    assert len(known.until(NOON + timedelta(minutes=25)).at) == 3


def test_a_stored_background_says_the_same(tmp_path: Path) -> None:
    known, path = watched(), tmp_path / "new" / "nest.npz"
    known.save(path)
    assert NestBackground.load(path).strangeness(picture(7)) == known.strangeness(picture(7))
    assert [file.name for file in path.parent.iterdir()] == ["nest.npz"]


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 half of one"])
def test_a_spoilt_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "nest.npz").write_bytes(content)
    with pytest.raises(ModelLoadFailed, match=r"nest\.npz"):
        NestBackground.load(tmp_path / "nest.npz")


def test_the_stranger_the_nest_the_likelier_a_hen() -> None:
    one = picture(0)
    assert stock_hens(one, -3.0)[0] > stock_hens(one, -1.0)[0] > stock_hens(one, 1.0)[0]

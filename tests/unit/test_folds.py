"""Near-copies stay together, whatever they are split for."""

from collections import Counter

import numpy as np

from detector.training.folds import clips_of, folds_of


def scenes(*repeats: int) -> np.ndarray:
    """Features of different scenes, each repeated with a little noise."""
    random = np.random.default_rng(0)
    different = random.normal(0, 1, (len(repeats), 64))
    rows = np.repeat(different, repeats, axis=0)
    return np.asarray(rows + random.normal(0, 0.1, rows.shape), np.float32)


def test_near_copies_of_one_day_make_one_clip() -> None:
    clips = clips_of(scenes(3, 2, 4), ["9 July"] * 9)
    assert Counter(Counter(clips.tolist()).values()) == {3: 1, 2: 1, 4: 1}


def test_alike_pictures_of_two_days_are_two_clips() -> None:
    assert len(set(clips_of(scenes(4, 4), ["a", "a", "b", "b"] * 2).tolist())) == 4


def test_a_picture_links_the_two_that_it_lies_between() -> None:
    start, end = np.eye(40)[:2] * 9
    other = np.eye(40)[5:25] * 9
    between = [start + (end - start) * share for share in (0, 0.35, 0.65, 1)]
    clips = clips_of(np.asarray([*between, *other], np.float32), ["day"] * 24)
    assert len(set(clips[:4].tolist())) == 1


def test_a_clip_is_never_torn_apart() -> None:
    clips = [0, 0, 1, 1, 2, 2, 3, 3]
    folds = folds_of(clips, ["hen", "none"] * 4, 3)
    assert all(len({int(folds[i]) for i in range(8) if clips[i] == clip}) == 1 for clip in range(4))


def test_what_is_rare_is_spread_over_the_folds() -> None:
    kinds = ["hen"] * 5 + ["none"] * 40
    folds = folds_of(list(range(45)), kinds, 5)
    assert sorted(folds[:5].tolist()) == [0, 1, 2, 3, 4]
    assert set(Counter(folds.tolist()).values()) == {9}

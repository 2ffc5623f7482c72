"""Which pictures people are asked about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import numpy as np

from detector.choosing import NOBODY, RULES, Known, Pool, Reason, choose
from henbot.domain.observations import UNKNOWN, HenId, NestId

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
HENS = (HenId("ryaba"), HenId("zlata"))
SURE = (0.01, 0.98, 0.01)
WIDTH = 61


def pool_of(count: int, every: timedelta = timedelta(days=1)) -> Pool:
    """Pictures at the same hour of some days, each of Ryaba for sure, and each as unlike every other."""
    return Pool(
        embeddings=np.eye(count, WIDTH, dtype=np.float32),
        hens_probabilities=np.tile(np.asarray(SURE, np.float32), (count, 1)),
        posteriors=np.tile(np.asarray((0.98, 0.01, 0.01), np.float32), (count, 1)),
        disagreement=np.zeros(count, np.float32),
        nests=[NestId("left")] * count,
        at=[START + number * every for number in range(count)],
        dark=np.zeros(count, np.bool_),
        visits=[None] * count,
        hens=HENS,
    )


def known_of(pool: Pool, rows: list[int], shows: list[str]) -> Known:
    return Known(
        embeddings=pool.embeddings[rows],
        shows=shows,
        nests=[pool.nests[row] for row in rows],
        at=[pool.at[row] for row in rows],
        dark=pool.dark[rows],
        visits=[pool.visits[row] for row in rows],
    )


def well_known() -> tuple[Pool, Known]:
    """Ten pictures to ask about, and 50 that are labelled, as many of each hen and of nobody."""
    everything = pool_of(WIDTH)
    known = known_of(everything, list(range(10, WIDTH)), [NOBODY, *HENS] * 17)
    rest = pool_of(10)
    return replace(rest, embeddings=everything.embeddings[:10]), known


NOTHING = Known.nothing(WIDTH)


def test_nothing_is_chosen_from_an_empty_pool_or_where_nothing_is_wanted() -> None:
    assert choose(pool_of(0), NOTHING, 3) == []
    assert choose(pool_of(3), NOTHING, 0) == []


def test_a_single_picture_can_be_asked_about() -> None:
    assert [one.index for one in choose(pool_of(1), NOTHING, 3)] == [0]


def test_pictures_within_minutes_of_one_another_are_never_both_chosen() -> None:
    pool = pool_of(60, every=timedelta(minutes=1))
    chosen = choose(pool, NOTHING, 60)
    times = [pool.at[one.index] for one in chosen]
    assert len(chosen) >= 10
    assert all(abs(one - other) >= RULES.apart for one, other in combinations(times, 2))


def test_pictures_of_two_nests_at_one_moment_may_both_be_chosen() -> None:
    pool = replace(pool_of(2, every=timedelta(0)), nests=[NestId("left"), NestId("right")])
    assert len(choose(pool, NOTHING, 2)) == 2


def test_pictures_that_look_alike_are_never_both_chosen_however_long_lies_between_them() -> None:
    pool = pool_of(20)
    twice = np.concatenate([pool.embeddings[:10], pool.embeddings[:10] * 1.001])
    chosen = choose(replace(pool, embeddings=twice), NOTHING, 20)
    assert sorted(one.index % 10 for one in chosen) == list(range(10))


def test_of_each_visit_one_picture_is_chosen() -> None:
    pool = replace(pool_of(12), visits=[f"visit {number // 4}" for number in range(12)])
    assert sorted(one.index // 4 for one in choose(pool, NOTHING, 12)) == [0, 1, 2]


def test_a_visit_without_a_label_comes_before_one_that_has_some() -> None:
    pool = replace(pool_of(12), visits=[f"visit {number // 4}" for number in range(12)])
    known = known_of(pool, [0, 4], ["ryaba", "ryaba"])
    assert choose(pool, known, 1)[0].index // 4 == 2
    assert sorted(one.index // 4 for one in choose(pool, known, 3)) == [0, 1, 2]


def test_what_is_labelled_or_near_it_is_not_asked_again() -> None:
    pool = pool_of(8, every=timedelta(minutes=1.5))
    known = known_of(pool, [3], ["ryaba"])
    assert not {2, 3, 4} & {one.index for one in choose(pool, known, 8)}


def test_the_uncertain_come_before_the_sure() -> None:
    pool, known = well_known()
    pool.posteriors[6] = (0.5, 0.49, 0.01)
    first = choose(pool, known, 1)[0]
    assert (first.index, first.reason) == (6, Reason.UNCERTAIN)


def test_a_hen_whom_nobody_can_name_is_uncertain_however_sure_that_is() -> None:
    pool, known = well_known()
    pool.posteriors[4] = (0.0, 0.0, 1.0)
    assert choose(pool, known, 1)[0].index == 4


def test_what_versions_disagree_about_comes_first() -> None:
    pool = pool_of(10)
    pool.disagreement[7] = 1.0
    first = choose(pool, NOTHING, 1)[0]
    assert (first.index, first.reason) == (7, Reason.DISAGREEMENT)


def test_a_rare_hen_comes_before_a_frequent_one() -> None:
    pool = pool_of(12)
    pool.posteriors[8] = (0.01, 0.98, 0.01)
    known = known_of(pool, [0, 1, 2, 3], ["ryaba"] * 4)
    first = choose(pool, known, 1)[0]
    assert (first.index, first.reason) == (8, Reason.BALANCE)


def test_the_empty_nest_is_asked_about_where_no_label_shows_it() -> None:
    pool = pool_of(12)
    pool.hens_probabilities[5] = (0.98, 0.01, 0.01)
    known = known_of(pool, [0, 1, 2, 3], ["ryaba"] * 2 + ["zlata"] * 2)
    assert choose(pool, known, 1)[0].index == 5
    full = known_of(pool, [0, 1, 2, 3], [NOBODY] * 4)
    assert choose(pool, full, 1)[0].index != 5


def test_a_dark_picture_is_asked_about_where_all_labels_are_of_the_day() -> None:
    pool = pool_of(12)
    pool.dark[9] = True
    known = known_of(pool, [0, 1, 2, 3], ["ryaba"] * 4)
    assert choose(pool, known, 1)[0].index == 9


def test_hours_without_labels_come_before_hours_that_have_some() -> None:
    pool = pool_of(12)
    pool = replace(pool, at=[*pool.at[:7], pool.at[7] + timedelta(hours=6), *pool.at[8:]])
    known = known_of(pool, [0, 1, 2], ["ryaba"] * 3)
    assert choose(pool, known, 1)[0].index == 7


def test_the_first_questions_are_of_nobody_and_of_somebody_so_that_a_version_can_be_trained() -> None:
    pool = pool_of(30)
    pool.hens_probabilities[20:] = (0.7, 0.29, 0.01)
    pool.hens_probabilities[:20] = (0.3, 0.69, 0.01)
    pool.posteriors[:] = (0.0, 0.0, 1.0)
    empty = [one.index >= 20 for one in choose(pool, NOTHING, 8)]
    assert 3 <= sum(empty) <= 5


def test_a_visit_that_people_could_not_tell_is_not_asked_about_again() -> None:
    pool = replace(pool_of(6), visits=["night", "night", "night", "day", "day", "day"])
    known = known_of(pool, [0], [str(UNKNOWN)])
    assert {pool.visits[one.index] for one in choose(pool, known, 6)} == {"day"}


def test_where_dark_pictures_got_no_answers_others_come_first() -> None:
    pool = pool_of(12)
    pool.dark[6:] = True
    known = known_of(pool, [0, 1, 6, 7], ["ryaba", "zlata", str(UNKNOWN), str(UNKNOWN)])
    assert not pool.dark[choose(pool, known, 1)[0].index]


def test_the_other_pictures_of_a_labelled_visit_count_as_the_hen_whom_its_label_named() -> None:
    pool = replace(pool_of(12), visits=["first"] * 4 + ["second"] * 4 + ["third"] * 4)
    pool.posteriors[:] = (0.0, 0.0, 1.0)
    known = known_of(pool, [0, 4, 1, 2], ["ryaba", "zlata", "ryaba", "ryaba"])
    chosen = [pool.visits[one.index] for one in choose(pool, known, 3)]
    assert chosen.index("second") < chosen.index("first")


def test_of_two_groups_that_look_different_both_are_asked_about_first() -> None:
    random = np.random.default_rng(0)
    centres = np.repeat(random.normal(size=(2, WIDTH)), 10, axis=0).astype(np.float32)
    pool = replace(pool_of(20), embeddings=3 * centres + random.normal(size=(20, WIDTH)).astype(np.float32))
    assert {one.index // 10 for one in choose(pool, NOTHING, 2)} == {0, 1}


def test_an_odd_picture_is_not_the_first_to_be_asked_about() -> None:
    random = np.random.default_rng(0)
    pool = replace(pool_of(20), embeddings=5 + random.normal(size=(20, WIDTH)).astype(np.float32) * 0.5)
    pool.embeddings[11] = 30 * random.normal(size=WIDTH)
    assert choose(pool, NOTHING, 1)[0].index != 11


def test_the_same_pool_gives_the_same_choice() -> None:
    pool = pool_of(30)
    assert choose(pool, NOTHING, 8) == choose(pool, NOTHING, 8)

"""Which hen, or none of those we know: on made-up features whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest

from detector.foreground import PLUMAGE
from detector.identity import Gallery
from detector.infrared import is_colourless
from detector.training.gallery import STRANGER, Portraits, fit_gallery, neutral_score
from henbot.domain.observations import UNKNOWN, HenId

WIDTH = 24 + PLUMAGE
GINGER, OLIVE, BLANCHE = HenId("ginger"), HenId("olive"), HenId("blanche")


def plumage(name: str) -> np.ndarray:
    return np.random.default_rng(sum(name.encode())).normal(0, 1, WIDTH) + 2


def photographs(name: str, count: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng([seed, sum(name.encode())])
    return (plumage(name) + random.normal(0, 0.4, (count, WIDTH))).astype(np.float32)


def portraits(*hens: str, sittings: int = 4) -> Portraits:
    """For each hen 24 pictures and as many of birds with another plumage painted on."""
    birds, shown, painted = [], [], []
    for hen in hens:
        random = np.random.default_rng(7)
        strangers = photographs(hen, 24) + random.normal(0, 1, (24, WIDTH)).astype(np.float32)
        birds += [photographs(hen, 24), strangers]
        shown += [hen] * 24 + [STRANGER] * 24
        painted += [hen] * 48
    rows = np.arange(len(shown))
    return Portraits(
        birds=np.concatenate(birds),
        hens=np.asarray(shown),
        painted_from=np.asarray(painted),
        sittings=rows % 24 * sittings // 24 + 100 * (rows // 48),
        times=(rows % 24 + 1000.0 * (rows // 48)),
        relit=np.zeros(len(rows), np.bool_),
    )


def gallery_of(*hens: str) -> Gallery:
    gallery = fit_gallery(portraits(*hens))
    assert gallery is not None
    return gallery


def mean_posterior(gallery: Gallery, birds: np.ndarray, hen: HenId, trust: float = 1.0) -> float:
    said = gallery.posteriors(birds, np.full(len(birds), trust, np.float32))
    return float(np.mean([posterior[hen] for posterior in said]))


def test_one_known_hen_is_recognised_in_new_pictures() -> None:
    assert mean_posterior(gallery_of("ginger"), photographs("ginger", 20, seed=5), GINGER) > 0.6


def test_a_bird_never_seen_is_unknown_even_where_only_one_hen_is_known() -> None:
    assert mean_posterior(gallery_of("ginger"), photographs("blanche", 20), UNKNOWN) > 0.8


def test_each_of_two_hens_is_named_and_a_third_is_not() -> None:
    gallery = gallery_of("ginger", "olive")
    assert mean_posterior(gallery, photographs("ginger", 20, seed=5), GINGER) > 0.6
    assert mean_posterior(gallery, photographs("olive", 20, seed=5), OLIVE) > 0.6
    assert mean_posterior(gallery, photographs("blanche", 20), UNKNOWN) > 0.6


def test_a_picture_that_shows_nothing_of_a_bird_says_nothing_of_who_she_is() -> None:
    (posterior,) = gallery_of("ginger").posteriors(photographs("ginger", 1), np.zeros(1, np.float32))
    assert posterior == pytest.approx({GINGER: 0.5, UNKNOWN: 0.5})


def test_a_stranger_between_two_very_different_hens_is_neither_of_them() -> None:
    gallery = gallery_of("ginger", "olive")
    between = (photographs("ginger", 20, seed=5) + photographs("olive", 20, seed=5)) / 2
    assert mean_posterior(gallery, between, UNKNOWN) > 0.5


def test_posteriors_add_up_to_one() -> None:
    said = gallery_of("ginger", "olive").posteriors(photographs("olive", 5), np.ones(5, np.float32))
    assert [sum(posterior.values()) for posterior in said] == pytest.approx([1.0] * 5)


def test_a_hen_of_three_pictures_is_a_newcomer_and_told_from_the_others() -> None:
    few = portraits("ginger", "olive")
    gallery = fit_gallery(few.where((few.hens != "olive") | (few.times < 1003)))
    assert gallery is not None
    assert (gallery.trained, gallery.hens) == ((GINGER,), (GINGER, OLIVE))
    said = gallery.posteriors(photographs("olive", 20, seed=5), np.ones(20, np.float32))
    assert float(np.mean([posterior[OLIVE] for posterior in said])) > 0.5
    assert mean_posterior(gallery, photographs("ginger", 20, seed=5), GINGER) > 0.5


def test_two_hens_of_three_pictures_each_are_told_apart() -> None:
    few = portraits("ginger", "olive")
    gallery = fit_gallery(few.where(few.times % 1000 < 3))
    assert gallery is not None
    assert gallery.trained == ()
    said = gallery.posteriors(photographs("olive", 20, seed=5), np.ones(20, np.float32))
    assert all(posterior[OLIVE] > posterior[GINGER] for posterior in said)


def test_a_new_hen_is_known_from_five_pictures_without_moving_the_others() -> None:
    before = gallery_of("ginger", "olive")
    after = before.with_hen(BLANCHE, photographs("blanche", 5, seed=3))
    birds = photographs("blanche", 20, seed=5)
    assert mean_posterior(after, birds, BLANCHE) > 0.5
    assert (after.log_odds(birds)[:, :2] == before.log_odds(birds)).all()
    assert mean_posterior(after, photographs("olive", 20, seed=5), OLIVE) > 0.6


def test_more_pictures_of_a_newcomer_add_to_the_first() -> None:
    gallery = gallery_of("ginger", "olive").with_hen(BLANCHE, photographs("blanche", 2))
    (newcomer,) = gallery.with_hen(BLANCHE, photographs("blanche", 3, seed=1)).newcomers
    assert newcomer.pictures == 5


def test_a_trained_hen_is_not_added_again() -> None:
    with pytest.raises(ValueError, match="ginger is in this version already"):
        gallery_of("ginger").with_hen(GINGER, photographs("ginger", 2))


def test_embeddings_of_another_backbone_are_refused_by_their_shape() -> None:
    with pytest.raises(ValueError, match="embeddings have shape"):
        gallery_of("ginger").with_hen(BLANCHE, np.zeros((2, 7), np.float32))


def test_a_hen_who_left_the_flock_is_unknown() -> None:
    gallery = gallery_of("ginger", "olive").without_hen(OLIVE)
    assert gallery.hens == (GINGER,)
    assert mean_posterior(gallery, photographs("olive", 20, seed=5), UNKNOWN) > 0.5


def test_a_renamed_hen_is_recognised_under_her_new_name() -> None:
    gallery = gallery_of("ginger", "olive").renamed(OLIVE, BLANCHE)
    assert gallery.hens == (GINGER, BLANCHE)
    assert mean_posterior(gallery, photographs("olive", 20, seed=5), BLANCHE) > 0.6


def test_no_two_hens_get_one_name() -> None:
    with pytest.raises(ValueError, match="olive is another hen's id"):
        gallery_of("ginger", "olive").renamed(GINGER, OLIVE)


def test_an_abstention_is_mostly_unknown_and_adds_up_to_one() -> None:
    said = gallery_of("ginger", "olive").abstention()
    assert said == pytest.approx({GINGER: 0.2, OLIVE: 0.2, UNKNOWN: 0.6})


def test_one_odd_picture_hardly_speaks_against_a_hen() -> None:
    odd = photographs("ginger", 1, seed=5) + 40
    (posterior,) = gallery_of("ginger", "olive").posteriors(odd, np.ones(1, np.float32))
    assert posterior[GINGER] >= 0.1


def test_infrared_has_no_colour_whatever_its_cast() -> None:
    grey = np.random.default_rng(0).integers(40, 200, (224, 224, 1)).astype(np.float32)
    assert is_colourless(np.asarray(grey * [1.0, 1.1, 0.9], np.uint8))


def test_daylight_with_a_pink_cast_is_no_infrared() -> None:
    random = np.random.default_rng(0)
    crop = random.integers(60, 160, (224, 224, 1)) * np.asarray([1.2, 0.9, 1.1])
    crop[:80] *= [1.3, 1.0, 0.8]
    assert not is_colourless(crop.astype(np.uint8))


def test_a_dark_picture_has_no_colour_to_tell() -> None:
    assert is_colourless(np.full((224, 224, 3), (9, 3, 3), np.uint8))


def test_without_any_hen_there_is_no_gallery() -> None:
    empty = portraits("ginger")
    assert fit_gallery(empty.where(empty.hens == STRANGER)) is None


def test_more_sittings_seen_make_a_stranger_easier_to_refuse() -> None:
    assert neutral_score(1) < neutral_score(2) < neutral_score(10) < 0


def test_a_stored_gallery_says_the_same() -> None:
    gallery = gallery_of("ginger", "olive")
    birds = photographs("olive", 5)
    again = Gallery.of_arrays(gallery.arrays())
    assert again.hens == gallery.hens
    assert (again.log_odds(birds) == gallery.log_odds(birds)).all()


def test_a_gallery_whose_arrays_do_not_fit_is_refused_by_name() -> None:
    gallery = gallery_of("ginger")
    with pytest.raises(ValueError, match="usual has shape"):
        Gallery.of_arrays(replace(gallery, usual=np.zeros((2, 4), np.float32)).arrays())

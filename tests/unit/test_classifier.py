"""Linear heads: fitting, tempering, storing."""

import numpy as np
import pytest

from detector.classifier import LinearHead, softmax
from detector.training.heads import fit_head, fit_temperature

CLASSES = ("sitting", "standing", "partial")


def clouds(count: int = 60) -> tuple[np.ndarray, list[str]]:
    random = np.random.default_rng(0)
    labels = [CLASSES[index % 3] for index in range(count)]
    centres = {"sitting": (3, 0), "standing": (0, 3), "partial": (-3, -3)}
    rows = np.asarray([centres[label] for label in labels]) + random.normal(0, 0.5, (count, 2))
    return rows.astype(np.float32), labels


def test_a_head_learns_what_can_be_told_apart() -> None:
    rows, labels = clouds()
    head = fit_head(rows, labels, CLASSES, 0.01)
    assert [CLASSES[i] for i in head.probabilities(rows).argmax(axis=1)] == labels


def test_fitting_stops_where_the_gradient_is_zero() -> None:
    rows, labels = clouds()
    head = fit_head(rows, labels, CLASSES, 0.1)
    standard = (rows - head.mean) / head.scale
    wanted = np.asarray([[label == name for name in CLASSES] for label in labels])
    gradient = standard.T @ (softmax(head.logits(rows)) - wanted) / len(rows) + 0.1 * head.weights
    assert np.abs(gradient).max() < 1e-3


def test_fitting_twice_gives_the_same_head() -> None:
    rows, labels = clouds()
    one, two = (fit_head(rows, labels, CLASSES, 0.1) for _ in range(2))
    assert (one.weights == two.weights).all()


def test_a_rare_class_has_the_same_say_as_a_common_one() -> None:
    rows = np.asarray([[0.0]] * 95 + [[0.5]] * 5, np.float32)
    head = fit_head(rows, ["no"] * 95 + ["yes"] * 5, ("no", "yes"), 0.1)
    assert head.probabilities(np.asarray([[0.25]], np.float32))[0, 1] == pytest.approx(0.5, abs=0.05)


def test_overconfident_held_out_logits_get_a_temperature_above_one() -> None:
    random = np.random.default_rng(0)
    labels = ["yes" if random.random() < 0.7 else "no" for _ in range(400)]
    logits = np.tile(np.asarray([[0.0, 6.0]], np.float32), (400, 1))
    assert fit_temperature(logits, labels, ("no", "yes")) > 2


def test_a_stored_head_says_the_same() -> None:
    rows, labels = clouds()
    head = fit_head(rows, labels, CLASSES, 0.1)
    again = LinearHead.of_arrays(head.arrays())
    assert (again.probabilities(rows) == head.probabilities(rows)).all()
    assert again.classes == CLASSES


def test_weights_that_do_not_fit_the_classes_are_refused() -> None:
    arrays = fit_head(*clouds(), CLASSES, 0.1).arrays() | {"classes": np.asarray(["sitting"])}
    with pytest.raises(ValueError, match="1 classes"):
        LinearHead.of_arrays(arrays)


def test_probabilities_add_up_to_one_for_enormous_logits() -> None:
    assert softmax(np.asarray([[1000.0, -1000.0, 0.0]], np.float32)).sum() == pytest.approx(1)

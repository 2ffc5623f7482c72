"""What a training from chat is made of: its curve, its pace, its memory, and the sheet of what it gets wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.backbone import Features
from detector.training.candidate import labelled
from detector.training.curve import SHARES, learning_curve, share_of
from detector.training.dataset import Dataset, LabelledNest, load_dataset
from detector.training.evaluate import FrameRow, Judged
from detector.training.mistakes import GAP, SIDE, contact_sheet, mistakes_of
from detector.training.remembering import REMEMBERED_COST, RememberingBackbone
from detector.training.stages import MOST, Stages, looks_of
from henbot.domain.observations import HenId, NestId, Posture

NOON = datetime(2024, 5, 4, 12, tzinfo=UTC)


def row(number: int, hen: str | None = None, hens: int | None = None, unsure: str = "") -> LabelledNest:
    known = hens if hens is not None else int(hen is not None)
    posture = Posture.SITTING if known else None
    at = NOON + timedelta(minutes=number)
    uncertain = frozenset(filter(None, unsure.split(";")))
    return LabelledNest(
        f"{number}.jpg", at, NestId("nest"), known, HenId(hen) if hen else None, posture, None, uncertain
    )


def said(hens: int, hen: str | None = None, posture: str = "sitting") -> FrameRow:
    return FrameRow(file="", captured_at="", nest="nest", hens=hens, hen=hen, posture=posture if hens else None,
                    eggs=None, quality="good", hens_probabilities={}, posture_probabilities={}, hen_probabilities={},
                    eggs_probabilities={})  # fmt: skip


@pytest.fixture(scope="module")
def drawn(drawn_coop: Path) -> Dataset:
    return load_dataset(drawn_coop)


def test_a_share_of_the_labels_holds_every_hen_and_the_smaller_shares(drawn: Dataset) -> None:
    rows = tuple(row(number, hen) for number, hen in enumerate(["a"] * 40 + ["b"] * 4)) + tuple(map(row, range(50, 62)))
    whole = replace(drawn, rows=rows)
    parts = [set(share_of([whole], share, 1)[0].rows) for share in SHARES]
    assert parts[0] < parts[1] < parts[2] < set(rows)
    assert Counter(one.hen for one in parts[0]) == {"a": 10, "b": 1, None: 3}
    assert share_of([whole], 0.5, 1)[0].rows == tuple(one for one in rows if one in parts[1])  # in the order of time


def test_a_curve_has_no_value_where_nothing_could_be_learned(drawn: Dataset) -> None:
    rest = [replace(drawn, rows=tuple(row(number, "a") for number in range(8)))]
    right: list[Judged] = [(row(1, "a"), said(1, "a")), (row(2, "a"), said(1, "b"))]
    curve = learning_curve(rest, right, lambda part: None if len(part[0].rows) < 4 else right, 1)
    assert [(point.share, point.labels, point.right.get("hen")) for point in curve] == [
        (0.25, 2, None), (0.5, 4, 0.5), (0.75, 6, 0.5), (1.0, 8, 0.5),
    ]  # fmt: skip


def test_what_nobody_told_of_is_not_learned_from(drawn: Dataset) -> None:
    told, seen = row(1, "a"), row(2, "b", unsure="hens;hen;posture;eggs")
    assert labelled(replace(drawn, rows=(told, seen))).rows == (told,)


def test_mistakes_begin_with_names_and_each_confusion_comes_before_the_second_of_another() -> None:
    judged: list[Judged] = [
        (row(1), said(1)), (row(2, "a"), said(1, "b")), (row(3, "a"), said(1, "b")), (row(4, "b"), said(1, "unknown")),
        (row(5, "a"), said(1, "a", "standing")), (row(6, "a"), said(1, "a")),
    ]  # fmt: skip
    found = [(one.row.file, one.question, one.truth, one.said) for one in mistakes_of(judged)]
    assert found == [
        ("2.jpg", "hen", "a", "b"), ("4.jpg", "hen", "b", "unknown"), ("1.jpg", "hens", "none", "hen"),
        ("5.jpg", "posture", "sitting", "standing"), ("3.jpg", "hen", "a", "b"),
    ]  # fmt: skip


def test_the_sheet_shows_what_can_be_read_in_its_order(drawn: Dataset) -> None:
    judged: list[Judged] = [(one, said(0 if one.hens else 1)) for one in drawn.rows[:7]]
    lost = replace(drawn.rows[0], file="gone.jpg")
    shown, content = contact_sheet(drawn, mistakes_of([(lost, said(2)), *judged[1:]]))
    sheet = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert lost not in [one.row for one in shown]
    assert sheet is not None
    assert sheet.shape == (2 * (SIDE + GAP) + GAP, 3 * (SIDE + GAP) + GAP, 3)
    assert contact_sheet(drawn, ()) == ((), b"")


def test_a_training_s_pace_never_goes_back_nor_ends_before_its_end() -> None:
    told: list[tuple[str, float]] = []
    stages = Stages([10.0, 30.0], lambda phase, share: told.append((phase, share)))
    with stages.stage("comparing"):
        for _ in range(25):  # more than was thought
            stages.look(1.0)
    with stages.stage("learning"):
        stages.look(15.0)
        stages.look(99.0)
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (told[12], told[-2], told[-1]) == (("comparing", 0.25), ("learning", 0.625), ("learning", MOST))


def test_the_looks_of_a_training_count_its_copies() -> None:
    rows = [row(1, "a"), row(2, "unknown"), row(3)]
    assert looks_of(rows) == 3 * 21 + 3 + 6


def test_a_picture_is_looked_at_once() -> None:
    costs: list[float] = []
    backbone = RememberingBackbone(costs.append, most=1)
    crop, other = np.zeros((224, 224, 3), np.uint8), np.full((224, 224, 3), 90, np.uint8)
    first, again = backbone.features(crop), backbone.features(crop.copy())
    backbone.features(other)
    backbone.features(other)
    assert costs == [1.0, REMEMBERED_COST, 1.0, 1.0]
    assert all(np.array_equal(getattr(first, name), getattr(again, name)) for name in Features.__slots__[:4])

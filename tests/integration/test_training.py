"""Train, load, recognise, evaluate: on drawn pictures, and on real ones where they are at hand."""

import csv
import json
import shutil
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.recognition import Recogniser, load_recogniser
from detector.training.dataset import load_dataset, read_picture
from detector.training.evaluate import evaluate
from detector.training.fit import train
from detector.versions import HEADS, MANIFEST, list_versions, read_manifest
from henbot.domain.errors import DatasetInvalid, ModelLoadFailed
from henbot.domain.observations import UNKNOWN, NestId
from tests.conftest import few_copies


@pytest.fixture(scope="module")
def drawn(drawn_coop: Path) -> Path:
    return drawn_coop


@pytest.fixture(scope="module")
def days(drawn: Path) -> list[date]:
    dataset = load_dataset(drawn)
    return sorted({dataset.day_of(row) for row in dataset.rows})


@pytest.fixture(scope="module")
def version(drawn_version: Path) -> Path:
    return drawn_version


@pytest.fixture(scope="module")
def recogniser(version: Path) -> Recogniser:
    return load_recogniser(version)


@pytest.fixture
def few(drawn: Path, tmp_path: Path) -> Path:
    """A copy of the dataset's first rows, to be spoiled."""
    folder = tmp_path / "few"
    shutil.copytree(drawn, folder)
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    empty = [row for row in rows if row["hens"] == "0"][:5]
    occupied = [row for row in rows if row["hens"] == "1"][:5]
    write_rows(folder, empty + occupied)
    return folder


def write_rows(folder: Path, rows: list[dict[str, str]]) -> None:
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def change_row(folder: Path, **fields: str) -> None:
    """Change the second row, which stands on the third line."""
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows[1] |= fields
    write_rows(folder, rows)


def test_a_version_says_what_it_was_trained_on(version: Path, days: list[date]) -> None:
    manifest = read_manifest(version)
    assert manifest.trained_on["days"] == [days[0].isoformat()]
    assert manifest.trained_on["skipped"] == 0
    assert {"occupied", "posture", "hen"} <= set(manifest.outputs)


def test_hens_of_another_day_are_seen_in_drawn_pictures(drawn: Path, days: list[date], recogniser: Recogniser) -> None:
    found = evaluate(drawn, recogniser, days[1], days[1])
    assert found["metrics"]["hen_or_none"]["balanced_accuracy"] > 0.9


def test_every_frame_of_an_evaluation_carries_probabilities_that_add_up(
    drawn: Path, days: list[date], recogniser: Recogniser
) -> None:
    frames = evaluate(drawn, recogniser, days[1], days[1])["frames"]
    for frame in frames:
        assert sum(frame["hens_probabilities"].values()) == pytest.approx(1, abs=1e-3)
        assert set(frame["hens_probabilities"]) == {"0", "1", "2"}
        assert (frame["hen"] is None) == (frame["hens"] == 0)
        if frame["hens"]:
            assert sum(frame["posture_probabilities"].values()) == pytest.approx(1, abs=1e-3)
            assert sum(frame["hen_probabilities"].values()) == pytest.approx(1, abs=1e-3)
    json.dumps(frames)


def test_the_same_frame_gets_the_same_answer_after_a_restart(drawn: Path, version: Path) -> None:
    """Nothing is remembered between frames, so that a worker that was killed goes on as if it had not been."""
    dataset = load_dataset(drawn)
    crops = [crop for _, crop in crops_of_first(drawn, 12)]
    nest = dataset.rows[0].nest
    one = load_recogniser(version)
    together = [one.recognise(crop[None], [nest])[0] for crop in crops]
    restarted = load_recogniser(version).recognise(np.stack(crops[6:]), [nest] * 6)
    assert together[6:] == restarted


def crops_of_first(folder: Path, count: int):
    from detector.training.dataset import crops_of

    dataset = load_dataset(folder)
    return list(crops_of(dataset, dataset.rows[:count]))


def test_a_nest_that_the_version_never_saw_is_still_answered(recogniser: Recogniser) -> None:
    crop = np.random.default_rng(0).integers(0, 255, (1, 224, 224, 3)).astype(np.uint8)
    (said,) = recogniser.recognise(crop, [NestId("new")])
    assert sum(said.hens_probabilities) == pytest.approx(1)


@pytest.fixture(scope="module")
def of_two_coops(drawn: Path, days: list[date], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A version trained on the drawn coop and on the same hens under other names in a mirrored coop."""
    folder = tmp_path_factory.mktemp("mirrored") / "coop"
    shutil.copytree(drawn, folder)
    for name in ("coop.yaml", "labels.csv"):
        text = (folder / name).read_text(encoding="utf-8")
        for hen in load_dataset(drawn).hens:
            text = text.replace(str(hen), f"other-{hen}")
        (folder / name).write_text(text.replace(load_dataset(drawn).coop, "Mirrored"), encoding="utf-8")
    for picture in (folder / "frames").iterdir():
        cv2.imwrite(str(picture), cv2.imread(str(picture))[:, ::-1])
    with few_copies():
        return train([drawn, folder], tmp_path_factory.mktemp("models"), days[0], days[0])


def test_a_version_of_two_coops_names_the_hens_of_the_coop_that_it_serves_and_no_others(
    drawn: Path, days: list[date], of_two_coops: Path
) -> None:
    own = set(load_dataset(drawn).hens) | {UNKNOWN}
    assert read_manifest(of_two_coops).coops == (load_dataset(drawn).coop, "Mirrored")
    for coop, named in ((None, own), ("Mirrored", {f"other-{hen}" for hen in own - {UNKNOWN}} | {UNKNOWN})):
        frames = evaluate(drawn, load_recogniser(of_two_coops, coop), days[1], days[1])["frames"]
        assert {hen for frame in frames for hen in frame["hen_probabilities"]} <= named


def test_in_a_coop_that_it_never_saw_a_version_names_nobody_but_sees_the_hens(
    drawn: Path, days: list[date], of_two_coops: Path
) -> None:
    found = evaluate(drawn, load_recogniser(of_two_coops, "Elsewhere"), days[1], days[1])
    assert {hen for frame in found["frames"] for hen in frame["hen_probabilities"]} == {UNKNOWN}
    assert found["metrics"]["hen_or_none"]["balanced_accuracy"] > 0.9


def test_a_version_of_several_coops_stays_small(of_two_coops: Path) -> None:
    assert (of_two_coops / HEADS).stat().st_size < 4 * 1024 * 1024


def test_the_same_seed_gives_the_same_heads(few: Path, tmp_path: Path) -> None:
    with few_copies(relit=3, repainted=2):
        one, two = (train([few], tmp_path / str(number), seed=3) for number in range(2))
    with np.load(one / HEADS) as first, np.load(two / HEADS) as second:
        assert first.files == second.files
        assert all((first[name] == second[name]).all() for name in first.files)


def test_broken_pictures_are_skipped_and_counted(few: Path, tmp_path: Path) -> None:
    files = sorted({row.file for row in load_dataset(few).rows})
    whole = (few / "frames" / files[0]).read_bytes()
    (few / "frames" / files[0]).write_bytes(b"")
    (few / "frames" / files[1]).write_bytes(whole[: len(whole) // 2])
    with few_copies():
        version = train([few], tmp_path / "models")
    assert read_manifest(version).trained_on["skipped"] == 2
    assert evaluate(few, load_recogniser(version))["metrics"]["skipped"] == files[:2]


def test_a_missing_picture_cannot_be_read(tmp_path: Path) -> None:
    assert read_picture(tmp_path / "none.jpg") is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hens", "one"),
        ("hen", "mathilda"),
        ("posture", "flying"),
        ("nest", "elsewhere"),
        ("captured_at", "yesterday"),
        ("captured_at", "2016-10-03T08:30:10"),
        ("file", "../../secret.jpg"),
    ],
)
def test_a_malformed_row_is_named_by_file_line_and_field(few: Path, field: str, value: str) -> None:
    change_row(few, **{field: value})
    with pytest.raises(DatasetInvalid, match=rf"labels\.csv: line 3: {field}: "):
        load_dataset(few)


def test_a_missing_column_is_named(few: Path) -> None:
    (few / "labels.csv").write_text("file,nest\n", encoding="utf-8")
    with pytest.raises(DatasetInvalid, match=r"lacks the columns .*captured_at"):
        load_dataset(few)


def test_a_folder_that_is_no_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetInvalid, match=r"coop\.yaml: No such file"):
        load_dataset(tmp_path)


def test_days_without_a_hen_cannot_teach_anything(few: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetInvalid, match="label at least three of each"):
        train([few], tmp_path / "models", date(1999, 1, 1), date(1999, 1, 1))
    assert list_versions(tmp_path / "models") == []


def test_heads_that_do_not_fit_are_refused_at_loading(version: Path, tmp_path: Path) -> None:
    import hashlib

    folder = tmp_path / version.name
    shutil.copytree(version, folder)
    with np.load(folder / HEADS) as archive:
        arrays = {name: archive[name] for name in archive.files if name != "occupied/bias"}
    np.savez(folder / HEADS, **arrays)
    manifest = json.loads((folder / MANIFEST).read_text())
    digest = hashlib.sha256((folder / HEADS).read_bytes()).hexdigest()
    manifest["files"] = [{"name": HEADS, "sha256": digest, "size": (folder / HEADS).stat().st_size}]
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ModelLoadFailed, match=r"heads\.npz: the heads do not fit"):
        load_recogniser(folder)


@pytest.fixture(scope="module")
def third_of_october(october_version: Path) -> Recogniser:
    return load_recogniser(october_version)


def test_the_next_real_day_is_seen_better_than_the_floor(shared_data: Path, third_of_october: Recogniser) -> None:
    day = date(2016, 10, 4)
    metrics = evaluate(shared_data / "chickencam", third_of_october, day, day)["metrics"]
    assert metrics["hen_or_none"]["balanced_accuracy"] > 0.96
    assert metrics["hen"]["recall"] == {"ginger": 1.0}
    assert metrics["hen"]["strangers_unknown"] > 0.75 * metrics["hen"]["strangers"]


def test_the_process_that_recognises_stays_small(third_of_october: Recogniser) -> None:
    """Checked in full by the worker's own test; here only that a version's arrays are no burden."""
    heads = third_of_october.heads  # type: ignore[attr-defined]
    assert sum(array.nbytes for array in heads.arrays().values()) < 16 * 1024 * 1024

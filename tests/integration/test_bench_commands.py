"""The bench's commands on a few drawn pictures, as a keeper gives them."""

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from detector.cli import cli
from detector.versions import read_manifest
from tests.conftest import few_copies


@pytest.fixture(autouse=True)
def _few_copies() -> Iterator[None]:
    """Drawings are all alike in light; a keeper's pictures get more copies."""
    with few_copies():
        yield


@pytest.fixture(scope="module")
def few(drawn_coop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fifth of the labels of the drawn days; all frames."""
    folder = tmp_path_factory.mktemp("few") / "coop"
    shutil.copytree(drawn_coop, folder)
    heading, *rows = (folder / "labels.csv").read_text().splitlines()
    (folder / "labels.csv").write_text("\n".join([heading, *rows[::5]]) + "\n")
    return folder


def run(*arguments: object) -> Result:
    ended = CliRunner().invoke(cli, [str(argument) for argument in arguments], catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return ended


def test_every_part_is_judged_by_a_version_that_did_not_see_it(few: Path, tmp_path: Path) -> None:
    run("crossvalidate", few, "--plots", tmp_path / "plots", "--json", tmp_path / "found.json")
    found = json.loads((tmp_path / "found.json").read_text())
    with (few / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert sum(part["frames"] for part in found["parts"]) == len(rows)
    assert [part["part"] for part in found["parts"]] == sorted({part["part"] for part in found["parts"]})
    assert found["datasets"]["coop"]["hen_or_none"]["balanced_accuracy"] > 0.8
    pictures = {path.name for path in (tmp_path / "plots").iterdir()}
    assert {"confusion-hens.png", "reliability-hens.png", "confusion-hen.png", "each-hen.png"} <= pictures
    assert all((tmp_path / "plots" / name).read_bytes().startswith(b"\x89PNG") for name in pictures)


def test_a_search_writes_what_train_takes_and_the_run_is_recorded(few: Path, tmp_path: Path) -> None:
    light, models = tmp_path / "light.json", tmp_path / "models"
    run("search-augmentation", few, "--out", light, "--candidates", 2, "--pictures", 30)
    assert set(json.loads(light.read_text())) == {"relighting", "tried"}
    run("train", few, "--out", models, "--augmentation", light)
    (version,) = models.iterdir()
    (record,) = (tmp_path / "runs").glob("*/run.json")
    written = json.loads(record.read_text())
    assert written["result"]["version"] == version.name
    assert written["parameters"]["recipe"]["relighting"] == json.loads(light.read_text())["relighting"]
    assert read_manifest(version).trained_on["run"] == written_id(record)


def written_id(record: Path) -> str:
    return record.parent.name


def test_pseudo_labels_say_whether_they_helped(few: Path, tmp_path: Path) -> None:
    ended = run("train", few, "--out", tmp_path / "models", "--pseudo", few, "--to", "2024-05-04")
    (version,) = (tmp_path / "models").iterdir()
    found = read_manifest(version).trained_on["pseudo"]
    assert ("dropped" in ended.output) == (found["used"] == 0)
    assert ("are learned from" in ended.output) == (found["used"] > 0)


def test_a_picture_is_explained_with_a_box(drawn_coop: Path, drawn_version: Path, tmp_path: Path) -> None:
    with (drawn_coop / "labels.csv").open() as file:
        row = next(row for row in csv.DictReader(file) if row["posture"] == "sitting")
    picture, told = tmp_path / "what.png", tmp_path / "told.json"
    image, coop = drawn_coop / "frames" / row["file"], drawn_coop / "coop.yaml"
    run("explain", image, "--model", drawn_version, "--coop", coop, "--out", picture, "--json", told)
    found = json.loads(told.read_text())
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert found["log_odds"]["hen"] > 0
    assert found["log_odds"]["sitting"] > max(found["log_odds"]["standing"], found["log_odds"]["partial"])
    assert 0 <= found["box"][0] < found["box"][2] <= 1


def test_an_answer_that_a_version_does_not_know_is_told(drawn_coop: Path, drawn_version: Path, tmp_path: Path) -> None:
    image = next((drawn_coop / "frames").iterdir())
    arguments = ["explain", image, "--model", drawn_version, "--out", tmp_path / "x.png", "--answer", "mathilda"]
    ended = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert ended.exit_code == 1
    assert "'mathilda' is no answer of this version; it knows hen" in ended.output

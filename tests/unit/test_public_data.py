"""Which pictures the demo takes, and how the public ones are fetched."""

import csv
import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from detector import public_data
from detector.public_data import CHICKENCAM_ADDRESS, fetch_chickencam, find_demo_data
from henbot.domain.errors import DatasetInvalid, SourceUnavailable

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "chickencam"
PICTURES = {"20161003083010.jpg": b"one", "20161003083043.jpg": b"two", "20161004080000.jpg": b"three"}


@dataclass
class PictureServer:
    """Serves pictures on localhost as the author's repository would, and remembers what was asked for."""

    pictures: dict[str, bytes]
    asked: list[str] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def server() -> Iterator[PictureServer]:
    state = PictureServer(dict(PICTURES))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rsplit("/", 1)[-1]
            state.asked.append(name)
            picture = state.pictures.get(name)
            self.send_response(200 if picture is not None else 404)
            self.send_header("Content-Length", str(len(picture or b"")))
            self.end_headers()
            self.wfile.write(picture or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{http.server_address[1]}/classify/data/"
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield state
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels of three pictures in the place of the package's 297."""
    folder = tmp_path / "labels"
    folder.mkdir()
    registry = "".join(f"{name} {hashlib.sha256(content).hexdigest()}\n" for name, content in PICTURES.items())
    for name in ("labels.csv", "visits.csv", "coop.yaml", "SOURCE.md"):
        (folder / name).write_text(name)
    (folder / "registry.txt").write_text(registry)
    monkeypatch.setattr(public_data, "_labels", lambda: folder)


@pytest.fixture
def nowhere() -> str:
    """An address where nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"


@pytest.fixture
def quick_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    original = public_data.write_dataset
    monkeypatch.setattr(public_data, "write_dataset", lambda folder: original(folder, days=1, size=(40, 30)))


def dataset(folder: Path) -> Path:
    (folder / "frames").mkdir(parents=True)
    (folder / "coop.yaml").write_text("coop: {}")
    (folder / "labels.csv").write_text("")
    return folder


@pytest.mark.usefixtures("labels")
def test_the_public_pictures_become_a_dataset_folder_with_our_labels(tmp_path: Path, server: PictureServer) -> None:
    told: list[tuple[int, int]] = []
    folder = fetch_chickencam(tmp_path / "cache", server.address, lambda there, of: told.append((there, of)))
    assert {path.name: path.read_bytes() for path in (folder / "frames").iterdir()} == PICTURES
    assert (folder / "coop.yaml").read_text() == "coop.yaml"
    assert (folder / "SOURCE.md").read_text() == "SOURCE.md"
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.usefixtures("labels")
def test_a_download_that_broke_off_goes_on_where_it_was(tmp_path: Path, server: PictureServer) -> None:
    missing = server.pictures.pop("20161004080000.jpg")
    with pytest.raises(SourceUnavailable):
        fetch_chickencam(tmp_path, server.address)
    assert not (tmp_path / "chickencam" / "coop.yaml").exists(), "half a set must not look like a whole one"
    server.pictures["20161004080000.jpg"] = missing
    server.asked.clear()
    fetch_chickencam(tmp_path, server.address)
    assert server.asked == ["20161004080000.jpg"]
    server.asked.clear()
    fetch_chickencam(tmp_path, server.address)
    assert server.asked == []


@pytest.mark.usefixtures("labels")
def test_a_picture_that_is_not_the_labelled_one_is_refused(tmp_path: Path, server: PictureServer) -> None:
    server.pictures["20161003083043.jpg"] = b"another"
    with pytest.raises(SourceUnavailable, match="sha256 differs"):
        fetch_chickencam(tmp_path, server.address)
    assert not (tmp_path / "chickencam" / "frames" / "20161003083043.jpg").exists()


def test_without_a_network_the_download_fails_soon_and_says_what_to_do(tmp_path: Path, nowhere: str) -> None:
    began = time.monotonic()
    with pytest.raises(SourceUnavailable, match="HENBOT_DATA"):
        fetch_chickencam(tmp_path, nowhere)
    assert time.monotonic() - began < public_data.CONNECT_TIMEOUT_S + 2


def test_the_packaged_labels_and_the_registry_name_the_same_pictures() -> None:
    folder = public_data._labels()
    registered = [line.split() for line in (folder / "registry.txt").read_text("utf-8").splitlines()]
    labelled = [row["file"] for row in csv.DictReader((folder / "labels.csv").read_text("utf-8").splitlines())]
    assert [name for name, _ in registered] == labelled
    assert len(registered) == 297
    assert all(len(digest) == 64 for _, digest in registered)
    assert "Copyright (c) 2016 Zack" in (folder / "SOURCE.md").read_text("utf-8")


@pytest.mark.skipif(not SHARED.is_dir(), reason="put the chickencam dataset at ../shared/data/chickencam to run this")
def test_the_registry_holds_the_sha256_of_the_pictures_that_were_labelled() -> None:
    for line in (public_data._labels() / "registry.txt").read_text("utf-8").splitlines():
        name, digest = line.split()
        assert hashlib.sha256((SHARED / "frames" / name).read_bytes()).hexdigest() == digest, name


def test_the_public_address_is_the_commit_that_was_labelled() -> None:
    assert CHICKENCAM_ADDRESS.startswith("https://")
    assert "/a23482e027dd26aedeea481865837f0f46f8a0d8/classify/data/" in CHICKENCAM_ADDRESS


def test_the_dataset_beside_the_project_comes_first(tmp_path: Path) -> None:
    shared = dataset(tmp_path / "shared" / "data" / "chickencam")
    named = dataset(tmp_path / "mine")
    found = find_demo_data(tmp_path, {"HENBOT_DATA": str(named)}, (tmp_path / "project",), address=None)
    assert (found.how, found.folder) == ("shared", shared)


def test_a_named_folder_is_taken_itself_or_with_the_chickencam_in_it(tmp_path: Path) -> None:
    inner = dataset(tmp_path / "sets" / "chickencam")
    for named in (inner, inner.parent):
        found = find_demo_data(tmp_path, {"HENBOT_DATA": str(named)}, (tmp_path / "project",), address=None)
        assert (found.how, found.folder) == ("named", inner)
        assert "HENBOT_DATA" in found.sentence


def test_a_named_folder_that_is_no_dataset_is_an_error_and_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(DatasetInvalid, match=r"HENBOT_DATA names .*wrong.*coop\.yaml"):
        find_demo_data(tmp_path, {"HENBOT_DATA": str(tmp_path / "wrong")}, (tmp_path / "project",), address=None)


@pytest.mark.usefixtures("labels")
def test_else_the_public_pictures_are_downloaded_and_their_author_is_named(
    tmp_path: Path, server: PictureServer
) -> None:
    found = find_demo_data(tmp_path / "cache", {}, (tmp_path / "project",), server.address)
    assert (found.how, found.folder) == ("downloaded", tmp_path / "cache" / "chickencam")
    assert "MIT License" in found.sentence


@pytest.mark.usefixtures("quick_drawing")
def test_else_pictures_are_drawn_and_the_sentence_says_so_and_why(tmp_path: Path, nowhere: str) -> None:
    found = find_demo_data(tmp_path / "cache", {}, (tmp_path / "project",), nowhere)
    assert found.how == "drawn"
    assert "drawn, not real" in found.sentence
    assert "cannot be downloaded" in found.sentence
    picture = next((found.folder / "frames").iterdir())
    before = picture.stat().st_mtime_ns
    assert find_demo_data(tmp_path / "cache", {}, (tmp_path / "project",), address=None).folder == found.folder
    assert picture.stat().st_mtime_ns == before, "a drawn set is kept"

"""The picture that proves an egg is the nest before and after, side by side, small enough for any chat."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.proofs import MOST_BYTES, make_proofs, proof_of
from henbot.domain.errors import FrameUnreadable
from henbot.domain.observations import NestId
from henbot.domain.verdicts import EggCount
from henbot.services.egg_ledger import PicturedCount, add_counts
from henbot.services.egg_reports import egg_report
from henbot.services.media import MediaFolder
from tests.coop_builder import build_coop, oct4


def jpeg(grey: int, width: int = 640, height: int = 480) -> bytes:
    done, encoded = cv2.imencode(".jpg", np.full((height, width, 3), grey, np.uint8))
    assert done
    return encoded.tobytes()


def written(folder: Path, *contents: bytes) -> list[Path]:
    paths = [folder / f"{number}.jpg" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


def test_before_stands_left_and_after_right(tmp_path: Path) -> None:
    proof = cv2.imdecode(np.frombuffer(proof_of(written(tmp_path, jpeg(20), jpeg(200))), np.uint8), cv2.IMREAD_COLOR)
    assert proof is not None and proof.shape[:2] == (480, 1288)
    assert abs(int(proof[240, 320, 0]) - 20) < 5 and abs(int(proof[240, 968, 0]) - 200) < 5


def test_even_pictures_of_noise_make_a_proof_under_two_megabytes(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1280, 1280, 3), np.uint8)
    content = cv2.imencode(".png", noise)[1].tobytes()
    assert len(proof_of(written(tmp_path, content, content))) < MOST_BYTES


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FrameUnreadable, match="is no picture"):
        proof_of(written(tmp_path, b"no picture"))


def test_an_egg_that_was_pictured_gets_its_proof_once_and_one_whose_file_is_gone_none(tmp_path: Path) -> None:
    coop = build_coop(tmp_path)
    media = MediaFolder(coop.media)
    nest = NestId("nest")
    eggs = [coop.egg(oct4(10)), coop.egg(oct4(11)), coop.egg(oct4(12))]
    with coop.database.writing() as session:
        for hour in (9, 10, 11):
            stored = media.put(jpeg(10 * hour), ".jpg")
            add_counts(session, [PicturedCount(EggCount(nest, oct4(hour), hour - 9), stored)])
        session.commit()
    Path(media.path_of(stored.path)).unlink()
    assert [make_proofs(coop.database, media, oct4(13)) for _ in range(2)] == [1, 0]
    with coop.database.reading() as session:
        reports = [egg_report(session, egg) for egg in eggs]
    assert [report is not None and report.picture is not None for report in reports] == [True, False, False]
    coop.database.close()

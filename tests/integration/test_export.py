"""A dataset folder out of what was seen and told: the bench and the bot share one format."""

import csv
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from detector.export import export_dataset
from detector.pacing import AtOnce
from detector.recognition import load_recogniser
from detector.training import study
from detector.training.dataset import load_dataset
from detector.training.evaluate import evaluate
from detector.training.fit import train
from detector.wiring import open_replay
from henbot.domain.errors import DatasetInvalid
from henbot.services.media import MediaFolder
from henbot.storage.acts import LabelRow
from henbot.storage.database import Database, open_database
from henbot.storage.tables import EvidenceRow, VisitRow

DAY = date(2024, 5, 5)


@pytest.fixture(scope="module")
def watched(drawn_coop: Path, drawn_version: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the database and the pictures of a drawn day that was replayed."""
    folder = tmp_path_factory.mktemp("watched")
    url = f"sqlite:///{folder / 'henbot.db'}"
    opened = open_replay(drawn_coop, drawn_version, url, folder / "media", (DAY, DAY))
    opened.replay(AtOnce(opened.database)).run()
    opened.database.close()
    return folder


@pytest.fixture
def database(watched: Path) -> Database:
    return open_database(f"sqlite:///{watched / 'henbot.db'}")


def exported(database: Database, watched: Path, folder: Path) -> list[dict[str, str]]:
    """Rows of the labels.csv that an export writes."""
    with database.reading() as session:
        export_dataset(session, MediaFolder(watched / "media"), folder)
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_what_was_seen_becomes_a_dataset_that_can_be_read_and_what_nobody_told_is_doubted(
    database: Database, watched: Path, tmp_path: Path
) -> None:
    rows = exported(database, watched, tmp_path / "out")
    read = load_dataset(tmp_path / "out")
    assert len(read.rows) == len(rows) > 5
    assert all((tmp_path / "out" / "frames" / row.file).is_file() for row in read.rows)
    assert not any(row.sure("hens") or row.sure("hen") for row in read.rows)
    assert {row["hens"] for row in rows} <= {"0", "1", "2"}
    assert (tmp_path / "out" / "SOURCE.md").is_file()
    assert (tmp_path / "out" / "visits.csv").is_file()


def test_the_newest_word_of_a_person_is_sure_and_one_taken_back_counts_no_more(
    database: Database, watched: Path, tmp_path: Path
) -> None:
    with database.writing() as session:
        shown = session.execute(select(EvidenceRow).where(EvidenceRow.role == "arrived")).scalars().first()
        assert shown is not None
        nest = session.get_one(VisitRow, shown.visit_id).nest_id
        for minute, hen, is_undone in ((1, "snow", False), (2, "pepper", False), (3, "biscuit", True)):
            said_at = datetime(2024, 5, 6, 9, minute, tzinfo=UTC)
            undone_at = said_at if is_undone else None
            told = {"media_sha256": shown.media_sha256, "field": "hen", "value": hen, "said_by": 1}
            session.add(LabelRow(nest_id=nest, at=shown.at, said_at=said_at, undone_at=undone_at, **told))
        moment = shown.at
        session.commit()
    exported(database, watched, tmp_path / "out")
    row = next(row for row in load_dataset(tmp_path / "out").rows if row.captured_at == moment)
    assert (row.hen, row.hens) == ("pepper", 1)
    assert row.sure("hen")
    assert row.sure("hens")


def test_what_people_told_can_be_trained_on_and_judged_with(
    watched: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study, "MOST_RELIT", 1)
    copied = shutil.copytree(watched, tmp_path / "told")
    database = open_database(f"sqlite:///{copied / 'henbot.db'}")
    with database.writing() as session:
        shown = select(EvidenceRow, VisitRow).join(VisitRow, VisitRow.id == EvidenceRow.visit_id)
        for row, visit in session.execute(shown).all():
            field, value = ("hen", visit.hen_id) if row.role in ("arrived", "settled") else ("hens", "0")
            told = {"nest_id": visit.nest_id, "at": row.at, "media_sha256": row.media_sha256, "said_by": 1}
            session.add(LabelRow(field=field, value=value, said_at=row.at, **told))
        session.commit()
    exported(database, copied, tmp_path / "out")
    database.close()
    version = train([tmp_path / "out"], tmp_path / "models")
    judged = evaluate(tmp_path / "out", load_recogniser(version))
    assert set(judged["metrics"]["hen_or_none"]["recall"]) == {"False", "True"}
    assert judged["metrics"]["frames"] > 10


def test_a_folder_that_holds_something_is_not_written_into(database: Database, watched: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(DatasetInvalid, match="not empty"):
        exported(database, watched, tmp_path)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "keep me"

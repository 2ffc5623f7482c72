"""A dataset folder out of what was seen and told: the bench and the bot share one format."""

import csv
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from detector.export import export_dataset
from detector.recognition import load_recogniser
from detector.training.dataset import load_dataset
from detector.training.evaluate import evaluate
from detector.training.fit import train
from henbot.domain.errors import DatasetInvalid
from henbot.services.media import MediaFolder
from henbot.storage.acts import LabelRow
from henbot.storage.database import Database, open_database
from henbot.storage.glimpses import GlimpseRow
from henbot.storage.tables import EvidenceRow, VisitRow
from tests.conftest import few_copies


@pytest.fixture(scope="module")
def watched(replayed_days: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the database and the pictures of drawn days that were replayed."""
    return Path(shutil.copytree(replayed_days, tmp_path_factory.mktemp("watched") / "coop"))


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


def test_a_hen_named_in_one_picture_of_a_visit_is_named_in_all_of_them_but_where_a_picture_has_a_word_of_its_own(
    watched: Path, tmp_path: Path
) -> None:
    copied = shutil.copytree(watched, tmp_path / "named")
    database = open_database(f"sqlite:///{copied / 'henbot.db'}")
    with database.writing() as session:
        visit = session.execute(select(VisitRow).order_by(VisitRow.sightings.desc()).limit(1)).scalar_one()
        glimpses = select(GlimpseRow).where(GlimpseRow.visit_id == visit.id).order_by(GlimpseRow.at)
        first, second, *others = session.execute(glimpses).scalars()
        assert others
        for glimpse, field, value in ((first, "hen", "pepper"), (second, "hens", "0")):
            told = {"media_sha256": glimpse.media_sha256, "visit_id": visit.id, "field": field, "value": value}
            session.add(LabelRow(nest_id=visit.nest_id, at=glimpse.at, said_by=1, said_at=glimpse.at, **told))
        moments = {glimpse.at: glimpse.id for glimpse in (first, second, *others)}
        nobody = second.at
        session.commit()
    exported(database, copied, tmp_path / "out")
    database.close()
    rows = [row for row in load_dataset(tmp_path / "out").rows if row.captured_at in moments]
    assert {row.hen for row in rows if row.captured_at != nobody} == {"pepper"}
    assert all(row.sure("hen") for row in rows if row.captured_at != nobody)
    assert [(row.hens, row.hen) for row in rows if row.captured_at == nobody] == [(0, None)]


def test_what_people_told_can_be_trained_on_and_judged_with(watched: Path, tmp_path: Path) -> None:
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
    with few_copies():
        version = train([tmp_path / "out"], tmp_path / "models")
    judged = evaluate(tmp_path / "out", load_recogniser(version))
    assert set(judged["metrics"]["hen_or_none"]["recall"]) == {"False", "True"}
    assert judged["metrics"]["frames"] > 10


def test_a_folder_that_holds_something_is_not_written_into(database: Database, watched: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(DatasetInvalid, match="not empty"):
        exported(database, watched, tmp_path)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "keep me"

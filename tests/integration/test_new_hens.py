"""A hen is added from pictures: sent in a chat, looked at by the detector's side, and known without training."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from detector import doing_jobs
from detector.backbone import Backbone
from detector.bird_photos import flaw_of_crop, part_of
from detector.crops import cut
from detector.drawn.scene import DrawnHen, SceneState, draw_frame
from detector.judging_photos import Judge
from detector.portraits import WHOLE, Portraits
from detector.recognition import TrainedRecogniser, load_recogniser
from henbot.config import Settings
from henbot.domain.observations import HenId, NestId, Posture
from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Message
from henbot.services import jobs, new_hens
from henbot.services.acts import newest_standing, take_back
from henbot.services.coop_clock import wall_now
from henbot.services.hen_photos import Flaw, HenPhoto, Judged, note_judged, photos_of_draft, photos_of_flock
from henbot.services.jobs import JobKind
from henbot.services.media import MediaFolder
from henbot.services.reports import flock_of
from henbot.services.undoing import UNDOING
from henbot.storage.acts import LabelRow
from henbot.storage.flock import HenDraftRow, HenPhotoRow
from henbot.storage.tables import AuditRow
from tests.coop_builder import LONG_AGO, Coop, build_coop, oct4
from tests.sandbox_bots import checked_sandbox, picture
from tests.talks import Talk, talking


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(oct4(20))
    yield built
    built.database.close()


@pytest.fixture
async def talk(coop: Coop) -> AsyncIterator[Talk]:
    with checked_sandbox() as sandbox:
        async with talking(coop, sandbox) as running:
            yield running


def flock(coop: Coop) -> dict[str, str]:
    return {hen.id: hen.name_in("en") for hen in coop.database.read(flock_of)}


def buttons(message: Message) -> list[str]:
    rows = (message.markup or {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


async def said(talk: Talk, words: str) -> Message:
    """The bot's newest message to the admin that has these words, once there is one."""

    def found() -> Message | None:
        return next((one for one in reversed(talk.answers(ADMIN_ID)) if words in (one.text or "")), None)

    message = await talk.sandbox.until(found)
    assert message is not None, [one.text for one in talk.answers(ADMIN_ID)]
    return message


async def sent(talk: Talk, count: int, first: int = 0, by: int = ADMIN_ID) -> None:
    for number in range(first, first + count):
        await asyncio.to_thread(talk.sandbox.show, by, picture(grey=40 + number))


async def looked_at(talk: Talk, judged: list[Judged], *, known_by_name: bool = True) -> None:
    """The detector's side does its part, and the bot looks what came of it."""
    with talk.coop.database.writing() as session:
        job, lease = jobs.take_next(session, oct4(20)) or pytest.fail("nothing was asked for")
        assert job.kind is JobKind.ADD_HEN
        photos = photos_of_draft(session, int(job.arguments["draft"]))
        for photo, one in zip(photos, judged, strict=True):
            note_judged(session, photo.id, one)
        jobs.finish(session, job.id, lease, {"known_by_name": known_by_name}, oct4(20))
        session.commit()
    queue = talk.application.job_queue
    assert queue is not None
    (tick,) = queue.get_jobs_by_name("new hens")
    await tick.run(talk.application)


def undone(coop: Coop) -> None:
    with coop.database.writing() as session:
        act = newest_standing(session, ADMIN_ID) or pytest.fail("nothing was done")
        take_back(session, act.id, ADMIN_ID, wall_now(), UNDOING)
        session.commit()


async def test_a_hen_is_added_from_pictures_and_taken_away_again(coop: Coop, talk: Talk) -> None:
    before = flock(coop)
    await talk.asked(ADMIN_ID, "новая курица Ряба")
    await said(talk, "Now send me 3 to 20 pictures")
    await sent(talk, 12)  # more at once than a chat may else ask
    done = await said(talk, "12 pictures")
    assert flock(coop) == before
    await talk.pressed(ADMIN_ID, done, "✅ That is all")
    await said(talk, "I look at 12 pictures")
    await sent(talk, 1, first=50)
    await said(talk, "I am still looking")
    await looked_at(talk, [Judged(Flaw.DARK), Judged(Flaw.NO_BIRD), *[Judged()] * 10])
    told = await said(talk, "lives here now")
    for words in ("10 pictures can be used", "1 too dark", "1 in which I see no hen", "say less", "/undo"):
        assert words in (told.text or "")
    assert flock(coop) == before | {"ryaba": "Ряба"}
    assert len(coop.database.read(photos_of_flock)) == 10
    undone(coop)
    assert flock(coop) == before
    assert coop.database.read(photos_of_flock) == ()


async def test_too_few_good_pictures_are_told_with_what_would_help(coop: Coop, talk: Talk) -> None:
    await talk.asked(ADMIN_ID, "/addhen Pearl")
    await sent(talk, 2)
    few = await said(talk, "2 pictures")
    assert "3 pictures at least" in await talk.pressed(ADMIN_ID, few, "✅ That is all")
    await sent(talk, 1, first=2)
    await talk.pressed(ADMIN_ID, await said(talk, "3 pictures so far"), "✅ That is all")
    await said(talk, "I look at 3 pictures")
    await looked_at(talk, [Judged(Flaw.BLURRED), Judged(), Judged()])
    told = await said(talk, "3 in all, or add her all the same")
    assert "1 blurred" in (told.text or "")
    assert "pearl" not in flock(coop)
    await talk.pressed(ADMIN_ID, told, "Add her all the same")
    await said(talk, "lives here now")
    assert flock(coop)["pearl"] == "Pearl"


async def test_a_hen_who_looks_like_a_known_one_is_asked_about(coop: Coop, talk: Talk) -> None:
    for answer, is_added in (("Yes, it is Ginger", False), ("No, Pearl is another", True)):
        await talk.asked(ADMIN_ID, "/addhen Pearl")
        await sent(talk, 3)
        await talk.pressed(ADMIN_ID, await said(talk, "3 pictures so far"), "✅ That is all")
        alike = Judged(likeness=HenId("ginger"))
        await looked_at(talk, [alike, alike, Judged()])
        asked = await said(talk, "2 of 3 look much like Ginger")
        assert "pearl" not in flock(coop)
        await talk.pressed(ADMIN_ID, asked, answer)
        await said(talk, "lives here now" if is_added else "Then nothing is added")
        assert ("pearl" in flock(coop)) == is_added


async def test_the_nests_own_pictures_are_chosen_by_number_and_become_labels(coop: Coop, talk: Talk) -> None:
    coop.set_now(LONG_AGO)
    for number in range(4):
        coop.bout(f"v{number}", "unknown" if number else "olive", LONG_AGO)
        coop.picture(f"v{number}", picture(grey=90 + number))
    await talk.asked(ADMIN_ID, "/addhen Pearl")
    await talk.pressed(ADMIN_ID, await said(talk, "Now send"), "🪺 From my own pictures")
    pick = await said(talk, "Which of these")
    assert [one for one in buttons(pick) if one.isdigit()] == ["1", "2", "3"]
    for number in ("1", "2", "3", "2", "2"):
        shown = talk.message(ADMIN_ID, pick)
        name = next(one for one in buttons(shown) if one.endswith(number))
        await talk.pressed(ADMIN_ID, shown, name)
        ticked = name if name.startswith("✅") else f"✅ {number}"
        await talk.sandbox.until(lambda ticked=ticked, name=name: name not in buttons(talk.message(ADMIN_ID, pick)))
    await talk.pressed(ADMIN_ID, talk.message(ADMIN_ID, pick), "‹ Back")
    await talk.pressed(ADMIN_ID, await said(talk, "3 pictures"), "✅ That is all")
    await looked_at(talk, [Judged()] * 3, known_by_name=False)
    told = await said(talk, "lives here now")
    assert "I know nobody by name yet" in (told.text or "")

    def labels() -> list[tuple[str, str]]:
        with coop.database.reading() as session:
            rows = session.execute(select(LabelRow).where(LabelRow.undone_at.is_(None))).scalars().all()
            return sorted((row.field, row.value) for row in rows)

    assert labels() == [("hen", "pearl")] * 3 + [("hens", "1")] * 3
    undone(coop)
    assert labels() == []


async def test_where_it_stands_outlives_a_restart(coop: Coop) -> None:
    with checked_sandbox() as sandbox:
        async with talking(coop, sandbox) as talk:
            await talk.asked(ADMIN_ID, "/addhen Pearl")
            await sent(talk, 2)
            await said(talk, "2 pictures")
        async with talking(coop, sandbox) as talk:
            await sent(talk, 1, first=2)
            shown = await said(talk, "3 pictures")
            await talk.pressed(ADMIN_ID, shown, "‹ Cancel")
            await said(talk, "Nothing is added")
    with coop.database.reading() as session:
        assert [row.state for row in session.execute(select(HenDraftRow)).scalars()] == ["cancelled"]


async def test_pictures_and_buttons_of_others_add_nobody(coop: Coop, talk: Talk) -> None:
    await talk.asked(ADMIN_ID, "/addhen Pearl")
    shown = await said(talk, "Now send")
    assert "только хозяева" in ((await talk.asked(SUBSCRIBER_ID, "/addhen Zoe")).text or "")
    await sent(talk, 3, by=SUBSCRIBER_ID)
    theirs = await talk.asked(SUBSCRIBER_ID, "/hens")
    for data in [one["callback_data"] for row in (shown.markup or {})["inline_keyboard"] for one in row]:
        assert "только хозяева" in await talk.forged(SUBSCRIBER_ID, theirs, data)
    for data in ("newhen:tick:1:0:999", "newhen:done:77:0:0", "newhen:anyway:1:0:", "newhen:new:1:0:0x"):
        await talk.forged(ADMIN_ID, shown, data)
    with coop.database.reading() as session:
        assert session.execute(select(HenPhotoRow)).first() is None
        refused = [row.action for row in session.execute(select(AuditRow)).scalars() if "refused" in row.action]
    assert refused.count("press.refused") == 2
    assert refused.count("command.refused") == 1


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return Backbone()


def judged(folder: Path, backbone: Backbone, pixels: np.ndarray) -> Judged:
    done, encoded = cv2.imencode(".jpg", np.ascontiguousarray(pixels[..., ::-1]))
    assert done
    stored = MediaFolder(folder).put(encoded.tobytes(), ".jpg")
    return Judge(MediaFolder(folder), backbone).judge(HenPhoto(1, None, stored.path, None))


def scene(hen: str | None, hour: float = 12.0, *, infrared: bool = False) -> np.ndarray:
    hens = (DrawnHen(HenId(hen), Posture.STANDING),) if hen else ()
    return draw_frame(SceneState(hour=hour, hens=hens, infrared=infrared))


def test_a_picture_is_taken_if_a_hen_is_to_be_seen_in_it(tmp_path: Path, backbone: Backbone) -> None:
    found = judged(tmp_path, backbone, scene("biscuit"))
    assert found.flaw is None and found.box is not None
    assert judged(tmp_path, backbone, scene(None)).flaw is Flaw.NO_BIRD
    assert judged(tmp_path, backbone, (scene("biscuit") * 0.1).astype(np.uint8)).flaw is Flaw.DARK
    assert judged(tmp_path, backbone, scene("snow", infrared=True)).flaw is Flaw.COLOURLESS
    assert judged(tmp_path, backbone, cv2.resize(scene("snow"), (80, 60))).flaw is Flaw.SMALL


def test_what_is_no_picture_is_told_so(tmp_path: Path, backbone: Backbone) -> None:
    stored = MediaFolder(tmp_path).put(b"no picture", ".jpg")
    photo = HenPhoto(1, None, stored.path, NestId("nest"))
    assert Judge(MediaFolder(tmp_path), backbone).judge(photo).flaw is Flaw.UNREADABLE


def test_a_wide_picture_is_looked_at_in_squares(tmp_path: Path, backbone: Backbone) -> None:
    small = cv2.resize(scene("biscuit"), (400, 300))
    wide = np.full((300, 1600, 3), 127, np.uint8)
    wide[:, 1150:1550] = small
    found = judged(tmp_path, backbone, wide)
    assert found.flaw is None and found.box is not None
    assert found.box[0] > 0.5
    assert flaw_of_crop(part_of(wide, found.box)) is None


@pytest.fixture
def stranger(drawn_version: Path) -> TrainedRecogniser:
    """A version that never saw Biscuit."""
    trained = load_recogniser(drawn_version)
    gallery = trained.heads.galleries[trained.coop].without_hen(HenId("biscuit"))
    trained.heads = replace(trained.heads, galleries={trained.coop: gallery})
    trained.gallery = gallery
    return trained


def added(coop: Coop, name: str, pictures: list[np.ndarray], nest: str | None) -> int:
    """Add a hen by pictures that were found good; the act."""
    with coop.database.writing() as session:
        draft = new_hens.open_draft(session, ADMIN_ID, ADMIN_ID, name, "en", wall_now())
        for pixels in pictures:
            _, encoded = cv2.imencode(".jpg", np.ascontiguousarray(pixels[..., ::-1]))
            new_hens.add_photo(session, draft.id, MediaFolder(coop.media).put(encoded.tobytes(), ".jpg"), oct4(9))
        for photo in photos_of_draft(session, draft.id):
            note_judged(session, photo.id, Judged(nest=NestId(nest) if nest else None))
        act = new_hens.accept(session, draft, wall_now(), oct4(20))
        session.commit()
    return act.id


def top(trained: TrainedRecogniser, pixels: np.ndarray, nest: str) -> str:
    crop = cut(pixels, WHOLE)
    (said,) = trained.recognise(crop[None], [NestId(nest)])
    hens = said.birds[0].hens
    return max(hens, key=hens.__getitem__)


@pytest.mark.parametrize("of_nest", [True, False])
def test_a_version_knows_a_hen_by_her_pictures_until_that_is_undone(
    coop: Coop, stranger: TrainedRecogniser, of_nest: bool
) -> None:
    nest = next(iter(stranger.heads.references))[1]
    new = draw_frame(SceneState(hour=15.0, hens=(DrawnHen(HenId("biscuit"), Posture.SITTING, 0.55),), seed=9))
    portraits = Portraits(coop.database, MediaFolder(coop.media))
    portraits.show(stranger)
    assert top(stranger, new, nest) == "unknown"
    hens = [DrawnHen(HenId("biscuit"), Posture.SITTING, across) for across in (0.45, 0.5, 0.52, 0.6)]
    pictures = [draw_frame(SceneState(hour=11.0 + n, hens=(hen,), seed=n)) for n, hen in enumerate(hens)]
    act = added(coop, "Rusty", pictures, nest if of_nest else None)
    assert portraits.heed()
    assert not portraits.heed()
    assert "rusty" in stranger.hens
    if of_nest:
        assert top(stranger, new, nest) == "rusty"
    snow = draw_frame(SceneState(hour=15.0, hens=(DrawnHen(HenId("snow"), Posture.SITTING),), seed=9))
    assert top(stranger, snow, nest) == "snow"
    coop.database.write(lambda session: take_back(session, act, ADMIN_ID, wall_now(), UNDOING))
    assert portraits.heed()
    assert top(stranger, new, nest) == "unknown"


def test_a_version_that_was_trained_on_a_hen_is_not_shown_her_pictures_again(coop: Coop, drawn_version: Path) -> None:
    trained = load_recogniser(drawn_version)
    before = trained.gallery
    portraits = Portraits(coop.database, MediaFolder(coop.media))
    portraits.show(trained)
    added(coop, "Biscuit", [draw_frame(SceneState(seed=n)) for n in range(3)], None)
    assert portraits.heed()
    assert before is not None and trained.gallery is not None
    assert trained.gallery.hens == before.hens


def test_the_detectors_side_looks_at_the_pictures_when_it_is_asked(
    coop: Coop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doing_jobs, "NICENESS", 0)
    settings = Settings(config=tmp_path / "none.yaml", database=coop.url, media=coop.media, models=tmp_path / "models")
    with coop.database.writing() as session:
        draft = new_hens.open_draft(session, ADMIN_ID, ADMIN_ID, "Rusty", "en", wall_now())
        for pixels in (scene("biscuit"), scene("snow"), scene(None)):
            _, encoded = cv2.imencode(".jpg", np.ascontiguousarray(pixels[..., ::-1]))
            new_hens.add_photo(session, draft.id, MediaFolder(coop.media).put(encoded.tobytes(), ".jpg"), oct4(9))
        new_hens.have_checked(session, draft, oct4(20))
        job, lease = jobs.take_next(session, oct4(20)) or pytest.fail("nothing was asked for")
        session.commit()
    assert doing_jobs.do_job(job.id, lease, coop.database, settings)
    with coop.database.reading() as session:
        done = jobs.job_by_id(session, job.id)
        assert done is not None
        assert done.failure is None
        assert done.result == {"draft": draft.id, "known_by_name": False}
        found = new_hens.found_in(session, draft.id)
    assert (found.taken, dict(found.refused), found.likeness) == (2, {Flaw.NO_BIRD: 1}, None)

"""Asking people what pictures show, and what comes of their answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, update

from henbot.domain.people import Role
from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Message
from henbot.services.media import MediaFolder
from henbot.services.people import Member, give_role
from henbot.services.subscribers import choose_language, remember
from henbot.storage.acts import LabelRow
from henbot.storage.database import Database
from henbot.storage.label_questions import LabelAskingRow, LabelQuestionRow
from henbot.storage.tables import AuditRow, EvidenceRow, HenRow, MediaRow, ObservationRow
from tests.coop_builder import Coop, build_coop, oct4
from tests.sandbox_bots import checked_sandbox, picture
from tests.talks import Talk, talking

NOW = oct4(20)


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(NOW)
    yield built
    built.database.close()


@pytest.fixture
async def talk(coop: Coop) -> AsyncIterator[Talk]:
    with checked_sandbox() as sandbox:
        async with talking(coop, sandbox) as running:
            yield running


def visit(coop: Coop, name: str, came: datetime, hen: str = "unknown", **candidates: float) -> None:
    """A hen came, and there is a picture of her."""
    coop.bout(name, hen, came, left=came + timedelta(minutes=20), candidates=candidates or {hen: 1.0})
    show(coop, name, came + timedelta(minutes=2), "settled")


def show(coop: Coop, name: str, at: datetime, role: str) -> None:
    stored = MediaFolder(coop.media).put(picture(grey=at.hour * 10 + at.minute % 10) + name.encode(), ".png")
    with coop.database.writing() as session:
        session.add(MediaRow(sha256=stored.sha256, path=stored.path, kind="photo", size=stored.size, created_at=at))
        session.flush()
        session.add(EvidenceRow(visit_id=name, media_sha256=stored.sha256, role=role, at=at))
        session.commit()


def labels(database: Database, *, undone: bool = False) -> list[dict[str, str]]:
    """What stands of what was told, picture by picture."""
    query = select(LabelRow).where(LabelRow.undone_at.is_not(None) if undone else LabelRow.undone_at.is_(None))
    found: dict[int, dict[str, str]] = {}
    with database.reading() as session:
        for row in session.execute(query.order_by(LabelRow.id)).scalars():
            found.setdefault(row.act_id or 0, {})[row.field] = row.value
    return list(found.values())


def audit(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(row.actor, row.action) for row in session.execute(select(AuditRow)).scalars()]


def caption(message: Message) -> str:
    return message.caption or message.text or ""


async def pressed(talk: Talk, message: Message, *buttons: str, by: int = ADMIN_ID) -> Message:
    """The question after some buttons were pressed."""
    for button in buttons:
        before = talk.message(by, message)
        await talk.pressed(by, before, button)
        await talk.sandbox.until(partial(is_edited, talk, before))
    return talk.message(by, message)


def is_edited(talk: Talk, before: Message) -> bool:
    return talk.message(before.chat_id, before).edits > before.edits


async def newest(talk: Talk, after: Message, chat: int = ADMIN_ID) -> Message:
    """What the bot wrote after a message."""
    await talk.sandbox.until(lambda: talk.answers(chat)[-1].message_id > after.message_id)
    return talk.answers(chat)[-1]


async def test_pictures_are_asked_about_one_by_one_until_it_is_enough(coop: Coop, talk: Talk) -> None:
    visit(coop, "v1", oct4(9), "unknown", unknown=0.5, olive=0.4, ginger=0.1)
    visit(coop, "v2", oct4(11))
    asked = await talk.asked(ADMIN_ID, "/label")
    assert "Who is this?" in caption(asked)
    assert asked.attachment is not None
    told = await pressed(talk, asked, "Olive", "🪺 Sitting")
    assert "✓ Olive, sitting" in caption(told)
    assert labels(coop.database) == [{"hens": "1", "hen": "olive", "posture": "sitting"}]
    following = await newest(talk, asked)
    assert "Who is this?" in caption(following)
    await pressed(talk, following, "Enough")
    assert "You told me of one picture today" in caption(await newest(talk, following))
    assert len(labels(coop.database)) == 1


async def test_the_likeliest_hen_has_the_first_button_and_what_the_version_guesses_is_said(
    coop: Coop, talk: Talk
) -> None:
    visit(coop, "v1", oct4(9), "ginger", ginger=0.7, olive=0.2, unknown=0.1)
    asked = await talk.asked(ADMIN_ID, "разметка")
    assert list(asked.buttons)[:3] == ["Ginger", "Olive", "Blanche"]
    assert "My guess: Ginger" in caption(asked)


async def test_eggs_are_counted_where_they_can_be_seen(coop: Coop, talk: Talk) -> None:
    visit(coop, "v1", oct4(9))
    asked = await talk.asked(ADMIN_ID, "/label")
    counting = await pressed(talk, asked, "Nobody", "+", "+", "+", "−")
    assert "🥚 2 eggs" in counting.buttons
    told = await pressed(talk, asked, "🥚 2 eggs")
    assert "✓ Nobody, 2 eggs" in caption(told)
    assert labels(coop.database) == [{"hens": "0", "eggs": "2"}]


async def test_of_two_hens_both_are_asked_for(coop: Coop, talk: Talk) -> None:
    visit(coop, "v1", oct4(9))
    asked = await talk.asked(ADMIN_ID, "/label")
    second = await pressed(talk, asked, "Two hens", "Ginger")
    assert "Who is the second?" in caption(second)
    assert "Ginger" not in second.buttons
    await pressed(talk, asked, "Blanche", "🪺 Sitting", "🐓 Standing", "Cannot tell")
    told = {"hens": "2", "hen": "ginger", "hen2": "blanche", "posture": "sitting", "posture2": "standing"}
    assert labels(coop.database) == [told]
    with coop.database.reading() as session:
        assert {row.visit_id for row in session.execute(select(LabelRow)).scalars()} == {None}


async def test_who_is_not_sure_teaches_nothing_and_is_not_asked_again(coop: Coop, talk: Talk) -> None:
    visit(coop, "v1", oct4(9))
    asked = await talk.asked(ADMIN_ID, "/label")
    told = await pressed(talk, asked, "🤷 Not sure")
    assert "Not sure" in caption(told)
    assert labels(coop.database) == []
    assert "nothing to ask" in caption(await newest(talk, asked))
    assert "nothing to ask" in caption(await talk.asked(ADMIN_ID, "/label"))


async def test_an_answer_is_taken_back_by_its_button_and_asked_again(coop: Coop, talk: Talk) -> None:
    visit(coop, "v1", oct4(9))
    asked = await talk.asked(ADMIN_ID, "/label")
    await pressed(talk, asked, "Olive", "Cannot tell")
    again = await pressed(talk, asked, "↩️ Undo")
    assert labels(coop.database) == []
    assert labels(coop.database, undone=True) == [{"hens": "1", "hen": "olive"}]
    assert "Who is this?" in caption(again)
    await pressed(talk, asked, "Ginger", "Half in", "Cannot tell")
    assert labels(coop.database) == [{"hens": "1", "hen": "ginger", "posture": "partial"}]


async def test_a_new_hen_is_named_in_the_next_message_and_is_the_one_in_the_picture(coop: Coop, talk: Talk) -> None:
    visit(coop, "v1", oct4(9))
    asked = await talk.asked(ADMIN_ID, "/label")
    waiting = await pressed(talk, asked, "➕ New hen…")
    assert "What is she called?" in caption(waiting)
    assert "flock" not in caption(await talk.asked(ADMIN_ID, "who laid today"))
    assert "called Olive already" in caption(await talk.asked(ADMIN_ID, "Olive"))
    added = await talk.asked(ADMIN_ID, "Пеструшка")
    assert "Пеструшка is one of the flock now" in caption(added)
    await talk.sandbox.until(lambda: "what does she do" in caption(talk.message(ADMIN_ID, asked)))
    await pressed(talk, asked, "🪺 Sitting")
    with coop.database.reading() as session:
        assert session.get(HenRow, "pestrushka") is not None
    assert labels(coop.database) == [{"hens": "1", "hen": "pestrushka", "posture": "sitting"}]


async def test_an_album_tells_who_is_who(coop: Coop, talk: Talk) -> None:
    visit(coop, "v1", oct4(9))
    visit(coop, "v2", oct4(10), "ginger")
    visit(coop, "v3", oct4(11))
    asked = await talk.asked(ADMIN_ID, "/label")
    await pressed(talk, asked, "Olive", "🪺 Sitting")
    following = await newest(talk, asked)
    await talk.pressed(ADMIN_ID, following, "🖼 Who is who")
    await talk.sandbox.until(lambda: "No portrait yet" in caption(talk.answers(ADMIN_ID)[-1]))
    album = [one for one in talk.answers(ADMIN_ID) if one.media_group_id]
    assert {caption(one) for one in album} == {"Olive", "Ginger"}
    assert "Blanche" in caption(talk.answers(ADMIN_ID)[-1])


async def test_what_was_not_answered_is_put_away_when_one_asks_anew(coop: Coop, talk: Talk) -> None:
    visit(coop, "v1", oct4(9))
    asked = await talk.asked(ADMIN_ID, "/label")
    again = await talk.asked(ADMIN_ID, "/label")
    assert "put away" in caption(talk.message(ADMIN_ID, asked))
    assert not talk.message(ADMIN_ID, asked).buttons
    assert "Who is this?" in caption(again)


async def test_a_lost_picture_is_passed_over(coop: Coop, talk: Talk) -> None:
    visit(coop, "v1", oct4(9))
    for file in coop.media.rglob("*.png"):
        file.unlink()
    assert "nothing to ask" in caption(await talk.asked(ADMIN_ID, "/label"))
    with coop.database.reading() as session:
        assert [row.state for row in session.execute(select(LabelQuestionRow)).scalars()] == ["gone"]


async def test_who_may_not_gets_a_word_and_leaves_a_line_in_the_audit(coop: Coop, talk: Talk) -> None:
    visit(coop, "v1", oct4(9))
    refused = await talk.asked(SUBSCRIBER_ID, "/label")
    assert "могут только те" in caption(refused)
    asked = await talk.asked(ADMIN_ID, "/label")
    assert asked.buttons
    assert "могут только те" in await talk.forged(SUBSCRIBER_ID, refused, "label:1:hen:0")
    assert {(str(SUBSCRIBER_ID), "command.refused"), (str(SUBSCRIBER_ID), "press.refused")} <= set(audit(coop.database))
    assert labels(coop.database) == []


FORGED = (
    *(f"label:1:{rest}" for rest in ("hen:99", "hen:²", "posture:sitting", "counted:", "page:9", "more:", "eat:1")),
    *(f"label:1:{rest}" for rest in ("undo:", "pass:", "posture:flying", "hen:-1", "page:²")),
    f"label:{10**19}:hen:0", "label:7:hen:0", "label:", "label:²:hen:0", "label:::",
)  # fmt: skip


async def test_forged_buttons_tell_nothing(coop: Coop, talk: Talk) -> None:
    visit(coop, "v1", oct4(9))
    asked = await talk.asked(ADMIN_ID, "/label")
    popped = {data: await talk.forged(ADMIN_ID, asked, data) for data in FORGED}
    assert [data for data, words in popped.items() if not words] == []
    assert labels(coop.database) == []
    await pressed(talk, asked, "Olive", "🪺 Sitting")
    assert len(labels(coop.database)) == 1


async def tick(talk: Talk) -> None:
    """The bot looks whether a question is due, as it does every few seconds."""
    queue = talk.application.job_queue
    assert queue is not None
    (job,) = queue.get_jobs_by_name("questions")
    await job.run(talk.application)


def by_itself(talk: Talk, chat: int = ADMIN_ID) -> list[Message]:
    return [one for one in talk.answers(chat) if "When you have a moment" in caption(one)]


def make_admin(coop: Coop, user: int) -> None:
    with coop.database.writing() as session:
        remember(session, user, "Anna", NOW)
        choose_language(session, user, "Anna", "en", NOW)
        give_role(session, Member(user, Role.ADMIN, "Anna"), ADMIN_ID, NOW)
        session.commit()


async def test_what_two_admins_say_differently_is_shown_and_settled(coop: Coop, talk: Talk) -> None:
    make_admin(coop, SUBSCRIBER_ID)
    visit(coop, "v1", oct4(9), "ginger", ginger=0.95, unknown=0.05)
    asked = await talk.asked(ADMIN_ID, "/label")
    await pressed(talk, asked, "Olive", "🪺 Sitting")
    second = await talk.asked(SUBSCRIBER_ID, "/label")
    assert "has answered: Olive, sitting" in caption(second)
    await pressed(talk, second, "Ginger", "🪺 Sitting", by=SUBSCRIBER_ID)
    await talk.sandbox.until(lambda: "sees it otherwise" in caption(talk.message(ADMIN_ID, asked)))
    assert "Anna sees it otherwise (Ginger, sitting)" in caption(talk.message(ADMIN_ID, asked))
    disputed = await talk.asked(ADMIN_ID, "/label")
    assert "Anna: Ginger, sitting" in caption(disputed)
    settled = await pressed(talk, disputed, "Ginger", "🪺 Sitting")
    assert "That settles it" in caption(settled)
    assert "nothing to ask" in caption(await talk.asked(SUBSCRIBER_ID, "/label"))


async def test_undo_by_command_puts_the_question_back_into_its_message(coop: Coop, talk: Talk) -> None:
    visit(coop, "v1", oct4(9))
    asked = await talk.asked(ADMIN_ID, "/label")
    await pressed(talk, asked, "Olive", "🪺 Sitting")
    await talk.sandbox.until(lambda: "nothing to ask" in caption(talk.answers(ADMIN_ID)[-1]))
    await talk.asked(ADMIN_ID, "/undo")
    await tick(talk)
    await talk.sandbox.until(lambda: "Who is this?" in caption(talk.message(ADMIN_ID, asked)))
    assert labels(coop.database) == []


async def test_two_questions_a_day_come_silently_at_their_hours_and_to_one_admin_each(coop: Coop, talk: Talk) -> None:
    make_admin(coop, SUBSCRIBER_ID)
    for hour in (6, 7, 8, 9):
        visit(coop, f"v{hour}", oct4(hour))
    first, both = (1, 0), (1, 1)
    told_by = {oct4(9, 59): (0, 0), oct4(10): first, oct4(10, 5): first, oct4(17, 1): both, oct4(18): both}
    for at, expected in told_by.items():
        coop.set_now(at)
        for _ in range(2):
            await tick(talk)
        assert (len(by_itself(talk)), len(by_itself(talk, SUBSCRIBER_ID))) == expected
    asked = by_itself(talk)[0]
    assert asked.silent
    told = await pressed(talk, asked, "Olive", "🪺 Sitting")
    assert told.buttons == ["↩️ Undo", "One more"]
    assert talk.answers(ADMIN_ID)[-1].message_id == asked.message_id
    await talk.pressed(ADMIN_ID, told, "One more")
    assert "Who is this?" in caption(await newest(talk, asked))


async def test_a_message_of_which_telegrams_answer_was_lost_can_be_answered(coop: Coop, talk: Talk) -> None:
    visit(coop, "v1", oct4(9))
    asked = await talk.asked(ADMIN_ID, "/label")
    await talk.sandbox.until(lambda: talk.message(ADMIN_ID, asked).buttons)
    with coop.database.writing() as session:
        session.execute(update(LabelAskingRow).values(message_id=None))
        session.commit()
    told = await pressed(talk, asked, "Nobody", "Cannot tell")
    assert "✓ Nobody" in caption(told)


async def test_who_ignores_five_questions_is_asked_no_more_until_they_ask(coop: Coop, talk: Talk) -> None:
    for day in range(8):
        for hour in (6, 7):
            visit(coop, f"v{day} {hour}", oct4(hour) + timedelta(days=day))
    moments = [oct4(hour) + timedelta(days=day) for day in range(5) for hour in (10, 17)]
    for at in moments:
        coop.set_now(at)
        await tick(talk)
    assert len(by_itself(talk)) == 5
    asked = await talk.asked(ADMIN_ID, "/label")
    await pressed(talk, asked, "Enough")
    coop.set_now(oct4(10) + timedelta(days=6))
    before = len(by_itself(talk))  # the five were put away
    await tick(talk)
    assert (before, len(by_itself(talk))) == (0, 1)


async def test_nothing_comes_by_itself_where_nothing_is_worth_asking(coop: Coop, talk: Talk) -> None:
    visit(coop, "v1", oct4(6), "ginger", ginger=0.99, unknown=0.01)
    with coop.database.writing() as session:
        row = session.execute(select(EvidenceRow)).scalar_one()
        session.add(ObservationRow(nest_id="nest", at=row.at, frame="", hens=1, hens_probabilities=[0.0, 1.0, 0.0],
                                   birds=[], quality="ok", model_id="test"))  # fmt: skip
        session.commit()
    coop.set_now(oct4(10))
    await tick(talk)
    assert talk.answers(ADMIN_ID) == []

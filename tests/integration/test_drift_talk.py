"""A hen who is recognised less well than before: admins are asked, once, to name her in new pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from henbot.domain.observations import HenId
from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Message
from henbot.services.drifting import drift_hints
from henbot.services.label_questions import forget_unasked
from henbot.storage.label_questions import LabelQuestionRow
from henbot.storage.tables import EvidenceRow, VisitRow
from tests.coop_builder import Coop, build_coop, oct4
from tests.sandbox_bots import checked_sandbox, picture
from tests.talks import Talk, talking

NOW = oct4(20)
DAY = timedelta(days=1)
GINGER = HenId("ginger")


def came(coop: Coop, name: str, at: datetime, sure: float, *, pictured: bool = False) -> None:
    hen = "ginger" if sure >= 0.8 else "unknown"
    coop.bout(name, hen, at, left=at + timedelta(hours=1), candidates={"ginger": sure, "unknown": 1 - sure})
    if pictured:
        coop.picture(name, picture(grey=40 + at.day))
        with coop.database.writing() as session:
            session.execute(update(EvidenceRow).where(EvidenceRow.visit_id == name).values(at=at))
            session.commit()


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    """For weeks Ginger was known, and for five days she is not."""
    built = build_coop(tmp_path)
    built.set_now(NOW)
    for back in range(6, 26):
        came(built, f"old-{back}", oct4(9) - DAY * back, 0.97 - 0.01 * (back % 4))
    for back in range(5):
        came(built, f"new-{back}", oct4(9) - DAY * back, 0.55 + 0.01 * back, pictured=True)
    yield built
    built.database.close()


@pytest.fixture
async def talk(coop: Coop) -> AsyncIterator[Talk]:
    with checked_sandbox() as sandbox:
        async with talking(coop, sandbox) as running:
            await running.asked(ADMIN_ID, "/start")
            yield running


def asked_of(coop: Coop) -> set[str | None]:
    with coop.database.reading() as session:
        return set(session.execute(select(LabelQuestionRow.visit_id)).scalars())


def hints(talk: Talk) -> list[Message]:
    return [one for one in talk.answers(ADMIN_ID) if "less well than before" in (one.text or "")]


async def test_admins_are_asked_once_and_led_to_her_pictures(coop: Coop, talk: Talk) -> None:
    await talk.tick()
    (hint,) = hints(talk)
    assert "about 57 % sure of her, before that 96 %" in (hint.text or "")
    assert asked_of(coop) == {f"new-{back}" for back in range(5)}
    await talk.tick()
    coop.set_now(NOW + timedelta(hours=2))
    await talk.tick()
    assert hints(talk) == [hint]
    coop.database.write(forget_unasked)
    assert len(asked_of(coop)) == 5
    before = len(talk.answers(ADMIN_ID))
    await talk.pressed(ADMIN_ID, hint, "🏷 Show me her pictures")
    shown = await talk.sandbox.until(
        lambda: [one for one in talk.answers(ADMIN_ID)[before:] if "less well than before" in (one.caption or "")]
    )
    assert shown, [one.caption or one.text for one in talk.answers(ADMIN_ID)]
    assert talk.answers(SUBSCRIBER_ID) == []


def test_another_version_has_another_level_and_a_hen_who_is_gone_is_not_asked_about(coop: Coop) -> None:
    assert [hint.hen for hint in coop.database.read(lambda session: drift_hints(session, NOW))] == [GINGER]
    with coop.database.writing() as session:
        session.execute(update(VisitRow).where(VisitRow.id.like("new-%")).values(model_id="newer"))
        session.commit()
    assert coop.database.read(lambda session: drift_hints(session, NOW)) == []

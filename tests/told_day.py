"""A day of three drawn hens, told in the sandbox's channel: for the page's test and the pictures in docs/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import cv2
import numpy as np

from detector.drawn.hens import BISCUIT, PEPPER, SNOW
from detector.drawn.scene import DrawnHen, SceneState, draw_frame
from henbot.bot.digest_charts import DigestPainter
from henbot.bot.drawing import Drawing
from henbot.bot.evening import Evening
from henbot.bot.publisher import Publisher
from henbot.domain.observations import HenId, Posture
from henbot.storage.tables import BoutRow
from tests.coop_builder import Coop, oct4

LOOKS: Mapping[str, HenId] = {"ginger": BISCUIT, "blanche": SNOW, "olive": PEPPER}
DAYS_BEFORE = 13


@dataclass(frozen=True)
class Told:
    """What tells the day, step by step; the clock (one moment) goes with it."""

    coop: Coop
    publisher: Publisher
    publish: Callable[[Publisher], Any]
    clock: list[datetime] = field(default_factory=lambda: [oct4(0)])

    async def until_noon(self) -> None:
        """Two hens lay and one looks in."""
        before_today(self.coop)
        await self.lays("blanche", oct4(8, 10), sits=38, eggs=0)
        await self.lays("ginger", oct4(9, 26), sits=71, eggs=1)
        await self.looks_in("olive", oct4(11, 40), eggs=2)

    async def lays(self, hen: str, came: datetime, *, sits: int, eggs: int) -> None:
        """A hen comes, sits and leaves an egg, which is seen."""
        settled, left = came + timedelta(minutes=5), came + timedelta(minutes=5 + sits)
        coop, counted = self.coop, left + timedelta(minutes=4)
        coop.bout(hen, hen, came)
        coop.picture(hen, frame(came, hen, Posture.STANDING, eggs))
        await self.at(came)
        coop.bout(hen, hen, came, settled=settled)
        coop.picture(hen, frame(settled, hen, Posture.SITTING, eggs), "settled")
        await self.at(settled)
        coop.bout(hen, hen, came, settled=settled, left=left, verdict="laid", counted=counted)
        await self.at(left)
        egg = coop.egg(counted, hen)
        coop.proof(egg, beside(frame(came, None, None, eggs), frame(counted, None, None, eggs + 1)))
        await self.at(counted)

    async def looks_in(self, hen: str, came: datetime, *, eggs: int) -> None:
        """A hen comes and goes without sitting down."""
        left = came + timedelta(minutes=4)
        self.coop.bout(hen, hen, came)
        self.coop.picture(hen, frame(came, hen, Posture.STANDING, eggs))
        await self.at(came)
        self.coop.bout(hen, hen, came, left=left, verdict="not_laid")
        await self.at(left)

    async def at(self, moment: datetime) -> None:
        """It is that time at the coop, and what is to be told is told."""
        self.clock[0] = moment
        self.coop.set_now(moment)
        await self.publish(self.publisher)

    async def evening(self) -> None:
        """The sun has set: the digest comes, and then its chart."""
        self.clock[0] = oct4(19, 10)
        self.coop.set_now(oct4(19, 10))
        await self.publisher.step()
        painter = DigestPainter(self.coop.database, self.coop.media, Drawing(self.coop.media / "charts"))
        await Evening(self.coop.database, self.coop.media, self.publisher.chats, painter).look()
        await self.publish(self.publisher)


def before_today(coop: Coop) -> None:
    """The days before, which nobody is told of; on one of them the camera saw nothing."""
    random = Random(3)
    for number in range(DAYS_BEFORE, -1, -1):
        midnight = oct4(0) - timedelta(days=number)
        if number == 4:
            continue
        coop.seen(midnight + timedelta(hours=7), midnight + timedelta(hours=19))
        for place, hen in enumerate(LOOKS):
            if number and random.random() < 0.8:
                came = midnight + timedelta(hours=8 + 1.7 * place, minutes=random.randrange(60))
                _laid_before(coop, f"{hen}-{number}", hen, came)


def _laid_before(coop: Coop, bout: str, hen: str, came: datetime) -> None:
    left = came + timedelta(minutes=50)
    row = {"hen_id": hen, "arrived_at": came, "settled_at": came + timedelta(minutes=4), "left_at": left}
    row |= {"last_seen_at": left, "sat_s": 2700.0, "verdict": "laid", "verdict_candidates": [], "verdict_at": left}
    with coop.database.writing() as session:
        session.add(BoutRow(id=bout, nest_id="nest", **row))
        session.commit()


def frame(at: datetime, hen: str | None, posture: Posture | None, eggs: int) -> bytes:
    """The drawn nest, as a picture file."""
    hens = (DrawnHen(LOOKS[hen], posture, 0.5 if posture is Posture.SITTING else 0.42),) if hen and posture else ()
    scene = SceneState(hour=at.hour + at.minute / 60, hens=hens, eggs=eggs, seed=at.minute)
    return _file(draw_frame(scene, 480, 360))


def beside(before: bytes, after: bytes) -> bytes:
    """Two pictures side by side."""
    pictures = [cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_COLOR) for one in (before, after)]
    return bytes(cv2.imencode(".png", np.hstack(pictures))[1])


def _file(pixels: Any) -> bytes:
    return bytes(cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1])

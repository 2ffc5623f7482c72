"""The job of choosing which pictures to ask people about: looks at those that are kept, and lets the best ones wait."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import structlog

from detector.choosing import Choice, Known, Pool, Reason, Rules, choose
from detector.crops import Pixels, cut, mapped
from detector.export import WHOLE
from detector.infrared import is_colourless
from detector.naming import Naming
from detector.networks import Networks
from detector.recognition import Recogniser, Recognition
from detector.shadow import differences
from detector.sources.stills import read_still
from detector.starter import Site, chosen
from henbot.config import load_coop
from henbot.domain.errors import FrameUnreadable, ModelLoadFailed
from henbot.domain.observations import UNKNOWN, HenId, NestId
from henbot.services.askable import Askable, Guess, Proposal, Why, askable_pictures, told_askables
from henbot.services.coop_clock import CoopClock
from henbot.services.hen_ids import flock_now
from henbot.services.label_questions import forget_unasked, put_questions
from henbot.services.media import MediaFolder
from henbot.services.models import Version, known_versions
from henbot.services.reports import coop_of, flock_of

if TYPE_CHECKING:
    from detector.doing_jobs import Doing

log = structlog.get_logger(__name__)

WAITING = 20
"""Questions that wait at most."""

MOST_POOL, MOST_KNOWN = 250, 250
"""Pictures that are looked at, without labels and with: each costs some 30 ms of one processor."""

OF_A_VISIT = 3
"""Pictures of one visit that are looked at: more of them are alike."""

COMMITTEE = 2
"""Other versions that are heard, the newest first."""

WHY: Mapping[Reason, Why] = {
    Reason.UNCERTAIN: Why.UNCERTAIN,
    Reason.DISAGREEMENT: Why.DISAGREEMENT,
    Reason.NOVEL: Why.NOVEL,
    Reason.BALANCE: Why.BALANCE,
}


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """A picture as the versions see it; `others` is the share of the other ones that say otherwise."""

    askable: Askable
    embedding: "np.ndarray[Any, np.dtype[np.float32]]"
    said: Recognition
    others: float
    dark: bool


@dataclass(frozen=True, slots=True)
class _Panel:
    """The version that serves, and others whose word is heard."""

    networks: Networks
    serving: Recogniser
    version: str | None
    others: tuple[Recogniser, ...]
    polygons: Mapping[NestId, Sequence[tuple[float, float]]]
    media: MediaFolder

    def look(self, one: Askable) -> _Looked | None:
        """What is seen of a picture; None where it is lost."""
        nest = NestId(one.pictured.nest)
        try:
            pixels = read_still(self.media.path_of(one.path))
        except (FrameUnreadable, OSError) as exc:
            log.info("question.picture_lost", path=one.path, reason=str(exc))
            return None
        crop: Pixels = cut(pixels, mapped(self.polygons[nest]) if nest in self.polygons else WHOLE)
        (said,) = self.serving.recognise(crop[None], [nest])
        contrary = [bool(differences(said, other.recognise(crop[None], [nest])[0])) for other in self.others]
        share = float(np.mean(contrary)) if contrary else 0.0
        features = self.networks.stock.features(crop)
        embedding = np.asarray(features.project.mean(axis=(0, 1)), np.float32)
        return _Looked(one, embedding, said, max(share, float(one.disputed)), is_colourless(crop))


def choose_questions(doing: "Doing") -> Mapping[str, Any]:
    """Look at pictures without a label, and let those wait whose labels teach most; how many these are.

    Raises:
        ModelLoadFailed: what is shipped cannot be loaded.
        CalledOff: the job was called off.
    """
    with doing.database.reading() as session:
        fresh = _thinned(askable_pictures(session))[:MOST_POOL]
        known = told_askables(session)[:MOST_KNOWN]
        zone = ZoneInfo(coop_of(session).timezone)
        hens = tuple(hen.id for hen in flock_of(session))
    panel = _panel(doing)
    looked = list(_looks(doing, panel, [*fresh, *(one for one, _ in known)]))
    pool = [one for one in looked[: len(fresh)] if one is not None]
    shown = [(one, word) for one, (_, word) in zip(looked[len(fresh) :], known, strict=True) if one is not None]
    choices = _choices(pool, shown, hens, zone)
    found = [_proposal(pool[choice.index], choice, panel.version) for choice in choices]
    now = CoopClock(doing.database).now()
    with doing.database.writing() as session:
        forget_unasked(session)
        put_questions(session, found, now)
        session.commit()
    return {"questions": len(found), "looked_at": len(pool)}


def _choices(
    pool: Sequence[_Looked], shown: Sequence[tuple[_Looked, str]], hens: Sequence[HenId], zone: ZoneInfo
) -> list[Choice]:
    if not pool:
        return []
    known = _known(shown) if shown else Known.nothing(len(pool[0].embedding))
    return choose(_pool(pool, hens), known, WAITING, Rules(timezone=zone))


def _looks(doing: "Doing", panel: _Panel, pictures: Sequence[Askable]) -> Iterator[_Looked | None]:
    for number, one in enumerate(pictures):
        doing.report("looking", number / len(pictures))
        yield panel.look(one)


def _thinned(pictures: Sequence[Askable]) -> list[Askable]:
    """The newest, few of each visit, and disputed ones first; those that show her best before others of a visit."""
    number: Counter[str] = Counter()
    kept = []
    for one in sorted(pictures, key=lambda one: (one.disputed, one.shows), reverse=True):
        visit = one.pictured.visit_id
        number.update([visit] if visit else [])
        if visit is None or number[visit] <= OF_A_VISIT:
            kept.append(one)
    return sorted(kept, key=lambda one: (one.disputed, one.pictured.at), reverse=True)


def _panel(doing: "Doing") -> _Panel:
    config = load_coop(doing.settings.config) if doing.settings.config.exists() else None
    with doing.database.reading() as session:
        versions, flock, coop = known_versions(session), flock_now(session), coop_of(session).name
    networks = Networks.load()
    backgrounds = doing.settings.media.parent / "backgrounds"
    site = Site.of(config, backgrounds) if config else Site(coop)
    site = replace(site, networks=networks)
    serving = next((one for one in versions if one.serving), None)
    newest = [one for one in versions if one is not serving and not one.failure][:COMMITTEE]
    others = [one for one in (_loaded(version, site) for version in newest) if one is not None]
    recogniser = (_loaded(serving, site) if serving else None) or chosen(None, site)[0]
    nests = [nest for camera in config.cameras for nest in camera.nests] if config else []
    return _Panel(
        networks,
        Naming(recogniser, lambda: flock),
        serving.id if serving else None,
        tuple(Naming(one, lambda: flock) for one in others),
        {nest.id: nest.polygon for nest in nests},
        MediaFolder(doing.settings.media),
    )


def _loaded(version: Version, site: Site) -> Recogniser | None:
    try:
        return chosen(Path(version.folder), site)[0]
    except ModelLoadFailed as exc:
        log.info("question.version_left_out", version=version.id, reason=str(exc))
        return None


def _pool(looked: Sequence[_Looked], hens: Sequence[HenId]) -> Pool:
    pictured = [one.askable.pictured for one in looked]
    return Pool(
        embeddings=np.stack([one.embedding for one in looked]),
        hens_probabilities=np.asarray([_three(one.said.hens_probabilities) for one in looked], np.float32),
        posteriors=np.asarray([_posterior(one.said, hens) for one in looked], np.float32),
        disagreement=np.asarray([one.others for one in looked], np.float32),
        nests=[NestId(one.nest) for one in pictured],
        at=[one.at for one in pictured],
        dark=np.asarray([one.dark for one in looked], np.bool_),
        visits=[one.visit_id for one in pictured],
        hens=tuple(hens),
    )


def _known(shown: Sequence[tuple[_Looked, str]]) -> Known:
    pictured = [one.askable.pictured for one, _ in shown]
    return Known(
        embeddings=np.stack([one.embedding for one, _ in shown]),
        shows=[word for _, word in shown],
        nests=[NestId(one.nest) for one in pictured],
        at=[one.at for one in pictured],
        dark=np.asarray([one.dark for one, _ in shown], np.bool_),
        visits=[one.visit_id for one in pictured],
    )


def _three(probabilities: Sequence[float]) -> tuple[float, float, float]:
    return probabilities[0], sum(probabilities[1:2]), sum(probabilities[2:])


def _posterior(said: Recognition, hens: Sequence[HenId]) -> list[float]:
    """Shares of the flock's hens, and of one whom nobody can name, adding up to 1."""
    who = said.birds[0].hens if said.birds else {UNKNOWN: 1.0}
    named = [who.get(hen, 0.0) for hen in hens]
    return [*named, max(0.0, 1.0 - sum(named))]


def _proposal(looked: _Looked, choice: Choice, version: str | None) -> Proposal:
    """What is to be asked, with what the version says now; where it counts no eggs, what was counted stays."""
    said, one = looked.said, looked.askable
    who = dict(said.birds[0].hens) if said.birds else {UNKNOWN: 1.0}
    eggs = said.eggs if said.eggs is not None else one.guess.eggs
    guess = Guess(tuple(map(float, said.hens_probabilities)), {hen: float(who[hen]) for hen in who}, eggs)
    pictured = replace(one.pictured, model_id=version) if version else one.pictured
    return Proposal(Askable(pictured, one.path, guess, one.disputed, one.shows), WHY[choice.reason], choice.score)

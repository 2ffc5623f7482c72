"""Hens that turned out to be one: which id stands for which."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.observations import HenId, Posterior
from henbot.storage.tables import HenRow


def aliases_of(session: Session) -> dict[HenId, HenId]:
    """The ids that are no hens of their own any more, each with the hen that it means, merged hens' hens resolved."""
    rows = session.execute(select(HenRow.id, HenRow.merged_into).where(HenRow.merged_into.is_not(None)))
    into = {HenId(hen): HenId(str(other)) for hen, other in rows}
    return {hen: _resolved(hen, into) for hen in into}


def as_one(posterior: Posterior, aliases: Mapping[HenId, HenId]) -> dict[HenId, float]:
    """Probabilities by hen, those of ids that mean the same hen added up."""
    found: dict[HenId, float] = {}
    for hen, probability in posterior.items():
        meant = aliases.get(hen, hen)
        found[meant] = found.get(meant, 0.0) + probability
    return found


def _resolved(hen: HenId, into: Mapping[HenId, HenId]) -> HenId:
    for _ in range(len(into)):
        if hen not in into:
            break
        hen = into[hen]
    return hen

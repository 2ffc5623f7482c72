"""Hens that turned out to be one: which id stands for which."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from henbot.domain.observations import HenId, Posterior
from henbot.services.hen_ids import flock_now


def aliases_of(session: Session) -> dict[HenId, HenId]:
    """The ids that are no hens of their own any more, each with the hen that it means, merged hens' hens resolved."""
    return {hen: place.hen for hen, place in flock_now(session).items() if place.hen != hen}


def as_one(posterior: Posterior, aliases: Mapping[HenId, HenId]) -> dict[HenId, float]:
    """Probabilities by hen, those of ids that mean the same hen added up."""
    found: dict[HenId, float] = {}
    for hen, probability in posterior.items():
        meant = aliases.get(hen, hen)
        found[meant] = found.get(meant, 0.0) + probability
    return found

"""Jobs about one version: how it compares with the one that serves, and why it says what it says."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from henbot.config import CoopConfig
from henbot.domain.errors import DatasetInvalid
from henbot.services.hen_ids import flock_now
from henbot.services.media import MediaFolder
from henbot.services.models import Version, serving_version, version_by_id
from henbot.services.shadows import last_shadow
from henbot.services.sightings import newest_sightings
from henbot.storage.database import Database

Report = Callable[[str, float], None]
"""Told a phase and how far the whole is, 0..1; may raise to end the job."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A job about a version.

    Attributes:
        coop: as configured; None where the file is missing.
        scratch: an empty folder.
    """

    version: str
    database: Database
    media: MediaFolder
    coop: CoopConfig | None
    scratch: Path
    report: Report

    def found(self) -> Version:
        """The version; raises DatasetInvalid where it is gone."""
        version = self.database.read(lambda session: version_by_id(session, self.version))
        if version is None:
            raise DatasetInvalid(f"there is no version {self.version}")
        return version

    def polygons(self) -> dict[Any, Any]:
        """Of each nest that is configured, in its camera's picture."""
        cameras = self.coop.cameras if self.coop else ()
        return {nest.id: nest.polygon for camera in cameras for nest in camera.nests}


def compare_with_serving(asked: Asked) -> Mapping[str, Any]:
    """How a version compares with the one that serves, on labels that neither has learned, and in shadow."""
    from detector.export import export_dataset
    from detector.training.candidate import labelled
    from detector.training.dataset import load_dataset
    from detector.training.versus import Pupil, compare_versions, taught

    asked.report("reading", 0.0)
    version = asked.found()
    with asked.database.reading() as session:
        serving, told = serving_version(session), taught(session)
        shadow = last_shadow(session, version.id)
        result: dict[str, Any] = {
            "version": version.id,
            "against": serving.id if serving else None,
            "pictures": 0,
            "comparison": None,
        }
        result |= {"shadow": asdict(shadow.looks) if shadow else None}
        if not told:
            return result
        export_dataset(session, asked.media, asked.scratch / "dataset", polygons=asked.polygons())
    read = labelled(load_dataset(asked.scratch / "dataset"))
    pupils = Pupil(Path(version.folder)), Pupil(Path(serving.folder) if serving else None)
    pictures, found = compare_versions(read, pupils, told, lambda share: asked.report("comparing", 0.1 + 0.9 * share))
    return result | {"pictures": pictures, "comparison": found.told() if found else None}


def explain_version(asked: Asked) -> Mapping[str, Any]:
    """Why a version says what it says of the newest pictures of hens: a sheet, and what is on it."""
    from detector.starter import Site
    from detector.training.why import Pictures, explain_sightings

    asked.report("reading", 0.0)
    version = asked.found()
    with asked.database.reading() as session:
        sightings, flock = newest_sightings(session), flock_now(session)
    if asked.coop is None or not sightings:
        raise DatasetInvalid("no picture of a hen has been kept yet; wait for the next visit")
    explained = explain_sightings(
        Path(version.folder),
        Site.of(asked.coop),
        sightings,
        Pictures(asked.media, asked.polygons()),
        flock,
        lambda share: asked.report("explaining", share),
    )
    stored = asked.media.put(explained.sheet, ".jpg")
    return {"version": version.id, "path": stored.path, "shown": [reason.told() for reason in explained.reasons]}

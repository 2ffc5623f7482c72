"""A version that is loaded in a thread of its own, so that frames go on meanwhile."""

import threading
from pathlib import Path

import structlog

from detector.recognition import Recogniser
from detector.starter import Site, chosen
from henbot.domain.errors import ModelLoadFailed

log = structlog.get_logger(__name__)


class Loading:
    """A version on its way: verified, loaded and tried, which takes several frames' time."""

    def __init__(self, version: str, folder: Path, site: Site) -> None:
        self.version = version
        self._folder = folder
        self._site = site
        self._loaded: tuple[Recogniser, float] | None = None
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._load, name=f"load-{version}", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether it was loaded, or refused."""
        return not self._thread.is_alive()

    def result(self) -> tuple[Recogniser, float]:
        """The recogniser and the least posterior at which it names a hen; waits for it.

        Raises:
            ModelLoadFailed: it must not serve.
        """
        self._thread.join()
        if self._loaded is None:
            # Where the folder lies says nothing to who reads this in a chat.
            reason = str(self._failure).replace(f"{self._folder}/", "") or type(self._failure).__name__
            raise ModelLoadFailed(reason) from self._failure
        return self._loaded

    def _load(self) -> None:
        try:
            self._loaded = chosen(self._folder, self._site)
        except ModelLoadFailed as exc:
            self._failure = exc
        except Exception as exc:  # Whatever is wrong with a version, it is the version that is refused.
            log.exception("model.load_failed", version=self.version)
            self._failure = exc

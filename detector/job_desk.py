"""Starts the processes that do what the bot asks for, one at a time, and looks after them between two frames."""

import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from henbot.config import Settings
from henbot.domain.clock import Clock
from henbot.services.jobs import Ending, job_by_id, open_jobs, take_back, take_back_all, take_next
from henbot.storage.database import Database

log = structlog.get_logger(__name__)

LOST = "henbot died while it ran"
ONE_THREAD = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM", "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)  # fmt: skip
"""Variables that keep what computes in a job's process to one thread: the live cameras have the other cores."""

GRACE_S = 2.0
"""How long a process may take to end when henbot does."""


@dataclass(slots=True)
class _Running:
    job: int
    process: "subprocess.Popen[bytes]"


class JobDesk:
    """The only one that starts jobs of a database; to be opened and closed with the worker."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        command: Callable[[int, str], Sequence[str]],
        environ: Mapping[str, str],
        settle: Callable[[], None] = lambda: None,
    ) -> None:
        """`settle` is called when a process has ended: what it had finished but not put in its place is put there."""
        self._database = database
        self._clock = clock
        self._command = command
        self._environ = dict(environ)
        self._settle = settle
        self._running: _Running | None = None

    def open(self) -> None:
        """Take back what a worker that was killed had begun; it is begun again."""
        with self._database.writing() as session:
            lost = take_back_all(session, LOST, self._clock.now())
            session.commit()
        if lost:
            log.warning("jobs.begun_again", jobs=lost)

    def look(self) -> None:
        """See to the process that runs, or start the next one."""
        if self._running is None:
            self._start_next()
            return
        code = self._running.process.poll()
        if code is not None:
            ending = Ending.KILLED if code == -signal.SIGKILL else Ending.DIED
            self._ended(ending, f"its process ended with code {code} before it was done")
        elif self._called_off(self._running.job):
            self._end_process()
            self._ended(Ending.STOPPED)

    def close(self) -> None:
        """End the process that runs; its job is begun again at the next start."""
        if self._running is not None:
            self._end_process()
            self._ended(Ending.STOPPED)

    def _start_next(self) -> None:
        with self._database.reading() as session:
            if not open_jobs(session):
                return  # no need to ask for the right to write
        with self._database.writing() as session:
            taken = take_next(session, self._clock.now())
            session.commit()
        if taken is None:
            return
        job, lease = taken
        process = subprocess.Popen(list(self._command(job.id, lease)), env=self._environ, stdin=subprocess.DEVNULL)
        log.info("job.started", job=job.id, kind=job.kind, pid=process.pid)
        self._running = _Running(job.id, process)

    def _called_off(self, job_id: int) -> bool:
        with self._database.reading() as session:
            job = job_by_id(session, job_id)
        return job is None or not job.is_open

    def _end_process(self) -> None:
        assert self._running is not None
        self._running.process.terminate()
        try:
            self._running.process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._running.process.kill()
            self._running.process.wait()

    def _ended(self, ending: Ending, why: str = "") -> None:
        assert self._running is not None
        with self._database.writing() as session:
            state = take_back(session, self._running.job, ending, why, self._clock.now())
            session.commit()
        log.info("job.ended", job=self._running.job, state=state, code=self._running.process.returncode)
        self._running = None
        self._settle()


def job_command(job_id: int, lease: str) -> Sequence[str]:
    """How the process is started that does a job."""
    return [sys.executable, "-m", "detector", "do-job", str(job_id), lease]


def job_environment(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """What that process is told: where things are, and no secret of the bot's."""
    told = {name: value for name, value in environ.items() if not name.startswith("HENBOT_TOKEN")}
    return {
        **told,
        **dict.fromkeys(ONE_THREAD, "1"),
        "HENBOT_DATABASE": settings.database,
        "HENBOT_MEDIA": str(settings.media),
        "HENBOT_MODELS": str(settings.models),
        "HENBOT_CONFIG": str(settings.config),
    }

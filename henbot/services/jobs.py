"""Work that the bot asks of the detector's side, which a process of its own does: asked, taken, told of, ended.

One job runs at a time. Who does it holds a lease, a random word: when the process dies or the job is called off, the
lease is gone, and whatever a forgotten process still writes is refused. Times are the coop's.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.storage.jobs import JobRow

MOST_WORDS = 255
"""Letters that are kept of a failure's reason."""

MOST_ATTEMPTS = 3
"""A job whose process died so often is given up."""


class JobKind(StrEnum):
    """What can be asked for."""

    TRAIN = "train"
    IMPORT = "import"
    EXPORT = "export"
    ADD_HEN = "add_hen"
    COMPARE = "compare"
    EXPLAIN = "explain"
    CHOOSE = "choose"


class JobState(StrEnum):
    """Where a job stands."""

    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


TOLD = "told"
"""Among a job's arguments: the messages in which its progress is told, until its end was told there."""

REPORT_TO = "report_to"
"""Among a job's arguments: people who did not ask for it, and are told its end alone."""

MOST_UNTOLD = 50

OPEN = (JobState.ASKED, JobState.RUNNING)


STOPS = "stops"
"""Among a job's arguments: how the processes ended that did not finish it."""


class Ending(StrEnum):
    """How a process ended before its job was done: henbot was stopped in good order, or died, or only the process did,
    killed (for want of memory, mostly) or by itself.
    """

    STOPPED = "stopped"
    LOST = "lost"
    KILLED = "killed"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class Stop:
    """A job's process that ended too early, and how far it was, 0..1."""

    ending: Ending
    progress: float


@dataclass(frozen=True, slots=True)
class ToldIn:
    """The message in which a job's progress is told."""

    chat_id: int
    message_id: int
    language: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands.

    Attributes:
        phase: a word for what is being done, for the bot to translate.
        progress: 0..1 of the whole.
        result: what came out, of a job that is done.
        failure: a sentence for the admin, of one that failed.
    """

    id: int
    kind: JobKind
    arguments: Mapping[str, Any]
    state: JobState
    phase: str
    progress: float
    result: Mapping[str, Any]
    failure: str | None
    asked_by: int | None
    started_at: datetime | None
    attempts: int = 0

    @property
    def told_in(self) -> tuple[ToldIn, ...]:
        """Where its progress is told, until the end of it was."""
        told = self.arguments.get(TOLD) or []
        return tuple(ToldIn(**one) for one in ([told] if isinstance(told, Mapping) else told))

    @property
    def report_to(self) -> tuple[int, ...]:
        """Who is still to be told of its end, without having asked for it."""
        return tuple(self.arguments.get(REPORT_TO) or ())

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Processes that ended before it was done, the latest last."""
        told = self.arguments.get(STOPS) or ()
        return tuple(Stop(Ending(one["ending"]), float(one["progress"])) for one in told)

    @property
    def asked_for(self) -> dict[str, Any]:
        """Its arguments as they were given."""
        return {name: value for name, value in self.arguments.items() if name not in (TOLD, REPORT_TO, STOPS)}

    @property
    def is_open(self) -> bool:
        """Whether it is still to be waited for."""
        return self.state in OPEN


def ask(
    session: Session,
    kind: JobKind,
    arguments: Mapping[str, Any],
    by: int | None,
    at: datetime,
    report_to: Sequence[int] = (),
) -> Job:
    """Ask for a job; one of the same kind and arguments that is open already is given instead of a second one.

    Args:
        by: who asked; None for henbot itself.
        report_to: people who are told its end.
    """
    for job in open_jobs(session):
        if job.kind is kind and job.asked_for == dict(arguments):
            return job
    told = {REPORT_TO: list(report_to)} if report_to else {}
    row = JobRow(kind=kind, arguments=dict(arguments) | told, state=JobState.ASKED, asked_by=by, asked_at=at)
    session.add(row)
    session.flush()
    return _job(row)


def job_by_id(session: Session, job_id: int) -> Job | None:
    """A job; None if there is none."""
    row = session.get(JobRow, job_id)
    return _job(row) if row else None


def open_jobs(session: Session) -> list[Job]:
    """Jobs that are asked for or running, the oldest first."""
    query = select(JobRow).where(JobRow.state.in_(OPEN)).order_by(JobRow.id)
    return [_job(row) for row in session.execute(query).scalars()]


def tell_in(session: Session, job_id: int, told: ToldIn) -> None:
    """Note one more message in which a job is told of."""
    row = session.get_one(JobRow, job_id)
    row.arguments = {**row.arguments, TOLD: [asdict(one) for one in (*_job(row).told_in, told)]}


def end_told(session: Session, job_id: int, chat_id: int, told: Sequence[ToldIn] = ()) -> None:
    """A job's end was told in a chat, in these messages and as a report: it is not told there again."""
    row = session.get_one(JobRow, job_id)
    job = _job(row)
    row.arguments = {
        **row.arguments,
        TOLD: [asdict(one) for one in job.told_in if one not in told],
        REPORT_TO: [one for one in job.report_to if one != chat_id],
    }


def told_jobs(session: Session) -> list[Job]:
    """The latest jobs whose progress, or end, is still to be told somewhere."""
    query = select(JobRow).order_by(JobRow.id.desc()).limit(MOST_UNTOLD)
    return [
        _job(row) for row in session.execute(query).scalars() if row.arguments.get(TOLD) or row.arguments.get(REPORT_TO)
    ]


def take_next(session: Session, at: datetime) -> tuple[Job, str] | None:
    """The oldest job that was asked for, now running, and its lease; None if there is none, or one runs already.

    What people wait for comes before what henbot asks for by itself, which is to choose questions.
    """
    rows = list(session.execute(select(JobRow).where(JobRow.state.in_(OPEN)).order_by(JobRow.id)).scalars())
    rows.sort(key=lambda row: row.kind == JobKind.CHOOSE)
    if not rows or any(row.state == JobState.RUNNING for row in rows):
        return None
    row = rows[0]
    row.state, row.started_at, row.lease = JobState.RUNNING, at, secrets.token_hex(8)
    row.attempts += 1
    session.flush()
    return _job(row), row.lease


def take_back(session: Session, job_id: int, ending: Ending, why: str, at: datetime) -> JobState:
    """The process that did a job is dead: it is asked for again, or given up after `MOST_ATTEMPTS`.

    That henbot was stopped in good order is no fault of the job's, and does not count.
    """
    row = session.get_one(JobRow, job_id)
    if row.state == JobState.RUNNING:
        given_up = row.attempts >= MOST_ATTEMPTS and ending is not Ending.STOPPED
        row.state, row.lease = (JobState.FAILED if given_up else JobState.ASKED), None
        row.failure, row.ended_at = (why[:MOST_WORDS], at) if given_up else (None, None)
        row.attempts -= ending is Ending.STOPPED
        stops = [*(row.arguments.get(STOPS) or ()), {"ending": ending.value, "progress": row.progress or 0.0}]
        row.arguments = {**row.arguments, STOPS: stops[-MOST_ATTEMPTS:]}
        row.phase, row.progress = "", 0.0
    return JobState(row.state)


def take_back_all(session: Session, why: str, at: datetime) -> list[int]:
    """At the start of the only process that does jobs: whatever was running is so no more. Returns their ids."""
    running = session.execute(select(JobRow.id).where(JobRow.state == JobState.RUNNING)).scalars().all()
    for job_id in running:
        take_back(session, job_id, Ending.LOST, why, at)
    return list(running)


def note_progress(session: Session, job_id: int, lease: str, phase: str, progress: float) -> bool:
    """Write how far a job is; False if it was called off or belongs to another process by now, which means: stop."""
    row = _leased(session, job_id, lease)
    if row is None:
        return False
    row.phase, row.progress = phase, min(1.0, max(0.0, progress))
    return True


def finish(session: Session, job_id: int, lease: str, result: Mapping[str, Any], at: datetime) -> bool:
    """Write what came out; False as for `note_progress`."""
    row = _leased(session, job_id, lease)
    if row is None:
        return False
    row.state, row.result, row.progress, row.ended_at, row.lease = JobState.DONE, dict(result), 1.0, at, None
    return True


def fail(session: Session, job_id: int, lease: str, why: str, at: datetime) -> bool:
    """Write why nothing came out; False as for `note_progress`."""
    row = _leased(session, job_id, lease)
    if row is None:
        return False
    row.state, row.failure, row.ended_at, row.lease = JobState.FAILED, why[:MOST_WORDS], at, None
    return True


def cancel(session: Session, job_id: int, at: datetime) -> bool:
    """Call a job off; False if it has ended already."""
    row = session.get(JobRow, job_id)
    if row is None or row.state not in OPEN:
        return False
    row.state, row.ended_at, row.lease = JobState.CANCELLED, at, None
    return True


def _leased(session: Session, job_id: int, lease: str) -> JobRow | None:
    row = session.get(JobRow, job_id)
    is_ours = row is not None and row.state == JobState.RUNNING and row.lease == lease
    return row if is_ours else None


def _job(row: JobRow) -> Job:
    return Job(
        row.id,
        JobKind(row.kind),
        row.arguments,
        JobState(row.state),
        row.phase,
        row.progress or 0.0,
        row.result or {},
        row.failure,
        row.asked_by,
        row.started_at,
        row.attempts or 0,
    )

"""Two ids that turn out to be one hen: the past of the one counts as the other's, until that is taken back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from henbot.domain.observations import HenId, NestId
from henbot.services.acts import Act, ActKind, begin
from henbot.services.aliases import aliases_of
from henbot.services.bout_records import BOUT_WINDOW, regroup
from henbot.services.changes import BOUT
from henbot.services.coop_clock import clock_setting
from henbot.services.eggs import forget_kept_months
from henbot.services.hens import is_retired
from henbot.services.merged_rows import Aliases, Renamed, batches, name_anew
from henbot.storage.tables import BoutRow, ChangeRow, HenRow


class SameHen(ValueError):
    """Both ids mean one hen already."""


def merge_hens(session: Session, by: int, hen: str, into: str, now: datetime, at: datetime) -> Act:
    """Let one id mean another hen from now on, in all that was and will be seen and told; her names still find her.

    Args:
        hen: who is no hen of her own any more.
        into: who she is.
        now: wall time, of the act.
        at: the coop's time.

    Raises:
        KeyError: there is no such hen.
        SameHen: they are one already.
    """
    before = aliases_of(session)
    kept = before.get(HenId(into), HenId(into))
    row, other = session.get(HenRow, before.get(HenId(hen), HenId(hen))), session.get(HenRow, kept)
    if row is None or other is None:
        raise KeyError(hen if row is None else into)
    if row.id == other.id:
        raise SameHen(hen)
    retired_at = row.retired_at.isoformat() if row.retired_at else None
    act = begin(session, ActKind.HENS_MERGED, by, now, {"hen": row.id, "into": other.id, "retired_at": retired_at})
    row.merged_into, row.retired_at = other.id, row.retired_at or at
    _follow(session, row.id, before, at)
    return act


def undo_merged(session: Session, act: Act, now: datetime) -> None:
    """She is a hen of her own again: all that she was said to have done before is hers, exactly."""
    row = session.get_one(HenRow, act.details["hen"])
    before = aliases_of(session)
    retired_at = act.details["retired_at"] if is_retired(session, row.id) is not False else None
    row.merged_into, row.retired_at = None, datetime.fromisoformat(retired_at) if retired_at else None
    _follow(session, row.id, before, clock_setting(session).coop_time(now))


def _follow(session: Session, hen: str, before: Aliases, at: datetime) -> None:
    session.flush()
    # Whoever was merged into her before means someone else now, too.
    now = aliases_of(session)
    hens = {hen, *(alias for alias in {*now, *before} if before.get(alias) != now.get(alias))}
    renamed = name_anew(session, hens, before, now)
    _tell(session, renamed.changed["bouts"], at)
    _regroup(session, renamed, at)
    forget_kept_months(session.get_bind().engine)


def _tell(session: Session, bouts: Sequence[str], at: datetime) -> None:
    """Note a new revision; chats are told of bouts that are still put together, for nobody looks for older ones."""
    for some in batches(bouts):
        told = update(BoutRow).where(BoutRow.id.in_(some), BoutRow.revision > 0)
        session.execute(told.values(revision=BoutRow.revision + 1).execution_options(synchronize_session=False))
    session.expire_all()
    recent = (BoutRow.gone.is_(False), BoutRow.revision > 0, BoutRow.last_seen_at > at - BOUT_WINDOW)
    changed = set(bouts)
    for row in session.execute(select(BoutRow).where(*recent).order_by(BoutRow.id)).scalars():
        if row.id in changed:
            session.add(ChangeRow(subject=BOUT, subject_id=row.id, revision=row.revision, at=at))
    session.flush()


def _regroup(session: Session, renamed: Renamed, at: datetime) -> None:
    """Bouts that were put together anew since a merging are put together anew once more, from their visits."""
    rows = session.execute(select(BoutRow.nest_id, BoutRow.arrived_at).where(BoutRow.id.in_(renamed.left["bouts"])))
    since: dict[str, datetime] = {}
    for nest, arrived_at in rows:
        since[nest] = min(arrived_at, since.get(nest, arrived_at))
    for nest, start in since.items():
        regroup(session, NestId(nest), start, at, pictured=(), counted=False)

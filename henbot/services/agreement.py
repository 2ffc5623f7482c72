"""What people told of one picture, put together: of each person the newest word, and where two persons disagree.

Both words stand until somebody settles it, which an admin does by answering once more; what was said before that
answer counts no more then. What is disputed is neither trained on nor scored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from henbot.storage.acts import ActRow, LabelRow

SETTLES = "settles"
"""Among the details of an act that told labels: whether it settles what others disagreed about."""

OF_HENS = ("hens", "hen", "posture", "hen2", "posture2")
"""Fields that are told together: who says anew who is there says all of it anew."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a person told of one field of a picture."""

    field: str
    value: str
    by: int
    at: datetime
    act: int | None = None
    settles: bool = False
    media_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """What is known of a picture by people's words.

    Attributes:
        told: by field; of what is disputed, the newest word.
        disputed: fields of which two persons say different things.
        by_person: what each of them says, the oldest first.
    """

    told: dict[str, str] = field(default_factory=dict)
    disputed: frozenset[str] = frozenset()
    by_person: Mapping[int, Mapping[str, str]] = field(default_factory=dict)


def standing_words(session: Session, which: ColumnElement[bool]) -> list[Word]:
    """Labels that stand, the oldest first."""
    query = (
        select(LabelRow, ActRow.details)
        .outerjoin(ActRow, ActRow.id == LabelRow.act_id)
        .where(which, LabelRow.undone_at.is_(None))
        .order_by(LabelRow.said_at, LabelRow.act_id, LabelRow.id)
    )
    return [
        Word(
            row.field, row.value, row.said_by, row.said_at, row.act_id, bool((details or {}).get(SETTLES)),
            row.media_sha256,
        )
        for row, details in session.execute(query)
    ]  # fmt: skip


def agreed(words: Sequence[Word]) -> Agreed:
    """What was told of one picture, given all words about it that stand, the oldest first."""
    settled = [place for place, word in enumerate(words) if word.settles]
    if settled:
        last = words[settled[-1]].act
        words = words[next(place for place, word in enumerate(words) if word.act == last) :]
    persons: dict[int, dict[str, str]] = {}
    for _, said in groupby(words, key=lambda word: (word.by, word.act, word.at)):
        answer = list(said)
        before = persons.pop(answer[0].by, {})
        persons[answer[0].by] = _after(before, {word.field: word.value for word in answer})
    return Agreed(_merged(persons.values()), _disputed([_with_implied(one) for one in persons.values()]), persons)


def implied(told: Mapping[str, str]) -> dict[str, str]:
    """What else is known once somebody named the hen, or said how she sits."""
    names_one = told.get("hen") or told.get("posture")
    names_two = told.get("hen2") or told.get("posture2")
    return {"hens": "2"} if names_two else {"hens": "1"} if names_one and "hens" not in told else {}


def _after(before: Mapping[str, str], answer: Mapping[str, str]) -> dict[str, str]:
    says_who = answer.keys() & {"hens", "hen"}
    kept = {name: value for name, value in before.items() if not (says_who and name in OF_HENS)}
    return kept | dict(answer)


def _merged(persons: Iterable[Mapping[str, str]]) -> dict[str, str]:
    told: dict[str, str] = {}
    for one in persons:
        told = _after(told, one)
    return told


def _with_implied(told: Mapping[str, str]) -> dict[str, str]:
    return dict(told) | implied(told)


def _disputed(persons: Sequence[Mapping[str, str]]) -> frozenset[str]:
    fields = {name for one in persons for name in one}
    found = {name for name in fields if len({one[name] for one in persons if name in one}) > 1}
    if "hens" in found:  # then it is not known either who or whose posture is told
        found |= fields & set(OF_HENS)
    return frozenset(found)

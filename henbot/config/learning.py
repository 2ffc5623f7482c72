"""The section `learning` of `coop.yaml`: when henbot learns by itself, and how often it asks admins what it sees."""

from datetime import time
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from henbot.config.fields import Section, read_time_of_day, wrong

OFF: Final = "off"


def _read_train_at(written: Any) -> Any:
    if isinstance(written, time) or written == OFF:
        return written
    at = read_time_of_day(written)
    if at is None:
        raise wrong(f'this is no time to learn at. Write {OFF}, or a time of day in quotes, like "02:00".')
    return at


def _read_ask_at(written: Any) -> Any:
    at = written if isinstance(written, time) else read_time_of_day(written)
    if at is None:
        raise wrong('this is no time to ask at. Write times of day in quotes, like ["10:00", "17:00"].')
    return at


TrainAt: TypeAlias = Annotated[time | Literal["off"], BeforeValidator(_read_train_at)]
AskAt: TypeAlias = Annotated[time, BeforeValidator(_read_ask_at)]


class LearningSection(Section):
    """How henbot learns from what people tell, and when it asks; times are the coop's.

    Attributes:
        train_at: when it learns by itself in the night, if there is enough that is new; off for never.
        train_after: so many new labels are enough.
        questions_a_day: most pictures a day that it asks admins about by itself, in turn; 0 for none.
        ask_at: when it asks.
    """

    train_at: TrainAt = time(2)
    train_after: Annotated[int, Field(ge=1, le=10_000)] = 30
    questions_a_day: Annotated[int, Field(ge=0, le=20)] = 2
    ask_at: Annotated[list[AskAt], Field(min_length=1, default_factory=lambda: [time(10), time(17)])]

    @property
    def nightly(self) -> time | None:
        """When it learns by itself; None for never."""
        return self.train_at if isinstance(self.train_at, time) else None

"""The section `care` of `coop.yaml`: what admins are told is worth a look, and from when on."""

from dataclasses import fields
from typing import Annotated, Literal, get_args

from pydantic import Field

from henbot.config.fields import Duration, Section
from henbot.domain.care import CareRules

Kind = Literal["broody", "long_sitting", "stopped", "moult", "unaccounted", "not_seen", "drift"]
Days = Annotated[int, Field(ge=1, le=365)]

_DEFAULT = CareRules()


class CareSection(Section):
    """Hints to admins; what each number means and where it comes from stands in `henbot.domain.care.CareRules`.

    Attributes:
        hints: the kinds that are told; none for no hints at all.
    """

    hints: Annotated[
        list[Kind],
        Field(default_factory=lambda: list(get_args(Kind))),
    ]
    long_sitting: Duration = _DEFAULT.long_sitting
    longer_than_usual: Annotated[float, Field(ge=1, le=10)] = _DEFAULT.longer_than_usual
    broody_evenings: Annotated[int, Field(ge=1, le=4)] = _DEFAULT.broody_evenings
    night_on_nest: Annotated[float, Field(gt=0, le=1)] = _DEFAULT.night_on_nest
    broody_afternoons: Annotated[int, Field(ge=1, le=5)] = _DEFAULT.broody_afternoons
    long_afternoon: Duration = _DEFAULT.long_afternoon
    let_her_sit_days: Days = _DEFAULT.let_her_sit_days
    stopped_days: Annotated[int, Field(ge=2, le=90)] = _DEFAULT.stopped_days
    stopped_gaps: Annotated[float, Field(ge=1, le=10)] = _DEFAULT.stopped_gaps
    moult_days: Days = _DEFAULT.moult_days
    unaccounted_eggs: Annotated[int, Field(ge=1, le=50)] = _DEFAULT.unaccounted_eggs
    not_seen_days: Annotated[int, Field(ge=1, le=30)] = _DEFAULT.not_seen_days
    denied_days: Days = _DEFAULT.denied_days
    most_a_day: Annotated[int, Field(ge=1, le=50)] = _DEFAULT.most_a_day

    @property
    def rules(self) -> CareRules:
        """The same as the domain has it."""
        return CareRules(**{one.name: getattr(self, one.name) for one in fields(CareRules)})

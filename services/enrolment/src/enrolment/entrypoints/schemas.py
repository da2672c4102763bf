"""Payloads of the API. Unknown fields are refused: a browser never sends an amount or a state."""

from dataclasses import asdict
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Generic, Literal, Self, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from contracts.values import Diet, MemberKind
from enrolment.adapters.views import RegieView
from enrolment.application.preview_activity import ActivityEffect
from enrolment.domain.activity import Activity, Audience, Regie
from enrolment.domain.family import Address, Family, Guardian, Member
from enrolment.domain.pricing import Band, Bands, Flat, Rate, Tariff, price_grid
from enrolment.domain.slots import Slot, check_slots


def _written(moment: object) -> object:
    return moment.isoformat("minutes") if isinstance(moment, time) else moment


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


def _named_once(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ValueError("the same is named twice")
    return names


Missing = Annotated[
    tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)], ...],
    Field(max_length=10),
    AfterValidator(_named_once),
]
"""What is still to be handed in to the town hall, each in a few words, never why."""
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=6,
        max_length=120,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+$",
    ),
]
Phone = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=4, max_length=30, pattern=r"^[0-9+(). /-]+$")
]
Cents = Annotated[int, Field(ge=0, le=1_000_000)]
Euros = Annotated[int, Field(ge=0, le=1_000_000)]
Years = Annotated[int, Field(ge=0, le=150)]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]
SlotCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,20}$")]
LocalTime = Annotated[str, BeforeValidator(_written), StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""«08:30», of the commune."""

ItemT = TypeVar("ItemT", bound=BaseModel)


class Payload(BaseModel):
    """The base of what is received."""

    model_config = ConfigDict(extra="forbid")


class Page(BaseModel, Generic[ItemT]):
    """A part of a list. ``next_cursor`` asks for the following part; None at the end."""

    items: list[ItemT]
    next_cursor: str | None


class OrderPayload(Payload):
    """Whom to enrol in what. Prices are computed here."""

    activity_id: UUID
    member_ids: Annotated[list[UUID], Field(min_length=1, max_length=30)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _require_distinct(self.member_ids)
        return self


def _none_when_blank(value: object) -> object:
    """A form sends an empty text for what was left out."""
    return None if isinstance(value, str) and not value.strip() else value


OptionalEmail = Annotated[Email | None, BeforeValidator(_none_when_blank)]
OptionalPhone = Annotated[Phone | None, BeforeValidator(_none_when_blank)]


class ContactPayload(Payload):
    """How a guardian is reached."""

    email: OptionalEmail
    phone: OptionalPhone


class AddressPayload(Payload):
    """A French postal address."""

    line: Name
    postal_code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{5}$")]
    city: Name


class GuardianPayload(Payload):
    """A guardian of a file."""

    guardian_id: UUID
    first_name: Name
    last_name: Name
    email: OptionalEmail = None
    phone: OptionalPhone = None


class MemberPayload(Payload):
    """A member of a file."""

    member_id: UUID
    kind: MemberKind
    first_name: Name
    last_name: Name
    birth_date: Day
    school: Name | None = None
    diet: Diet = Diet.STANDARD
    missing: Missing = ()


class FamilyPayload(Payload):
    """A family file, whole. ``if_version``: that of the file as it was read; saved only if it still is so."""

    name: Name
    address: AddressPayload
    quotient_familial: Euros | None
    guardians: Annotated[list[GuardianPayload], Field(max_length=10)]
    members: Annotated[list[MemberPayload], Field(max_length=30)]
    missing: Missing = ()
    if_version: Annotated[str, StringConstraints(max_length=64)] | None = None

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _require_distinct([guardian.guardian_id for guardian in self.guardians])
        _require_distinct([member.member_id for member in self.members])
        return self

    def to_domain(self, family_id: UUID) -> Family:
        """The file under its id."""
        return Family(
            family_id=family_id,
            name=self.name,
            address=Address(**self.address.model_dump()),
            quotient_familial=self.quotient_familial,
            guardians=tuple(Guardian(**guardian.model_dump()) for guardian in self.guardians),
            members=tuple(Member(**member.model_dump()) for member in self.members),
            missing=self.missing,
        )


class RegiePayload(Payload):
    """A régie."""

    name: Name


class FlatPayload(Payload):
    """One price."""

    kind: Literal["flat"]
    cents: Cents

    def to_domain(self) -> Flat:
        """The tariff."""
        return Flat(self.cents)


class BandPayload(Payload):
    """A price up to a QF, included."""

    up_to: Euros | None = None
    cents: Cents


class BandsPayload(Payload):
    """Prices by QF band."""

    kind: Literal["bands"]
    bands: Annotated[list[BandPayload], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _well_formed(self) -> Self:
        self.to_domain()
        return self

    def to_domain(self) -> Bands:
        """The tariff."""
        return Bands(tuple(Band(band.up_to, band.cents) for band in self.bands))


class RatePayload(Payload):
    """A rate of the QF."""

    kind: Literal["rate"]
    per_mille_of_qf: Annotated[
        Decimal, Field(gt=0, le=1000, max_digits=8, decimal_places=4), PlainSerializer(float, when_used="json")
    ]
    floor_cents: Cents
    ceiling_cents: Cents

    @model_validator(mode="after")
    def _well_formed(self) -> Self:
        self.to_domain()
        return self

    def to_domain(self) -> Rate:
        """The tariff."""
        return Rate(self.per_mille_of_qf, self.floor_cents, self.ceiling_cents)


UnitPayload = Annotated[FlatPayload | BandsPayload | RatePayload, Field(discriminator="kind")]


class TariffPayload(Payload):
    """A fee for the adhesion and a price per unit."""

    adhesion_fee_cents: Cents
    label: Name
    unit: UnitPayload


class SlotPayload(Payload):
    """A part of the day, local times («08:30»). Without ``unit`` it costs what the activity costs.

    Slots whose times overlap exclude each other on a day, unless one names the other in ``compatible_with``.
    """

    code: SlotCode
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
    from_time: LocalTime
    until_time: LocalTime
    compatible_with: Annotated[list[SlotCode], Field(max_length=12)] = []
    unit: UnitPayload | None = None

    @model_validator(mode="after")
    def _well_formed(self) -> Self:
        self.to_domain()
        return self

    def to_domain(self) -> Slot:
        """The slot."""
        return Slot(
            self.code,
            self.name,
            time.fromisoformat(self.from_time),
            time.fromisoformat(self.until_time),
            tuple(self.compatible_with),
            self.unit.to_domain() if self.unit else None,
        )


class ActivityDescription(Payload):
    """An activity of a season ``[opens_on, closes_on)``."""

    name: Name
    element_name: Name
    description: LongText
    category: Literal["periscolaire", "adultes"]
    season: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
    opens_on: Day
    closes_on: Day
    regie_id: UUID
    immediate_payment: bool
    member_kind: MemberKind
    min_age: Years | None = None
    max_age: Years | None = None
    schools: Annotated[list[Name], Field(max_length=50)] = []
    tariff: TariffPayload
    slots: Annotated[list[SlotPayload], Field(max_length=12)] = []


class StaffActivity(ActivityDescription):
    """An activity as the town hall described it."""

    activity_id: UUID
    regie: RegieView

    @classmethod
    def of(cls, activity: Activity) -> Self:
        """What is shown of an activity."""
        shown = asdict(activity)
        audience = shown.pop("audience")
        return cls.model_validate({**shown, **audience, "regie_id": activity.regie.regie_id})


class ActivityPayload(ActivityDescription):
    """An activity, whole."""

    @field_validator("closes_on")
    @classmethod
    def _closes_after_it_opens(cls, closes_on: date, others: ValidationInfo) -> date:
        if "opens_on" in others.data and others.data["opens_on"] >= closes_on:
            raise ValueError("la saison finit après avoir commencé")
        return closes_on

    @field_validator("max_age")
    @classmethod
    def _ages_rise(cls, max_age: int | None, others: ValidationInfo) -> int | None:
        min_age = others.data.get("min_age")
        if min_age is not None and max_age is not None and min_age > max_age:
            raise ValueError("l'âge le plus haut n'est pas sous l'âge le plus bas")
        return max_age

    @field_validator("slots")
    @classmethod
    def _slots_go_together(cls, slots: list[SlotPayload]) -> list[SlotPayload]:
        check_slots([slot.to_domain() for slot in slots])
        return slots

    def to_domain(self, activity_id: UUID, regie: Regie) -> Activity:
        """The activity under its id."""
        tariff = self.tariff
        return Activity(
            activity_id=activity_id,
            name=self.name,
            element_name=self.element_name,
            description=self.description,
            category=self.category,
            season=self.season,
            opens_on=self.opens_on,
            closes_on=self.closes_on,
            regie=regie,
            immediate_payment=self.immediate_payment,
            audience=Audience(self.member_kind, self.min_age, self.max_age, tuple(self.schools)),
            tariff=Tariff(tariff.adhesion_fee_cents, tariff.label, tariff.unit.to_domain()),
            slots=tuple(slot.to_domain() for slot in self.slots),
        )


class TriedLine(BaseModel):
    """One line of a grid."""

    label: str
    unit_cents: int


class TriedGrid(BaseModel):
    """The prices of a unit as families read them; ``slot``: of a slot with a grid of its own, null for the activity."""

    slot: str | None
    lines: list[TriedLine]


class ActivityTry(BaseModel):
    """What saving an activity would do.

    ``enrolled`` members have it beyond ``effective_from``, the first of next month; ``repriced`` of them pay another
    price from that day on. Whoever enrols later pays the new one at once.
    """

    effective_from: date
    enrolled: int
    repriced: int
    grids: list[TriedGrid]

    @classmethod
    def of(cls, wanted: Activity, effect: ActivityEffect) -> Self:
        """What is shown of it."""
        units = [(None, wanted.tariff.unit), *((slot.name, slot.unit) for slot in wanted.slots if slot.unit)]
        grids = [
            TriedGrid(
                slot=slot,
                lines=[TriedLine(label=line.label, unit_cents=line.unit_cents) for line in price_grid(unit, None)],
            )
            for slot, unit in units
        ]
        return cls(**asdict(effect), grids=grids)


def _require_distinct(ids: list[UUID]) -> None:
    if len(set(ids)) < len(ids):
        raise ValueError("the same id comes twice")

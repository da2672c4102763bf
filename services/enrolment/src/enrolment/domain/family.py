"""Families: the file of one home, with its guardians and members."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID

from chassis.errors import DomainError
from contracts.values import Diet, MemberKind


class GuardianElsewhereError(DomainError):
    """A guardian has one file only."""

    slug = "guardian-elsewhere"
    sentence = "Un des responsables appartient déjà à un autre dossier. Donnez-lui un identifiant propre à ce dossier."


class MemberStillEnrolledError(DomainError):
    """Removing a member would leave paid rights without a holder."""

    slug = "member-still-enrolled"
    sentence = (
        "Une personne retirée du dossier a encore une inscription en cours. Attendez la fin de la saison, ou annulez"
        " d'abord sa commande si elle n'est pas payée."
    )


class FamilyChangedError(DomainError):
    """Saving would undo what someone else has changed since the file was read."""

    slug = "family-changed"
    sentence = (
        "Ce dossier a été modifié entre-temps, par un autre agent ou par la famille. Relisez ce qui est enregistré"
        " avant de recommencer."
    )


@dataclass(frozen=True)
class Address:
    """A French postal address."""

    line: str
    postal_code: str
    city: str


@dataclass(frozen=True)
class Guardian:
    """An adult responsible for the file."""

    guardian_id: UUID
    first_name: str
    last_name: str
    email: str | None
    phone: str | None


@dataclass(frozen=True)
class Member:
    """A child or adult of the family. A child of separated parents is a member of two families.

    ``missing``: what is still to be handed in about the member, each in a few words.
    """

    member_id: UUID
    kind: MemberKind
    first_name: str
    last_name: str
    birth_date: date
    school: str | None
    diet: Diet = Diet.STANDARD
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Family:
    """One home's file. ``quotient_familial`` is in whole euros, None when not declared.

    ``missing``: what the home has still to hand in, beside what its members have.
    """

    family_id: UUID
    name: str
    address: Address
    quotient_familial: int | None
    guardians: tuple[Guardian, ...]
    members: tuple[Member, ...]
    missing: tuple[str, ...] = ()


def version_of(family: Family) -> str:
    """Names a file as it is read, members and QF included: another name once anything of it differs."""
    return sha256(repr(family).encode()).hexdigest()[:32]


def first_of_next_month(day: date) -> date:
    """From when a change of price counts: never backwards (rule of every tariff deliberation we know)."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)

"""Accounts: who may log in to a commune's portal, and in which role."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.errors import DomainError
from contracts.values import Role

STAFF_ROLES = frozenset({Role.AGENT, Role.REGISSEUR, Role.ADMINISTRATOR})


class UserNameTakenError(DomainError):
    """Another account of the commune has this user name."""

    slug = "user-name-taken"
    sentence = "Ce nom d'utilisateur est déjà pris dans la commune. Choisissez-en un autre."


class NotStaffAccountError(DomainError):
    """The account is a parent's, which follows the family's file."""

    slug = "not-a-staff-account"
    sentence = "Ce compte est celui d'un parent: il suit le dossier de la famille et ne se modifie pas ici."


class OwnAccessError(DomainError):
    """Administrators who shut themselves out: somebody has to stay who can let people in."""

    slug = "own-access"
    sentence = (
        "Vous ne pouvez pas vous retirer le rôle d'administrateur ni vos accès. Demandez-le à un autre administrateur."
    )


@dataclass(frozen=True)
class Account:
    """One person's account. ``password_hash`` is None until a first password is given.

    ``family_id`` and ``guardian_id`` are set for parents and for them only. A ``closed`` account opens no session.
    ``guardian_version`` and ``details_at`` say which news of the guardian the account reflects.
    """

    account_id: UUID
    user_name: str
    display_name: str
    email: str | None
    roles: frozenset[Role]
    family_id: UUID | None = None
    guardian_id: UUID | None = None
    password_hash: str | None = None
    must_change_password: bool = False
    closed: bool = False
    version: int = 1
    guardian_version: int = 0
    details_at: datetime | None = None

    @property
    def is_staff(self) -> bool:
        """Works at the town hall."""
        return bool(self.roles & STAFF_ROLES)

    @property
    def administers(self) -> bool:
        """May let people of the town hall in, and shut them out."""
        return Role.ADMINISTRATOR in self.roles and not self.closed

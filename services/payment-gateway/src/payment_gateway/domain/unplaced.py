"""Money that banks announce and that is in no payment, once somebody of the régie dealt with it."""

from chassis.errors import DomainError


class DealtWithError(DomainError):
    """Somebody else did."""

    slug = "already-dealt-with"
    sentence = "Quelqu'un d'autre a déjà noté ce qu'il en est. Rechargez la page pour lire sa note."

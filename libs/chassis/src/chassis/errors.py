"""Errors a person can understand. The domain raises them; the HTTP layer maps slugs to statuses."""

from typing import ClassVar


class DomainError(Exception):
    """A refusal: a stable ``slug`` and a French sentence that says why and what to do.

    ``details`` are further machine-readable members of the problem document (never personal data); ``retry_after``,
    in whole seconds, is also the header of that name.
    """

    slug: ClassVar[str]
    sentence: ClassVar[str] = ""

    def __init__(self, sentence: str | None = None, **details: object) -> None:
        self.detail = sentence or self.sentence
        self.details = details
        super().__init__(self.slug, self.detail)


class NotFoundError(DomainError):
    """The thing does not exist, or is another family's or commune's: the two are not told apart."""

    slug = "not-found"
    sentence = "Cette page ou cet élément n'existe pas, ou n'est pas à vous."


class TransientError(Exception):
    """Something passing: an event handler that raises it is tried again later, an HTTP caller is asked to (503)."""

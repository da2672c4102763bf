"""What is said at a form when the API refuses it."""

from dataclasses import dataclass

from web.api.errors import ApiProblem


@dataclass(frozen=True)
class Refusal:
    """A sentence, and the fields it is about."""

    sentence: str
    fields: frozenset[str] = frozenset()

    @classmethod
    def of(cls, problem: ApiProblem) -> "Refusal":
        """Reads a problem document. Its messages about fields are for programs: only their places are kept."""
        errors = problem.members.get("errors") or []
        fields = frozenset(str(error.get("field", "")) for error in errors if isinstance(error, dict))
        return cls(problem.detail, fields)

"""What is said at a form when the API refuses it."""

from dataclasses import dataclass

from web.api.errors import ApiProblem

_OUR_WORDS = "Value error, "
"""Before the API's own sentences about what contradicts itself; others are for programs."""


def own_words(message: str) -> str:
    """What the API says of a field, as a sentence; empty where it says it to programs only."""
    if not message.startswith(_OUR_WORDS):
        return ""
    words = message.removeprefix(_OUR_WORDS)
    return f"{words[:1].upper()}{words[1:]}."


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

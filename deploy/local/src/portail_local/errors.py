"""Failures that a person can act upon; their text is shown as it is, in French."""


class LocalError(Exception):
    """The command cannot go on; the message says why and what to do."""

"""Texts that the town hall writes in Markdown: their fields and their preview."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Form
from markdown_it import MarkdownIt

from web.i18n import gettext as _
from web.town_hall.refusals import Refusal

LongText = Annotated[str, Form(max_length=40_000)]
"""A body. The API accepts 20 000 characters; browsers send line ends as two."""
Act = Annotated[Literal["publier", "apercu"], Form()]
"""Which of the form's buttons was pressed."""

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


@dataclass(frozen=True)
class Draft:
    """What is typed in the form."""

    title: str = ""
    body: str = ""

    @classmethod
    def typed(cls, title: str, body: str) -> "Draft":
        """What a browser sent."""
        return cls(title.strip(), body.replace("\r\n", "\n").strip())

    @property
    def refusal(self) -> Refusal | None:
        """What is missing."""
        missing = frozenset(name for name, value in (("title", self.title), ("body", self.body)) if not value)
        return Refusal(_("Il faut un titre et un texte."), missing) if missing else None

    @property
    def preview(self) -> str:
        """The body as readers will see it. Tags typed in it are shown as text."""
        html: str = _markdown.render(self.body)
        return html.replace("<h1>", "<h2>").replace("</h1>", "</h2>")

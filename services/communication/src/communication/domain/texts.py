"""Texts written by the town hall: Markdown turned into harmless HTML."""

import nh3
from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {
    "p",
    "br",
    "strong",
    "em",
    "ul",
    "ol",
    "li",
    "h2",
    "h3",
    "h4",
    "blockquote",
    "a",
    "hr",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "code",
}
_SUMMARY_LENGTH = 180


def to_html(body: str) -> str:
    """HTML of a Markdown text; only plain formatting and links to web or mail addresses survive."""
    rendered = _markdown.render(body).replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    return nh3.clean(rendered, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto", "tel"})


def summary(body: str) -> str:
    """The first words of a text, without formatting, at most about 180 characters."""
    words = " ".join(nh3.clean(_markdown.render(body), tags=set()).split())
    if len(words) <= _SUMMARY_LENGTH:
        return words
    return words[:_SUMMARY_LENGTH].rsplit(" ", 1)[0] + "…"

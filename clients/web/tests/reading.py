"""Reading a page."""

import re
from html import unescape

import httpx


def words(answer: httpx.Response) -> str:
    """The text of a page as it is read; every space is a plain one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))

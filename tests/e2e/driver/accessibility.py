"""What makes a page hard to use: axe's findings, and a page wider than the screen."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from driver.pages import DESKTOP_WIDTH, PHONE_WIDTH, at_width

_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]},
    "resultTypes": ["violations"],  # what passes is not described, element by element
    "selectors": False,  # a problem shows its element
}
_VIOLATIONS = "async (rules) => (await axe.run(document, rules)).violations"
_SERIOUS = {"serious", "critical"}
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=/)[0-9]+(?=/|$)")
_LINKS = "() => [...document.querySelectorAll('a[href]:not([download])')].map((link) => link.href)"
_WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_DOWNLOADS = re.compile(r"/pdf$|^/documents/")


def problems_of(page: Page) -> list[str]:
    """Of the page as it stands, once it is all there, at both widths."""
    page.wait_for_load_state()
    page.evaluate(Axe().axe_script)
    found: list[str] = []
    for width in (PHONE_WIDTH, DESKTOP_WIDTH):
        at_width(page, width)
        found += [f"{width} px: {problem}" for problem in _problems(page)]
    return found


def _problems(page: Page) -> Iterator[str]:
    wider = page.evaluate(_WIDER)
    if wider > 0:
        yield f"{wider} px wider than the screen"
    for violation in page.evaluate(_VIOLATIONS, _RULES):
        if violation["impact"] in _SERIOUS:
            nodes = [node["html"][:160] for node in violation["nodes"][:3]]
            yield f"{violation['id']} ({violation['help']}): {nodes}"


def pages_reachable(page: Page, *starts: str) -> Iterator[str]:
    """Shows the first pages, then every page that links lead to, one of each kind; yields each path while it is shown.

    Two addresses are of one kind when their paths differ in ids only.
    """
    origin = urlsplit(starts[0]).netloc
    waiting, seen = list(starts), {_kind(start) for start in starts}
    while waiting:
        address = waiting.pop(0)
        page.goto(address)
        yield urlsplit(address).path
        links: list[str] = page.evaluate(_LINKS)
        for link in links:
            if _leads_to_a_page(link, origin) and _kind(link) not in seen:
                seen.add(_kind(link))
                waiting.append(link)


def _leads_to_a_page(link: str, origin: str) -> bool:
    parts = urlsplit(link)
    return parts.netloc == origin and not _DOWNLOADS.search(parts.path)


def _kind(address: str) -> str:
    return _ID.sub("*", urlsplit(address).path)

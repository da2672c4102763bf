"""Styles, scripts, font and icons built by ``npm run build`` in ``clients/web/assets``."""

import json
from pathlib import Path

from markupsafe import Markup
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parents[1] / "static"
_ONE_YEAR = "public, max-age=31536000, immutable"


class Assets:
    """The built files by name. Their addresses hold a hash of their content."""

    def __init__(self, folder: Path = FOLDER) -> None:
        manifest = folder / "manifest.json"
        self.built = manifest.is_file()
        self._files: dict[str, str] = json.loads(manifest.read_text("utf-8")) if self.built else {}
        icons: dict[str, str] = json.loads((folder / "icons.json").read_text("utf-8")) if self.built else {}
        self._icons = {name: _drawn(lines) for name, lines in icons.items()}
        self._no_icon = _drawn("")

    def url(self, name: str) -> str:
        """The address of a built file: ``app.css``."""
        return f"/static/{self._files.get(name, name)}"

    def icon(self, name: str) -> Markup:
        """An icon drawn in the page, hidden from screen readers: a text always stands beside it."""
        return self._icons.get(name, self._no_icon)


def _drawn(lines: str) -> Markup:
    """Colour and width of its lines are the style's (``.icon``): a page has many icons."""
    return Markup(  # noqa: S704 - drawn by the build from a pinned package
        f'<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">{lines}</svg>'
    )


class HashedFiles(StaticFiles):
    """Files whose names change with their content: kept by browsers for a year."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or 404."""
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["Cache-Control"] = _ONE_YEAR
        return response

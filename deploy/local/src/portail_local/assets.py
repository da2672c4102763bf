"""The web client's assets, built from pinned npm packages and never committed."""

import shutil

from portail_local.layout import ROOT
from portail_local.process import clean_environment
from portail_local.state import Stamps, State, digest_of
from portail_local.steps import run_step

SOURCES = ROOT / "clients" / "web" / "assets"
BUILT = ROOT / "clients" / "web" / "src" / "web" / "static"
_STAMP = "assets"


class Assets:
    """The stamp lies beside the built files: whoever deletes them has them built again."""

    def __init__(self) -> None:
        self._stamps = Stamps(BUILT)
        self._digest = digest_of(SOURCES) if SOURCES.is_dir() else ""

    def are_current(self) -> bool:
        return self._digest == "" or self._stamps.is_current(_STAMP, self._digest)

    async def build(self, state: State) -> None:
        npm = shutil.which("npm") or "npm"
        environment = clean_environment(npm_config_audit="false", npm_config_fund="false")
        for arguments in (("ci", "--no-progress"), ("run", "build")):
            log = state.log / f"assets-{arguments[-1].strip('-')}.log"
            await run_step(f"npm {' '.join(arguments)}", (npm, *arguments), environment, SOURCES, log)
        self._stamps.set(_STAMP, self._digest)

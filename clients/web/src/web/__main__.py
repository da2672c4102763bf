"""``python -m web``: serves the family portal."""

import gc

import uvicorn

from web.app import create_app
from web.logs import configure_logging
from web.settings import WebSettings


def main() -> None:
    """Entry point."""
    settings = WebSettings()
    configure_logging(settings.log_level)
    app = create_app(settings)
    _spare_collections()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
    )


def _spare_collections() -> None:
    """What is loaded by now stays: the collector does not walk it again and again while people wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


if __name__ == "__main__":
    main()

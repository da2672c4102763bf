"""``python -m web``: serves the family portal."""

import uvicorn

from web.app import create_app
from web.logs import configure_logging
from web.settings import WebSettings


def main() -> None:
    """Entry point."""
    settings = WebSettings()
    configure_logging(settings.log_level)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    main()

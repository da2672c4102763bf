"""The gateway: nginx on the template that every way to run shares (deploy/gateway)."""

import re
import shutil
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from portail_local.probes import HttpProbe
from portail_local.process import Process, Stage, clean_environment
from portail_local.servers.accounts import is_root

PROGRAM = Path("/usr/sbin/nginx")
_ACCOUNT = "www-data"
_CONNECTIONS = 8192
"""A person takes two, theirs and the one to the service: opening day brings thousands at the same second."""
_VARIABLE = re.compile(r"\$\{([A-Z_]+)\}")


def render(template: str, values: Mapping[str, str]) -> str:
    """Replaces `${NAME}` as envsubst does; nginx's own `$name` stays. Raises KeyError for a value not given."""
    return _VARIABLE.sub(lambda match: values[match.group(1)], template)


def servers(addresses: Sequence[str]) -> str:
    """The `server` lines of an upstream: a silent replica is left alone for two seconds."""
    return " ".join(f"server {address} max_fails=1 fail_timeout=2s;" for address in addresses)


@dataclass(frozen=True)
class Nginx:
    """`upstreams`: ports of every service's and of web's processes; `rate` and `burst` are what one address may ask."""

    directory: Path
    gateway: Path
    port: int
    upstreams: Mapping[str, Sequence[int]]
    rate: str = "200r/s"
    burst: int = 1000

    def prepare(self) -> None:
        """Writes the configuration and copies the pages where the workers' account can read them."""
        for name in ("temp", "pages"):
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        shutil.copytree(self.gateway / "pages", self.directory / "pages", dirs_exist_ok=True)
        template = (self.gateway / "nginx.conf.template").read_text()
        (self.directory / "portail.conf").write_text(render(template, self._values()))
        (self.directory / "nginx.conf").write_text(self._main())

    def _values(self) -> dict[str, str]:
        values = {
            "GATEWAY_LISTEN": f"127.0.0.1:{self.port}",
            "GATEWAY_PAGES": str(self.directory / "pages"),
            "GATEWAY_RATE": self.rate,
            "GATEWAY_BURST": str(self.burst),
            "GATEWAY_TRUSTED": "127.0.0.1",
        }
        for name, ports in self.upstreams.items():
            key = f"{name.replace('-', '_').upper()}_SERVERS"
            values[key] = servers([f"127.0.0.1:{port}" for port in ports])
        return values

    def _main(self) -> str:
        user = f"user {_ACCOUNT};\n" if is_root() else ""
        folder = self.directory
        return f"""\
{user}daemon off;
worker_processes 1;
worker_rlimit_nofile {2 * _CONNECTIONS};
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections {_CONNECTIONS}; }}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/temp/body;
    proxy_temp_path {folder}/temp/proxy;
    fastcgi_temp_path {folder}/temp/fastcgi;
    uwsgi_temp_path {folder}/temp/uwsgi;
    scgi_temp_path {folder}/temp/scgi;
    include {folder}/portail.conf;
}}
"""

    def process(self) -> Process:
        return Process(
            name="nginx",
            command=(str(PROGRAM), "-e", "stderr", "-p", str(self.directory), "-c", str(self.directory / "nginx.conf")),
            environment=clean_environment(),
            directory=self.directory,
            # The gateway hides the health of what stands behind it: its own 404 shows that it answers.
            probe=HttpProbe(self.port, "/health", status=HTTPStatus.NOT_FOUND),
            port=self.port,
            stage=Stage.FRONT,
            stop_signal=signal.SIGQUIT,
            stop_seconds=5,
        )

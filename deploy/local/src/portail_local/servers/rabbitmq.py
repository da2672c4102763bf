"""A private RabbitMQ node with its management interface and its own epmd.

Debian's /usr/sbin/rabbitmq-server is bypassed because it switches user.
"""

import signal
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from portail_local.probes import HttpProbe, TcpProbe
from portail_local.process import Process, Stage, clean_environment

PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
USER = "portail"
# Two schedulers that never spin: the machine stays quiet when nobody uses the portal.
_QUIET = "+S 2:2 +SDcpu 2:2 +SDio 4 +sbwt none +sbwtdcpu none +sbwtdio none"


@dataclass(frozen=True)
class RabbitMQ:
    """Takes four ports from `port` on: AMQP, distribution, epmd, management."""

    directory: Path
    port: int
    password: str
    cookie: str
    statistics_milliseconds: int = 15000

    @property
    def epmd_port(self) -> int:
        return self.port + 2

    @property
    def management_port(self) -> int:
        return self.port + 3

    def url(self, vhost: str = "/") -> str:
        return f"amqp://{USER}:{quote(self.password, safe='')}@127.0.0.1:{self.port}/{quote(vhost, safe='')}"

    @property
    def management_url(self) -> str:
        return f"http://{USER}:{quote(self.password, safe='')}@127.0.0.1:{self.management_port}"

    def prepare(self) -> None:
        """Writes the node's cookie and settings."""
        for name in ("home", "mnesia", "log"):
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        cookie = self.directory / "home" / ".erlang.cookie"
        if not cookie.exists():
            cookie.touch(mode=0o600)
            cookie.write_text(self.cookie)
            cookie.chmod(0o400)
        (self.directory / "enabled_plugins").write_text("[rabbitmq_management].\n")
        settings = self.directory / "rabbitmq.conf"
        settings.touch(mode=0o600)
        settings.write_text(self._settings())

    def _settings(self) -> str:
        return f"""\
listeners.tcp.1 = 127.0.0.1:{self.port}
management.tcp.ip = 127.0.0.1
management.tcp.port = {self.management_port}
default_user = {USER}
default_pass = {self.password}
log.console = true
log.console.level = warning
log.file = false
collect_statistics_interval = {self.statistics_milliseconds}
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 200MB
"""

    def processes(self) -> tuple[Process, Process]:
        """epmd first: the node registers itself there."""
        return self._epmd(), self._node()

    def _epmd(self) -> Process:
        return Process(
            name="epmd",
            command=("epmd", "-port", str(self.epmd_port), "-address", "127.0.0.1"),
            environment=clean_environment(HOME=str(self.directory / "home")),
            directory=self.directory,
            probe=TcpProbe(self.epmd_port),
            port=self.epmd_port,
            stage=Stage.BROKER_REGISTRY,
        )

    def _node(self) -> Process:
        folder = self.directory
        check = f"/api/health/checks/port-listener/{self.port}"
        environment = clean_environment(
            HOME=str(folder / "home"),
            ERL_EPMD_PORT=str(self.epmd_port),
            ERL_EPMD_ADDRESS="127.0.0.1",
            ERL_CRASH_DUMP_BYTES="0",
            RABBITMQ_NODENAME="portail@localhost",  # alone in its epmd; keeps its data when the port changes
            RABBITMQ_NODE_IP_ADDRESS="127.0.0.1",
            RABBITMQ_NODE_PORT=str(self.port),
            RABBITMQ_DIST_PORT=str(self.port + 1),
            RABBITMQ_MNESIA_BASE=str(folder / "mnesia"),
            RABBITMQ_MNESIA_DIR=str(folder / "mnesia" / "node"),
            RABBITMQ_LOG_BASE=str(folder / "log"),
            RABBITMQ_PID_FILE=str(folder / "node.pid"),
            RABBITMQ_CONF_ENV_FILE=str(folder / "none"),
            RABBITMQ_CONFIG_FILE=str(folder / "rabbitmq.conf"),
            RABBITMQ_ADVANCED_CONFIG_FILE=str(folder / "advanced.config"),
            RABBITMQ_ENABLED_PLUGINS_FILE=str(folder / "enabled_plugins"),
            RUNNING_UNDER_SYSTEMD="1",  # the script then becomes the Erlang VM instead of keeping a shell around it
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=f"-kernel inet_dist_use_interface {{127,0,0,1}} {_QUIET}",
        )
        return Process(
            name="rabbitmq",
            command=(str(PROGRAM),),
            environment=environment,
            directory=folder,
            probe=HttpProbe(self.management_port, check, user=USER, password=self.password),
            port=self.port,
            stop_signal=signal.SIGTERM,
            stop_seconds=30,
        )

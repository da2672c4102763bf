"""The whole system: what runs with which settings. Says what, starts nothing."""

import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from portail_local.layout import ROOT, SERVICES, WEB, Ports
from portail_local.probes import HttpProbe
from portail_local.process import Process, Stage, clean_environment
from portail_local.servers.nginx import Nginx
from portail_local.servers.postgres import Postgres
from portail_local.servers.rabbitmq import RabbitMQ
from portail_local.state import Options, State

_ENTRANCE = ("PORTAIL_ENTRANCE_AT_ONCE", "PORTAIL_ENTRANCE_PER_SECOND")
"""Of the caller's environment: how many families planning lets in, which the operator chooses for the machine."""


@dataclass(frozen=True)
class System:
    state: State
    options: Options
    clock_offset_seconds: int = 0

    @cached_property
    def ports(self) -> Ports:
        return Ports(self.options.port)

    @cached_property
    def postgres(self) -> Postgres:
        secret = self.state.secrets().postgres
        return Postgres(self._data("postgres"), self.ports.postgres, secret, measured=self.options.measured)

    @cached_property
    def rabbitmq(self) -> RabbitMQ:
        secrets = self.state.secrets()
        return RabbitMQ(self._data("rabbitmq"), self.ports.rabbitmq, secrets.rabbitmq, secrets.rabbitmq_cookie)

    @cached_property
    def nginx(self) -> Nginx:
        upstreams = {
            name: [self.ports.replica(name, index) for index in range(self._replicas(name))]
            for name in (*SERVICES, WEB)
        }
        return Nginx(self._data("nginx"), ROOT / "deploy" / "gateway", self.ports.gateway, upstreams)

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.gateway}"

    @property
    def mail_url(self) -> str:
        return f"http://localhost:{self.ports.mail}/"

    @property
    def bank_url(self) -> str:
        return f"http://bank.localhost:{self.ports.bank}"

    def services(self) -> list[Process]:
        return [
            self._python(name, index, ("chassis", "serve", name), self._service_settings(name), Stage.SERVICES)
            for name in SERVICES
            for index in range(self._replicas(name))
        ]

    def front(self) -> list[Process]:
        """What stands between people and the services, and the world outside: bank and mail."""
        secrets = self.state.secrets()
        web = {
            "PORTAIL_API_URL": self.gateway_url,
            "PORTAIL_PUBLIC_URL": self._public_url,
            "PORTAIL_SECRET_KEY": secrets.keys[WEB],
        }
        bank = {"PORTAIL_STATE_DIR": str(self._data("bank")), "PORTAIL_BANK_CONTROL": str(self.options.bank_control)}
        mail = {"PORTAIL_STATE_DIR": str(self._data("mail")), "PORTAIL_SMTP_PORT": str(self.ports.smtp)}
        return [
            *(self._python(WEB, index, (WEB,), web, Stage.FRONT) for index in range(self._replicas(WEB))),
            self._simulator("bank", "bank_simulator", bank, self.ports.bank),
            self._simulator("mail", "mail_catcher", mail, self.ports.mail),
            self.nginx.process(),
        ]

    def processes(self) -> list[Process]:
        """Everything, in the order of starting."""
        return [*self.rabbitmq.processes(), self.postgres.process(), *self.services(), *self.front()]

    def listening_ports(self) -> dict[int, str]:
        """Every port that must be free → what listens there."""
        extra = {
            self.ports.smtp: "smtp",
            self.rabbitmq.port + 1: "rabbitmq (nœuds)",
            self.rabbitmq.management_port: "rabbitmq (gestion)",
        }
        return {process.port: process.name for process in self.processes()} | extra

    def provision_settings(self) -> dict[str, str]:
        return clean_environment(
            PORTAIL_ADMIN_DATABASE_URL=self.postgres.url(),
            PORTAIL_DATABASE_PASSWORD=self.state.secrets().databases,
        )

    def migrate_settings(self) -> dict[str, str]:
        return clean_environment(
            PORTAIL_OWNER_DATABASE_URL=self._database_url("{name}", "owner"), PORTAIL_AMQP_URL=self.rabbitmq.url()
        )

    def messages_settings(self) -> dict[str, str]:
        return clean_environment(
            PORTAIL_RELAY_DATABASE_URL=self._database_url("{name}", "relay"), PORTAIL_AMQP_URL=self.rabbitmq.url()
        )

    def demo_settings(self) -> dict[str, str]:
        return clean_environment(
            PORTAIL_API_URL=self.gateway_url,
            PORTAIL_PUBLIC_URL=self._public_url,
            PORTAIL_BANK_URL=self.bank_url,
            PORTAIL_BANK_KEY_URL=f"http://127.0.0.1:{self.ports.bank}/public-key.pem",
            PORTAIL_OPERATOR_TOKEN=self.state.secrets().operator_token,
            PORTAIL_CLOCK_OFFSET_SECONDS=str(self.clock_offset_seconds),
        )

    @property
    def _public_url(self) -> str:
        return f"http://{{hostname}}:{self.ports.gateway}"

    def _data(self, name: str) -> Path:
        return self.state.data / name

    def _replicas(self, name: str) -> int:
        return self.options.replicas.get(name, 1)

    def _database_url(self, name: str, role: str) -> str:
        return self.postgres.url(f"{name}_{role}", self.state.secrets().databases, name)

    def _service_settings(self, name: str) -> dict[str, str]:
        secrets = self.state.secrets()
        database = name.replace("-", "_")
        settings = {
            "PORTAIL_DATABASE_URL": self._database_url(database, "app"),
            "PORTAIL_RELAY_DATABASE_URL": self._database_url(database, "relay"),
            "PORTAIL_AMQP_URL": self.rabbitmq.url(),
            "PORTAIL_JWKS_URL": f"{self.gateway_url}/api/identity/v1/jwks",
            "PORTAIL_PUBLIC_URL": self._public_url,
            "PORTAIL_CALLBACK_URL": self.gateway_url,
            "PORTAIL_SMTP_URL": f"smtp://127.0.0.1:{self.ports.smtp}",
        }
        if name == "payment-gateway":
            settings["PORTAIL_BANK_HOSTS"] = f"bank.localhost:{self.ports.bank},127.0.0.1:{self.ports.bank}"
        if name == "planning":
            settings |= {each: os.environ[each] for each in _ENTRANCE if each in os.environ}
        if name == "identity":
            settings["PORTAIL_OPERATOR_TOKEN"] = secrets.operator_token
        if name in secrets.keys:
            settings["PORTAIL_SECRET_KEY"] = secrets.keys[name]
        return settings

    def _simulator(self, name: str, module: str, settings: dict[str, str], port: int) -> Process:
        return self._process(name, (module,), settings, port, Stage.FRONT)

    def _python(
        self, name: str, index: int, module: tuple[str, ...], settings: dict[str, str], stage: Stage
    ) -> Process:
        numbered = name if self._replicas(name) == 1 else f"{name}-{index + 1}"
        return self._process(numbered, module, settings, self.ports.replica(name, index), stage)

    def _process(
        self, name: str, module: tuple[str, ...], settings: dict[str, str], port: int, stage: Stage
    ) -> Process:
        environment = clean_environment(
            PYTHONUNBUFFERED="1",
            MALLOC_ARENA_MAX="2",  # threads otherwise keep memory each in an arena of their own
            PORTAIL_HOST="127.0.0.1",
            PORTAIL_PORT=str(port),
            PORTAIL_CLOCK_OFFSET_SECONDS=str(self.clock_offset_seconds),
            **settings,
        )
        return Process(
            name=name,
            command=(sys.executable, "-m", *module),
            environment=environment,
            directory=ROOT,
            probe=HttpProbe(port, "/health/ready"),
            port=port,
            stage=stage,
        )

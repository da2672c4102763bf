"""The gateway's template under a real nginx, with small servers in place of the services."""

import contextlib
import json
import re
import select
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from portail_local.layout import ROOT, SERVICES, WEB
from portail_local.ports import free_block
from portail_local.server_fixtures import enterable_folder
from portail_local.servers.nginx import Nginx, render

GATEWAY = ROOT / "deploy" / "gateway"
PROBLEM = "application/problem+json"


class Echo(BaseHTTPRequestHandler):
    """Answers what it received, and its own port."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # one packet for head and body: two would wait for one another

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        received = {"path": self.path, "port": self.server.server_address[1], "headers": dict(self.headers)}
        body = json.dumps(received).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name http.server asks for

    def log_message(self, *_: object) -> None:
        pass


class EchoServer(ThreadingHTTPServer):
    """Lets as many connections wait as the services' own server does; five would refuse the sixth of a crowd."""

    request_queue_size = 2048


@contextlib.contextmanager
def echo_server(port: int = 0) -> Iterator[int]:
    server = EchoServer(("127.0.0.1", port), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def running(gateway: Nginx) -> Iterator[httpx.Client]:
    gateway.prepare()
    process = gateway.process()
    log = gateway.directory / "nginx.log"
    with log.open("wb") as output:
        nginx = subprocess.Popen(
            process.command, env=dict(process.environment), stdout=output, stderr=output, start_new_session=True
        )
    try:
        deadline = time.monotonic() + 60
        while process.probe.problem() is not None:
            assert nginx.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        with httpx.Client(base_url=f"http://127.0.0.1:{gateway.port}", trust_env=False, timeout=60) as client:
            yield client
    finally:
        nginx.terminate()
        nginx.wait()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with enterable_folder() as created:
        yield created


@pytest.fixture(scope="module")
def upstreams() -> Iterator[dict[str, list[int]]]:
    """One echo server each, but billing, which is away, and planning, one of whose two replicas is."""
    with contextlib.ExitStack() as stack:
        ports = {name: [stack.enter_context(echo_server())] for name in (*SERVICES, WEB)}
        ports["planning"].append(free_block(1))
        ports["billing"] = [free_block(1)]
        yield ports


@pytest.fixture(scope="module")
def client(folder: Path, upstreams: dict[str, list[int]]) -> Iterator[httpx.Client]:
    with running(Nginx(folder, GATEWAY, free_block(1), upstreams)) as connected:
        yield connected


class TestRouting:
    @pytest.mark.parametrize("name", ["identity", "enrolment", "planning", "payment-gateway", "communication"])
    def test_a_service_by_the_first_part_of_its_path(
        self, client: httpx.Client, upstreams: dict[str, list[int]], name: str
    ) -> None:
        answer = client.get(f"/api/{name}/v1/things?after=a%2Fb").json()
        assert answer["port"] in upstreams[name]
        assert answer["path"] == f"/api/{name}/v1/things?after=a%2Fb"

    def test_the_bank_speaks_to_payment_gateway(self, client: httpx.Client, upstreams: dict[str, list[int]]) -> None:
        assert client.post("/pay/paybox/notify").json()["port"] in upstreams["payment-gateway"]

    @pytest.mark.parametrize("path", ["/", "/planning", "/apix", "/static/app.css", "/healthy"])
    def test_everything_else_is_the_web_client(
        self, client: httpx.Client, upstreams: dict[str, list[int]], path: str
    ) -> None:
        assert client.get(path).json()["port"] in upstreams[WEB]

    @pytest.mark.parametrize("path", ["/api/unknown/v1", "/api/"])
    def test_an_unknown_service(self, client: httpx.Client, path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == PROBLEM
        assert answer.json()["type"] == "urn:portail-famille:problem:not-found"

    @pytest.mark.parametrize(
        "path", ["/health", "/health/ready", "/metrics", "//metrics", "/api/identity/../../metrics", "/%6detrics"]
    )
    def test_health_and_metrics_stay_inside(self, client: httpx.Client, path: str) -> None:
        request = client.build_request("GET", "/")
        request.url = request.url.copy_with(raw_path=path.encode())
        assert client.send(request).status_code == 404


class TestHeaders:
    def test_the_commune_is_known_by_its_host(self, client: httpx.Client) -> None:
        answer = client.get("/", headers={"Host": "alixan.localhost:8080"}).json()
        assert answer["headers"]["Host"] == "alixan.localhost:8080"

    def test_a_request_id_is_made(self, client: httpx.Client) -> None:
        first, second = (client.get("/").json()["headers"]["X-Request-Id"] for _ in range(2))
        assert re.fullmatch(r"[0-9a-f]{32}", first)
        assert first != second

    def test_a_valid_request_id_is_kept(self, client: httpx.Client) -> None:
        given = {"X-Request-Id": "0190a5d2-aaaa-7bbb-8ccc-123456789abc"}
        assert client.get("/", headers=given).json()["headers"]["X-Request-Id"] == given["X-Request-Id"]

    @pytest.mark.parametrize("given", ["short", "a" * 65, 'quote"and}brace', "with space inside"])
    def test_any_other_is_replaced(self, client: httpx.Client, given: str) -> None:
        passed = client.get("/", headers={"X-Request-Id": given}).json()["headers"]["X-Request-Id"]
        assert re.fullmatch(r"[0-9a-f]{32}", passed)

    def test_our_own_web_client_names_its_visitor(self, client: httpx.Client) -> None:
        answer = client.get("/api/identity/v1", headers={"X-Forwarded-For": "198.51.100.7"}).json()
        assert answer["headers"]["X-Forwarded-For"] == "198.51.100.7"

    def test_a_visitor_cannot_name_another(self, folder: Path, upstreams: dict[str, list[int]]) -> None:
        class Distrustful(Nginx):
            def _values(self) -> dict[str, str]:
                return {**super()._values(), "GATEWAY_TRUSTED": "192.0.2.1"}

        gateway = Distrustful(folder / "distrustful", GATEWAY, free_block(1), upstreams)
        with running(gateway) as client:
            answer = client.get("/", headers={"X-Forwarded-For": "198.51.100.7"}).json()
        assert answer["headers"]["X-Forwarded-For"] == "127.0.0.1"

    @pytest.mark.parametrize(
        ("path", "headers"), [("/", {"Cookie": "x" * 40_000}), ("/" + "x" * 40_000, {}), ("/", {"X-Many": "x" * 9_000})]
    )
    def test_what_is_too_long_to_read_is_told_in_french(
        self, client: httpx.Client, path: str, headers: dict[str, str]
    ) -> None:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 400
        assert "effacez les cookies" in answer.text
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")

    def test_our_own_answers_keep_to_themselves(self, client: httpx.Client, folder: Path) -> None:
        page = client.get("/", headers={"Cookie": "x" * 40_000}).headers
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
        assert page["Referrer-Policy"] == page["Cross-Origin-Opener-Policy"] == "same-origin"
        for headers in (page, client.get("/api/billing/v1/invoices").headers):
            assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")

    @pytest.mark.parametrize("path", ["/", "/api/identity/v1", "/api/billing/v1", "/api/nobody"])
    def test_behind_tls_browsers_are_told_to_stay_there(self, client: httpx.Client, path: str) -> None:
        assert "Strict-Transport-Security" not in client.get(path).headers
        told = client.get(path, headers={"X-Forwarded-Proto": "https"}).headers["Strict-Transport-Security"]
        assert told == "max-age=31536000"

    def test_no_version_is_told(self, client: httpx.Client) -> None:
        assert client.get("/api/nobody/").headers["Server"] == "nginx"


class TestLimits:
    def test_ten_megabytes_pass(self, client: httpx.Client) -> None:
        assert client.post("/api/communication/v1/documents", content=b"x" * 10 * 1024 * 1024).status_code == 200

    def test_more_is_refused_as_a_problem(self, client: httpx.Client) -> None:
        answer = client.post("/api/communication/v1/documents", content=b"x" * (10 * 1024 * 1024 + 1))
        assert answer.status_code == 413
        assert answer.headers["Content-Type"] == PROBLEM
        assert answer.json()["type"] == "urn:portail-famille:problem:too-large"

    def test_more_is_refused_as_a_page(self, client: httpx.Client) -> None:
        answer = client.post("/mairie/documents", content=b"x" * (10 * 1024 * 1024 + 1))
        assert answer.status_code == 413
        assert "trop volumineux" in answer.text

    @pytest.mark.parametrize("path", ["/planning/absences", "/api/planning/v1/absences"])
    def test_documents_of_an_absence_may_be_sixteen_megabytes(self, client: httpx.Client, path: str) -> None:
        assert client.post(path, content=b"x" * 16 * 1024 * 1024).status_code == 200
        assert client.post(path.replace("absences", "other"), content=b"x" * (10 * 1024 * 1024 + 1)).status_code == 413

    def test_more_documents_are_refused_with_their_own_limit(self, client: httpx.Client) -> None:
        too_much = b"x" * (16 * 1024 * 1024 + 1)
        page = client.post("/planning/absences", content=too_much)
        assert (page.status_code, "trois documents de 5 Mo" in page.text) == (413, True)
        problem = client.post("/api/planning/v1/absences", content=too_much)
        assert (problem.status_code, problem.json()["detail"]) == (413, "L'envoi est trop volumineux : 16 Mo au plus.")

    def test_an_address_that_asks_too_much(self, folder: Path, upstreams: dict[str, list[int]]) -> None:
        gateway = Nginx(folder / "limited", GATEWAY, free_block(1), upstreams, rate="1r/m", burst=20)
        with running(gateway) as client:
            statuses = [client.get("/api/identity/v1").status_code for _ in range(30)]
            refused = client.get("/api/identity/v1")
            page = client.get("/")
        assert 15 <= statuses.count(200) <= 22
        assert refused.status_code == page.status_code == 429
        assert refused.json()["type"] == "urn:portail-famille:problem:too-many-requests"
        assert refused.headers["Retry-After"] == "5"
        assert "Trop de demandes" in page.text


class TestCrowds:
    """With the limits that really run."""

    @pytest.fixture
    def genuine(self, folder: Path, upstreams: dict[str, list[int]]) -> Iterator[httpx.Client]:
        with running(Nginx(folder / "genuine", GATEWAY, free_block(1), upstreams)) as client:
            yield client

    def test_a_school_full_of_parents_behind_one_address_is_served(self, genuine: httpx.Client) -> None:
        """Sixty open the portal and log in at the same moment, worse than within a minute."""
        port = genuine.base_url.port
        assert port
        asked = [
            *(("GET", path) for path in ("/", *(f"/static/{number}.js" for number in range(6)), "/accueil")),
            ("POST", "/connexion"),
            ("POST", "/api/identity/v1/sessions"),
            *(("GET", f"/api/{service}/v1/things") for service in ("identity", "enrolment", "communication")),
        ]
        with ThreadPoolExecutor(60) as parents:
            statuses = Counter(
                status for answers in parents.map(lambda _: _ask(port, asked), range(60)) for status in answers
            )
        assert statuses == {200: 60 * len(asked)}

    def test_a_flood_is_cut(self, genuine: httpx.Client) -> None:
        began = time.monotonic()
        with ThreadPoolExecutor(24) as senders:
            port = genuine.base_url.port or 0
            answers = [each for some in senders.map(lambda _: _flood(port, "GET /", 500), range(24)) for each in some]
        seconds = time.monotonic() - began
        allowed = 1001 + 200 * seconds
        assert len(answers) == 12000
        assert answers.count(200) <= allowed
        assert answers.count(429) >= 12000 - allowed > 1000

    @pytest.mark.parametrize(
        ("asked", "at_once", "a_second"),
        [
            ("POST /connexion", 150, 5),
            ("POST /api/identity/v1/sessions", 150, 5),
            ("POST /mot-de-passe-oublie", 150, 5),
            ("POST /mot-de-passe/jeton", 150, 5),
            ("PUT /api/identity/v1/password-resets/jeton", 150, 5),
            ("PUT /api/identity/v1/account/password", 150, 5),
            ("GET /factures/1/pdf", 200, 20),
            ("GET /api/planning/v1/agendas/secret.ics", 100, 5),
            ("GET /api/billing/v1/invoices/1/pdf", 200, 20),
        ],
    )
    def test_what_is_dear_has_a_limit_of_its_own(
        self, genuine: httpx.Client, asked: str, at_once: int, a_second: int
    ) -> None:
        began = time.monotonic()
        answers = _flood(genuine.base_url.port or 0, asked, 400)
        allowed = at_once + 1 + a_second * (time.monotonic() - began)
        assert at_once <= 400 - answers.count(429) <= allowed
        assert len(answers) == 400
        assert genuine.get("/").status_code == 200, "everything else is still open to that address"

    def test_a_spoofed_address_is_counted_as_the_real_one(self, folder: Path, upstreams: dict[str, list[int]]) -> None:
        class Distrustful(Nginx):
            def _values(self) -> dict[str, str]:
                return {**super()._values(), "GATEWAY_TRUSTED": "192.0.2.1"}

        gateway = Distrustful(folder / "spoofed", GATEWAY, free_block(1), upstreams, rate="1r/m", burst=20)
        with running(gateway) as client:
            statuses = [
                client.get("/", headers={"X-Forwarded-For": f"198.51.100.{number}"}).status_code for number in range(40)
            ]
        assert statuses.count(200) <= 22

    def test_slow_requests_are_cut_and_hold_nobody_up(self, genuine: httpx.Client) -> None:
        """Two hundred dribble a header or a body; others are served meanwhile; the slow are shown the door."""
        port = genuine.base_url.port or 0
        header = b"GET / HTTP/1.1\r\nHost: alixan.localhost\r\nX-Slow: "
        body = b"POST / HTTP/1.1\r\nHost: alixan.localhost\r\nContent-Length: 1000\r\n\r\nx"
        with contextlib.ExitStack() as stack:
            slow = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=50)) for _ in range(200)]
            for number, connection in enumerate(slow):
                connection.sendall(body if number % 2 else header)
            assert genuine.get("/").status_code == 200
            cut, _, _ = select.select(slow, [], [], 0)
            assert len(cut) < len(slow), "others are served while the slow still dribble"
            for connection in slow:
                with contextlib.suppress(ConnectionResetError):
                    while connection.recv(4096):
                        pass


def _ask(port: int, asked: list[tuple[str, str]]) -> list[int]:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
        return [client.request(method, path).status_code for method, path in asked]


def _flood(port: int, asked: str, times: int) -> list[int]:
    """The statuses of one request sent many times at once over one connection."""
    request = f"{asked} HTTP/1.1\r\nHost: alixan.localhost\r\nContent-Length: 0\r\n".encode()
    content = (request + b"\r\n") * (times - 1) + request + b"Connection: close\r\n\r\n"
    received = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        threading.Thread(target=connection.sendall, args=(content,), daemon=True).start()
        while piece := connection.recv(65536):
            received += piece
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


class TestFailures:
    def test_a_service_that_is_away(self, client: httpx.Client) -> None:
        answer = client.get("/api/billing/v1/invoices")
        assert answer.status_code == 503
        assert answer.headers["Content-Type"] == PROBLEM
        assert answer.headers["Retry-After"] == "5"
        assert answer.json()["type"] == "urn:portail-famille:problem:unavailable"

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_replica_that_is_away_is_not_noticed(
        self, client: httpx.Client, upstreams: dict[str, list[int]], method: str
    ) -> None:
        answers = [client.request(method, "/api/planning/v1/months") for _ in range(10)]
        assert {answer.status_code for answer in answers} == {200}
        assert {answer.json()["port"] for answer in answers} == {upstreams["planning"][0]}

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_the_web_client_being_away_is_told_kindly(
        self, folder: Path, upstreams: dict[str, list[int]], method: str
    ) -> None:
        away = {**upstreams, WEB: [free_block(1)], "payment-gateway": [free_block(1)]}
        with running(Nginx(folder / "away", GATEWAY, free_block(1), away)) as client:
            for path in ("/", "/pay/paybox/return"):
                answer = client.request(method, path)
                assert answer.status_code == 503
                assert "Le portail revient dans un instant" in answer.text
                assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
                assert answer.headers["Retry-After"] == "5"

    def test_the_pages_cannot_be_asked_for(self, client: httpx.Client) -> None:
        assert client.get("/_gateway/unavailable.html").status_code == 404


def test_the_log_holds_no_query(client: httpx.Client, folder: Path) -> None:
    client.get("/mot-de-passe", params={"jeton": "secret-one-time-link"})
    log, deadline = folder / "nginx.log", time.monotonic() + 30
    while not any(line["path"] == "/mot-de-passe" and line["status"] == 200 for line in _accesses(log)):
        assert time.monotonic() < deadline, log.read_text()  # a line is written once the answer is sent
        time.sleep(0.05)
    assert "secret-one-time-link" not in log.read_text()


def _accesses(log: Path) -> list[dict[str, Any]]:
    whole_lines = log.read_text().split("\n")[:-1]
    return [json.loads(line) for line in whole_lines if line.startswith("{")]


def test_the_log_holds_no_address_of_a_calendar(folder: Path, upstreams: dict[str, list[int]]) -> None:
    """Not even where nginx complains by itself: of a replica that is away, of too many requests."""
    replica_away = {**upstreams, "planning": [free_block(1), *upstreams["planning"]]}
    gateway = Nginx(folder / "agendas", GATEWAY, free_block(1), replica_away, rate="1r/m", burst=5)
    with running(gateway) as client:
        asked = [client.get("/api/planning/v1/agendas/secret-of-a-family.ics").status_code for _ in range(20)]
        others = [client.get("/api/planning/v1/members").status_code for _ in range(3)]
    log = (folder / "agendas" / "nginx.log").read_text()
    assert {200, 429} == {*asked, *others}
    assert "/api/planning/v1/agendas/-" in log
    assert "limiting requests" in log, "other refusals are complained of"
    assert "secret-of-a-family" not in log


class TestTemplate:
    def test_nginx_variables_stay(self) -> None:
        assert render("${WEB_SERVERS} $host ${host}", {"WEB_SERVERS": "x"}) == "x $host ${host}"

    def test_a_missing_value_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            render("${WEB_SERVERS}", {})

    def test_compose_gives_every_value(self) -> None:
        template = (GATEWAY / "nginx.conf.template").read_text()
        compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
        given = compose["services"]["gateway"]["environment"]
        assert set(re.findall(r"\$\{([A-Z_]+)\}", template)) == set(given)

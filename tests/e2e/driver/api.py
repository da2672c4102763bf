"""The public API as one person of one commune calls it."""

import uuid
from dataclasses import dataclass
from typing import Any, Self

import httpx

from driver.local_client import local_client

SERVICES = ("identity", "enrolment", "planning", "billing", "payment-gateway", "communication")


class Refused(Exception):  # noqa: N818 - reads as what happened
    """The API answered with a problem. ``slug`` is the last part of its type, ``problem`` all of it."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.problem: dict[str, Any] = response.json() if "json" in response.headers.get("content-type", "") else {}
        self.slug = str(self.problem.get("type", "")).rpartition(":")[2]
        super().__init__(f"{response.request.method} {response.request.url.path}: {self.status} {response.text[:500]}")


@dataclass(frozen=True)
class Session:
    """What a login gives."""

    access_token: str
    refresh_token: str
    must_change_password: bool
    account: dict[str, Any]

    @classmethod
    def read(cls, answer: dict[str, Any]) -> Self:
        return cls(answer["access_token"], answer["refresh_token"], answer["must_change_password"], answer["account"])


class Api:
    """Calls ``/api/<service>/v1`` through the gateway, with a commune's host and the token of the person logged in.

    ``get``, ``post``, ``put`` and ``delete`` return the JSON of the answer and raise ``Refused`` on a problem;
    ``send`` returns the answer as it is.
    """

    def __init__(self, gateway_url: str, host: str) -> None:
        self._client = local_client(gateway_url, headers={"host": host})
        self.host = host
        self.session: Session | None = None

    def close(self) -> None:
        self._client.close()

    def send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **content: Any) -> httpx.Response:
        """Any path of the gateway, with the token of the session unless another authorization is given."""
        given = dict(headers or {})
        if self.session is not None:
            given.setdefault("authorization", f"Bearer {self.session.access_token}")
        return self._client.request(method, path, headers=given, **content)

    def get(self, service: str, path: str, **query: Any) -> Any:
        return self._call("GET", service, path, params=query)

    def put(self, service: str, path: str, body: Any) -> Any:
        return self._call("PUT", service, path, json=body)

    def delete(self, service: str, path: str) -> Any:
        return self._call("DELETE", service, path)

    def post(self, service: str, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """``key`` is the Idempotency-Key; each call has its own by default."""
        headers = {"idempotency-key": key or str(uuid.uuid4())}
        return self._call("POST", service, path, headers=headers, **({} if body is None else {"json": body}))

    def log_in(self, user_name: str, password: str) -> Session:
        """Opens a session and keeps it."""
        credentials = {"user_name": user_name, "password": password}
        self.session = Session.read(self.post("identity", "/sessions", credentials))
        return self.session

    def change_password(self, current: str, new: str) -> Session:
        """Keeps the new session; every other one ends."""
        body = {"current_password": current, "new_password": new}
        self.session = Session.read(self.put("identity", "/account/password", body))
        return self.session

    def _call(self, method: str, service: str, path: str, **content: Any) -> Any:
        response = self.send(method, f"/api/{service}/v1{path}", **content)
        if not response.is_success:
            raise Refused(response)
        return response.json() if response.content else None

"""Secrets of contracts: sealed in the database, replaced keys, and never in logs, events or answers."""

import asyncio
import base64
import json
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from chassis.secrets import SecretBox, UnreadableSecretError
from chassis.testing.contract import served
from chassis.testing.plugin import Harness
from contracts.values import Role
from portail_local.ports import free_block


def environment(harness: Harness, **changed: str) -> dict[str, str]:
    """The settings of the service under test, for a process of its own."""
    settings = harness.runtime.settings
    values = {
        "database_url": settings.database_url.get_secret_value(),
        "relay_database_url": settings.relay_database_url.get_secret_value(),
        "amqp_url": settings.amqp_url.get_secret_value(),
        "secret_key": settings.secret_key.get_secret_value(),  # type: ignore[attr-defined]
        "jwks_url": settings.jwks_url,
        "bank_hosts": settings.bank_hosts,  # type: ignore[attr-defined]
        "log_level": "debug",
        **changed,
    }
    return {**os.environ, **{f"PORTAIL_{name.upper()}": value for name, value in values.items()}}


def reseal(harness: Harness, **changed: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "chassis", "reseal", "payment-gateway"]
    return subprocess.run(command, env=environment(harness, **changed), capture_output=True, text=True, check=False)


async def sealed_key(harness: Harness, shop: Any) -> bytes:
    (row,) = await harness.query(
        "select sealed_secrets ->> 'hmac_key' as sealed from merchant_contract where regie_id = $1", shop.regie_id
    )
    return base64.b64decode(row["sealed"])


async def test_a_replaced_key_opens_nothing_any_more_once_all_is_sealed_anew(shop: Any, harness: Harness) -> None:
    old = harness.runtime.settings.secret_key.get_secret_value()  # type: ignore[attr-defined]
    new = base64.b64encode(secrets.token_bytes(32)).decode()
    purpose = f"hmac-key/{shop.tenant_id}/{shop.regie_id}"
    lost = await asyncio.to_thread(reseal, harness, secret_key=new)
    assert lost.returncode == 1
    assert "no key at hand" in lost.stderr
    done = await asyncio.to_thread(reseal, harness, secret_key=new, former_secret_keys=old)
    assert done.returncode == 0, done.stderr
    assert "sealed under the present key" in done.stdout
    sealed = await sealed_key(harness, shop)
    assert SecretBox(base64.b64decode(new)).open(sealed, purpose=purpose).decode() == "0123456789ABCDEF" * 8
    with pytest.raises(UnreadableSecretError):
        SecretBox(base64.b64decode(old)).open(sealed, purpose=purpose)
    back = await asyncio.to_thread(reseal, harness, secret_key=old, former_secret_keys=new)
    assert back.returncode == 0, back.stderr
    assert (await shop.start(await shop.request()))["fields"]


async def test_a_secret_of_one_regie_does_not_open_as_anothers(open_shop: Any, harness: Harness) -> None:
    first, second = await open_shop(), await open_shop()
    await harness.query(
        "update merchant_contract set sealed_secrets = (select sealed_secrets from merchant_contract"
        " where regie_id = $1) where regie_id = $2",
        first.regie_id,
        second.regie_id,
    )
    payment_id = await second.request()
    async with second.client() as client:
        assert (await client.post(f"/payments/{payment_id}/attempts")).status_code == 500
    await harness.query("delete from merchant_contract where regie_id = $1", second.regie_id)


@asynccontextmanager
async def own_process(harness: Harness, log: Path) -> AsyncIterator[str]:
    """The service as an operator runs it, its logs in a file: its address."""
    port = free_block(1)
    keys = FastAPI()
    keys.get("/jwks")(harness.signer.jwks)
    async with served(keys) as identity:
        variables = environment(harness, port=str(port), jwks_url=f"{identity}/jwks")
        command = [sys.executable, "-m", "chassis", "serve", "payment-gateway"]
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(*command, env=variables, stdout=output, stderr=output)
        try:
            async with asyncio.timeout(60), httpx.AsyncClient() as client:
                while not await _is_live(client, f"http://127.0.0.1:{port}"):
                    assert process.returncode is None, "see the log"
                    await asyncio.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            await process.wait()


async def _is_live(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(f"{address}/health/live")).is_success
    except httpx.TransportError:
        return False


async def test_planted_secrets_show_up_nowhere(
    open_shop: Any, payzen: Any, calendar: Any, harness: Harness, tmp_path: Path
) -> None:
    """Contracts given, refused, tried and used, with a bank that answers, one that is silent, and a broken seal."""
    planted = {name: f"PLANTED{secrets.token_hex(12)}" for name in ("form_key", "rest_password", "rest_hmac_key")}
    hmac_key = secrets.token_hex(64)
    payzen.form_key, payzen.password = planted["form_key"], planted["rest_password"]
    shop, answers = await open_shop("veyras", payzen), []
    payment_id = await shop.request()
    headers = {"host": "veyras.localhost"}
    as_parent = {**headers, **harness.signer.headers(shop.tenant_id, family_id=shop.family_id)}
    as_mayor = {**headers, **harness.signer.headers(shop.tenant_id, Role.ADMINISTRATOR)}
    log = tmp_path / "service.log"
    async with own_process(harness, log) as address, httpx.AsyncClient(base_url=address, timeout=30) as client:
        api = "/api/payment-gateway/v1"
        contract = f"{api}/regies/{shop.regie_id}/contract"
        good = payzen.contract(**planted)
        for body in (good, {**good, "site_id": "x"}, {**good, "form_key": 1}, {**good, "other": planted["form_key"]},
                     {**good, "protocol": "paybox", "hmac_key": hmac_key}, good):  # fmt: skip
            answers.append(await client.put(contract, json=body, headers=as_mayor))
        answers.append(await client.get(contract, headers=as_mayor))
        answers.append(await client.post(f"{contract}/test", headers=as_mayor))
        started = await client.post(f"{api}/payments/{payment_id}/attempts", headers=as_parent)
        message = payzen.decide(started.json())
        path = f"/pay/ipn/payzen/veyras/{started.json()['attempt_id']}"
        answers += [await client.post(path, content=message + more) for more in ("&x=1", "")]
        answers.append(await client.get(f"{api}/payments/{payment_id}/history", headers=as_mayor))
        answers.append(await client.get("/metrics"))
        payzen.is_down = True
        answers.append(await client.post(f"{contract}/test", headers=as_mayor))
        await harness.query(
            'update merchant_contract set sealed_secrets = sealed_secrets || \'{"form_key": "AAAA"}\''
            " where regie_id = $1",
            shop.regie_id,
        )
        answers.append(await client.get(contract, headers=as_mayor))
    statuses = [answer.status_code for answer in answers]
    assert statuses == [200, 422, 422, 422, 422, 200, 200, 200, 200, 200, 200, 200, 200, 500]
    written = log.read_text()
    assert written.count("bank_message_judged") == 2
    assert all(json.loads(line) for line in written.splitlines() if line.startswith("{"))
    events = await harness.query("select body::text from kept.published_event")
    rows = await harness.query("select row_to_json(merchant_contract)::text as shown from merchant_contract")
    shown = [written, *(answer.text for answer in answers), *(row[0] for row in [*events, *rows])]
    for secret in (*planted.values(), hmac_key):
        assert not [text for text in shown if secret in text or base64.b64encode(secret.encode()).decode() in text]

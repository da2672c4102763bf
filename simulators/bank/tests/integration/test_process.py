"""``python -m bank_simulator`` as it is started for real."""

import asyncio
import json
import os
import sys
import time

import httpx

from portail_local.ports import free_block

NUMBER = "4012001038443335"


async def started(client):
    deadline = time.monotonic() + 60
    while True:
        try:
            return await client.get("/health/ready")
        except httpx.TransportError:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)


async def test_its_logs_are_json_lines_without_the_card(shop, open_payment):
    port = free_block(1)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bank_simulator",
        env=os.environ | {"PORTAIL_PORT": str(port), "PORTAIL_HOST": "127.0.0.1", "PORTAIL_LOG_LEVEL": "debug"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as bank:
            await started(bank)
            page = await open_payment(bank, shop)
            await bank.post(f"{page}/card", data={"number": NUMBER, "expiry": "12/40", "security_code": "987"})
            await bank.post(f"{page}/card", data={"number": f"{NUMBER}x", "expiry": "", "security_code": "987"})
    finally:
        process.terminate()
        output, _ = await process.communicate()
    assert process.returncode in {0, -15}
    events = [json.loads(line)["event"] for line in output.splitlines()]
    assert {"payment_opened", "attempt_finished"} <= set(events)
    assert NUMBER not in output.decode()

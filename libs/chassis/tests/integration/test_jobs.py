"""Jobs: woken after a commit of their process, and one commune's trouble is its own."""

import asyncio

import pytest
from sqlalchemy import text

from chassis.jobs import run_job_once
from chassis.testing.plugin import ALIXAN, VEYRAS, Harness
from contracts.values import Role


@pytest.fixture(scope="module", autouse=True)
def nothing_read_yet() -> None:
    """Other files start the same service in the same process: what its job read there is not this file's."""
    from sample.entrypoints.service import READ_IN

    READ_IN.clear()


@pytest.fixture
async def read_in(harness: Harness) -> list[str]:
    """What the job reads from now on; its first run, for all communes, is over."""
    from sample.entrypoints.service import READ_IN

    async with asyncio.timeout(10):
        while len(READ_IN) < 2:
            await asyncio.sleep(0.01)
    READ_IN[:] = ["alixan", "veyras"]
    return READ_IN


async def _write(harness: Harness, slug: str, words: str) -> int:
    tenant = {"alixan": ALIXAN, "veyras": VEYRAS}[slug]
    headers = harness.signer.headers(tenant.tenant_id, Role.PARENT, family_id=tenant.tenant_id)
    async with harness.client(slug, headers) as client:
        return (await client.post("/notes", json={"words": words})).status_code


async def test_a_commit_wakes_the_job_for_its_commune_alone(harness: Harness, read_in: list[str]) -> None:
    assert await _write(harness, "veyras", "une note que le service trouve trop longue") == 409
    assert await _write(harness, "alixan", "une note") == 201
    async with asyncio.timeout(10):
        while len(read_in) < 3:
            await asyncio.sleep(0.01)
    assert read_in[2:] == ["alixan"], "what was rolled back wakes nobody"


async def test_what_another_process_runs_is_waited_for(harness: Harness, read_in: list[str]) -> None:
    async with harness.runtime.database.platform() as elsewhere:
        await elsewhere.execute(text("select pg_advisory_xact_lock(hashtext('job-read-notes'))"))
        assert await _write(harness, "alixan", "une note") == 201
        (job,) = harness.runtime.declaration.jobs
        assert await run_job_once(job, harness.runtime) == "elsewhere"
        assert len(read_in) == 2
    async with asyncio.timeout(10):
        while len(read_in) < 3:
            await asyncio.sleep(0.01)
    assert read_in[2:] == ["alixan"]


async def test_one_communes_trouble_does_not_stop_the_others(harness: Harness, read_in: list[str]) -> None:
    await harness.query("insert into note (tenant_id, id, words) values ($1, $1, 'trouble')", ALIXAN.tenant_id)
    (job,) = harness.runtime.declaration.jobs
    assert await run_job_once(job, harness.runtime) == "failed"
    assert read_in[2:] == ["alixan", "veyras"]


async def test_a_job_the_service_does_not_have_cannot_be_woken(harness: Harness) -> None:
    async with harness.runtime.transaction(ALIXAN.tenant_id) as transaction:
        with pytest.raises(KeyError):
            transaction.wake("unknown")

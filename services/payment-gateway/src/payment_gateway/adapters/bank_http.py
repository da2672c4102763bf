"""HTTP to the banks' servers."""

import asyncio
import ssl

import httpx

from payment_gateway.application.bank_port import BankUnavailableError

_SECONDS = 15.0
_MOST_BYTES = 1_000_000
_CONTEXT = ssl.create_default_context()


async def call_bank(
    method: str,
    url: str,
    *,
    content: bytes | None = None,
    headers: dict[str, str] | None = None,
    basic: tuple[str, str] | None = None,
) -> tuple[int, bytes]:
    """Status and body of one exchange, redirections not followed; 15 s in all. Raises ``BankUnavailableError``."""
    client = httpx.AsyncClient(verify=_CONTEXT, timeout=_SECONDS, trust_env=False)
    body = bytearray()
    try:
        async with asyncio.timeout(_SECONDS), client:
            request = client.build_request(method, url, content=content, headers=headers)
            response = await client.send(request, auth=basic, stream=True)
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise BankUnavailableError
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as error:
        raise BankUnavailableError from error
    return response.status_code, bytes(body)

"""Documents passed on from the API without being kept."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from starlette.responses import StreamingResponse

from web.api.client import Api

_PASSED_ON = ("content-type", "content-length", "content-disposition")


async def pass_on(api: Api, path: str) -> StreamingResponse:
    """Streams a document. Problems of the API are raised before anything is sent.

    The browser is told to save it: a document never runs in the portal's origin.
    """
    stack = AsyncExitStack()
    source = await stack.enter_async_context(api.stream(path))
    headers = {name: source.headers[name] for name in _PASSED_ON if name in source.headers}
    _kind, _separator, named = headers.get("content-disposition", "").partition(";")
    headers["content-disposition"] = f"attachment;{named}" if named else "attachment"

    async def pieces() -> AsyncIterator[bytes]:
        async with stack:
            async for piece in source.aiter_bytes():
                yield piece

    return StreamingResponse(pieces(), headers=headers)

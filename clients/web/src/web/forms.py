"""Fields of forms, and what is said when they are wrong."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Form, Query, Request

MAX_TEXT = 10_000

Text = Annotated[str, Form(max_length=MAX_TEXT)]
"""A field that may be long."""
ShortText = Annotated[str, Form(max_length=256)]
"""A name, an address, a password."""
Reason = Annotated[str, Form(max_length=500)]
"""Why, in the words of who decides."""
SHORTEST_REASON = 3
Ticked = Annotated[bool, Form()]
"""A tick box, absent when not ticked: give it the default False."""
Code = Annotated[str, Query(max_length=64)]
"""What was just done, told in the address after a form."""


async def fields_of(request: Request) -> Mapping[str, list[str]]:
    """What a form sent, by the names of its fields; files are left out."""
    form = await request.form()
    return {name: [value for value in form.getlist(name) if isinstance(value, str)] for name in form}

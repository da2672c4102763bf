"""Fields of forms, and what is said when they are wrong."""

from typing import Annotated

from fastapi import Form, Query

MAX_TEXT = 10_000

Text = Annotated[str, Form(max_length=MAX_TEXT)]
"""A field that may be long."""
ShortText = Annotated[str, Form(max_length=256)]
"""A name, an address, a password."""
Ticked = Annotated[bool, Form()]
"""A tick box, absent when not ticked: give it the default False."""
Code = Annotated[str, Query(max_length=64)]
"""What was just done, told in the address after a form."""

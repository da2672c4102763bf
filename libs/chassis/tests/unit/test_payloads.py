import pytest
from pydantic import BaseModel, ValidationError

from chassis.http.payloads import Page, Payload


class Item(BaseModel):
    number: int


class Order(Payload):
    quantity: int


@pytest.mark.parametrize(("read", "shown", "cursor"), [(0, 0, None), (2, 2, None), (3, 2, "1")])
def test_a_page_names_its_last_item_when_others_follow(read: int, shown: int, cursor: str | None) -> None:
    page = Page[Item].cut([Item(number=number) for number in range(read)], 2, lambda item: item.number)
    assert (len(page.items), page.next_cursor) == (shown, cursor)


def test_a_payload_refuses_what_it_does_not_name() -> None:
    with pytest.raises(ValidationError):
        Order.model_validate({"quantity": 1, "price": 0})

"""Money of an order's payment went back to the family, or did not come after all."""

from contracts.events import PaymentReversed
from contracts.values import PaymentPurpose
from enrolment.application.ports import Store
from enrolment.domain.order import UnknownPaymentError


async def note_return(store: Store, back: PaymentReversed) -> None:
    """Marks it for the town hall: adhesions stay in force until a person decides, and their planning stays open.

    Surplus money never bought anything: its return marks nothing. Raises ``UnknownPaymentError``.
    """
    if back.purpose is not PaymentPurpose.ADHESION_ORDER or back.surplus_id is not None:
        return
    if await store.find_payment(back.payment_id) is None:
        raise UnknownPaymentError
    await store.insert_return(back)

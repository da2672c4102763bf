"""A family leaves for the bank's page."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.errors import NotFoundError
from payment_gateway.application.ports import Addresses, BankForm, BankProtocol, PaymentOrder, PaymentStore
from payment_gateway.domain.payment import NoMerchantContractError


@dataclass(frozen=True)
class Portal:
    """The commune's side of a payment. ``browser`` and ``server`` are the base addresses where the payer comes back
    and where the bank's server writes; ``town_hall_email`` takes the receipt of a payer without e-mail.
    """

    slug: str
    browser: str
    server: str
    town_hall_email: str


async def start_attempt(
    store: PaymentStore,
    protocols: dict[str, BankProtocol],
    *,
    payment_id: UUID,
    family_id: UUID,
    portal: Portal,
    real_now: datetime,
) -> tuple[UUID, BankForm]:
    """Opens an attempt. Returns its id and the signed form.

    Raises ``NotFoundError``, ``PaymentAlreadyPaidError``, ``PaymentClosedError``, ``NoMerchantContractError``.
    """
    payment = await store.locked_payment(payment_id)
    if payment is None or payment.family_id != family_id:
        raise NotFoundError
    payment.check_can_start()
    contract = await store.current_contract(payment.regie_id)
    if contract is None:
        raise NoMerchantContractError
    payer = await store.payer_of(payment_id)
    attempt_id = await store.add_attempt(payment_id, contract.contract_id, real_now)
    await store.save_payment(payment.start(real_now))
    order = PaymentOrder(
        bank_reference=payment.bank_reference,
        amount_cents=payment.amount_cents,
        article_count=payment.article_count,
        payer=payer,
        town_hall_email=portal.town_hall_email,
        addresses=Addresses(portal.browser, portal.server, f"{contract.protocol}/{portal.slug}/{attempt_id}"),
        real_now=real_now,
    )
    return attempt_id, protocols[contract.protocol].start(contract, order)

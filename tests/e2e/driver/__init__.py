"""The system as its users meet it: through the gateway, the bank's page and the mails. Knows nothing of any service.

Nothing here depends on a test runner: journeys, fault tests and load scripts share it.
"""

from driver.api import Api, Refused, Session
from driver.bank import (
    ACCEPTED_CARD,
    FRICTIONLESS_CARD,
    INSUFFICIENT_FUNDS_CARD,
    Bank,
    BankPage,
    PaymentForm,
)
from driver.clock import BusinessClock
from driver.mailbox import Mail, Mailbox
from driver.parent import FamilyRecord, Parent
from driver.portal import Portal
from driver.system import OWN_PASSWORD, System
from driver.together import at_once
from driver.town_hall import TownHall
from driver.waiting import WaitedInVainError, until

__all__ = [
    "ACCEPTED_CARD",
    "FRICTIONLESS_CARD",
    "INSUFFICIENT_FUNDS_CARD",
    "OWN_PASSWORD",
    "Api",
    "Bank",
    "BankPage",
    "BusinessClock",
    "FamilyRecord",
    "Mail",
    "Mailbox",
    "Parent",
    "PaymentForm",
    "Portal",
    "Refused",
    "Session",
    "System",
    "TownHall",
    "WaitedInVainError",
    "at_once",
    "until",
]

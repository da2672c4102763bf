"""Where the system is, and who can be called up in it."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from driver.api import Api
from driver.bank import Bank
from driver.clock import BusinessClock
from driver.mailbox import Mailbox
from driver.parent import FamilyRecord, Parent
from driver.town_hall import TownHall

OWN_PASSWORD = "une phrase assez longue"


@dataclass
class System:
    """Addresses of a running system. A context: whatever it opened is closed at its end."""

    gateway_url: str
    bank_url: str
    mail_url: str
    _opened: ExitStack = field(default_factory=ExitStack, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def api(self, commune: str) -> Api:
        """Someone not logged in yet, at a commune by its slug."""
        api = Api(self.gateway_url, f"{commune}.localhost")
        self._opened.callback(api.close)
        return api

    def bank(self) -> Bank:
        bank = Bank(self.bank_url)
        self._opened.callback(bank.close)
        return bank

    def mailbox(self) -> Mailbox:
        mailbox = Mailbox(self.mail_url)
        self._opened.callback(mailbox.close)
        return mailbox

    def clock(self, commune: str) -> BusinessClock:
        return BusinessClock(self.api(commune))

    def town_hall(self, commune: str) -> TownHall:
        """The demonstration's administrator."""
        api = self.api(commune)
        api.log_in(f"mairie.{commune}", f"demonstration-{commune}")
        return TownHall(api)

    def parent(self, commune: str, family: FamilyRecord, bank: Bank | None = None) -> Parent:
        """The parent of a fresh family, who has just chosen an own password (``OWN_PASSWORD``)."""
        api = self.api(commune)
        api.log_in(family.user_name, family.first_password)
        api.change_password(family.first_password, OWN_PASSWORD)
        return Parent(api, bank or self.bank(), family)

    def same_parent_elsewhere(self, parent: Parent) -> Parent:
        """The same person in another browser."""
        api = self.api(parent.api.host.partition(".")[0])
        api.log_in(parent.family.user_name, OWN_PASSWORD)
        return Parent(api, parent.bank, parent.family)

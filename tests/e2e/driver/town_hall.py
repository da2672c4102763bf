"""The town hall: registers families, runs the month."""

import uuid
from datetime import date
from typing import Any

from driver.api import Api
from driver.parent import FamilyRecord, Parent
from driver.waiting import PATIENCE_SECONDS, until

CHILDREN = ("Louis", "Estelle", "Louane", "Théo")
_BIRTHS = ("2014-03-12", "2016-10-02", "2012-05-27", "2018-01-19")


class TownHall:
    """Someone of the town hall, logged in."""

    def __init__(self, api: Api, *, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self.api = api

    def register_family(self, children: tuple[str, ...] = CHILDREN, family_id: str | None = None) -> FamilyRecord:
        """A family nobody else uses, with an account and a first password; its id is drawn unless given."""
        family_id, mark = family_id or str(uuid.uuid4()), uuid.uuid4().hex[:10]
        email = f"sophie.{mark}@example.org"
        members = {child: str(uuid.uuid4()) for child in children}
        guardian_id = str(uuid.uuid4())
        name = f"Mercier-{mark.translate(str.maketrans('0123456789', 'ghijklmnop'))}"
        body = {
            "name": name,
            "address": {"line": "14 chemin des Noyers", "postal_code": "26300", "city": "Alixan"},
            "quotient_familial": 940,
            "guardians": [
                {
                    "guardian_id": guardian_id,
                    "first_name": "Sophie",
                    "last_name": name,
                    "email": email,
                    "phone": "06 00 00 26 30",
                }
            ],
            "members": [
                {
                    "member_id": members[child],
                    "kind": "child",
                    "first_name": child,
                    "last_name": name,
                    "birth_date": birth,
                    "school": "École Jules Verne",
                }
                for child, birth in zip(children, _BIRTHS, strict=False)
            ],
        }
        self.api.put("enrolment", f"/families/{family_id}", body)
        user_name, first_password = self._open_account(family_id)
        return FamilyRecord(family_id, name, guardian_id, members, email, user_name, first_password)

    def share(self, child: str, of: FamilyRecord, *, also_of: FamilyRecord) -> None:
        """A child of one family is in another's file too from now on."""
        file, shared = (self.api.get("enrolment", f"/families/{record.family_id}") for record in (also_of, of))
        wanted = {each["member_id"] for each in file["members"]} | {of.members[child]}
        kept = ("member_id", "kind", "first_name", "last_name", "birth_date", "school")
        members = {each["member_id"]: each for each in (*file["members"], *shared["members"])}
        body = {
            "name": file["name"],
            "address": file["address"],
            "quotient_familial": file["quotient_familial"],
            "guardians": [
                {name: value for name, value in guardian.items() if name != "account_user_name"}
                for guardian in file["guardians"]
            ],
            "members": [{name: members[member_id][name] for name in kept} for member_id in sorted(wanted)],
        }
        self.api.put("enrolment", f"/families/{also_of.family_id}", body)
        also_of.members[child] = of.members[child]
        known = f"/families/{of.family_id}/shared-members"
        until(lambda: self.api.get("planning", known), seconds=self._patience)

    def _open_account(self, family_id: str) -> tuple[str, str]:
        """The account follows the family's event; its first password is drawn."""
        accounts = until(
            lambda: self.api.get("identity", "/accounts", family_id=family_id)["items"], seconds=self._patience
        )
        drawn = self.api.post("identity", f"/accounts/{accounts[0]['account_id']}/first-password", {})
        return drawn["user_name"], drawn["first_password"]

    def run_month(self, period: str) -> dict[str, Any]:
        """The invoicing run of ``2022-09``."""
        run: dict[str, Any] = self.api.post("billing", "/invoicing-runs", {"period": period})
        return run

    def invoice_of(self, parent: Parent, period: str) -> dict[str, Any]:
        """Runs the month until the family's bookings have reached billing and are invoiced."""

        def issued() -> list[dict[str, Any]]:
            self.run_month(period)
            return [invoice for invoice in parent.invoices() if invoice["period"].startswith(period)]

        return until(issued, seconds=self._patience)[0]

    def reservations(self, family_id: str, start: date, end: date) -> list[dict[str, Any]]:
        query = {"family_id": family_id, "from": start.isoformat(), "to": end.isoformat()}
        found: list[dict[str, Any]] = self.api.get("planning", "/all-reservations", **query)["items"]
        return found

    def payment_history(self, payment_id: str) -> list[str]:
        """In words, oldest first."""
        entries = self.api.get("payment-gateway", f"/payments/{payment_id}/history")
        return [entry["sentence"] for entry in entries]

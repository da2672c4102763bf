"""The portal's pages as a person in front of a browser uses them: by what is written, never by how it is drawn."""

import os
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from driver.bank import ACCEPTED_CARD
from driver.waiting import until

PHONE_WIDTH, DESKTOP_WIDTH = 360, 1440
_HEIGHTS = {PHONE_WIDTH: 740, DESKTOP_WIDTH: 900}


def at_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": _HEIGHTS[width]})


class Camera:
    """Pictures of a page at both widths, in the folder that PORTAIL_SCREENSHOTS names; none without it."""

    def __init__(self, page: Page) -> None:
        folder = os.environ.get("PORTAIL_SCREENSHOTS")
        self._page = page
        self._folder = Path(folder) if folder else None
        self._taken = 0

    def take(self, name: str) -> None:
        self._taken += 1
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        usual = self._page.viewport_size
        for width in (PHONE_WIDTH, DESKTOP_WIDTH):
            at_width(self._page, width)
            self._page.screenshot(path=self._folder / f"{self._taken:02d}-{name}-{width}.png", full_page=True)
        if usual is not None:
            self._page.set_viewport_size(usual)


class PortalPages:
    """One tab, in one commune."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._url = url.rstrip("/")

    def go(self, path: str) -> None:
        self.page.goto(self._url + path)

    def press(self, label: str) -> None:
        """A button, by the whole of what it says."""
        self.page.get_by_role("button", name=label, exact=True).click()

    def follow(self, label: str) -> None:
        """A link, by the whole of what it says; the first where a page has several."""
        self.page.get_by_role("link", name=label, exact=True).first.click()

    def expect_title(self, title: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)

    def expect_text(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def log_in(self, user_name: str, password: str) -> None:
        self.page.get_by_label("Nom d'utilisateur").fill(user_name)
        self.page.get_by_label("Mot de passe").fill(password)
        self.press("Se connecter")

    def enter_town_hall(self, commune: str) -> None:
        """As the demonstration's administrator of a commune."""
        self.go("/")
        self.log_in(f"mairie.{commune}", f"demonstration-{commune}")
        self.expect_title(re.compile(r"20\d\d"))

    def choose_password(self, received: str, own: str) -> None:
        """The page of the first login."""
        self.expect_title("Choisissez votre mot de passe")
        self.page.get_by_label("Mot de passe reçu de la mairie").fill(received)
        self.page.get_by_label("Nouveau mot de passe").fill(own)
        self.page.get_by_label("Le même, une seconde fois").fill(own)
        self.press("Enregistrer et continuer")

    def log_out(self) -> None:
        self.press("Se déconnecter")

    def show_month(self, title: str) -> None:
        """Follows the planning's arrows to «Septembre 2022»."""
        heading = self.page.get_by_role("heading", level=1)
        following = self.page.get_by_role("link", name="Période suivante")
        while title not in heading.inner_text():
            following.click()

    def open_planning_of(self, first_name: str) -> None:
        """The planning of a child whose adhésion is paid; that event may still be on its way."""

        def is_open() -> bool:
            self.go("/planning")
            self.follow(first_name)
            self.expect_title(re.compile(rf"^{first_name}\s:"))
            return self.page.get_by_text("n'est pas payée").count() == 0

        until(is_open)

    def expect_cost(self, amount: str) -> None:
        """Of the period, «20,00 €»."""
        shown = self.page.get_by_text("Coût de la période :")
        expect(shown).to_have_text(f"Coût de la période : {amount}")

    def expect_recap(self, lines: list[tuple[str, str, str, str]], *, total: str) -> None:
        """Date, élément, tarification and coût of each line, and the total, of what is not yet booked."""
        table = self.page.get_by_role("table", name="Récapitulatif de votre saisie")
        for column in ("Date", "Élément", "Tarification", "Coût"):
            expect(table.get_by_role("columnheader", name=column, exact=True)).to_be_visible()
        for day, *words in lines:
            row = table.get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=day))
            for word in words:
                expect(row).to_contain_text(word)
        expect(table.get_by_role("row").filter(has_text="Total de vos modifications")).to_contain_text(total)
        expect(table.get_by_role("row")).to_have_count(len(lines) + 2)

    def day(self, spoken: str) -> str:
        """What is said of a day: «jeudi 1er septembre 2022»."""
        return self.page.get_by_role("listitem").filter(has_text=f"{spoken} :").first.inner_text()

    def tick_day(self, spoken: str) -> None:
        self.page.get_by_role("checkbox", name=f"{spoken} :").check()


class BankPages:
    """The bank, in the tab that the portal sent there."""

    def __init__(self, page: Page, bank_url: str) -> None:
        self.page = page
        self.url = bank_url

    def arrive(self) -> None:
        """By itself where scripts run, with one more click where not."""
        forward = self.page.get_by_role("button", name="Continuer vers la banque")
        expect(forward.or_(self.page.get_by_label("Numéro de carte")).first).to_be_visible()
        if not self.page.url.startswith(self.url) and forward.is_visible():
            forward.click()
        expect(self.page.get_by_label("Numéro de carte")).to_be_visible()

    def type_card(self, number: str = ACCEPTED_CARD) -> None:
        self.page.get_by_label("Numéro de carte").fill(number)
        self.page.get_by_label("Date de fin de validité (MM/AA)").fill("12/30")
        self.page.get_by_label("Cryptogramme visuel").fill("123")
        self.page.get_by_role("button", name="Valider").click()

    def code_on_the_phone(self) -> str:
        phone = self.page.get_by_role("complementary", name="Votre téléphone")
        found = re.search(r"\b\d{3}\s?\d{3}\b", phone.inner_text())
        assert found, phone.inner_text()
        return re.sub(r"\D", "", found[0])

    def type_code(self, code: str) -> None:
        self.page.get_by_label("Code reçu par SMS").fill(code)
        self.page.get_by_role("button", name="Confirmer").click()

    def back_to_shop(self) -> None:
        self.page.get_by_role("link", name="Retour à la boutique").click()

"""The guide, page by page, in a browser: with scripts and without."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from driver import OWN_PASSWORD, FamilyRecord, Mailbox, Portal, until
from driver.pages import BankPages, Camera, PortalPages

CANTEEN = "Cantine d'Alixan 2022/2023"
GUIDE_DAYS = {
    "01/09/2022": "jeudi 1er septembre 2022",
    "02/09/2022": "vendredi 2 septembre 2022",
    "05/09/2022": "lundi 5 septembre 2022",
    "06/09/2022": "mardi 6 septembre 2022",
}
TILES = ("Mon dossier", "Inscriptions aux activités", "Planning des enfants", "Factures de la famille", "Messagerie")

OpenTab = Callable[[], PortalPages]


@dataclass(frozen=True)
class Visit:
    """Who goes through the guide, in which tab."""

    tab: PortalPages
    bank: BankPages
    camera: Camera
    family: FamilyRecord
    scripts: bool

    @property
    def page(self) -> Page:
        return self.tab.page


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def open_tab(browser: Browser, running_portal: Portal, scripts: bool) -> Iterator[OpenTab]:
    """Each call is another browser: no cookie is shared."""
    contexts = []

    def opened() -> PortalPages:
        contexts.append(browser.new_context(java_script_enabled=scripts, locale="fr-FR"))
        return PortalPages(contexts[-1].new_page(), running_portal.url("alixan"))

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def visit(open_tab: OpenTab, running_portal: Portal, family: FamilyRecord, scripts: bool) -> Visit:
    tab = open_tab()
    return Visit(tab, BankPages(tab.page, running_portal.bank_url), Camera(tab.page), family, scripts)


def test_the_guide(visit: Visit, open_tab: OpenTab, mailbox: Mailbox, tmp_path: Path) -> None:
    _log_in_for_the_first_time(visit)
    _find_the_planning_closed(visit)
    _enrol_two_children(visit)
    _pay(visit, "34,00")
    _draft_four_days(visit)
    later = _come_back_another_day(visit, open_tab)
    _finish(later)
    _run_september(later, open_tab())
    mailbox.wait_for(visit.family.email, "facture")
    _choose_the_invoice(later, tmp_path)
    _pay(later, "20,00")
    _read_the_history(later)


def _log_in_for_the_first_time(visit: Visit) -> None:
    tab, page = visit.tab, visit.page
    tab.go("/")
    tab.expect_title("Bienvenue sur le portail famille")
    tab.expect_text("Chers parents,")
    tab.expect_text("Retrouvez ici les différents documents mis à disposition en téléchargement par votre commune.")
    expect(page.get_by_role("link", name=re.compile(r"Tutoriel du portail famille \(PDF - \d+"))).to_be_visible()
    expect(page.get_by_role("link", name="Adhésions à la cantine 2022/2023 ouvertes")).to_be_visible()
    expect(page.get_by_label("Se rappeler de moi")).not_to_be_checked()
    expect(page.get_by_role("link", name="Mot de passe oublié ?")).to_be_visible()
    visit.camera.take("accueil-public")
    tab.log_in(visit.family.user_name, "pas le bon mot de passe")
    expect(page.get_by_role("alert")).to_be_visible()
    tab.log_in(visit.family.user_name, visit.family.first_password)
    visit.camera.take("premier-mot-de-passe")
    tab.choose_password(visit.family.first_password, OWN_PASSWORD)
    for tile in TILES:
        expect(page.get_by_role("heading", name=tile, exact=True)).to_be_visible()
    tab.expect_text("Aucune facture en attente.")
    visit.camera.take("tuiles")


def _find_the_planning_closed(visit: Visit) -> None:
    visit.tab.go("/planning")
    visit.tab.follow("Louis")
    visit.tab.show_month("Septembre 2022")
    visit.tab.expect_text(f"L'adhésion de Louis à « {CANTEEN} » n'est pas payée.")
    visit.tab.expect_text("Pas encore ouvert pour Louis")
    assert visit.tab.page.locator(".planning-days").count() == 0, "no month of locks"
    expect(visit.page.get_by_role("link", name="Modifier", exact=True)).to_have_count(0)


def _enrol_two_children(visit: Visit) -> None:
    tab, page = visit.tab, visit.page
    tab.go("/accueil")
    tab.follow("Voir toutes mes inscriptions")
    visit.camera.take("inscriptions")
    tab.follow("Inscriptions en paiement immédiat")
    tab.expect_title("Les inscriptions en paiement immédiat")
    canteen = page.get_by_role("group", name=CANTEEN)
    assert canteen.get_by_role("checkbox").count() == 4
    visit.camera.take("paiement-immediat")
    for child in ("Louis", "Estelle"):
        canteen.get_by_label(child).check()
    tab.press("Valider")
    tab.expect_title("Récapitulatif de mes inscriptions en paiement immédiat")
    for child in ("Louis", "Estelle"):
        tab.expect_text(f"{CANTEEN} - {child} : 17,00 €")
    tab.expect_text("2 inscriptions pour un montant total de 34,00 €")
    expect(page.get_by_role("button", name="Annuler", exact=True)).to_be_visible()
    visit.camera.take("recapitulatif-inscriptions")
    tab.press("Payer")


def _pay(visit: Visit, amount: str) -> None:
    """The bank's page, the code on the telephone, and back: the page says by itself that it is paid."""
    bank, page = visit.bank, visit.page
    bank.arrive()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile(rf"Paiement de {amount}\sEUR\s*–\s*CANTINE SCOLAIRE D'ALIXAN")
    )
    visit.camera.take("banque-carte")
    bank.type_card()
    code = bank.code_on_the_phone()
    visit.camera.take("banque-3d-secure")
    bank.type_code("000000" if code != "000000" else "000001")
    visit.tab.expect_text("Ce code n'est pas le bon.")
    bank.type_code(bank.code_on_the_phone())
    expect(page.get_by_role("heading", name="Paiement accepté")).to_be_visible()
    bank.back_to_shop()
    visit.tab.expect_title("Paiement confirmé")
    visit.tab.expect_text("La banque a confirmé votre paiement. Merci.")
    visit.camera.take("paiement-confirme")


def _draft_four_days(visit: Visit) -> None:
    tab, page = visit.tab, visit.page
    tab.open_planning_of("Louis")
    visit.camera.take("planning-juillet")
    tab.show_month("Septembre 2022")
    tab.expect_text("Cette activité est ouverte à partir du 01/09/2022")
    expect(page.get_by_role("checkbox")).to_have_count(0)
    assert "Fermé" in tab.day("samedi 3 septembre 2022")
    visit.camera.take("planning-septembre")
    tab.follow("Modifier")
    visit.camera.take("planning-modifier")
    if visit.scripts:
        _tick_the_whole_month_and_think_again(visit)
    for spoken in GUIDE_DAYS.values():
        tab.tick_day(spoken)
    if visit.scripts:
        tab.expect_cost("20,00 €")
    tab.press("Valider et terminer")
    tab.expect_title("Validation des modifications")
    _expect_the_guides_recap(tab)
    visit.camera.take("recapitulatif-planning")


def _tick_the_whole_month_and_think_again(visit: Visit) -> None:
    page = visit.page
    days = page.get_by_role("checkbox", name=re.compile("septembre 2022"))
    page.get_by_label("Tout le mois").check()
    expect(page.get_by_role("checkbox", name=re.compile("septembre 2022"), checked=True)).to_have_count(days.count())
    visit.tab.expect_cost(f"{5 * days.count()},00 €")
    page.get_by_label("Tout le mois").uncheck()
    visit.tab.expect_cost("0,00 €")


def _expect_the_guides_recap(tab: PortalPages) -> None:
    tab.expect_recap(
        [(day, f"Louis - {CANTEEN} - Cantine d'Alixan", "à l'unité", "5,00 €") for day in GUIDE_DAYS], total="20,00 €"
    )
    for button in ("Tout supprimer", "Terminer"):
        expect(tab.page.get_by_role("button", name=button, exact=True)).to_be_visible()
    expect(tab.page.get_by_role("main").get_by_role("link", name="Retour", exact=True)).to_be_visible()


def _come_back_another_day(visit: Visit, open_tab: OpenTab) -> Visit:
    """The browser was closed before «Terminer»: the draft is still there, and every page says that it is one."""
    visit.page.context.close()
    tab = open_tab()
    later = Visit(tab, BankPages(tab.page, visit.bank.url), Camera(tab.page), visit.family, visit.scripts)
    tab.go("/")
    tab.log_in(visit.family.user_name, OWN_PASSWORD)
    for path in ("/accueil", "/dossier", "/planning"):
        tab.go(path)
        banner = tab.page.get_by_role("region", name="Réservations en attente")
        expect(banner).to_contain_text("Pas encore réservé")
        expect(banner).to_contain_text("4 jours attendent votre validation.")
    later.camera.take("brouillon-retrouve")
    return later


def _finish(visit: Visit) -> None:
    tab = visit.tab
    tab.page.get_by_role("region", name="Réservations en attente").get_by_role("link", name="Terminer").click()
    _expect_the_guides_recap(tab)
    tab.press("Terminer")
    tab.expect_title("Réservations enregistrées")
    tab.expect_text("4 jours sont enregistrés.")
    expect(tab.page.get_by_role("region", name="Réservations en attente")).to_have_count(0)
    visit.camera.take("reservations-enregistrees")
    tab.follow("Retour au planning")
    tab.follow("Louis")
    tab.show_month("Septembre 2022")
    for spoken in GUIDE_DAYS.values():
        assert "Réservé" in tab.day(spoken)
    visit.camera.take("planning-reserve")


def _run_september(parent: Visit, agent: PortalPages) -> None:
    agent.enter_town_hall("alixan")
    camera = Camera(agent.page)
    camera.take("mairie-tableau-de-bord")

    def invoiced() -> bool:
        """The bookings' events may still be on their way to billing."""
        agent.go("/mairie/facturation?mois=2022-09")
        button = agent.page.get_by_role("button", name="Facturer septembre 2022")
        if button.count():
            camera.take("mairie-facturer")
            button.click()
            agent.expect_text("Septembre 2022 est facturé")
            camera.take("mairie-facture")
        parent.tab.go("/accueil")
        return parent.page.get_by_text("1 facture en attente").count() > 0

    until(invoiced)
    agent.go("/mairie/factures?mois=2022-09")
    expect(agent.page.get_by_role("link", name=parent.family.name)).to_be_visible()
    camera.take("mairie-factures")


def _choose_the_invoice(visit: Visit, tmp_path: Path) -> None:
    tab, page = visit.tab, visit.page
    tab.expect_text("Régie Périscolaire d'Alixan : 1 facture en attente (20,00 €)")
    visit.camera.take("tuiles-facture-en-attente")
    tab.follow("Payer mes factures en ligne")
    tab.expect_title("Payer mes factures")
    for step in ("Mes factures", "Mon récapitulatif", "Mon paiement"):
        expect(page.get_by_role("listitem").filter(has_text=step)).to_be_visible()
    month = page.get_by_role("group", name=re.compile("SEPTEMBRE 2022"))
    number = re.compile(r"Facture NUM 2209\d{3}")
    expect(month.get_by_role("checkbox", name=number)).to_be_checked()
    expect(month).to_contain_text(re.compile(r"À payer 20,00\s€"))
    download = page.get_by_role("link", name=re.compile(r"Télécharger.*\(PDF - \d+"))
    until(lambda: download.count() or page.reload() is None)
    with page.expect_download() as downloaded:
        download.click()
    kept = tmp_path / "facture.pdf"
    downloaded.value.save_as(kept)
    assert kept.read_bytes().startswith(b"%PDF-")
    assert re.fullmatch(r"Facture-2209\d{3}\.pdf", downloaded.value.suggested_filename)
    visit.camera.take("factures")
    tab.press("Étape suivante")
    tab.expect_text("1 facture pour un montant total de 20,00 €")
    expect(page.get_by_role("button", name=re.compile("^Retirer"))).to_be_visible()
    visit.camera.take("factures-recapitulatif")
    tab.press("Payer")


def _read_the_history(visit: Visit) -> None:
    tab, page = visit.tab, visit.page
    tab.go("/factures")
    tab.follow("Historique")
    table = page.get_by_role("table", name="Paiements")
    for amount in ("34,00", "20,00"):
        row = table.get_by_role("row").filter(has_text=re.compile(rf"{amount}\s€"))
        expect(row).to_contain_text("Payé")
    expect(page.get_by_text(re.compile(r"Facture NUM 2209\d{3}")).first).to_be_visible()
    visit.camera.take("historique")
    tab.go("/factures/compte")
    tab.expect_text("Votre compte est à jour.")
    visit.camera.take("compte")
    tab.log_out()
    tab.expect_text("Vous êtes déconnecté.")

"""At the counter, without scripts: a family's file is created, its parent gets a letter, logs in and sees the child."""

import re
import uuid

from playwright.sync_api import Browser, expect

from driver import OWN_PASSWORD, Portal, until
from driver.pages import Camera, PortalPages


def test_a_family_is_created_at_the_counter(browser: Browser, running_portal: Portal) -> None:
    url = running_portal.url("numerian")
    contexts = [browser.new_context(locale="fr-FR", java_script_enabled=False) for _ in range(2)]
    desk, parent = (PortalPages(context.new_page(), url) for context in contexts)
    name = f"Blanc-{''.join(filter(str.isalpha, uuid.uuid4().hex))}"
    desk.enter_town_hall("numerian")
    desk.go(f"/mairie/familles?recherche={name}")
    desk.follow("Créer son dossier")
    _fill(desk, nom=f"Famille {name}", adresse="2 rue Haute", code_postal="300", ville="Numérian", quotient="640")
    _fill(desk, **{"responsable.0.prenom": "Inès", "responsable.0.nom": name})
    _fill(desk, **{"membre.0.prenom": "Noé", "membre.0.nom": name, "membre.0.naissance": "2016-02-03"})
    desk.press("Enregistrer")
    expect(desk.page.locator("#code_postal-error")).to_contain_text("Cinq chiffres")
    expect(desk.page.locator('[name="membre.0.prenom"]')).to_have_value("Noé")
    Camera(desk.page).take("family-file-refused")
    _fill(desk, code_postal="30000")
    desk.press("Enregistrer")
    desk.expect_text("Le dossier est créé.")
    Camera(desk.page).take("family-file-created")

    letter = desk.page.get_by_role("link", name="Éditer un premier mot de passe")
    until(lambda: desk.page.reload() and letter.count())
    letter.click()
    desk.press("Éditer la lettre")
    desk.expect_title("La lettre est prête")
    _portal, user_name, first_password = desk.page.locator(".sheet__codes dd").all_inner_texts()

    parent.go("/")
    parent.log_in(user_name, first_password)
    parent.choose_password(first_password, OWN_PASSWORD)
    parent.expect_title(re.compile("^Bonjour"))
    parent.go("/dossier")
    parent.expect_text("Noé")
    for context in contexts:
        context.close()


def _fill(tab: PortalPages, **typed: str) -> None:
    for name, value in typed.items():
        tab.page.locator(f'[name="{name}"]').fill(value)

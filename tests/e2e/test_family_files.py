"""At the counter, without scripts: a family's file is created, its parent gets a letter, logs in and sees the child."""

import re
import uuid

from playwright.sync_api import Browser, expect

from driver import OWN_PASSWORD, Portal, System, TownHall, until
from driver.pages import Camera, PortalPages
from faults.crowd import Crowd
from faults.databases import Databases


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


def test_what_a_parent_changes_and_who_is_enrolled_are_kept(
    browser: Browser, running_portal: Portal, system: System, numerian: TownHall
) -> None:
    parent = system.parent("numerian", numerian.register_family(("Zoé",)))
    activity_id = Crowd(system.gateway_url, numerian, Databases(running_portal).signer()).activity(
        "Atelier des dossiers"
    )
    order = parent.order(activity_id, "Zoé")
    parent.api.post("enrolment", f"/adhesion-orders/{order['order_id']}/payment")
    parent.wait_until_open("Zoé")
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    desk = PortalPages(context.new_page(), running_portal.url("numerian"))
    desk.enter_town_hall("numerian")
    desk.go(f"/mairie/familles/{parent.family.family_id}/modifier")
    contact = {"email": parent.family.email, "phone": "07 99 99 99 99"}
    parent.api.put("enrolment", f"/family/guardians/{parent.family.guardian_id}", contact)
    _fill(desk, ville="Valence")
    desk.press("Enregistrer")
    desk.expect_text("Ce dossier a été modifié entre-temps")
    expect(desk.page.get_by_role("alert")).to_contain_text("07 99 99 99 99")
    Camera(desk.page).take("family-file-changed-meanwhile")

    _fill(desk, **{"responsable.0.telephone": "07 99 99 99 99"})
    desk.page.locator('[name="membre.0.retirer"]').check()
    desk.press("Enregistrer")
    desk.expect_text("Une personne retirée du dossier a encore une inscription en cours.")
    expect(desk.page.locator('[name="membre.0.retirer"]')).to_be_checked()
    expect(desk.page.locator('[name="ville"]')).to_have_value("Valence")
    desk.page.locator('[name="membre.0.retirer"]').uncheck()
    desk.press("Enregistrer")
    desk.expect_text("Le dossier est enregistré.")
    file = numerian.api.get("enrolment", f"/families/{parent.family.family_id}")
    assert (file["address"]["city"], file["guardians"][0]["phone"]) == ("Valence", "07 99 99 99 99")
    context.close()


def _fill(tab: PortalPages, **typed: str) -> None:
    for name, value in typed.items():
        tab.page.locator(f'[name="{name}"]').fill(value)

"""The buttons of the régisseur's and the administrator's pages of money."""

import uuid

from faults.buttons import Click, World, button

_CONTRACTS = "/mairie/paiement-en-ligne"


def new_regie(world: World) -> str:
    """A cash office of this click alone; its id."""
    regie_id = str(uuid.uuid4())
    world.town_hall.api.put("enrolment", f"/regies/{regie_id}", {"name": f"Régie {regie_id[:8]}"})
    return regie_id


def with_contract(world: World) -> str:
    regie_id = new_regie(world)
    contract = {"protocol": "payfip", "mode": "test", "shop_name": "Essai", "numcli": "007009"}
    world.town_hall.api.put("payment-gateway", f"/regies/{regie_id}/contract", contract)
    return regie_id


@button(f"{_CONTRACTS}/{{regie_id}}")
def give_a_contract(world: World) -> Click:
    regie_id = new_regie(world)
    path = f"{_CONTRACTS}/{regie_id}"
    form = world.desk.go(f"{path}?protocole=payfip").form(path)
    return Click(
        world.desk,
        form.filled(shop_name="Régie d'essai", numcli="007009"),
        "Le contrat est enregistré",
        lambda _pages: world.count("payment-gateway", "merchant_contract", "regie_id = $1", regie_id),
    )


@button(f"{_CONTRACTS}/{{regie_id}}/nom")
def rename_a_regie(world: World) -> Click:
    regie_id = new_regie(world)
    path = f"{_CONTRACTS}/{regie_id}/nom"
    return Click(
        world.desk,
        world.desk.go(_CONTRACTS).form(path).filled(name=f"Régie renommée {regie_id[:8]}"),
        "La régie est enregistrée",
        lambda _pages: world.count("enrolment", "regie", "regie_id = $1 and name like 'Régie renommée%'", regie_id),
    )


@button(f"{_CONTRACTS}/{{regie_id}}/essai")
def try_a_contract(world: World) -> Click:
    regie_id = with_contract(world)
    path = f"{_CONTRACTS}/{regie_id}"
    return Click(
        world.desk,
        world.desk.go(path).form(f"{path}/essai"),
        "La banque connaît ce contrat|Ce contrat ne fonctionne pas",
        lambda _pages: world.count("payment-gateway", "merchant_contract", "regie_id = $1", regie_id),
    )


@button("/mairie/rapprochements")
def compare_a_file(world: World) -> Click:
    regie_id = with_contract(world)
    form = world.desk.go("/mairie/rapprochements").form("/mairie/rapprochements").filled(regie=regie_id)
    content = f"EN-TETE\nLIGNE;04072022;{uuid.uuid4().hex[:20].upper()};3400\nPIED-DE-PAGE".encode()
    return Click(
        world.desk,
        form.with_file("file", "payfip.csv", content),
        "Le fichier et le portail diffèrent",
        lambda _pages: world.count("payment-gateway", "bank_file", "regie_id = $1", regie_id),
    )

"""How the service refuses: functional faults by their code, technical ones by their name.

Source: DGFiP, «guide de mise en œuvre, régies de recettes du secteur local, web service», messages d'anomalie.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Wording:
    libelle: str
    descriptif: str


_FUNCTIONAL = {
    "A1": _Wording("Adresse mel non renseignée.", "L'adresse mel de l'usager doit être renseignée."),
    "A2": _Wording(
        "Adresse mel incorrecte.", "L'adresse mel de l'usager n'est pas valide : 6 à 80 caractères et un @."
    ),
    "D1": _Wording("URL de redirection incorrecte.", "Le format du paramètre URLREDIRECT n'est pas conforme."),
    "E1": _Wording("Exercice incorrect.", "Le format du paramètre EXER n'est pas conforme : 4 chiffres."),
    "M1": _Wording("Montant incorrect.", "Le format du paramètre MONTANT n'est pas conforme : un nombre de centimes."),
    "M3": _Wording("Montant trop faible.", "Le montant doit être d'au moins 1 euro."),
    "M5": _Wording("Montant trop élevé.", "Le montant dépasse la limite autorisée."),
    "N1": _Wording("URL de notification incorrecte.", "Le format du paramètre URLNOTIF n'est pas conforme."),
    "O1": _Wording("Objet incorrect.", "Le format du paramètre OBJET n'est pas conforme : 100 lettres et chiffres."),
    "P1": _Wording("IdOp incorrect.", "L'identifiant d'opération est inconnu."),
    "P5": _Wording("Résultat de la transaction non connu.", "Le paiement est en cours, son résultat n'est pas connu."),
    "R3": _Wording(
        "REFDET incorrecte.", "Le format du paramètre REFDET n'est pas conforme : 6 à 30 lettres et chiffres."
    ),
    "S1": _Wording("SAISIE incorrecte.", "Le paramètre SAISIE doit valoir T, X ou W."),
    "T1": _Wording("Numéro de client incorrect.", "Le format du paramètre NUMCLI n'est pas conforme : 6 chiffres."),
    "T2": _Wording("Numéro de client inconnu.", "Le numéro de client doit exister dans la base PayFiP."),
}
TECHNICAL = ("TechDysfonctionnementErreur", "TechIndisponibiliteErreur", "TechProtocolaireErreur")


class ServiceFaultError(Exception):
    """The service's answer is a SOAP fault, of element ``name``."""

    def __init__(self, name: str, code: str, libelle: str, descriptif: str, severite: int) -> None:
        super().__init__(f"{name} {code}")
        self.name = name
        self.code = code
        self.libelle = libelle
        self.descriptif = descriptif
        self.severite = severite


def functional(code: str) -> ServiceFaultError:
    wording = _FUNCTIONAL.get(code, _Wording("Anomalie.", "Anomalie fonctionnelle."))
    return ServiceFaultError("FonctionnelleErreur", code, wording.libelle, wording.descriptif, 2)


def technical(name: str, descriptif: str) -> ServiceFaultError:
    return ServiceFaultError(name, "9999", "Erreur technique.", descriptif, 3)


def planted(fault: str) -> ServiceFaultError:
    """The fault a test asks for: the name of a technical one, or the code of a functional one."""
    return technical(fault, "Erreur demandée par un essai.") if fault in TECHNICAL else functional(fault)

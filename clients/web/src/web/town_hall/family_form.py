"""A family's file as the fields of a form, and the fields as a file. Without scripts: lists end with empty rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid5

from web.api.enrolment import Family
from web.api.errors import ApiProblem
from web.api.family_files import Document, KnownChild
from web.diet_words import diets
from web.i18n import gettext as _
from web.town_hall.rows import Fields, optional_number
from web.town_hall.tariff_form import Places
from web.town_hall.typed_form import used_rows

MOST_GUARDIANS, MOST_MEMBERS = 10, 30
GUARDIANS, MEMBERS = "responsable", "membre"
_FILE = {
    "name": "nom",
    "address.line": "adresse",
    "address.postal_code": "code_postal",
    "address.city": "ville",
    "quotient_familial": "quotient",
    "missing": "manque",
    "guardians": GUARDIANS,
    "members": MEMBERS,
}
_GUARDIAN = {
    "guardian_id": "id",
    "first_name": "prenom",
    "last_name": "nom",
    "email": "courriel",
    "phone": "telephone",
}
_MEMBER = {
    "member_id": "id",
    "kind": "genre",
    "first_name": "prenom",
    "last_name": "nom",
    "birth_date": "naissance",
    "school": "ecole",
    "diet": "repas",
    "missing": "manque",
}
"""Of each part of what is sent, its field."""
_LISTS = {GUARDIANS: ("guardians", _GUARDIAN), MEMBERS: ("members", _MEMBER)}
_NOT_TYPED = frozenset({"genre", "repas", "retirer"})
"""Fields that an untouched row has too."""
_NAME = _("De 1 à 120 caractères.")
_SENTENCES = {
    "name": _NAME,
    "line": _NAME,
    "city": _NAME,
    "first_name": _NAME,
    "last_name": _NAME,
    "postal_code": _("Cinq chiffres, comme 26300."),
    "quotient_familial": _("Un nombre entier d'euros, de 0 à 1 000 000 ; rien s'il n'est pas déclaré."),
    "email": _("Une adresse comme prenom.nom@exemple.fr, ou rien."),
    "phone": _("Un numéro comme 06 12 34 56 78, ou rien."),
    "birth_date": _("Une date de naissance."),
    "school": _("120 caractères au plus, ou rien."),
    "missing": _("Dix lignes au plus, de 100 caractères au plus chacune."),
    "guardians": _("Dix responsables au plus."),
    "members": _("Trente membres au plus."),
}
LABELS = {
    "nom": _("Nom"),
    "prenom": _("Prénom"),
    "adresse": _("Adresse"),
    "code_postal": _("Code postal"),
    "ville": _("Ville"),
    "quotient": _("Quotient familial"),
    "courriel": _("E-mail"),
    "telephone": _("Téléphone"),
    "naissance": _("Né(e) le"),
    "ecole": _("École"),
    "manque": _("Pièces manquantes"),
    GUARDIANS: _("Responsables"),
    MEMBERS: _("Membres"),
}


@dataclass(frozen=True)
class Difference:
    """A part of the file: what is stored of it and what was typed, in words; empty when it is not there."""

    label: str
    stored: str
    typed: str


def fields_of(family: Family) -> dict[str, str]:
    """The fields of a stored file."""
    file = family.model_dump(mode="json")
    address = file["address"] or {}
    fields = {
        "version": family.version,
        "nom": family.name,
        "adresse": address.get("line", ""),
        "code_postal": address.get("postal_code", ""),
        "ville": address.get("city", ""),
        "quotient": _text(family.quotient_familial),
        "manque": _text(family.missing),
    }
    for name, (part, texts) in _LISTS.items():
        for number, row in enumerate(file[part]):
            fields |= _row_fields(f"{name}.{number}", row, texts)
    return fields


def typed_fields(fields: Fields) -> dict[str, str]:
    """What was typed, without the rows that were left empty."""
    empty = tuple(
        f"{name}.{number}."
        for name in _LISTS
        for number in used_rows(fields, name)
        if not _is_meant(fields, f"{name}.{number}")
    )
    return {name: value for name, value in fields.items() if not (empty and name.startswith(empty))}


def with_child(fields: Fields, child: KnownChild) -> dict[str, str]:
    """With a row for a child that another file has; once, and not taken out."""
    for number in used_rows(fields, MEMBERS):
        row = f"{MEMBERS}.{number}"
        if fields.get(f"{row}.id") == str(child.member.member_id):
            return {name: value for name, value in fields.items() if name != f"{row}.retirer"}
    return {**fields, **_new_row(fields, MEMBERS, child.member.model_dump(mode="json"), foyer=child.family_name)}


def with_stored(fields: Fields, stored: Family) -> dict[str, str]:
    """With the rows of the stored file that the form does not have, and its version."""
    shown = {value for name, value in fields.items() if name.endswith(".id")}
    merged = {**fields, "version": stored.version}
    for name, (part, texts) in _LISTS.items():
        for row in stored.model_dump(mode="json")[part]:
            if row[next(iter(texts))] not in shown:
                merged |= _new_row(merged, name, row)
    return merged


def document_of(family_id: UUID, fields: Fields) -> tuple[Document, Places]:
    """The file that was typed, wrong fields as they are; and where each of its parts was typed.

    A new row's id is made of the form's own mark, so that a form sent twice names the same people.
    """

    def typed(name: str) -> str:
        return fields.get(name, "").strip()

    document: Document = {
        "name": typed("nom"),
        "address": {"line": typed("adresse"), "postal_code": typed("code_postal"), "city": typed("ville")},
        "quotient_familial": optional_number(typed("quotient")),
        "missing": _lines(typed("manque")),
        "if_version": typed("version"),
    }
    places = dict(_FILE)
    for name, (part, texts) in _LISTS.items():
        document[part] = []
        for row in _kept_rows(fields, name):
            path = f"{part}.{len(document[part])}"
            places |= {f"{path}.{key}": f"{row}.{field}" for key, field in texts.items()}
            sent: Document = {key: typed(f"{row}.{field}") or None for key, field in texts.items()}
            if "missing" in texts:
                sent["missing"] = _lines(typed(f"{row}.manque"))
            own_id = next(iter(texts))
            sent[own_id] = sent[own_id] or str(uuid5(family_id, f"{typed('marque')} {row}"))
            document[part].append(sent)
    return document, places


def has_new_guardian(fields: Fields) -> bool:
    """Whether someone is named who will get an account."""
    return any(not fields.get(f"{row}.id") for row in _kept_rows(fields, GUARDIANS))


def errors_of(problem: ApiProblem, places: Places) -> dict[str, str]:
    """What is wrong, at the field of the nearest part of the file that has one."""
    errors: dict[str, str] = {}
    for error in problem.members.get("errors") or []:
        path = str(error.get("field", ""))
        part = next((each for each in reversed(path.split(".")) if not each.isdigit()), "")
        while path and path not in places:
            path = path.rpartition(".")[0]
        errors.setdefault(places.get(path, "nom"), _SENTENCES.get(part, _("À vérifier.")))
    return errors


def named(field: str) -> str:
    """A field in words, with the rank of its row."""
    names = field.split(".")
    label = LABELS.get(names[-1], "")
    if len(names) == 1:
        return label
    who = _("Responsable %(number)s") if names[0] == GUARDIANS else _("Membre %(number)s")
    return f"{who % {'number': int(names[1]) + 1}} – {label}"


def differences(stored: Family, fields: Fields) -> list[Difference]:
    """Where what was typed is not what is stored."""
    before = {key: (label, words) for key, label, words in _told(fields_of(stored))}
    typed = {key: (label, words) for key, label, words in _told(fields)}
    found = []
    for key in dict.fromkeys([*before, *typed]):
        label = (before.get(key) or typed[key])[0]
        words = [side.get(key, ("", ""))[1] for side in (before, typed)]
        if words[0] != words[1]:
            found.append(Difference(label, *words))
    return found


def _told(fields: Fields) -> Iterator[tuple[str, str, str]]:
    """Each part of a file in words: its key, what it is, what it says. A person's key is their id."""
    kinds, eats = {"child": _("enfant"), "adult": _("adulte")}, {str(code): words for code, words in diets().items()}
    for name in ("nom", "adresse", "code_postal", "ville", "quotient"):
        yield name, LABELS[name], fields.get(name, "").strip()
    yield "manque", LABELS["manque"], ", ".join(_lines(fields.get("manque", "")))
    for name, (_part, texts) in _LISTS.items():
        for row in _kept_rows(fields, name):
            values = {field: fields.get(f"{row}.{field}", "").strip() for field in texts.values()}
            if missing := _lines(values.get("manque", "")):
                values["manque"] = _("il manque %(documents)s") % {"documents": ", ".join(missing)}
            values |= {"genre": kinds.get(values.get("genre", ""), ""), "repas": eats.get(values.get("repas", ""), "")}
            key = values.pop("id") or row
            person = f"{values.pop('prenom')} {values.pop('nom')}".strip()
            who = _("Responsable") if name == GUARDIANS else _("Membre")
            yield key, who, ", ".join(filter(None, [person, *values.values()]))


def _kept_rows(fields: Fields, name: str) -> list[str]:
    rows = (f"{name}.{number}" for number in used_rows(fields, name))
    return [row for row in rows if _is_meant(fields, row) and not fields.get(f"{row}.retirer")]


def _is_meant(fields: Fields, row: str) -> bool:
    return any(
        value.strip()
        for name, value in fields.items()
        if name.startswith(f"{row}.") and name.removeprefix(f"{row}.") not in _NOT_TYPED
    )


def _new_row(fields: Fields, name: str, values: Document, **more: str) -> dict[str, str]:
    row = f"{name}.{max(used_rows(fields, name), default=-1) + 1}"
    return _row_fields(row, values, _LISTS[name][1]) | {f"{row}.{field}": value for field, value in more.items()}


def _row_fields(row: str, values: Document, texts: dict[str, str]) -> dict[str, str]:
    return {f"{row}.{field}": _text(values[key]) for key, field in texts.items()}


def _text(value: object) -> str:
    """As it is typed; a list has one line each."""
    if isinstance(value, list):
        return "\n".join(value)
    return "" if value is None else str(value)


def _lines(typed: str) -> list[str]:
    """What was typed line by line, each once."""
    return list(dict.fromkeys(filter(None, (" ".join(line.split()) for line in typed.splitlines()))))

"""«Paiement en ligne»: the régies and the contract of each with its bank; a form made by what its protocol asks for."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from web.api import contracts, enrolment
from web.api.contracts import ContractState, ProtocolForm, Values
from web.api.enrolment import Regie
from web.api.errors import ApiProblem
from web.forms import Code, ShortText
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.lists import WordsFilter
from web.visit import AdministratorVisit, Visit

router = APIRouter()

_PATH = "/mairie/paiement-en-ligne"
_COMMON = ("protocol", "mode")
_MODES = frozenset({"test", "production"})


@dataclass(frozen=True)
class ContractRefusal:
    """Why a contract is not kept, and the fields to look at."""

    sentence: str
    fields: frozenset[str] = field(default_factory=frozenset)


@router.get(_PATH)
async def list_contracts(visit: AdministratorVisit, fait: Code = "") -> Response:
    """Each régie, with what it has, and the form of a new one."""
    return await _list_page(visit, notice=_("La régie est enregistrée.") if fait else "")


@router.post(f"{_PATH}/{{regie_id}}/nom")
async def name_regie(visit: AdministratorVisit, regie_id: UUID, name: ShortText = "") -> Response:
    """Creates or renames a régie: a form sent twice makes one."""
    try:
        await enrolment.name_regie(visit.api, regie_id, name)
    except ApiProblem as problem:
        sentence = _("Donnez à la régie un nom d'une à 120 lettres.") if problem.status == 422 else problem.detail
        return await _list_page(visit, problem.status, typed=Regie(regie_id=regie_id, name=name), error=sentence)
    return see_other(f"{_PATH}?fait=regie")


@router.get(f"{_PATH}/{{regie_id}}")
async def show_contract(
    visit: AdministratorVisit, regie_id: UUID, protocole: WordsFilter = "", fait: Code = ""
) -> Response:
    """A régie's contract, or the form of the protocol chosen."""
    notice = _("Le contrat est enregistré. Les paiements déjà commencés finissent sous l'ancien.") if fait else ""
    return await _contract_page(visit, regie_id, protocole, notice=notice)


@router.post(f"{_PATH}/{{regie_id}}")
async def change_contract(visit: AdministratorVisit, regie_id: UUID) -> Response:
    """Keeps the contract; a secret left empty stays what it was."""
    form = await visit.request.form()
    protocol = str(form.get("protocol", ""))
    chosen = next((one for one in await contracts.protocols(visit.api) if one.protocol == protocol), None)
    if chosen is None:
        raise HTTPException(404)
    values = _values_of(form, chosen)
    try:
        await contracts.change_contract(visit.api, regie_id, values)
    except ApiProblem as problem:
        refusal = _refusal_of(problem, chosen)
        return await _contract_page(visit, regie_id, protocol, problem.status, values=values, refusal=refusal)
    return see_other(f"{_PATH}/{regie_id}?fait=1")


@router.post(f"{_PATH}/{{regie_id}}/essai")
async def try_contract(visit: AdministratorVisit, regie_id: UUID) -> Response:
    """«Tester mon contrat»: asks the bank, and says what it answers. Nothing is taken."""
    checked = await contracts.try_contract(visit.api, regie_id)
    return await _contract_page(visit, regie_id, checked=checked)


async def _list_page(
    visit: Visit, status: int = 200, *, typed: Regie | None = None, error: str = "", notice: str = ""
) -> Response:
    regies = await enrolment.regies(visit.api)
    states = await asyncio.gather(*(contracts.contract_state(visit.api, regie.regie_id) for regie in regies))
    is_new = typed is not None and typed.regie_id not in {regie.regie_id for regie in regies}
    return await visit.page(
        "town_hall/contracts/list.html",
        status,
        rows=list(zip(regies, states, strict=True)),
        new=typed if is_new else Regie(regie_id=uuid4(), name=""),
        typed=typed,
        error=error,
        notice=notice,
    )


async def _contract_page(
    visit: Visit,
    regie_id: UUID,
    protocol: str = "",
    status: int = 200,
    *,
    values: Values | None = None,
    refusal: ContractRefusal | None = None,
    notice: str = "",
    checked: contracts.ContractChecked | None = None,
) -> Response:
    regie, state, protocols = await asyncio.gather(
        _regie(visit, regie_id), contracts.contract_state(visit.api, regie_id), contracts.protocols(visit.api)
    )
    wanted = protocol or (state.protocol if state else protocols[0].protocol)
    chosen = next((one for one in protocols if one.protocol == wanted), None)
    if chosen is None:
        raise HTTPException(404)
    return await visit.page(
        "town_hall/contracts/one.html",
        status,
        regie=regie,
        state=state,
        tabs=[(one.title, f"{_PATH}/{regie_id}?protocole={one.protocol}") for one in protocols],
        chosen=chosen,
        values=values if values is not None else await _known_values(visit, regie_id, state, chosen),
        refusal=refusal,
        notice=notice,
        checked=checked,
    )


async def _regie(visit: Visit, regie_id: UUID) -> Regie:
    for regie in await enrolment.regies(visit.api):
        if regie.regie_id == regie_id:
            return regie
    raise HTTPException(404)


async def _known_values(visit: Visit, regie_id: UUID, state: ContractState | None, chosen: ProtocolForm) -> Values:
    """What fills the form: the contract in force when it is of the protocol, else the protocol's own defaults."""
    if state and state.protocol == chosen.protocol:
        return await contracts.contract_values(visit.api, regie_id)
    return {"mode": "test", **{one.name: one.default for one in chosen.fields if one.kind != "secret"}}


def _values_of(form: FormData, chosen: ProtocolForm) -> Values:
    """What was typed; fields left empty are not given."""
    mode = str(form.get("mode", ""))
    values: Values = {"protocol": chosen.protocol, "mode": mode if mode in _MODES else ""}
    for one in chosen.fields:
        typed = str(form.get(one.name, "")).strip()
        if one.kind == "tick":
            values[one.name] = bool(typed)
        elif typed:
            values[one.name] = typed
    return values


def _refusal_of(problem: ApiProblem, chosen: ProtocolForm) -> ContractRefusal:
    """Names the fields that are wrong; what is wrong with the whole is almost always an address without TLS."""
    if problem.slug != "invalid-payload":
        return ContractRefusal(problem.detail)
    errors = problem.members.get("errors") or []
    places = {str(error.get("field", "")).rpartition(".")[2] for error in errors if isinstance(error, dict)}
    labels = {one.name: one.label for one in chosen.fields} | {"mode": _("Mode")}
    wrong = [name for name in labels if name in places]
    if not wrong:
        return ContractRefusal(_("En production, toutes les adresses de la banque doivent commencer par https://."))
    said = ", ".join(labels[name] for name in wrong)
    return ContractRefusal(_("À vérifier : %(fields)s.") % {"fields": said}, frozenset(wrong))

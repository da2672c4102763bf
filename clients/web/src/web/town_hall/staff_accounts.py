"""«Agents et accès»: who works at the town hall, what each may do, and the end of it."""

from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from web.api import identity
from web.api.errors import ApiProblem
from web.api.identity import ListedAccount
from web.forms import Code, ShortText
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall import first_passwords
from web.town_hall.first_passwords import Holder
from web.town_hall.staff_form import ROLES, document_of, errors_of, fields_of
from web.town_hall.typed_form import TypedForm
from web.visit import AdministratorVisit, Visit

router = APIRouter()

_PATH = "/mairie/agents"
_ONE = f"{_PATH}/{{account_id}}"
_LETTER = f"{_ONE}/premier-mot-de-passe"


@router.get(_PATH)
async def list_accounts(visit: AdministratorVisit) -> Response:
    """Everyone of the town hall, by name; last those who have left."""
    accounts = sorted(await identity.staff_accounts(visit.api), key=lambda account: account.display_name.casefold())
    return await visit.page("town_hall/staff/list.html", accounts=accounts, roles=ROLES)


@router.get(f"{_PATH}/nouveau")
async def new_account(visit: AdministratorVisit) -> Response:
    """An empty form; its id is drawn now, so that sending it twice makes one account."""
    return await _account_page(visit, uuid4(), None, TypedForm({}))


@router.get(_ONE)
async def show_account(visit: AdministratorVisit, account_id: UUID, fait: Code = "") -> Response:
    """An account as it is, as a form."""
    notices = {
        "enregistre": _("Le compte est enregistré."),
        "retire": _("Tous les accès sont retirés : le compte n'ouvre plus rien, ses appareils sont déconnectés."),
        "rendu": _("Les accès sont rendus, avec les rôles cochés et le mot de passe d'avant."),
    }
    account = await _account(visit, account_id)
    return await _account_page(visit, account_id, account, TypedForm(fields_of(account)), notice=notices.get(fait, ""))


@router.post(_ONE)
async def save_account(visit: AdministratorVisit, account_id: UUID) -> Response:
    """Creates the account, or changes it. What was typed stays when it is refused."""
    form = await visit.request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    stored = await _found(visit, account_id)
    document = document_of(fields) | {"closed": stored is not None and stored.closed}
    try:
        await identity.save_staff_account(visit.api, account_id, document)
    except ApiProblem as problem:
        typed = TypedForm(fields, errors_of(problem))
        said = _("Corrigez les champs signalés. Ce que vous avez saisi est resté.") if typed.errors else problem.detail
        return await _account_page(visit, account_id, stored, typed, problem.status, refusal=said)
    return see_other(f"{_PATH}/{account_id}?fait=enregistre")


@router.post(f"{_ONE}/acces")
async def change_access(visit: AdministratorVisit, account_id: UUID, suite: ShortText = "") -> Response:
    """Takes every access away from who leaves («retirer»), or gives them back («rendre»)."""
    if suite not in {"retirer", "rendre"}:
        raise HTTPException(422)
    account = await _account(visit, account_id)
    fields = fields_of(account)
    try:
        await identity.save_staff_account(visit.api, account_id, document_of(fields) | {"closed": suite == "retirer"})
    except ApiProblem as problem:
        return await _account_page(
            visit, account_id, account, TypedForm(fields), problem.status, refusal=problem.detail
        )
    return see_other(f"{_PATH}/{account_id}?fait={'retire' if suite == 'retirer' else 'rendu'}")


@router.get(_LETTER)
async def ask_first_password(visit: AdministratorVisit, account_id: UUID) -> Response:
    """Says what it does before it is done."""
    return await first_passwords.ask(visit, await _holder(visit, account_id))


@router.post(_LETTER)
async def give_first_password(visit: AdministratorVisit, account_id: UUID) -> Response:
    """Shows the letter, once."""
    return await first_passwords.give(visit, await _holder(visit, account_id))


async def _found(visit: Visit, account_id: UUID) -> ListedAccount | None:
    accounts = await identity.staff_accounts(visit.api)
    return next((account for account in accounts if account.account_id == account_id), None)


async def _account(visit: Visit, account_id: UUID) -> ListedAccount:
    account = await _found(visit, account_id)
    if account is None:
        raise HTTPException(404)
    return account


async def _holder(visit: Visit, account_id: UUID) -> Holder:
    """Someone who may log in: a password would be of no use to others."""
    account = await _account(visit, account_id)
    if account.closed:
        raise HTTPException(404)
    return Holder(
        account,
        steps=[(_("Agents et accès"), _PATH), (account.display_name, f"{_PATH}/{account_id}")],
        back=_("Retour au compte"),
        purpose=_("pour travailler avec les familles"),
    )


async def _account_page(
    visit: Visit,
    account_id: UUID,
    stored: ListedAccount | None,
    form: TypedForm,
    status: int = 200,
    **told: Any,  # noqa: ANN401
) -> Response:
    """``told``: a ``refusal`` or a ``notice``."""
    own = visit.session is not None and visit.session.account.account_id == account_id
    return await visit.page(
        "town_hall/staff/one.html",
        status,
        account_id=account_id,
        stored=stored,
        form=form,
        roles=ROLES,
        own=own,
        **{"refusal": "", "notice": ""} | told,
    )

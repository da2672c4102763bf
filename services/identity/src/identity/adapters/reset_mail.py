"""The mail with the link to choose a new password. Identity sends it itself: the secret never meets the broker."""

from uuid import UUID

from chassis.mail import Mailer
from chassis.tenants import Tenant
from identity.domain.accounts import Account
from identity.settings import IdentitySettings

_BODY = """Bonjour {display_name},

Un nouveau mot de passe a été demandé pour votre compte «{user_name}» du {portal_title} ({commune}).

Pour le choisir, ouvrez ce lien dans l'heure qui vient:

{link}

Il ne sert qu'une fois. Vous serez alors déconnecté de tous vos appareils.

Si vous n'avez rien demandé, ne faites rien: votre mot de passe actuel reste valable.

{commune}
{email} – {phone}
"""


class SmtpResetMailer:
    """Implements ``ResetMailer`` for one commune."""

    def __init__(self, settings: IdentitySettings, tenant: Tenant) -> None:
        self._mailer = Mailer(settings.smtp_url)
        self._sender = settings.mail_sender
        self._address = settings.public_url.format(hostname=tenant.hostname)
        self._commune = tenant.description

    async def send(self, account: Account, reset_id: UUID, token: str) -> None:
        """One mail to the account's address. Raises ``MailNotSentError``."""
        assert account.email is not None  # noqa: S101 - accounts without address are sent nothing
        await self._mailer.send(
            sender_name=self._commune.portal_title,
            sender=self._sender,
            recipient=account.email,
            subject=f"{self._commune.portal_title}: votre nouveau mot de passe",
            body=_BODY.format(
                display_name=account.display_name,
                user_name=account.user_name,
                portal_title=self._commune.portal_title,
                commune=self._commune.name,
                link=f"{self._address}/mot-de-passe/{token}",
                email=self._commune.contact.email,
                phone=self._commune.contact.phone,
            ),
            message_id=f"{reset_id}@{self._sender.rpartition('@')[2]}",
        )

"""Settings of communication."""

from chassis.settings import ServiceSettings


class CommunicationSettings(ServiceSettings):
    """``mail_sender`` is the address mails come from; the commune's portal gives the name shown."""

    smtp_url: str = "smtp://127.0.0.1:25"
    mail_sender: str = "ne-pas-repondre@portail-famille.example"

"""Settings of planning."""

from pydantic import Field

from chassis.runtime import Runtime
from chassis.settings import SecretKeySettings
from planning.domain.absence_documents import Retention
from planning.domain.entrance import Terms


class PlanningSettings(SecretKeySettings):
    """``entrance_at_once`` families of a commune come in as they arrive, then ``entrance_per_second``.

    The secret key seals documents of absences. They are deleted ``documents_days_after_decision``, and at the latest
    ``documents_days_after_day`` of the absence.
    """

    entrance_at_once: int = Field(default=100, ge=1)
    entrance_per_second: float = Field(default=20, gt=0)
    documents_days_after_decision: int = Field(default=30, ge=0)
    documents_days_after_day: int = Field(default=90, ge=0)

    @property
    def entrance_terms(self) -> Terms:
        """How many families come in."""
        return Terms(self.entrance_at_once, self.entrance_per_second)

    @property
    def retention(self) -> Retention:
        """How long documents of absences are kept."""
        return Retention(self.documents_days_after_decision, self.documents_days_after_day)


def settings_of(runtime: Runtime) -> PlanningSettings:
    """The service's own settings."""
    settings = runtime.settings
    assert isinstance(settings, PlanningSettings)  # noqa: S101
    return settings

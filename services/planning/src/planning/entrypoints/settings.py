"""Settings of planning."""

from pydantic import Field

from chassis.settings import ServiceSettings
from planning.domain.entrance import Terms


class PlanningSettings(ServiceSettings):
    """``entrance_at_once`` families of a commune come in as they arrive, then ``entrance_per_second``."""

    entrance_at_once: int = Field(default=100, ge=1)
    entrance_per_second: float = Field(default=20, gt=0)

    @property
    def entrance_terms(self) -> Terms:
        """How many families come in."""
        return Terms(self.entrance_at_once, self.entrance_per_second)

"""The service's table of contents."""

from chassis.runtime import Service
from chassis.settings import ServiceSettings
from planning.entrypoints.consumers import ENROLMENT
from planning.entrypoints.http.family import router as family
from planning.entrypoints.http.staff import router as staff
from planning.entrypoints.http.statements import router as statements
from planning.entrypoints.jobs import JOBS

SERVICE = Service(
    name="planning",
    title="Planning",
    settings=ServiceSettings,
    routers=[family, staff, statements],
    problems={
        "lines-refused": 409,
        "draft-empty": 409,
        "days-outside-period": 422,
        "invalid-period": 422,
    },
    consumers=[ENROLMENT],
    jobs=JOBS,
)

"""The service's table of contents."""

from chassis.runtime import Service
from planning.entrypoints.consumers import BILLING, ENROLMENT
from planning.entrypoints.http.absence_files import router as absence_files
from planning.entrypoints.http.absences import router as absences
from planning.entrypoints.http.absences_staff import router as absences_staff
from planning.entrypoints.http.advanced import router as advanced
from planning.entrypoints.http.agenda import router as agenda
from planning.entrypoints.http.agenda import telling as agenda_secrets
from planning.entrypoints.http.custody import router as custody
from planning.entrypoints.http.explanation import router as explanation
from planning.entrypoints.http.family import router as family
from planning.entrypoints.http.family_commit import router as family_commit
from planning.entrypoints.http.for_family import booking as booking_for_family
from planning.entrypoints.http.for_family import router as for_family
from planning.entrypoints.http.holidays import router as holidays
from planning.entrypoints.http.kitchen import router as kitchen
from planning.entrypoints.http.presence import router as presence
from planning.entrypoints.http.staff import router as staff
from planning.entrypoints.http.statements import router as statements
from planning.entrypoints.http.trail import router as trail
from planning.entrypoints.http.waiting import router as waiting
from planning.entrypoints.http.waiting_for_family import router as waiting_for_family
from planning.entrypoints.http.waiting_staff import router as waiting_staff
from planning.entrypoints.http.withdrawals import router as withdrawals
from planning.entrypoints.jobs import JOBS, reseal_commune_documents
from planning.entrypoints.settings import PlanningSettings

SERVICE = Service(
    name="planning",
    title="Planning",
    settings=PlanningSettings,
    routers=[
        *(
            family,
            family_commit,
            explanation,
            advanced,
            waiting,
            absences,
            absence_files,
            trail,
            agenda,
            agenda_secrets,
        ),
        *(staff, holidays, for_family, booking_for_family, waiting_for_family, custody, kitchen, presence, withdrawals),
        *(waiting_staff, absences_staff, statements),
    ],
    problems={
        "lines-refused": 409,
        "draft-empty": 409,
        "offer-ended": 409,
        "absence-decided": 409,
        "present-that-day": 409,
        "no-document-wanted": 409,
        "too-many-documents": 422,
        "unaccepted-file": 422,
        "file-too-large": 413,
        "place-refused": 409,
        "reason-missing": 422,
        "day-past": 409,
        "days-outside-period": 422,
        "invalid-period": 422,
        "not-yet-in": 429,
        "change-too-large": 422,
        "holidays-refused": 422,
        "calendar-changed": 409,
        "places-not-shared": 422,
        "holidays-changed": 409,
        "invalid-custody": 422,
        "not-shared": 409,
    },
    consumers=[ENROLMENT, BILLING],
    jobs=JOBS,
    reseal=reseal_commune_documents,
    larger_bodies={"/absences": 16},
)

"""Identity: who you are. Communes, accounts, sessions, signing keys."""

from chassis.runtime import Service
from identity.entrypoints.consumers import CONSUMERS
from identity.entrypoints.http import account, accounts, communes, jwks, sessions
from identity.entrypoints.jobs import JOBS
from identity.settings import IdentitySettings

SERVICE = Service(
    name="identity",
    title="Identité: communes, comptes et sessions",
    settings=IdentitySettings,
    routers=[communes.router, sessions.router, account.router, accounts.router, jwks.router],
    problems={
        "wrong-credentials": 401,
        "session-ended": 401,
        "too-many-attempts": 429,
        "busy": 503,
        "wrong-password": 409,
        "password-just-given": 409,
        "weak-password": 422,
        "reset-expired": 409,
        "user-name-taken": 409,
        "not-a-staff-account": 409,
        "own-access": 409,
        "slug-taken": 409,
        "hostname-taken": 409,
    },
    consumers=CONSUMERS,
    jobs=JOBS,
    owns_tenants=True,
)

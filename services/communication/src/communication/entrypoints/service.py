"""The service: its table of contents."""

from chassis.runtime import Service
from chassis.settings import MailSettings
from communication.entrypoints.consumers import CONSUMERS
from communication.entrypoints.http import messages, publications
from communication.entrypoints.jobs import JOBS

SERVICE = Service(
    name="communication",
    title="Communication: what people are told",
    settings=MailSettings,
    routers=[publications.router, messages.router],
    problems={"unaccepted-file": 422, "file-too-large": 413},
    consumers=CONSUMERS,
    jobs=JOBS,
)

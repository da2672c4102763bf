"""The template environment: everything escaped, every text through gettext."""

import uuid
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from web.i18n import gettext, ngettext
from web.rendering import formatting
from web.rendering.assets import Assets
from web.rendering.days import days_by_month

_TEMPLATES = Path(__file__).parents[1] / "templates"
_FILTERS = (
    formatting.money,
    formatting.short_date,
    formatting.long_date,
    formatting.day_month,
    formatting.month_title,
    formatting.week_day,
    formatting.hours,
    formatting.short_time,
    formatting.file_size,
    formatting.file_type,
    formatting.capitalised,
    days_by_month,
)


def make_environment(assets: Assets) -> Environment:
    """Templates with formatting filters, icons and texts."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    for function in _FILTERS:
        environment.filters[function.__name__] = function
    environment.filters["moment"] = _moment
    environment.filters["clock"] = _clock
    environment.filters["commune_html"] = _commune_html
    environment.globals.update(asset=assets.url, icon=assets.icon, new_key=lambda: str(uuid.uuid4()))
    return environment


@pass_context
def _moment(context: Context, instant: datetime) -> str:
    """The API's instants are universal; pages tell the commune's time."""
    return formatting.moment(instant, context["commune"].zone)


@pass_context
def _clock(context: Context, instant: datetime) -> str:
    """«09:05», on the commune's clocks."""
    return f"{instant.astimezone(context['commune'].zone):%H:%M}"


def _commune_html(html: str) -> Markup:
    """A text of the town hall: communication has cleaned it, and the content security policy stands behind it."""
    return Markup(html)  # noqa: S704

"""Small helps of the page templates."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.utils.translation import get_language

register = template.Library()

_NAMES = {"en": "English", "ru": "Русский"}
_SHORT = {"en": "EN", "ru": "РУ"}


class LanguageLink(NamedTuple):
    code: str
    name: str
    short: str
    url: str


@register.inclusion_tag("components/languages.html", takes_context=True)
def language_switch(context: dict[str, Any]) -> dict[str, Any]:
    """Links to this page in the other languages, each named in itself."""
    request = context.get("request")
    current = get_language() or settings.LANGUAGE_CODE
    links = []
    for code, _name in settings.LANGUAGES:
        if code == current:
            continue
        query = request.GET.copy() if request is not None else None
        if query is not None:
            query["lang"] = code
        url = f"?{query.urlencode()}" if query is not None else f"?lang={code}"
        links.append(LanguageLink(code, _NAMES.get(code, code), _SHORT.get(code, code), url))
    return {"links": links}

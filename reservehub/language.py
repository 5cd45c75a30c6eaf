"""The language of a request: ``?lang=``, then the cookie, then what the browser asks for."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class LanguageMiddleware(LocaleMiddleware):
    """``LocaleMiddleware`` plus ``?lang=ru``: a plain link switches and is remembered.

    So messages can open a page in the language they are written in, and the switch needs no form.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        wished = request.GET.get("lang", "")
        if wished in dict(settings.LANGUAGES):
            translation.activate(wished)
            request.LANGUAGE_CODE = wished

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response = super().process_response(request, response)
        wished = request.GET.get("lang", "")
        if wished in dict(settings.LANGUAGES):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                wished,
                max_age=365 * 24 * 3600,
                secure=request.is_secure(),
                httponly=True,
                samesite="Lax",
            )
        return response

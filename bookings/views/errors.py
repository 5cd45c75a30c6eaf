"""Error pages of the whole site (handlers of the root URLconf)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from reservehub.core.errors import NotFound, PermissionRefused
from reservehub.core.pages import problem_page


def bad_request(
    request: HttpRequest,
    exception: Exception,  # noqa: ARG001 - Django passes it
) -> HttpResponse:
    """400."""
    return _page(request, 400, _("That did not work"), _("The request could not be understood."))


def forbidden(
    request: HttpRequest,
    exception: Exception,  # noqa: ARG001 - Django passes it
) -> HttpResponse:
    """403."""
    return problem_page(request, PermissionRefused())


def not_found(
    request: HttpRequest,
    exception: Exception,  # noqa: ARG001 - Django passes it
) -> HttpResponse:
    """404."""
    return problem_page(request, NotFound())


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    context = {"problem": {"status": status, "title": title, "text": text}}
    return render(request, "pages/problem.html", context, status=status)

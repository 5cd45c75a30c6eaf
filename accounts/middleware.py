"""The administration asks for the second factor as the staff area does."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.second_factor import lacks_second_factor
from reservehub.core.http import is_admin_page


class AdminSecondFactorMiddleware:
    """Leads members without the second factor their organisation asks for to where it is set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            is_admin_page(request)
            and request.user.is_authenticated
            and not request.user.is_superuser
            and lacks_second_factor(request.user)
        ):
            messages.info(
                request,
                _("Your organisation asks for a second factor. Set up one of these first."),
            )
            return redirect("mfa_index")
        return self.get_response(request)

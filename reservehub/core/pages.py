"""What every page needs: refusals as pages, error summaries, answers to htmx."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from reservehub.core.errors import DomainError, NotFound, PermissionRefused, RateLimited

P = ParamSpec("P")
View = Callable[P, HttpResponse]


@dataclass(frozen=True)
class PageError:
    """One line of an error summary; `field_id` is the element it leads to."""

    text: str
    field_id: str = ""


def is_fragment(request: HttpRequest, *targets: str) -> bool:
    """Whether htmx asks for one of these parts of the page rather than for all of it."""
    return request.headers.get("HX-Request") == "true" and (
        request.headers.get("HX-Target", "") in targets
    )


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """303 after a POST, in the way the browser or htmx understands."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponseClientRedirect(url)
    response = HttpResponse(status=303)
    response["Location"] = url
    return response


def varies(response: HttpResponse) -> HttpResponse:
    """One address gives a page or a part of it: caches must tell them apart."""
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    patch_cache_control(response, private=True, no_cache=True)
    return response


def make_private(response: HttpResponse) -> HttpResponse:
    """For pages behind a token: not stored, not indexed, the address not passed on (rule 76)."""
    response["Cache-Control"] = "private, no-store"
    # Browsers take the last value they know. The first alone would make them send `Origin: null`
    # with every form, which the CSRF check must refuse; no other site gets the address either way.
    response["Referrer-Policy"] = "no-referrer, same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def private_page(view: View[P]) -> View[P]:
    """`make_private` for whatever the view answers, refusals too."""

    @wraps(view)
    def hidden(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return make_private(view(*args, **kwargs))

    return hidden


def refusals_as_pages(view: View[P]) -> View[P]:
    """Show a `DomainError` that nobody handled as a friendly page of its status."""

    @wraps(view)
    def shown(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except DomainError as error:
            return problem_page(cast("HttpRequest", args[0]), error)

    return shown


def problem_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A refusal on a page of its own."""
    texts: Mapping[type[DomainError], tuple[str, str]] = {
        NotFound: (
            _("Nothing is here"),
            _("The address may be mistyped, or the link is no longer valid."),
        ),
        PermissionRefused: (
            _("This is not for you to open"),
            _("Log in with another account, or ask whoever sent you here."),
        ),
        RateLimited: (
            _("One moment, please"),
            _("Too many attempts came from your connection. Please try again in a few minutes."),
        ),
    }
    title, text = texts.get(type(error), (str(error.title), str(error.detail)))
    context = {"problem": {"status": error.status, "title": title, "text": text}}
    response = render(request, "pages/problem.html", context, status=error.status)
    if "retry_after" in error.extra:
        response["Retry-After"] = str(error.extra["retry_after"])
    return response


def errors_of(form: Any, order: Iterable[str] = ()) -> list[PageError]:
    """The errors of a form in the order of its fields, each leading to its input."""
    names = list(order) or list(form.fields)
    found = [
        PageError(str(message), form[name].auto_id if name in form.fields else "")
        for name in names
        for message in form.errors.get(name, [])
    ]
    return found + [PageError(str(message)) for message in form.non_field_errors()]

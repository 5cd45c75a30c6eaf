"""Saving through the services: refusals become form errors, stranded bookings a question (B8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reservehub.core import clock
from reservehub.core.errors import DomainError, FieldError
from restaurants import impact, services
from restaurants.admin.acting import access_in, actor_of
from restaurants.admin.scoped import ScopedAdmin
from restaurants.permissions import Capability

ANYWAY = "_save_anyway"
BACK = "_back"

_refusals: WeakKeyDictionary[HttpRequest, DomainError] = WeakKeyDictionary()


class StrandsBookings(Exception):
    """The change was undone: somebody has to look at these bookings first."""

    def __init__(self, stranded: list[impact.Stranded]) -> None:
        super().__init__(f"{len(stranded)} bookings")
        self.stranded = stranded


class NotSavedYet(DomainError):
    """The person came back from the question to change something."""

    code = "not_saved_yet"
    title = _("Nothing has been saved yet.")


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form that can show what a service refused."""

    refused: DomainError | None = None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refused is not None:
            whole = FieldError("", self.refused.code, str(self.refused))
            for error in self.refused.errors or [whole]:
                name = error.pointer.strip("/").split("/")[0]
                self.add_error(name if name in self.fields else None, str(error.detail))
            for one in self.refused.extra.get("stranded", ()):
                self.add_error(None, "{label} · {guest_name} · {party_size}".format(**one))
        return cleaned


class ServiceAdmin(ScopedAdmin):
    """Rows that `restaurants.services` validates, audits and publishes."""

    form = ServiceForm

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refused = _refusals.get(request)
        return form

    # --- One form -----------------------------------------------------------------------------

    def _changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None,
        form_url: str,
        extra_context: dict[str, Any] | None,
    ) -> HttpResponse:
        def page() -> HttpResponse:
            made: HttpResponse = super(ServiceAdmin, self)._changeform_view(
                request, object_id, form_url, extra_context
            )
            return made

        if request.method != "POST":
            return page()
        if BACK in request.POST:
            _refusals[request] = NotSavedYet()
            return page()
        try:
            with transaction.atomic():
                return page()
        except StrandsBookings as found:
            return self.ask(request, found.stranded)
        except DomainError as refused:
            _refusals[request] = refused
            return page()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saved together with its inlines, as some rules hold only for all of them."""

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Sequence[BaseInlineFormSet[Any, Any, Any]],
        change: bool,
    ) -> None:
        rows: list[Model] = [form.instance]
        deletions: list[Model] = []
        for formset in formsets:
            rows += formset.save(commit=False)
            deletions += formset.deleted_objects
        self.write(request, rows, deletions, clock.now())

    def write(
        self,
        request: HttpRequest,
        rows: Sequence[Model],
        deletions: Sequence[Model],
        now: datetime,
    ) -> None:
        """Save and delete rows of one restaurant.

        :raises StrandsBookings: if bookings would be stranded and the person has not agreed
        """
        first = [*rows, *deletions][0]
        owner = self.restaurant_id_of(first)
        if not access_in(request).can(self.change_capability, owner):
            raise PermissionDenied
        with self._asking(request, owner, now):
            services.config_save_all(
                instances=rows, deletions=deletions, actor=actor_of(request), now=now
            )

    @contextmanager
    def _asking(
        self, request: HttpRequest, restaurant_id: int | None, now: datetime
    ) -> Iterator[None]:
        if restaurant_id is None or ANYWAY in request.POST:
            yield
            return
        before = impact.stranded_now(restaurant_id=restaurant_id, now=now)
        yield
        after = impact.stranded_now(restaurant_id=restaurant_id, now=now)
        stranded = impact.newly_stranded(before=before, after=after)
        if stranded:
            raise StrandsBookings(stranded)

    def ask(self, request: HttpRequest, stranded: list[impact.Stranded]) -> HttpResponse:
        """List the bookings; "Save anyway" and "Back" both send everything typed again."""
        kept = {"csrfmiddlewaretoken", ANYWAY, BACK}
        context = {
            **self.admin_site.each_context(request),
            "title": ngettext(
                "%(count)s booking would no longer fit",
                "%(count)s bookings would no longer fit",
                len(stranded),
            )
            % {"count": len(stranded)},
            "opts": self.opts,
            "stranded": stranded,
            "typed": [
                (name, value)
                for name, values in request.POST.lists()
                if name not in kept
                for value in values
            ],
            "has_files": bool(request.FILES),
            "is_deletion": "post" in request.POST and "_save" not in request.POST,
        }
        return TemplateResponse(request, "admin/restaurants/stranded.html", context)

    # --- Deleting -----------------------------------------------------------------------------

    def _delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None
    ) -> HttpResponse:
        def page() -> HttpResponse:
            made: HttpResponse = super(ServiceAdmin, self)._delete_view(
                request, object_id, extra_context
            )
            return made

        here = reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id]
        )
        if request.method == "POST" and BACK in request.POST:
            return HttpResponseRedirect(here)
        return self._answered(request, page, here)

    def _answered(
        self, request: HttpRequest, page: Callable[[], HttpResponse], elsewhere: str
    ) -> HttpResponse:
        try:
            with transaction.atomic():
                return page()
        except StrandsBookings as found:
            return self.ask(request, found.stranded)
        except DomainError as refused:
            for error in refused.errors or [FieldError("", refused.code, str(refused))]:
                messages.error(request, str(error.detail))
        return HttpResponseRedirect(elsewhere)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.write(request, [], [obj], clock.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Several at once, each restaurant by itself."""
        groups: defaultdict[int | None, list[Model]] = defaultdict(list)
        for row in queryset:
            groups[self.restaurant_id_of(row)].append(row)
        for rows in groups.values():
            self.write(request, [], rows, clock.now())

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        def page() -> HttpResponse:
            made: HttpResponse = super(ServiceAdmin, self).changelist_view(request, extra_context)
            return made

        if request.method != "POST":
            return page()
        if BACK in request.POST:
            return HttpResponseRedirect(request.get_full_path())
        return self._answered(request, page, request.get_full_path())


def is_platform(request: HttpRequest) -> bool:
    """Whether the person runs the whole platform."""
    return access_in(request).is_everything


def may_configure(request: HttpRequest) -> bool:
    """Whether the person may change settings anywhere."""
    return access_in(request).can(Capability.CONFIGURE)

"""A restaurant's own words and settings, with a look at every message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from notifications.channels.base import Content
from notifications.kinds import Kind
from notifications.models import MessageSettings, MessageText
from notifications.rendering import PLACEHOLDERS, preview, segments
from notifications.services.texts import (
    message_settings_save,
    message_text_delete,
    message_text_save,
)
from notifications.views.letters import letter_response
from reservehub.core import clock
from restaurants.admin.acting import access_in, actor_of
from restaurants.admin.saving import ServiceAdmin, ServiceForm
from restaurants.models import Restaurant
from restaurants.permissions import Capability


class MessageTextForm(ServiceForm):
    language = forms.ChoiceField(
        label=capfirst(_("language")), choices=settings.LANGUAGES, widget=UnfoldAdminSelectWidget()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None and "language" in self.fields:
            self.fields["language"].disabled = True


@admin.register(MessageText)
class MessageTextAdmin(ServiceAdmin):
    form = MessageTextForm
    view_capability = Capability.CONFIGURE
    list_display = ("restaurant", "kind", "language", "subject", "updated_at")
    list_filter = ("kind", "language", ("restaurant", RelatedOnlyFieldListFilter))
    list_select_related = ("restaurant",)
    change_form_outer_before_template = "admin/notifications/text.html"
    fields = (("restaurant", "kind", "language"), "subject", "opening", "short")
    actions_list = ("previews",)

    def fixed_fields(self) -> list[str]:
        """Another kind or language is another text."""
        return ["restaurant", "kind"]

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> None:
        text = form.instance
        self._check(request, text)
        saved = message_text_save(
            restaurant=text.restaurant,
            kind=Kind(text.kind),
            language=text.language,
            subject=text.subject,
            opening=text.opening,
            short=text.short,
            actor=actor_of(request),
            now=clock.now(),
        )
        text.pk = saved.pk

    def _check(self, request: HttpRequest, text: Model) -> None:
        if not access_in(request).can(self.change_capability, self.restaurant_id_of(text)):
            raise PermissionDenied

    def delete_model(self, request: HttpRequest, obj: MessageText) -> None:
        self._check(request, obj)
        message_text_delete(text=obj, actor=actor_of(request), now=clock.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[MessageText]) -> None:
        for text in queryset:
            self.delete_model(request, text)

    # --- Previews -----------------------------------------------------------------------------

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        text = self.get_object(request, object_id)
        link = "" if text is None else self._link(text.restaurant, Kind(text.kind), text.language)
        context = self._help() | {"preview_url": link, **(extra_context or {})}
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = self._help() | (extra_context or {})
        response: HttpResponse = super().add_view(request, form_url, context)
        return response

    def _help(self) -> dict[str, Any]:
        return {"placeholders": [(f"{{{name}}}", text) for name, text in PLACEHOLDERS.items()]}

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Any, name: str) -> URLPattern:
            shown: Any = self.admin_site.admin_view(view)
            found: URLPattern = path(route, shown, name=f"notifications_messagetext_{name}")
            return found

        return [
            page("preview/", self.preview_start, "preview_start"),
            page("preview/<int:place>/<slug:kind>/<str:language>/", self.preview_page, "preview"),
            page(
                "preview/<int:place>/<slug:kind>/<str:language>/letter/",
                self.preview_letter,
                "preview_letter",
            ),
            *super().get_urls(),
        ]

    @action(description=_("See all messages"), url_path="see-all")
    def previews(self, request: HttpRequest) -> HttpResponse:
        return self.preview_start(request)

    def preview_start(self, request: HttpRequest) -> HttpResponse:
        """The first restaurant that may be seen."""
        mine = self._places(request).first()
        if mine is None:
            raise Http404
        return self.preview_page(request, mine.pk, Kind.CONFIRMED.value, mine.language)

    def _places(self, request: HttpRequest) -> QuerySet[Restaurant]:
        access = access_in(request)
        places = Restaurant.objects.select_related("policy").order_by("name", "pk")
        if access.is_everything:
            return places
        return places.filter(pk__in=access.restaurant_ids(Capability.CONFIGURE))

    def _asked(
        self, request: HttpRequest, place: int, kind: str, language: str
    ) -> tuple[Restaurant, Kind, str, Content]:
        restaurant = self._places(request).filter(pk=place).first()
        if restaurant is None or kind not in Kind.values:
            raise Http404
        code = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        content = preview(restaurant=restaurant, kind=Kind(kind), language=code)
        return restaurant, Kind(kind), code, content

    def _link(self, restaurant: Restaurant, kind: Kind, language: str, name: str = "") -> str:
        return reverse(
            f"admin:notifications_messagetext_preview{name}",
            args=[restaurant.pk, kind.value, language],
        )

    def preview_page(
        self, request: HttpRequest, place: int, kind: str, language: str
    ) -> HttpResponse:
        """One message about an invented visit, in every shape."""
        restaurant, chosen, code, content = self._asked(request, place, kind, language)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Messages of %(place)s") % {"place": restaurant.name},
            "opts": self.opts,
            "content": content,
            "segments": segments(content.short),
            "letter_url": self._link(restaurant, chosen, code, "_letter"),
            "kinds": [
                {
                    "label": one.label,
                    "url": self._link(restaurant, one, code),
                    "is_current": one is chosen,
                }
                for one in Kind
            ],
            "languages": [
                {
                    "label": label,
                    "url": self._link(restaurant, chosen, one),
                    "is_current": one == code,
                }
                for one, label in settings.LANGUAGES
            ],
            "places": [
                {
                    "label": str(one),
                    "url": self._link(one, chosen, code),
                    "is_current": one.pk == restaurant.pk,
                }
                for one in self._places(request)[:20]
            ],
            "own_url": self._own_url(restaurant, chosen, code),
        }
        return TemplateResponse(request, "admin/notifications/preview.html", context)

    def _own_url(self, restaurant: Restaurant, kind: Kind, language: str) -> str:
        """Where the restaurant's own words for this are written."""
        found = MessageText.objects.filter(restaurant=restaurant, kind=kind, language=language)
        text = found.first()
        if text is not None:
            return reverse("admin:notifications_messagetext_change", args=[text.pk])
        add = reverse("admin:notifications_messagetext_add")
        return f"{add}?restaurant={restaurant.pk}&kind={kind.value}&language={language}"

    def preview_letter(
        self, request: HttpRequest, place: int, kind: str, language: str
    ) -> HttpResponse:
        """The letter alone, to be framed."""
        return letter_response(self._asked(request, place, kind, language)[3].html)


@admin.register(MessageSettings)
class MessageSettingsAdmin(ServiceAdmin):
    view_capability = Capability.CONFIGURE
    list_display = (
        "restaurant",
        "quiet_from",
        "quiet_until",
        "sends_day_reminder",
        "sends_soon_reminder",
        "asks_for_reviews",
    )
    list_select_related = ("restaurant",)
    fields = (
        "restaurant",
        ("quiet_from", "quiet_until"),
        ("sends_day_reminder", "sends_soon_reminder"),
        "reconfirm_from_party",
        ("asks_late_guests", "asks_for_reviews"),
        ("tells_staff_by_email", "staff_email"),
    )

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> None:
        row = form.instance
        if not access_in(request).can(self.change_capability, self.restaurant_id_of(row)):
            raise PermissionDenied
        message_settings_save(message_settings=row, actor=actor_of(request), now=clock.now())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

"""Messages in the admin site: what became of each, and what needs a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from bookings.presenters.clock import clock_text, local, short_date
from notifications.admin.filters import ChannelFilter
from notifications.admin.steps import STEPS, Step
from notifications.kinds import ChannelName
from notifications.models import Message, MessageAttempt, MessageStatus
from notifications.rendering import segments
from notifications.views.letters import letter_response
from reservehub.core import clock
from reservehub.core.errors import DomainError
from restaurants.admin.acting import access_in, actor_of
from restaurants.admin.scoped import ScopedAdmin, ScopedTabular
from restaurants.permissions import Capability

FOR_A_PERSON = (MessageStatus.FAILED, MessageStatus.UNCERTAIN)
AT_ONCE = 200
"""Messages one action takes at most."""

COLOURS = {
    MessageStatus.WAITING: "info",
    MessageStatus.SENDING: "info",
    MessageStatus.SENT: "success",
    MessageStatus.DELIVERED: "success",
    MessageStatus.READ: "success",
    MessageStatus.UNCERTAIN: "warning",
    MessageStatus.FAILED: "danger",
}


class TriesInline(ScopedTabular):
    """Every try; its address only for those who may see contact data."""

    model = MessageAttempt
    verbose_name_plural = _("Tries")
    max_num = 0
    can_delete = False
    _PUBLIC: ClassVar[tuple[str, ...]] = ("number", "channel", "provider", "outcome", "code")
    _CONTACT: ClassVar[tuple[str, ...]] = ("address", "provider_id", "detail")
    _TIMES: ClassVar[tuple[str, ...]] = ("started_at", "finished_at")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        contact = self._CONTACT if sees_content(request, obj) else ()
        return [*self._PUBLIC, *contact, *self._TIMES]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.get_fields(request, obj)


def sees_content(request: HttpRequest, message: Message | None) -> bool:
    """Letters name the guest and hold the link that changes the booking."""
    owner = message.restaurant_id if message is not None else None
    access = access_in(request)
    return all(access.can(need, owner) for need in (Capability.SEE_CONTACT, Capability.EDIT_BOOK))


@admin.register(Message)
class MessageAdmin(ScopedAdmin):
    change_capability = Capability.EDIT_BOOK
    inlines = (TriesInline,)
    list_display = ("what", "booking", "shown_status", "channel", "due", "sent", "restaurant")
    list_filter = (
        "status",
        ChannelFilter,
        "kind",
        ("restaurant", RelatedOnlyFieldListFilter),
    )
    list_select_related = ("restaurant", "reservation__restaurant")
    list_before_template = "admin/notifications/tabs.html"
    change_form_outer_before_template = "admin/notifications/message.html"
    search_fields = ("^reservation__reference",)
    search_help_text = _("Number of the booking")
    ordering = ("-pk",)
    actions: ClassVar[list[str]] = list(STEPS)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("kind", "booking", "restaurant"),
                    ("status", "reason", "last_error"),
                    ("language", "channels", "attempts"),
                    ("due_at", "expires_at", "created_at"),
                    ("sent_at", "delivered_at", "finished_at"),
                )
            },
        ),
    )
    readonly_fields = ("booking",)

    # --- What is shown ------------------------------------------------------------------------

    @display(description=_("message"), ordering="kind")
    def what(self, message: Message) -> str:
        return str(message.get_kind_display())

    @display(description=_("reservation"), ordering="reservation__reference")
    def booking(self, message: Message) -> str:
        reference = message.reservation.reference if message.reservation is not None else "—"
        return format_html('<span class="whitespace-nowrap">{}</span>', reference)

    @display(description=_("Status"), ordering="status", label=COLOURS)
    def shown_status(self, message: Message) -> tuple[str, str]:
        return message.status, message.get_status_display()

    @display(description=_("Channel"))
    def channel(self, message: Message) -> str:
        return str(ChannelName(message.channels[0]).label) if message.channels else "—"

    @display(description=_("due at"), ordering="due_at")
    def due(self, message: Message) -> str:
        return _on_the_wall(message.due_at, message)

    @display(description=_("sent at"), ordering="sent_at")
    def sent(self, message: Message) -> str:
        return _on_the_wall(message.sent_at, message)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"message_tabs": self._tabs(request), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def _tabs(self, request: HttpRequest) -> list[dict[str, Any]]:
        mine = self.get_queryset(request).order_by()
        chosen = request.GET.get("status__in") or request.GET.get("status__exact") or ""
        person = ",".join(FOR_A_PERSON)
        tabs = [
            ("", "", _("All"), None),
            (person, f"?status__in={person}", _("For a person"), FOR_A_PERSON),
            ("waiting", "?status__exact=waiting", _("Waiting"), (MessageStatus.WAITING,)),
        ]
        return [
            {
                "title": title,
                "link": link or "?",
                "is_current": key == chosen,
                "count": None if among is None else mine.filter(status__in=among).count(),
            }
            for key, link, title, among in tabs
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        message = self.get_object(request, object_id)
        panel = {} if message is None else self._panel(request, message)
        context = {"panel": panel, **(extra_context or {})}
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    def _panel(self, request: HttpRequest, message: Message) -> dict[str, Any]:
        steps = STEPS.items() if self.has_send_permission(request, message) else ()
        content = message.content if sees_content(request, message) else None
        return {
            "steps": [
                {"name": name, "label": step.label, "button": step.button(1)}
                for name, step in steps
                if message.status in step.statuses
            ],
            "list_url": reverse("admin:notifications_message_changelist"),
            "content": content,
            "segments": segments(content.get("short", "")) if content else None,
            "letter_url": reverse("admin:notifications_message_letter", args=[message.pk]),
        }

    # --- The letter ---------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        letter = path(
            "<int:pk>/letter/",
            self.admin_site.admin_view(self.letter),
            name="notifications_message_letter",
        )
        return [letter, *super().get_urls()]

    def letter(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The HTML as it was sent, where it can do nothing."""
        message = self.get_queryset(request).filter(pk=pk).first()
        if message is None:
            raise Http404
        if not sees_content(request, message):
            raise PermissionDenied
        return letter_response((message.content or {}).get("html", ""))

    # --- Who may what -------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody rewrites what was said."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_send_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, self.change_capability, obj)

    # --- Steps --------------------------------------------------------------------------------

    @action(description=STEPS["send_again"].label, permissions=["send"])
    def send_again(self, request: HttpRequest, rows: QuerySet[Message]) -> HttpResponse | None:
        return self._take("send_again", request, rows)

    @action(description=STEPS["arrived"].label, permissions=["send"])
    def arrived(self, request: HttpRequest, rows: QuerySet[Message]) -> HttpResponse | None:
        return self._take("arrived", request, rows)

    @action(description=STEPS["send_it_again"].label, permissions=["send"])
    def send_it_again(self, request: HttpRequest, rows: QuerySet[Message]) -> HttpResponse | None:
        return self._take("send_it_again", request, rows)

    def _take(
        self, name: str, request: HttpRequest, rows: QuerySet[Message]
    ) -> HttpResponse | None:
        """First the question with the number, then the deed."""
        step = STEPS[name]
        mine = self.only_with(request, self.change_capability, rows)
        fitting = list(mine.filter(status__in=step.statuses)[:AT_ONCE])
        if not fitting:
            messages.warning(request, _("None of these messages waits for that."))
            return None
        if "confirmed" not in request.POST:
            return self._question(name, step, request, fitting)
        self._do(step, request, fitting)
        return None

    def _question(
        self, name: str, step: Step, request: HttpRequest, rows: Sequence[Message]
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": step.label,
            "opts": self.opts,
            "step": step,
            "step_name": name,
            "button": step.button(len(rows)),
            "rows": rows,
        }
        return TemplateResponse(request, "admin/notifications/confirm.html", context)

    def _do(self, step: Step, request: HttpRequest, rows: Sequence[Message]) -> None:
        done = 0
        for message in rows:
            try:
                step.run(message.pk, actor_of(request), clock.now())
            except DomainError as refused:
                messages.error(request, f"{message}: {refused}")
            else:
                done += 1
        if done:
            text = ngettext("%(count)s message done.", "%(count)s messages done.", done)
            messages.success(request, text % {"count": done})


def _on_the_wall(at: datetime | None, message: Message) -> str:
    """On the restaurant's clock."""
    if at is None:
        return "—"
    wall = local(at, message.restaurant)
    return f"{short_date(wall.date())}, {clock_text(wall, message.restaurant)}"

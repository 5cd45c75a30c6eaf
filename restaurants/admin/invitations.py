"""Who was asked to work where; owners take it back or send a new link. The link itself is shown
nowhere: it is in the letter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin import RelatedOnlyFieldListFilter, SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from reservehub.core import clock
from reservehub.core.api.throttling import count_request
from reservehub.core.errors import DomainError, RateLimited
from reservehub.core.http import caller_of
from restaurants import services
from restaurants.admin.acting import actor_of
from restaurants.admin.people import OwnersOnly
from restaurants.models import Invitation

AT_ONCE = 50
"""Rows one action takes at most."""

STATES = {
    "open": _("Waiting"),
    "expired": _("Link expired"),
    "accepted": _("Accepted"),
    "revoked": _("Taken back"),
}
COLOURS = {"open": "info", "expired": "warning", "accepted": "success", "revoked": "danger"}


def state_of(invitation: Invitation) -> str:
    """A key of `STATES`."""
    if invitation.accepted_at is not None:
        return "accepted"
    if invitation.revoked_at is not None:
        return "revoked"
    return "open" if invitation.is_open(clock.now()) else "expired"


class StateFilter(SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(STATES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = clock.now()
        unanswered = Q(accepted_at=None, revoked_at=None)
        match self.value():
            case "open":
                return queryset.filter(unanswered, expires_at__gt=now)
            case "expired":
                return queryset.filter(unanswered, expires_at__lte=now)
            case "accepted":
                return queryset.exclude(accepted_at=None)
            case "revoked":
                return queryset.filter(accepted_at=None).exclude(revoked_at=None)
        return queryset


@admin.register(Invitation)
class InvitationAdmin(OwnersOnly):
    """Invitations are written in the staff area, by owners; here they are looked after."""

    list_display = ("email", "role", "place", "shown_state", "expires_at")
    list_select_related = ("organisation", "restaurant")
    list_filter = (
        StateFilter,
        "role",
        ("organisation", RelatedOnlyFieldListFilter),
        ("restaurant", RelatedOnlyFieldListFilter),
    )
    search_fields = ("email", "organisation__name", "restaurant__name")
    fields = (
        ("email", "role", "state"),
        ("organisation", "restaurant"),
        ("invited_by", "language"),
        ("created_at", "expires_at"),
        ("accepted_by", "accepted_at", "revoked_at"),
        ("mail_sent_at", "mail_due_at", "mail_attempts"),
    )
    readonly_fields = ("state",)
    actions: ClassVar[list[str]] = ["send_again", "revoke"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        rows: QuerySet[Invitation] = super().get_queryset(request)
        return rows.defer("nonce", "token_hash")

    def restaurant_id_of(self, obj: Any) -> int | None:
        """No table depends on who is invited."""
        return None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("place"), ordering="organisation__name")
    def place(self, invitation: Invitation) -> str:
        """Without a restaurant, all of the organisation."""
        if invitation.restaurant is not None:
            return str(invitation.restaurant)
        return _("All restaurants of %(name)s") % {"name": invitation.organisation}

    @display(description=_("state"))
    def state(self, invitation: Invitation) -> str:
        """For the page of one, where there are no coloured labels."""
        return str(STATES[state_of(invitation)])

    @display(description=_("state"), label=COLOURS)
    def shown_state(self, invitation: Invitation) -> tuple[str, str]:
        state = state_of(invitation)
        return state, str(STATES[state])

    @action(description=_("Send a new link"), permissions=["view"])
    def send_again(self, request: HttpRequest, invitations: QuerySet[Invitation]) -> None:
        """As often as from the staff area, and no more."""

        def send(one: Invitation) -> None:
            count_request(request, scope="invitations", caller=caller_of(request))
            services.invitation_resend(
                invitation_id=one.pk, actor=actor_of(request), now=clock.now()
            )

        count = self._each(request, invitations, send)
        said = ngettext(
            "%(count)d new link is on its way.", "%(count)d new links are on their way.", count
        )
        self._say(request, said, count)

    @action(description=_("Take back"), permissions=["view"])
    def revoke(self, request: HttpRequest, invitations: QuerySet[Invitation]) -> None:
        def take_back(one: Invitation) -> None:
            services.invitation_revoke(
                invitation_id=one.pk, actor=actor_of(request), now=clock.now()
            )

        count = self._each(request, invitations, take_back)
        said = ngettext(
            "%(count)d invitation no longer works.", "%(count)d invitations no longer work.", count
        )
        self._say(request, said, count)

    def _each(
        self, request: HttpRequest, rows: QuerySet[Invitation], work: Callable[[Invitation], None]
    ) -> int:
        done = 0
        for one in rows[:AT_ONCE]:
            try:
                work(one)
            except RateLimited as refused:
                messages.error(request, str(refused))
                break
            except DomainError as refused:
                messages.error(request, f"{one.email}: {refused}")
            else:
                done += 1
        return done

    def _say(self, request: HttpRequest, said: str, count: int) -> None:
        if count:
            messages.success(request, said % {"count": count})

"""PINs of shared tablets, for platform admins: who has one, and who is locked out.

The hash of four digits is as good as the PIN: no page shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from accounts.models import Pin, PinTries, User
from accounts.services import pin_remove, pin_unlock
from reservehub.core import clock
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.http import client_ip

AT_ONCE = 200
"""Rows one action takes at most."""

LOCK_COLOURS = {"locked": "danger", "open": "success"}


class LockFilter(admin.SimpleListFilter):
    """Who has to wait, and who does not."""

    title = _("lock")
    parameter_name = "lock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("locked", _("Locked")), ("open", _("Not locked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = clock.now()
        match self.value():
            case "locked":
                return queryset.filter(locked_until__gt=now)
            case "open":
                return queryset.filter(Q(locked_until=None) | Q(locked_until__lte=now))
        return queryset


class PlatformOnly(ModelAdmin):
    """Rows to look at, for platform admins; actions change them through services."""

    list_per_page = 50
    show_full_result_count = False
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("Lock"))
    def lock(self, row: Any) -> str:
        """For the page of one, where there are no coloured labels."""
        return _lock(row.locked_until)[1]

    def people(self, rows: QuerySet[Any]) -> list[User]:
        """The people of the chosen rows, each once."""
        ids = list(rows.order_by().values_list("user_id", flat=True)[:AT_ONCE])
        return list(User.objects.filter(pk__in=ids).order_by("pk"))


def _actor(request: HttpRequest) -> Actor:
    user = cast(User, request.user)
    return Actor(
        kind=ActorKind.PLATFORM,
        user_id=user.pk,
        label=user.get_full_name(),
        channel="admin",
        ip=client_ip(request),
    )


def _each(people: list[User], work: Callable[..., None], request: HttpRequest) -> int:
    for user in people:
        work(user=user, actor=_actor(request), now=clock.now())
    return len(people)


def _lock(until: datetime | None) -> tuple[str, str]:
    if until is None or until <= clock.now():
        return "open", str(_("Not locked"))
    shown = date_format(until, "Y-m-d H:i")
    return "locked", _("Locked until %(time)s UTC") % {"time": shown}


@admin.register(Pin)
class PinAdmin(PlatformOnly):
    list_display = ("user", "set_at", "shown_lock")
    list_filter = (LockFilter,)
    ordering = ("user__email",)
    fields = ("user", "set_at", "lock")
    readonly_fields = ("lock",)
    actions: ClassVar[list[str]] = ["unlock", "reset"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pin]:
        rows: QuerySet[Pin] = super().get_queryset(request)
        return rows.defer("hash").annotate(locked_until=Max("user__pin_tries__locked_until"))

    @display(description=_("Lock"), ordering="locked_until", label=LOCK_COLOURS)
    def shown_lock(self, pin: Any) -> tuple[str, str]:
        """Of the device that has to wait longest."""
        return _lock(pin.locked_until)

    @action(description=_("Unlock: forget the wrong PINs"), permissions=["view"])
    def unlock(self, request: HttpRequest, pins: QuerySet[Pin]) -> None:
        _say_unlocked(request, _each(self.people(pins), pin_unlock, request))

    @action(description=_("Take the PIN away; the person sets a new one"), permissions=["view"])
    def reset(self, request: HttpRequest, pins: QuerySet[Pin]) -> None:
        count = _each(self.people(pins), pin_remove, request)
        said = ngettext("%(count)d PIN is taken away.", "%(count)d PINs are taken away.", count)
        messages.success(request, said % {"count": count})


@admin.register(PinTries)
class PinTriesAdmin(PlatformOnly):
    """Also of people without a PIN, who are counted like everybody else."""

    list_display = ("user", "shown_device", "failures", "shown_lock")
    list_filter = (LockFilter,)
    ordering = ("user__email", "device")
    fields = ("user", "shown_device", "failures", "lock")
    readonly_fields = ("shown_device", "lock")
    actions: ClassVar[list[str]] = ["unlock"]

    @display(description=_("Device"), ordering="device")
    def shown_device(self, tries: PinTries) -> str:
        """Enough of its key to tell two apart."""
        return f"{tries.device[:6]}…" if tries.device else str(_("All devices together"))

    @display(description=_("Lock"), ordering="locked_until", label=LOCK_COLOURS)
    def shown_lock(self, tries: PinTries) -> tuple[str, str]:
        return _lock(tries.locked_until)

    @action(description=_("Unlock: forget the wrong PINs"), permissions=["view"])
    def unlock(self, request: HttpRequest, tries: QuerySet[PinTries]) -> None:
        """On every device, as one that stays locked would surprise the person."""
        _say_unlocked(request, _each(self.people(tries), pin_unlock, request))


def _say_unlocked(request: HttpRequest, count: int) -> None:
    said = ngettext("%(count)d person is unlocked.", "%(count)d people are unlocked.", count)
    messages.success(request, said % {"count": count})

"""Ways to narrow the list of messages."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from notifications.kinds import ChannelName
from notifications.models import MessageAttempt


class ChannelFilter(SimpleListFilter):
    """The channel that is the next to be tried, or over which it was tried."""

    title = _("channel")
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(channel.value, channel.label) for channel in ChannelName]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        channel = self.value()
        if channel is None:
            return queryset
        tried = MessageAttempt.objects.filter(message=OuterRef("pk"), channel=channel)
        return queryset.filter(Q(channels__0=channel) | Exists(tried))

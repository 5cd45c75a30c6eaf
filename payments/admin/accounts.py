"""Where the money of each restaurant goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from payments.models import PaymentAccount
from payments.selectors.accounts import account_problem
from payments.services.accounts import payment_account_save
from reservehub.core import clock
from restaurants.admin.acting import access_in, actor_of
from restaurants.admin.saving import ServiceAdmin
from restaurants.permissions import Capability


@admin.register(PaymentAccount)
class PaymentAccountAdmin(ServiceAdmin):
    view_capability = Capability.CONFIGURE
    list_display = ("restaurant", "provider", "account", "is_active", "problem")
    list_filter = ("provider", "is_active", ("restaurant", RelatedOnlyFieldListFilter))
    list_select_related = ("restaurant",)
    search_fields = ("restaurant__name", "=account")
    fields = ("restaurant", ("provider", "account"), "is_active")

    @display(description=_("why it is off"))
    def problem(self, account: PaymentAccount) -> str:
        return account_problem(account) or "—"

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> None:
        account = form.instance
        if not access_in(request).can(self.change_capability, self.restaurant_id_of(account)):
            raise PermissionDenied
        payment_account_save(account=account, actor=actor_of(request), now=clock.now())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Switched off instead: reconciliations belong to it."""
        return False

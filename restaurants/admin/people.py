"""Who works where; only owners and the platform see and change it."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminEmailInputWidget

from accounts.models import User
from reservehub.core import clock
from restaurants import services
from restaurants.admin.acting import access_in, actor_of
from restaurants.admin.saving import ServiceAdmin, ServiceForm
from restaurants.admin.scoped import ScopedAdmin
from restaurants.models import Membership
from restaurants.permissions import Capability


class MembershipForm(ServiceForm):
    email = forms.EmailField(
        label=_("E-mail"),
        widget=UnfoldAdminEmailInputWidget(),
        help_text=_("Of the person's account; who has none yet signs up first."),
        required=False,
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip()
        if self.instance.pk is not None:
            return email  # not on the page: who it is does not change
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise forms.ValidationError(_("Nobody has an account with this e-mail."))
        self.instance.user = user
        return email


class OwnersOnly(ScopedAdmin):
    """Rows of a place that only its owners and the platform see: the place is one restaurant, or
    without one all of the organisation."""

    def allows(self, request: HttpRequest, capability: Capability, obj: Any = None) -> bool:
        access = access_in(request)
        if access.is_everything:
            return True
        if obj is None or obj.pk is None:
            return bool(access.owned_restaurants or access.owned_organisations)
        return (
            obj.organisation_id in access.owned_organisations
            or obj.restaurant_id in access.owned_restaurants
        )

    def only_with(self, request: HttpRequest, capability: Capability, rows: Any) -> Any:
        access = access_in(request)
        if access.is_everything:
            return rows
        return rows.filter(
            Q(organisation__in=access.owned_organisations)
            | Q(restaurant__in=access.owned_restaurants)
        )


@admin.register(Membership)
class MembershipAdmin(OwnersOnly, ServiceAdmin):
    form = MembershipForm
    list_display = ("user", "role", "organisation", "restaurant", "created_at")
    list_select_related = ("user", "organisation", "restaurant")
    list_filter = (
        "role",
        ("organisation", RelatedOnlyFieldListFilter),
        ("restaurant", RelatedOnlyFieldListFilter),
    )
    search_fields = ("user__email", "user__name")

    def choices_for(self, model: Any, request: HttpRequest) -> Any:
        """Organisations of owners of one restaurant count here: they let people into that one."""
        access = access_in(request)
        rows = super().choices_for(model, request)
        if rows is None or access.is_everything:
            return rows
        if rows.model is Membership.organisation.field.related_model:
            owned = Q(pk__in=access.owned_organisations)
            owned |= Q(restaurants__in=access.owned_restaurants)
            return rows.model._base_manager.filter(owned).distinct()  # noqa: SLF001
        return rows.filter(pk__in=access.owned_restaurants)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        who = "user" if obj is not None else "email"
        return [who, "organisation", "restaurant", "role"]

    def fixed_fields(self) -> list[str]:
        return ["user", "organisation", "restaurant"]

    def restaurant_id_of(self, obj: Any) -> int | None:
        """No table depends on who works here."""
        return None

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        membership = cast(Membership, form.instance)
        saved = services.membership_grant(
            organisation=membership.organisation,
            restaurant=membership.restaurant,
            user=membership.user,
            role=membership.role,
            actor=actor_of(request),
            now=clock.now(),
        )
        membership.pk = saved.pk

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        services.membership_revoke(membership_id=obj.pk, actor=actor_of(request), now=clock.now())

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for membership in queryset:
            self.delete_model(request, membership)

"""Admin pages that show a person only what their memberships allow (rule 110).

Django's own model permissions are not used: roles decide, per restaurant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, cast
from weakref import WeakKeyDictionary

from django.db.models import ForeignKey, Model, QuerySet, TimeField
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from phonenumber_field.modelfields import PhoneNumberField
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.widgets import UnfoldAdminSingleTimeWidget, UnfoldAdminTextInputWidget

from reservehub.core.models import AuditEntry
from restaurants.admin.acting import access_in
from restaurants.models import (
    Area,
    Combination,
    Organisation,
    Restaurant,
    ServicePeriod,
    SpecialDay,
    Table,
)
from restaurants.permissions import Capability
from restaurants.services.rows import restaurant_id_of

CHOICES: Mapping[type[Model], str] = {
    Restaurant: "pk",
    Area: "restaurant",
    Combination: "restaurant",
    ServicePeriod: "restaurant",
    SpecialDay: "restaurant",
    Table: "restaurant",
}
"""Models that forms offer for choice, and the way from each to its restaurant."""

AUDIT_SHOWN = 100

_scopes: WeakKeyDictionary[HttpRequest, int | None] = WeakKeyDictionary()


class ScopedChoices:
    """Form fields that offer only what belongs to the person's restaurants.

    On the page of a row of one restaurant, only what belongs to that one.
    """

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        choices = self.choices_for(db_field.related_model, request)
        if choices is not None and "queryset" not in kwargs:
            kwargs["queryset"] = choices
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and self.is_ambiguous(db_field.related_model, request):
            field.label_from_instance = lambda row: f"{row} · {row.restaurant}"
        found: ModelChoiceField[Any] | None = field
        return found

    def choices_for(self, model: type[Model] | str, request: HttpRequest) -> QuerySet[Any] | None:
        """The rows of a model that may be chosen; None for models without an owner."""
        access = access_in(request)
        if model is Organisation:
            every = Organisation.objects.all()
            mine = every.filter(pk__in=access.owned_organisations)
            return every if access.is_everything else mine
        path = CHOICES.get(model) if isinstance(model, type) else None
        if path is None or not isinstance(model, type):
            return None
        rows: QuerySet[Any] = model._base_manager.all()  # noqa: SLF001 - public in all but name
        if path != "pk":
            rows = rows.select_related("restaurant").order_by("restaurant", "pk")
        if not access.is_everything:
            rows = rows.filter(**{f"{path}__in": access.restaurant_ids(Capability.CONFIGURE)})
        scope = _scopes.get(request)
        return rows if scope is None else rows.filter(**{path: scope})

    def is_ambiguous(self, model: type[Model] | str, request: HttpRequest) -> bool:
        """Whether a choice needs the name of its restaurant."""
        if not isinstance(model, type) or CHOICES.get(model) != "restaurant":
            return False
        access = access_in(request)
        return _scopes.get(request) is None and (
            access.is_everything or len(access.restaurant_ids(Capability.CONFIGURE)) > 1
        )


class ScopedAdmin(ScopedChoices, ModelAdmin):
    """A model whose rows belong to restaurants.

    :cvar owner_path: lookup from a row to its restaurant
    :cvar view_capability: needed to see a row
    :cvar change_capability: needed to add, change and delete one
    """

    owner_path: ClassVar[str] = "restaurant"
    view_capability: ClassVar[Capability] = Capability.VIEW_BOOK
    change_capability: ClassVar[Capability] = Capability.CONFIGURE

    formfield_overrides: ClassVar[dict[Any, Any]] = {
        PhoneNumberField: {"widget": UnfoldAdminTextInputWidget},
        TimeField: {"widget": UnfoldAdminSingleTimeWidget(format="%H:%M")},
    }
    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = True
    compressed_fields = False
    warn_unsaved_form = True
    object_history_template = "admin/restaurants/history.html"

    def restaurant_id_of(self, obj: Any) -> int | None:
        return restaurant_id_of(obj)

    def allows(self, request: HttpRequest, capability: Capability, obj: Any = None) -> bool:
        """Whether the person has the capability for this row; anywhere, if there is none yet."""
        owner = None if obj is None or obj.pk is None else self.restaurant_id_of(obj)
        return access_in(request).can(capability, owner)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return self.only_with(request, self.view_capability, rows)

    def only_with(
        self, request: HttpRequest, capability: Capability, rows: QuerySet[Any]
    ) -> QuerySet[Any]:
        """Those rows for which the person has the capability."""
        access = access_in(request)
        if access.is_everything:
            return rows
        return rows.filter(**{f"{self.owner_path}__in": access.restaurant_ids(capability)})

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, self.view_capability, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, self.change_capability, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.allows(request, self.change_capability)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, self.change_capability, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        stored = obj is not None and obj.pk is not None
        _scopes[request] = self.restaurant_id_of(obj) if stored else None
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The owner of a row is chosen once."""
        fields = list(super().get_readonly_fields(request, obj))
        return fields if obj is None else [*fields, *self.fixed_fields()]

    def fixed_fields(self) -> list[str]:
        known = {field.name for field in self.model._meta.concrete_fields}
        return [name for name in ("restaurant", "organisation") if name in known]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Who works for one restaurant need not choose it."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        mine = access_in(request).restaurant_ids(Capability.CONFIGURE)
        if len(mine) == 1:
            initial.setdefault("restaurant", mine[0])
        return initial

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What was done here, and below it what the audit knows of every channel."""
        entries = AuditEntry.objects.filter(
            object_type=self.model._meta.label_lower, object_id=object_id
        ).order_by("-occurred_at", "-pk")
        context = {"audit_entries": entries[:AUDIT_SHOWN], **(extra_context or {})}
        response: HttpResponse = super().history_view(request, object_id, context)
        return response


class ScopedInline(ScopedChoices):
    """Rows on the page of their parent: who may change the parent may change them."""

    formfield_overrides: ClassVar[dict[Any, Any]] = {
        TimeField: {"widget": UnfoldAdminSingleTimeWidget(format="%H:%M")},
    }
    extra = 0
    tab = True
    hide_title = True

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.related_model is not self.parent_model:  # type: ignore[attr-defined]
            # Every line of the inline offers the same: read once, not once per line.
            choices = cast("Iterable[tuple[Any, Any]]", field.choices)
            field.choices = list(iter(choices))
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what the rows refer to, as their names are made of it."""
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        fields = rows.model._meta.concrete_fields
        return rows.select_related(*(f.name for f in fields if isinstance(f, ForeignKey)))

    def _parent(self) -> ScopedAdmin:
        parent = self.admin_site._registry[self.parent_model]  # type: ignore[attr-defined]  # noqa: SLF001
        if not isinstance(parent, ScopedAdmin):
            raise TypeError(f"{type(parent).__name__} is not scoped")
        return parent

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._parent().has_view_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._parent().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._parent().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._parent().has_change_permission(request, obj)


class ScopedTabular(ScopedInline, TabularInline):
    """One line per row."""


class ScopedStacked(ScopedInline, StackedInline):
    """One block per row."""

"""The guest book in the admin site. It belongs to the organisation: who may see contacts in one of
its
restaurants sees its guests.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, JSON, XLSX, Format
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.decorators import action

from guests.identity import BadEmail, BadPhone, normalise_email, normalise_phone
from guests.models import Guest, MergeCandidate
from guests.services import guest_save, merge_candidate_dismiss
from reservehub.core import clock
from reservehub.core.errors import DomainError
from restaurants.admin.acting import access_in, actor_of
from restaurants.admin.saving import ServiceAdmin
from restaurants.models import Organisation
from restaurants.permissions import Capability


def region_of(organisation: Organisation) -> str:
    """The country whose national phone numbers its staff write."""
    country = organisation.restaurants.order_by("pk").values_list("country", flat=True).first()
    return country or ""


def organisations_with(request: HttpRequest, capability: Capability) -> QuerySet[Organisation]:
    access = access_in(request)
    every = Organisation.objects.all()
    if access.is_everything:
        return every
    return every.filter(pk__in=access.organisation_ids(capability))


class OrganisationWidget(ForeignKeyWidget):
    """An organisation by its slug, among the person's own."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(Organisation, field="slug")
        self.request = request

    def get_queryset(self, value: Any, row: Any, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        return organisations_with(self.request, Capability.EDIT_BOOK)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return super().clean(value, row, **kwargs)
        except Organisation.DoesNotExist:
            raise ValueError(
                _("There is no organisation “%(slug)s” that you may change.") % {"slug": value}
            ) from None


class GuestResource(ModelResource):
    """Guests by phone, else by e-mail (rule 99)."""

    organisation = Field(attribute="organisation", column_name="organisation")

    def __init__(self, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.request = request
        self.now = clock.now()
        self.fields["organisation"].widget = OrganisationWidget(request)
        self.regions: dict[int, str] = {}

    def get_instance(self, instance_loader: Any, row: Any) -> Guest | None:
        organisation = self.fields["organisation"].clean(row)
        if organisation is None:
            return None
        guests = Guest.objects.filter(organisation=organisation)
        try:
            phone = normalise_phone(str(row.get("phone") or ""), region=self._region(organisation))
            email = normalise_email(str(row.get("email") or ""))
        except (BadPhone, BadEmail):
            return None  # saving says what is wrong
        if phone:
            return guests.filter(phone=phone).first()
        return guests.filter(email=email, phone=None).first() if email else None

    def _region(self, organisation: Organisation) -> str:
        if organisation.pk not in self.regions:
            self.regions[organisation.pk] = region_of(organisation)
        return self.regions[organisation.pk]

    def do_instance_save(self, instance: Guest, is_create: bool) -> None:
        try:
            guest_save(
                guest=instance,
                region=self._region(instance.organisation),
                actor=actor_of(self.request),
                now=self.now,
            )
        except DomainError as refused:
            raise ValidationError(
                [str(error.detail) for error in refused.errors] or [str(refused)]
            ) from refused

    class Meta:
        model = Guest
        fields = ("organisation", "name", "phone", "email", "language", "is_vip")
        import_id_fields = ("phone",)
        use_transactions = True
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = False


class GuestBookAdmin(ServiceAdmin):
    """Rows of an organisation: whoever has the capability in one of its restaurants has it here."""

    view_capability = Capability.SEE_CONTACT
    change_capability = Capability.EDIT_BOOK

    def organisation_of(self, obj: Any) -> int:
        organisation_id: int = obj.organisation_id
        return organisation_id

    def restaurant_id_of(self, obj: Any) -> int | None:
        return None

    def allows(self, request: HttpRequest, capability: Capability, obj: Any = None) -> bool:
        access = access_in(request)
        mine = access.organisation_ids(capability)
        if access.is_everything or obj is None or obj.pk is None:
            return access.is_everything or bool(mine)
        return self.organisation_of(obj) in mine

    def only_with(
        self, request: HttpRequest, capability: Capability, rows: QuerySet[Any]
    ) -> QuerySet[Any]:
        access = access_in(request)
        if access.is_everything:
            return rows
        return rows.filter(**{f"{self.owner_path}__in": access.organisation_ids(capability)})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Guests are erased by the procedure for it, not from a list."""
        return False


@admin.register(Guest)
class GuestAdmin(ImportExportMixin, GuestBookAdmin):
    resource_classes = (GuestResource,)
    formats: ClassVar[list[type[Format]]] = [CSV, XLSX, JSON]
    import_form_class = ImportForm
    export_form_class = ExportForm
    owner_path = "organisation"
    list_display = ("name", "phone", "email", "organisation", "is_vip", "is_blocked")
    list_select_related = ("organisation",)
    list_filter = (
        "is_vip",
        "is_blocked",
        "language",
        ("organisation", RelatedOnlyFieldListFilter),
    )
    search_fields = ("name", "phone", "email")
    readonly_fields = ("user", "created_at")
    fields = (
        "organisation",
        "name",
        ("phone", "email"),
        "language",
        ("is_vip", "is_blocked"),
        "block_reason",
        ("user", "created_at"),
    )

    def fixed_fields(self) -> list[str]:
        return ["organisation"]

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        if db_field.name == "organisation":
            kwargs["queryset"] = organisations_with(request, self.change_capability)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        mine = access_in(request).organisation_ids(self.change_capability)
        if len(mine) == 1:
            initial.setdefault("organisation", mine[0])
        return initial

    def has_import_permission(self, request: HttpRequest) -> bool:
        access = access_in(request)
        return access.can(Capability.EDIT_BOOK) and access.can(Capability.EXPORT)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return access_in(request).can(Capability.EXPORT)

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_export_queryset(request)
        return self.only_with(request, Capability.EXPORT, rows)

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_import_resource_kwargs(request, **kwargs), "request": request}

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_export_resource_kwargs(request, **kwargs), "request": request}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        guest = form.instance
        guest_save(
            guest=guest,
            region=region_of(guest.organisation),
            actor=actor_of(request),
            now=clock.now(),
        )


@admin.register(MergeCandidate)
class MergeCandidateAdmin(GuestBookAdmin):
    """Possible duplicates, to be looked at by a person (rule 99)."""

    owner_path = "guest__organisation"
    list_display = ("guest", "name", "reason", "created_at", "dismissed_at")
    list_select_related = ("guest",)
    list_filter = (("dismissed_at", admin.EmptyFieldListFilter), "reason")
    search_fields = ("name", "guest__name")
    fields = ("guest", "name", "reason", "created_at", "dismissed_at")
    actions = ("dismiss",)

    def organisation_of(self, obj: Any) -> int:
        organisation_id: int = obj.guest.organisation_id
        return organisation_id

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_dismiss_permission(self, request: HttpRequest) -> bool:
        return self.allows(request, self.change_capability)

    @action(description=_("Not a duplicate"), permissions=["dismiss"])
    def dismiss(self, request: HttpRequest, candidates: QuerySet[MergeCandidate]) -> None:
        for candidate in candidates.select_related("guest"):
            if self.allows(request, self.change_capability, candidate):
                merge_candidate_dismiss(
                    candidate_id=candidate.pk, actor=actor_of(request), now=clock.now()
                )

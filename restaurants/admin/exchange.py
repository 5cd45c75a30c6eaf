"""Import and export of what belongs to restaurants, through the same services as the forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from import_export.admin import ImportExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, JSON, XLSX, Format
from import_export.resources import ModelResource
from import_export.results import Result
from import_export.widgets import ForeignKeyWidget, Widget
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from reservehub.core import clock
from reservehub.core.errors import DomainError
from restaurants import impact, services
from restaurants.admin.acting import access_in, actor_of
from restaurants.admin.saving import ServiceAdmin
from restaurants.models import Area, Restaurant
from restaurants.permissions import Capability


class OwnRestaurantWidget(ForeignKeyWidget):
    """A restaurant by its slug, among those the person may configure."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(Restaurant, field="slug")
        self.request = request

    def get_queryset(self, value: Any, row: Any, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        access = access_in(self.request)
        if access.is_everything:
            return Restaurant.objects.all()
        return Restaurant.objects.filter(pk__in=access.restaurant_ids(Capability.CONFIGURE))

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return super().clean(value, row, **kwargs)
        except Restaurant.DoesNotExist:
            raise ValueError(
                _("There is no restaurant “%(slug)s” that you may change.") % {"slug": value}
            ) from None


class AreaOfRowWidget(ForeignKeyWidget):
    """An area by its name, in the restaurant of the same row."""

    def __init__(self) -> None:
        super().__init__(Area, field="name")

    def get_queryset(self, value: Any, row: Any, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        return Area.objects.filter(restaurant__slug=row.get("restaurant"))

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return super().clean(value, row, **kwargs)
        except Area.DoesNotExist:
            raise ValueError(
                _("There is no area “%(name)s” there; create it first.") % {"name": value}
            ) from None


class WordsWidget(Widget):
    """A list as words separated by commas."""

    def __init__(self, kind: type = str) -> None:
        super().__init__()
        self.kind = kind

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[Any]:
        return [self.kind(word.strip()) for word in str(value or "").split(",") if word.strip()]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return ",".join(str(word) for word in value or [])


class SettingResource(ModelResource):
    """Rows of restaurants; each is saved, validated and audited by the services."""

    restaurant = Field(attribute="restaurant", column_name="restaurant")

    def __init__(self, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.request = request
        self.now = clock.now()
        self.touched: set[int] = set()
        self.before: Mapping[int, list[impact.Stranded]] = {}
        self.fields["restaurant"].widget = OwnRestaurantWidget(request)

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        slugs = set(dataset["restaurant"]) if "restaurant" in (dataset.headers or []) else set()
        mine = OwnRestaurantWidget(self.request).get_queryset(None, None)
        ids = mine.filter(slug__in=slugs).values_list("pk", flat=True)
        self.before = {pk: impact.stranded_now(restaurant_id=pk, now=self.now) for pk in ids}

    def do_instance_save(self, instance: Model, is_create: bool) -> None:
        try:
            services.config_save(instance=instance, actor=actor_of(self.request), now=self.now)
        except DomainError as refused:
            raise ValidationError(
                [str(error.detail) for error in refused.errors] or [str(refused)]
            ) from refused

    def after_import(self, dataset: Any, result: Result, **kwargs: Any) -> None:
        """The dry run also says which bookings the rows would strand (B8)."""
        stranded = [
            one
            for pk, before in self.before.items()
            for one in impact.newly_stranded(
                before=before, after=impact.stranded_now(restaurant_id=pk, now=self.now)
            )
        ]
        if stranded and kwargs.get("dry_run"):
            text = ngettext(
                "This would strand %(count)s booking: %(which)s",
                "This would strand %(count)s bookings: %(which)s",
                len(stranded),
            ) % {
                "count": len(stranded),
                "which": ", ".join(f"{one.label} {one.guest_name}" for one in stranded[:10]),
            }
            messages.warning(self.request, text)

    class Meta:
        use_transactions = True
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = False


class ExchangeAdmin(ImportExportMixin, ServiceAdmin):
    """List pages with "Import" and "Export"; imports show their differences first."""

    formats: ClassVar[list[type[Format]]] = [CSV, XLSX, JSON]
    import_form_class = ImportForm
    export_form_class = ExportForm

    def has_import_permission(self, request: HttpRequest) -> bool:
        return access_in(request).can(self.change_capability)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return access_in(request).can(Capability.EXPORT)

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_export_queryset(request)
        return self.only_with(request, Capability.EXPORT, rows)

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_import_resource_kwargs(request, **kwargs), "request": request}

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_export_resource_kwargs(request, **kwargs), "request": request}

"""Seeing a page before visitors do."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path


class PreviewAdminMixin(admin.ModelAdmin):
    """Adds "Voorbeeld bekijken" to a form; subclasses say in ``preview`` what it shows.

    The link stands in ``admin/preview_change_form.html``.
    """

    change_form_template = "admin/preview_change_form.html"

    def preview(self, request: HttpRequest, instance: Any) -> HttpResponse:
        """The page of ``instance`` as visitors will see it, published or not."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_preview"
        view = self.admin_site.admin_view(self.preview_view)
        return [path("<int:pk>/voorbeeld/", view, name=name), *super().get_urls()]

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.preview(request, self.viewable(request, pk))

    def viewable(self, request: HttpRequest, pk: int) -> Any:
        """The object with this key; Http404 or PermissionDenied if it isn't theirs to see."""
        instance = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_or_change_permission(request, instance):
            raise PermissionDenied
        return instance

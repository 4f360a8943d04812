"""What the fields of ``kinekracht.fields`` need from a page of the admin."""

from typing import Any

from csp.constants import NONCE, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib import admin
from django.contrib.admin.widgets import AdminFileWidget
from django.db.models import Field
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString

from kinekracht.fields import PictureField

# The editors name their modules in an import map, which counts as a script in the page, and
# write their own style sheets into it. Only the forms that hold an editor allow that.
EDITOR_POLICY = {"script-src": [NONCE], "style-src": [UNSAFE_INLINE]}


class PictureInput(AdminFileWidget):
    """A file input that shows the picture that is there now."""

    template_name = "admin/widgets/picture.html"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        # Forms look for templates in packages only; this one stands with the site's own.
        return super().render(name, value, attrs, TemplatesSetting())


PICTURE_OVERRIDES: dict[type[Field], dict[str, Any]] = {PictureField: {"widget": PictureInput}}


class RichTextAdminMixin(admin.ModelAdmin):
    """A form with text editors and pictures on it."""

    formfield_overrides = PICTURE_OVERRIDES

    @method_decorator(csp_update(EDITOR_POLICY))
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(request, *args, **kwargs)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        response: Any = super().render_change_form(request, context, *args, **kwargs)
        media = response.context_data["media"]
        response.context_data["media"] = media.with_nonce(str(request.csp_nonce))  # type: ignore[attr-defined]
        return response  # type: ignore[no-any-return]

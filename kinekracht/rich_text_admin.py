"""What the text editor needs from a page of the admin, and nothing else gets."""

from typing import Any

from csp.constants import NONCE, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

# The editors name their modules in an import map, which counts as a script in the page, and
# write their own style sheets into it. Only the forms that hold an editor allow that.
EDITOR_POLICY = {"script-src": [NONCE], "style-src": [UNSAFE_INLINE]}


class RichTextAdminMixin(admin.ModelAdmin):
    """A form with text editors on it."""

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

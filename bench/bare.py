"""As little as Django can do: a view that answers bytes from memory. See bare_settings."""

import json
import os
from pathlib import Path

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

# The folder holds a file with the body of each answer, and beside it one with its headers.
ANSWERS = {
    file.stem: (file.read_bytes(), json.loads(file.with_suffix(".json").read_text()))
    for file in Path(os.environ["ANSWERS"]).glob("*.body")
}


def answer(request: HttpRequest, name: str) -> HttpResponse:
    """Nothing is looked up, nothing is rendered."""
    body, headers = ANSWERS[name]
    return HttpResponse(body, headers=headers)


urlpatterns = [path("<slug:name>/", answer)]
application = get_wsgi_application()

"""/beheer/persoon/: what is kept of one person, to hand over or to erase.

Telephone numbers and addresses are posted, never part of an address.
"""

import json

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from booking import actors, persons
from booking.person_forms import PersonForm
from booking.persons import Found

FORMATS = {"json": "application/json", "txt": "text/plain"}


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Look somebody up."""
    refuse_without(request, "export_person", "erase_person")
    if request.method != "POST":
        return page(request, "show", PersonForm())
    form = PersonForm(request.POST)
    if not form.is_valid():
        return page(request, "show", form)
    return page(request, "show", form, found=form.find(), looked=True)


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """What is kept, as a file: ``format`` is json, for a program, or txt, to read."""
    refuse_without(request, "export_person")
    form = PersonForm(request.POST)
    extension = request.POST.get("format", "")
    if not form.is_valid() or extension not in FORMATS:
        return page(request, "show", form)
    data = persons.export(form.find(), by=actors.staff(request.user), now=timezone.now())
    text = persons.as_text(data)
    if extension == "json":
        text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    disposition = f'attachment; filename="gegevens.{extension}"'
    return HttpResponse(
        text,
        content_type=f"{FORMATS[extension]}; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )


@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Erase what is kept, once somebody who saw how much that is says so."""
    refuse_without(request, "erase_person")
    form = PersonForm(request.POST)
    if not form.is_valid():
        return page(request, "show", form)
    found = form.find()
    if "certain" not in request.POST:
        now = timezone.now()
        coming = [each for each in found.appointments if each.is_live and each.starts_at > now]
        return page(request, "erase", form, found=found, coming=coming)
    persons.erase(found, by=actors.staff(request.user), now=timezone.now())
    messages.success(request, "Alles is gewist.")
    return redirect("person:show")


def refuse_without(request: HttpRequest, *permissions: str) -> None:
    """PermissionDenied to who has none of these."""
    if not any(request.user.has_perm(f"booking.{name}") for name in permissions):
        raise PermissionDenied


def page(
    request: HttpRequest,
    name: str,
    form: PersonForm,
    *,
    found: Found | None = None,
    **more: object,
) -> HttpResponse:
    """The page ``name``; with errors in ``form`` it says so."""
    context = admin.site.each_context(request) | {
        "title": "Gegevens van één persoon",
        "form": form,
        "found": found,
        **more,
    }
    return render(request, f"admin/booking/person/{name}.html", context)

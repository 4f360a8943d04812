"""What Django's admin answers by itself, for any model: each route with an object of each model."""

from collections.abc import Iterator
from typing import NamedTuple

from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from post_office.models import Email
from reversion.models import Version

from booking.models import Appointment
from kinekracht.formatting import belgian
from kinekracht.staff.mails import password_known
from tests.access import World
from tests.factories import DraftFactory


class Request(NamedTuple):
    method: str
    address: str
    data: dict[str, str] = {}


def make_secrets(world: World) -> dict[str, set[str]]:
    """What the world holds that not everybody may be told, by what access.toml calls it."""
    change(world, "auth/user", username="wilfried", email="wilfried@praktijk.example")
    password_known(world.objects["auth/user"])
    # Such a mail stands on the start page too.
    Email.objects.filter(to="wilfried@praktijk.example").update(number_of_retries=1)
    change(world, "booking/auditentry", name="ottoline")
    change(world, "booking/closure", reason="Begrafenis in Oostende")
    change(world, "booking/callback", name="Zénobe Yperman", telephone="+32472556677")
    DraftFactory(title="Onaf en nog geheim")
    appointment = world.objects["booking/appointment"]
    caller, feed = world.objects["booking/callback"], world.objects["booking/calendarfeed"]
    patients = list(Appointment.objects.all())
    return {
        "a patient": {
            *(patient.name for patient in patients),
            *(patient.initials for patient in patients),
            *(patient.email for patient in patients),
            *numbers(appointment.telephone),
        },
        "the link of a patient": {patient.key for patient in patients},
        "what a patient confided": {appointment.complaint},
        "a caller": {caller.name, caller.initials, *numbers(caller.telephone)},
        "the link of a caller": {caller.key},
        "the link of a feed": {feed.key},
        "a colleague's account": {"wilfried"},
        "who read what": {"ottoline"},
        "why somebody is away": {"Begrafenis in Oostende"},
        "a draft": {"Onaf en nog geheim"},
        "a deleted article": {"Verloren stuk"},
    }


def change(world: World, place: str, **values: str) -> None:
    """Give the object at ``place`` words that stand nowhere else."""
    instance = world.objects[place]
    type(instance).objects.filter(pk=instance.pk).update(**values)
    instance.refresh_from_db()


def numbers(telephone) -> set[str]:
    """A telephone number in every way that it may be written."""
    return {telephone.as_e164, telephone.as_international, belgian(telephone)}


def requests_for(world: World) -> Iterator[Request]:
    """One of every kind, for an object of every model."""
    yield Request("GET", "/beheer/")
    for label in sorted({place.partition("/")[0] for place in world.objects}):
        yield Request("GET", f"/beheer/{label}/")
    for place, instance in world.objects.items():
        for address, query in pages(f"/beheer/{place}/", instance.pk):
            yield Request("GET", f"{address}?{query}")
            yield Request("POST", f"{address}?{query}")
        yield Request("POST", f"/beheer/{place}/", delete_selected(instance))
        yield from shortcuts(instance)
        yield from choices(type(instance))
        yield from look_ups(f"/beheer/{place}/", instance)
    for version in Version.objects.all():
        yield from revisions(version)


def pages(base: str, pk: int) -> list[tuple[str, str]]:
    """Every page of a model, as it is and with what Django understands in a query string."""
    return [
        (base, ""),
        (base, "_popup=1&_to_field=id"),
        (base, "q=e&all=&o=1.-2.3&_facets=True"),
        (base + "add/", "_popup=1&_to_field=id"),
        (f"{base}{pk}/", ""),
        (f"{base}{pk}/change/", "_changelist_filters=q%3De"),
        (f"{base}{pk}/change/", "_popup=1&_to_field=id"),
        (f"{base}{pk}/history/", ""),
        (f"{base}{pk}/delete/", ""),
        (f"{base}{pk}/delete/", "_popup=1&_to_field=id"),
    ]


def delete_selected(instance, **sure: str) -> dict[str, str]:
    """The form of a list in which somebody ticks this, and chooses to delete it."""
    return {"action": "delete_selected", "_selected_action": instance.pk, "index": "0", **sure}


def shortcuts(instance) -> Iterator[Request]:
    """Where Django's "view on site" would lead from."""
    kind = ContentType.objects.get_for_model(instance)
    yield Request("GET", f"/beheer/r/{kind.pk}/{instance.pk}/")


def choices(target: type) -> Iterator[Request]:
    """What Django's widget asks that looks for one of ``target`` by some letters."""
    for model in apps.get_models(include_auto_created=True):
        opts = model._meta
        for field in [*opts.fields, *opts.many_to_many]:
            if field.remote_field and field.remote_field.model is target:
                of = f"app_label={opts.app_label}&model_name={opts.model_name}"
                asked = f"{of}&field_name={field.name}&term="
                yield Request("GET", f"/beheer/autocomplete/?{asked}")


def look_ups(base: str, instance) -> Iterator[Request]:
    """Whether each field begins as it does, which is how something is spelled."""
    for field in instance._meta.concrete_fields:
        value = str(field.value_from_object(instance))[:1]
        yield Request("GET", f"{base}?{field.name}__startswith={value}")


def revisions(version: Version) -> Iterator[Request]:
    """What django-reversion keeps, asked of every model."""
    for model in admin.site._registry:  # noqa: SLF001  no other way
        base = f"/beheer/{model._meta.app_label}/{model._meta.model_name}/"
        yield Request("GET", f"{base}recover/")
        yield Request("GET", f"{base}recover/{version.pk}/")
        yield Request("GET", f"{base}{version.object_id}/history/{version.pk}/")


def answer_to(cookies: dict[str, str], request: Request) -> str:
    """All that comes back, headers included; nothing is kept."""
    client = Client()
    client.cookies.load(cookies)
    with transaction.atomic():
        send = client.post if request.method == "POST" else client.get
        response = send(request.address, request.data)
        transaction.set_rollback(True)
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{response.status_code}\n{headers}\n\n{response.getvalue().decode()}"

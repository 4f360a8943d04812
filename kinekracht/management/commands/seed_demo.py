"""``manage.py seed_demo``: the content the site ships with.

It is read from the TOML files in ``demo/``, beside this file. Each part is brought in once:
what staff changed, renamed or deleted afterwards stays as they left it.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import reversion
from django.core.management.base import BaseCommand
from django.db import transaction

from articles.blocks import BLOCKS, Symptom
from articles.indexing import index_article
from articles.models import Article, Category, Reference
from booking.models import WorkingHours
from kinekracht.models import DemoContent, Practice, Practitioner, Treatment
from selftest.models import Question, Questionnaire, WarningSign

DATA = Path(__file__).parent / "demo"


class Command(BaseCommand):
    help = "Load the content the site ships with, once."

    def handle(self, *args: Any, **options: Any) -> None:
        loads = (load_practice, load_references, load_article, load_self_test, load_booking)
        for load in loads:
            if bring_in(load):
                self.stdout.write(f"seed_demo: {load.__name__.removeprefix('load_')} loaded")


@transaction.atomic
def bring_in(load: Callable[[], None]) -> bool:
    """Run ``load`` unless it has been run on this database before; whether it ran."""
    _, created = DemoContent.objects.get_or_create(key=load.__name__)
    if created:
        with reversion.create_revision():
            reversion.set_comment("Voorbeeldinhoud geladen")
            load()
    return created


def load_practice() -> None:
    """The practice, its people, its treatments and the categories of its articles."""
    data = read("practice.toml")
    if not Practice.objects.exists():
        save(Practice(**data["practice"]))
    people = {}
    for person in data["practitioners"]:
        people[person["name"]] = save(Practitioner(**person))
    for fields in data["treatments"]:
        names = fields.pop("practitioners")
        save(Treatment(**fields)).practitioners.set(people[name] for name in names)
    for fields in data["categories"]:
        save(Category(**fields))


def load_references() -> None:
    """The sources of the article."""
    for fields in read("references.toml")["references"]:
        save(Reference(**fields), known_by="key")


def load_article() -> None:
    """The first article, with its blocks, validated as if an editor had typed it."""
    data = read("article.toml")
    blocks = data.pop("blocks")
    if Article.objects.filter(slug=data["slug"]).exists():
        return
    article = save(
        Article(
            **data
            | {
                "category": Category.objects.get(slug=data["category"]),
                "treatment": Treatment.objects.get(slug=data["treatment"]),
                "author": Practitioner.objects.get(name=data["author"]),
                "status": Article.Status.PUBLISHED,
            }
        )
    )
    kinds = {kind._meta.model_name: kind for kind in BLOCKS}
    for position, fields in enumerate(blocks, start=1):
        kind = kinds[fields.pop("kind")]
        if "situations" in fields:
            # As a browser would send it, so that the first save changes nothing.
            fields["situations"] = "\r\n".join(fields["situations"])
        save(kind(parent=article, region="main", ordering=position * 10, **fields))
    index_article(article)


def load_self_test() -> None:
    """The self-test, its questions tied to the symptoms of the article as far as they are there."""
    data = read("self_test.toml")
    questions, warning_signs = data.pop("questions"), data.pop("warning_signs")
    if Questionnaire.objects.filter(slug=data["slug"]).exists():
        return
    source = Reference.objects.filter(key=data.pop("source")).first()
    questionnaire = save(Questionnaire(**data, source=source))
    for position, fields in enumerate(questions, start=1):
        symptom = Symptom.objects.filter(name=fields.pop("symptom")).first()
        save(Question(questionnaire=questionnaire, position=position, symptom=symptom, **fields))
    for position, fields in enumerate(warning_signs, start=1):
        save(WarningSign(questionnaire=questionnaire, position=position, **fields))


def load_booking() -> None:
    """Working hours, which are made up: with none there would be no free times to look at."""
    for fields in read("booking.toml")["working_hours"]:
        practitioner = Practitioner.objects.filter(name=fields.pop("practitioner")).first()
        for weekday in fields.pop("weekdays") if practitioner else []:
            save(WorkingHours(practitioner=practitioner, weekday=weekday, **fields))


def read(name: str) -> dict[str, Any]:
    """The data file ``name``."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def save(instance: Any, *, known_by: str = "slug") -> Any:
    """Validate and store ``instance``; ValidationError names what is wrong with the data.

    Where staff already have one of this name, theirs is returned and nothing is stored.
    """
    if hasattr(instance, known_by):
        known = type(instance).objects.filter(**{known_by: getattr(instance, known_by)}).first()
        if known is not None:
            return known
    instance.full_clean()
    instance.save()
    return instance

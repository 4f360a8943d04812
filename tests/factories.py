"""Objects for tests, with nothing in them that a test doesn't ask for."""

import datetime as dt
import io

import factory
from django.utils import timezone
from PIL import Image

from articles.blocks import FaqItem, RichText, Symptom
from articles.indexing import index_article
from articles.models import Article, Category, Reference
from kinekracht.models import Practice, Practitioner, Treatment
from selftest.models import Question, Questionnaire, WarningSign


class PracticeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Practice

    name = "KineKracht"
    street = "Hoogmolenstraat 13"
    postal_code = "8790"
    city = "Waregem"
    telephone = "+3256941158"
    mobile = "+32478931661"


class PractitionerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Practitioner

    name = factory.Sequence(lambda n: f"Therapeut {n}")
    slug = factory.Sequence(lambda n: f"therapeut-{n}")
    role = "Kinesitherapeut"


class TreatmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Treatment

    name = factory.Sequence(lambda n: f"Behandeling {n}")
    slug = factory.Sequence(lambda n: f"behandeling-{n}")
    summary = "Kort gezegd."
    body = "<p>Wat we doen.</p>"


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Categorie {n}")
    slug = factory.Sequence(lambda n: f"categorie-{n}")


class ReferenceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Reference

    key = factory.Sequence(lambda n: f"Auteur{n}")
    authors = factory.LazyAttribute(lambda reference: f"{reference.key} et al.")
    journal = "Tijdschrift"
    year = 2020


class ArticleFactory(factory.django.DjangoModelFactory):
    """A published article; ``blocks`` is a list of unsaved blocks without a parent."""

    class Meta:
        model = Article
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Artikel {n}")
    slug = factory.Sequence(lambda n: f"artikel-{n}")
    category = factory.SubFactory(CategoryFactory)
    lead = "Waarover het gaat."
    status = Article.Status.PUBLISHED
    published_at = factory.Sequence(lambda n: timezone.now() - dt.timedelta(days=1000 - n))

    @factory.post_generation
    def blocks(article, create, blocks, **_):  # noqa: N805
        for position, block in enumerate(blocks or [], start=1):
            block.parent, block.region, block.ordering = article, "main", position * 10
            block.save()
        index_article(article)


class DraftFactory(ArticleFactory):
    status = Article.Status.DRAFT
    published_at = None


class QuestionnaireFactory(factory.django.DjangoModelFactory):
    """A published self-test; ``questions`` is how many it has."""

    class Meta:
        model = Questionnaire
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Zelftest {n}")
    slug = factory.Sequence(lambda n: f"zelftest-{n}")
    intro = "Voor wie dit is."
    about = "<p>Geen diagnose.</p>"
    title_below = "Onder de drempel"
    text_below = "<p>Vraag het gerust.</p>"
    title_from = "Vanaf de drempel"
    text_from = "<p>Maak een afspraak.</p>"
    published = True

    @factory.post_generation
    def questions(questionnaire, create, count, **_):  # noqa: N805
        QuestionFactory.create_batch(10 if count is None else count, questionnaire=questionnaire)


class QuestionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Question

    position = factory.Sequence(lambda n: n)
    text = factory.Sequence(lambda n: f"Klopt stelling {n}?")


class WarningSignFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WarningSign

    text = factory.Sequence(lambda n: f"Alarm {n}")
    action = "<p>Bel 112.</p>"


def text(html):
    return RichText(text=html)


def symptom(name, text="<p>Uitleg.</p>", definition="Wat het is."):
    return Symptom(name=name, definition=definition, text=text)


def faq(question, answer="<p>Antwoord.</p>"):
    return FaqItem(question=question, answer=answer)


def picture_file(size=(600, 400), kind="JPEG", **options):
    """The bytes of a small real picture, as a file."""
    buffer = io.BytesIO()
    Image.new("RGB", size, "#1f4a3d").save(buffer, kind, **options)
    buffer.seek(0)
    buffer.name = f"foto.{kind.lower()}"
    return buffer

import pytest
from django.core.management import call_command

from articles.blocks import Symptom
from articles.models import Article, Category, Reference
from kinekracht.models import Practice, Practitioner, Treatment
from selftest.models import Question, Questionnaire, WarningSign

pytestmark = pytest.mark.django_db


def rows():
    return {
        model.__name__: model.objects.count()
        for model in (
            Article,
            Reference,
            Symptom,
            Practice,
            Practitioner,
            Treatment,
            Questionnaire,
            Question,
            WarningSign,
        )
    }


def test_a_fresh_site_gets_its_content():
    call_command("seed_demo")
    assert rows() == {
        "Article": 1,
        "Reference": 14,
        "Symptom": 10,
        "Practice": 1,
        "Practitioner": 1,
        "Treatment": 1,
        "Questionnaire": 1,
        "Question": 10,
        "WarningSign": 3,
    }
    practice = Practice.objects.get()
    assert (practice.street, practice.city) == ("Hoogmolenstraat 13", "Waregem")
    assert [number.e164 for number in practice.telephones] == ["+3256941158", "+32478931661"]
    assert practice.email == ""


def test_a_second_run_changes_nothing():
    call_command("seed_demo")
    before = rows()
    call_command("seed_demo")
    assert rows() == before


def test_what_staff_changed_renamed_or_deleted_stays_so():
    call_command("seed_demo")
    Practice.objects.update(name="Nieuwe naam")
    Article.objects.update(slug="ander-adres", title="Andere titel")
    Symptom.objects.first().delete()
    Article.objects.update(treatment=None)
    Treatment.objects.all().delete()
    call_command("seed_demo")
    assert Practice.objects.get().name == "Nieuwe naam"
    assert Article.objects.get().slug == "ander-adres"
    assert Symptom.objects.count() == 9
    assert not Treatment.objects.exists()


def test_what_staff_made_first_under_the_same_name_is_theirs():
    Category.objects.create(name="Van onszelf", slug="bekkenbodem-perinataal")
    Reference.objects.create(key="Mou", authors="Wij")
    call_command("seed_demo")
    assert Category.objects.get().name == "Van onszelf"
    assert Reference.objects.get(key="Mou").authors == "Wij"
    assert Article.objects.get().category.name == "Van onszelf"


def test_a_practice_that_is_already_there_is_left_alone():
    Practice.objects.create(name="Van onszelf")
    call_command("seed_demo")
    assert Practice.objects.get().name == "Van onszelf"

"""The self-test the site ships with, against the facts it was written from."""

import re

import pytest
from django.core.management import call_command

from articles.blocks import Symptom
from articles.models import Article
from kinekracht.models import DemoContent
from selftest.models import Questionnaire, WarningSign

pytestmark = pytest.mark.django_db

SYMPTOMS = [1, 2, 7, 7, 4, 3, 5, 6, 9, 10]  # of questions 1 to 10


@pytest.fixture
def questionnaire():
    call_command("seed_demo")
    return Questionnaire.objects.get()


def test_ten_questions_lead_to_their_symptoms_in_the_article(questionnaire):
    article = Article.objects.get()
    assert [question.symptom_url for question in questionnaire.questions.with_symptoms()] == [
        f"{article.get_absolute_url()}#symptoom-{number}" for number in SYMPTOMS
    ]


def test_only_the_last_may_not_apply(questionnaire):
    assert [question.may_not_apply for question in questionnaire.questions.all()] == (
        [False] * 9 + [True]
    )


def test_two_times_yes_is_enough(questionnaire):
    assert questionnaire.threshold == 2
    assert questionnaire.get_absolute_url() == "/zelftest/bekkenbodem/"


def test_the_figures_are_those_of_the_facts(questionnaire):
    texts = " ".join(question.text for question in questionnaire.questions.all())
    assert re.findall(r"\d+", texts) == ["8", "1"]
    assert "meer dan 8 keer per dag" in texts
    assert "meer dan 1 keer per nacht" in texts


def test_it_says_what_it_is_not(questionnaire):
    for said in ("PFDI-20", "geen PFDI-20-score", "geen diagnose", "vervangt geen onderzoek"):
        assert said in questionnaire.about
    assert questionnaire.source.key == "Barber"


def test_nobody_has_signed_the_warning_signs_off_yet(questionnaire):
    assert WarningSign.objects.unsigned().count() == 3
    assert "112" in questionnaire.warning_signs.first().action


def test_it_comes_without_links_where_staff_rewrote_the_article():
    call_command("seed_demo")
    Questionnaire.objects.all().delete()
    Symptom.objects.filter(name__startswith="Heel vaak").update(name="Anders")
    DemoContent.objects.filter(key="load_self_test").delete()
    call_command("seed_demo")
    urls = [q.symptom_url for q in Questionnaire.objects.get().questions.with_symptoms()]
    assert urls[2] == urls[3] == ""
    assert all(urls[:2] + urls[4:])

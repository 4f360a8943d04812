import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from articles.blocks import Symptom
from selftest.models import Question, Questionnaire, WarningSign
from tests.factories import (
    ArticleFactory,
    DraftFactory,
    PractitionerFactory,
    QuestionFactory,
    QuestionnaireFactory,
    WarningSignFactory,
    symptom,
)
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

LIST = reverse("admin:selftest_questionnaire_changelist")
ADD = reverse("admin:selftest_questionnaire_add")


def body(response):
    return response.content.decode()


def page(name, questionnaire):
    return reverse(f"admin:selftest_questionnaire_{name}", args=[questionnaire.pk])


def form_data(client, url):
    """What a browser would send back when nothing is changed."""
    context = client.get(url).context
    forms = [context["adminform"].form]
    data = {}
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = str(value)
    return data


@pytest.fixture
def questionnaire():
    return QuestionnaireFactory(questions=2, threshold=2)


def test_a_self_test_is_made_with_its_questions(admin_client):
    ArticleFactory(title="Artikel", blocks=[symptom("Drang"), symptom("Verlies")])
    found = Symptom.objects.get(name="Verlies")
    data = form_data(admin_client, ADD) | {
        "title": "Nieuw", "slug": "nieuw", "intro": "x", "about": "<p>x</p>", "threshold": "1",
        "title_below": "x", "text_below": "<p>x</p>", "title_from": "x", "text_from": "<p>x</p>",
        "questions-TOTAL_FORMS": "1", "questions-0-position": "1",
        "questions-0-text": "Klopt het?", "questions-0-symptom": str(found.pk),
    }  # fmt: skip
    assert admin_client.post(ADD, data).status_code == 302
    question = Question.objects.get()
    assert (question.text, question.symptom) == ("Klopt het?", found)
    assert not Questionnaire.objects.get().published


@pytest.mark.parametrize(
    ("threshold", "message"),
    [
        ("0", "minstens 1"),
        ("-1", "minstens"),
        ("3", "De drempel is 3, het aantal vragen 2."),
        ("", "verplicht"),
        ("twee", "geheel getal"),
    ],
)
def test_a_threshold_that_makes_no_sense_is_refused(
    admin_client, questionnaire, threshold, message
):
    url = page("change", questionnaire)
    response = admin_client.post(url, form_data(admin_client, url) | {"threshold": threshold})
    assert response.status_code == 200
    assert message in body(response)
    assert Questionnaire.objects.get().threshold == 2


def test_the_last_questions_can_not_be_deleted_from_under_the_threshold(
    admin_client, questionnaire
):
    url = page("change", questionnaire)
    data = form_data(admin_client, url) | {"questions-1-DELETE": "on"}
    assert "het aantal vragen 1." in body(admin_client.post(url, data))
    assert Question.objects.count() == 2
    assert admin_client.post(url, data | {"threshold": "1"}).status_code == 302
    assert Question.objects.count() == 1


def test_a_question_added_in_the_same_go_counts_for_the_threshold(admin_client, questionnaire):
    url = page("change", questionnaire)
    data = form_data(admin_client, url) | {
        "threshold": "3", "questions-TOTAL_FORMS": "3",
        "questions-2-position": "3", "questions-2-text": "En dit?",
    }  # fmt: skip
    assert admin_client.post(url, data).status_code == 302
    assert Question.objects.count() == 3


def test_who_does_not_see_the_questions_leaves_the_threshold_alone(
    client, django_user_model, questionnaire
):
    user = django_user_model.objects.create_user("nieuw", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__endswith="_questionnaire"))
    sign_in(client, user)
    url = page("change", questionnaire)
    assert 'name="threshold"' not in body(client.get(url))
    data = form_data(client, url) | {"threshold": "30000", "title": "Anders"}
    assert client.post(url, data).status_code == 302
    questionnaire.refresh_from_db()
    assert (questionnaire.title, questionnaire.threshold) == ("Anders", 2)
    assert client.get(ADD).status_code == 403


def test_a_threshold_out_of_reach_takes_the_test_off_the_site(admin_client, client):
    """Two people who save at once can bring that about, which no form sees."""
    questionnaire = QuestionnaireFactory(questions=2, threshold=3)
    for method in (client.get, client.post):
        assert method(questionnaire.get_absolute_url()).status_code == 404
    assert "geen zelftest" in body(client.get("/zelftest/"))
    assert "Drempel te hoog" in body(admin_client.get(LIST))
    response = admin_client.get(page("preview", questionnaire), follow=True)
    assert response.redirect_chain == [(page("change", questionnaire), 302)]
    assert "De drempel ligt hoger dan het aantal vragen." in body(response)


def test_a_new_row_comes_last(admin_client, questionnaire):
    questionnaire.questions.update(position=41)
    formset = admin_client.get(page("change", questionnaire)).context["inline_admin_formsets"][0]
    assert formset.formset.empty_form["position"].value() == 42


def test_symptoms_are_chosen_by_article_with_the_number_on_its_page(admin_client, questionnaire):
    ArticleFactory(title="B", blocks=[symptom("Drang [@Mou]"), symptom("Verlies")])
    DraftFactory(title="A", blocks=[symptom("Pijn")])
    formset = admin_client.get(page("change", questionnaire)).context["inline_admin_formsets"][0]
    (none, *groups) = formset.formset.forms[0].fields["symptom"].choices
    assert none == ("", "Geen")
    assert [(title, [label for _, label in choices]) for title, choices in groups] == [
        ("A", ["1. Pijn"]),
        ("B", ["1. Drang", "2. Verlies"]),
    ]


@pytest.mark.parametrize("many", [1, 3])
def test_pages_of_the_admin_cost_the_same_queries(admin_client, django_assert_num_queries, many):
    questionnaire = QuestionnaireFactory(questions=many, threshold=1)
    QuestionnaireFactory.create_batch(many)
    WarningSignFactory.create_batch(many, questionnaire=questionnaire)
    ArticleFactory(blocks=[symptom(f"S{n}") for n in range(many)])
    admin_client.get(page("change", questionnaire))  # the first one looks up what models there are
    # Session, user, app, the self-test; of its rows the choices (counted too), last position, rows;
    # whether there is a practice, and the sources.
    with django_assert_num_queries(13):
        admin_client.get(page("change", questionnaire))
    with django_assert_num_queries(7):
        admin_client.get(LIST)


# What a therapist signs off


@pytest.fixture
def sign(questionnaire):
    return WarningSignFactory(
        questionnaire=questionnaire,
        text="Bloed",
        signed_off_by=PractitionerFactory(),
        signed_off_on=dt.date(2026, 3, 1),
    )


def test_saving_what_was_not_changed_keeps_the_signature(admin_client, questionnaire, sign):
    url = page("change", questionnaire)
    response = admin_client.post(url, form_data(admin_client, url), follow=True)
    assert response.redirect_chain
    assert "Laat het opnieuw" not in body(response)
    sign.refresh_from_db()
    assert sign.signed_off_on == dt.date(2026, 3, 1)


@pytest.mark.parametrize("field", ["text", "action"])
def test_other_words_lose_the_signature(admin_client, questionnaire, sign, field):
    url = page("change", questionnaire)
    data = form_data(admin_client, url) | {f"warning_signs-0-{field}": "<p>Anders</p>"}
    response = admin_client.post(url, data, follow=True)
    assert "Laat het opnieuw aftekenen" in body(response)
    sign.refresh_from_db()
    assert (sign.signed_off_by, sign.signed_off_on) == (None, None)


@pytest.mark.parametrize(
    "signature", [{"signed_off_on": "2020-01-01"}, {"signed_off_by": "somebody else"}]
)
def test_other_words_are_not_signed_by_a_name_or_an_older_day(
    admin_client, questionnaire, sign, signature
):
    if "signed_off_by" in signature:
        signature = {"signed_off_by": PractitionerFactory().pk}
    url = page("change", questionnaire)
    data = form_data(admin_client, url) | {"warning_signs-0-text": "Anders"}
    data |= {f"warning_signs-0-{field}": value for field, value in signature.items()}
    assert "Laat het opnieuw aftekenen" in body(admin_client.post(url, data, follow=True))
    sign.refresh_from_db()
    assert (sign.text, sign.signed_off_on) == ("Anders", None)


def test_a_form_from_before_the_signature_takes_it_away_aloud(admin_client, questionnaire):
    unsigned = WarningSignFactory(questionnaire=questionnaire)
    url = page("change", questionnaire)
    data = form_data(admin_client, url)
    unsigned.signed_off_by, unsigned.signed_off_on = PractitionerFactory(), dt.date(2026, 3, 1)
    unsigned.save()
    assert "Laat het opnieuw aftekenen" in body(admin_client.post(url, data, follow=True))


def test_other_words_can_be_signed_at_once(admin_client, questionnaire, sign):
    url = page("change", questionnaire)
    data = form_data(admin_client, url) | {
        "warning_signs-0-text": "Anders", "warning_signs-0-signed_off_on": "2026-04-01"
    }  # fmt: skip
    response = admin_client.post(url, data, follow=True)
    assert "Laat het opnieuw" not in body(response)
    sign.refresh_from_db()
    assert (sign.text, sign.signed_off_on) == ("Anders", dt.date(2026, 4, 1))


def test_a_signature_has_a_name_and_a_day(admin_client, questionnaire, sign):
    url = page("change", questionnaire)
    data = form_data(admin_client, url) | {"warning_signs-0-signed_off_by": ""}
    assert "wie het aftekende én wanneer" in body(admin_client.post(url, data))
    with pytest.raises(IntegrityError):
        WarningSign.objects.update(signed_off_by=None)


@pytest.mark.parametrize("field", ["reviewed_on", "warning_signs-0-signed_off_on"])
def test_nobody_signs_for_tomorrow(admin_client, questionnaire, sign, field):
    url = page("change", questionnaire)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    data = form_data(admin_client, url) | {field: tomorrow.isoformat()}
    assert "Deze dag moet nog komen." in body(admin_client.post(url, data))


def test_a_citation_is_refused_where_it_would_lead_nowhere(admin_client, questionnaire):
    url = page("change", questionnaire)
    data = form_data(admin_client, url) | {"about": "<p>Zie [@Barber].</p>"}
    assert "In dit veld kan geen bron staan." in body(admin_client.post(url, data))


# The start page


def tasks(client):
    return {task.title: task.items for task in client.get("/beheer/").context["tasks"]}


def test_warning_signs_nobody_signed_off_are_on_the_start_page(admin_client, questionnaire, sign):
    WarningSignFactory(questionnaire=questionnaire, text="Nieuw")
    (item,) = tasks(admin_client)["Alarmsignalen af te tekenen"]
    assert item.title == "Nieuw"
    assert item.url == f"{page('change', questionnaire)}#warning_signs-group"
    assert 'id="warning_signs-group"' in body(admin_client.get(item.url))


def test_a_question_whose_symptom_is_gone_is_on_the_start_page(admin_client, questionnaire):
    article = ArticleFactory(blocks=[symptom("Drang")])
    questionnaire.questions.update(symptom=Symptom.objects.get(parent=article))
    assert "Vragen zonder symptoom" not in tasks(admin_client)
    Symptom.objects.all().delete()
    assert len(tasks(admin_client)["Vragen zonder symptoom"]) == 2
    Questionnaire.objects.update(published=False)
    assert "Vragen zonder symptoom" not in tasks(admin_client)


# The preview


def test_a_preview_shows_what_is_not_published_with_every_outcome(admin_client, client):
    questionnaire = QuestionnaireFactory(questions=3, threshold=2, published=False)
    url = page("preview", questionnaire)
    response = admin_client.get(url)
    assert "nog niet zichtbaar voor bezoekers" in body(response)
    assert "no-store" in response["Cache-Control"]
    assert [
        (outcome.title, [(s.yes_count, s.advises_appointment) for s in scores])
        for outcome, scores in response.context["outcomes"]
    ] == [
        ("Onder de drempel", [(0, False), (1, False)]),
        ("Vanaf de drempel", [(2, True), (3, True)]),
    ]
    assert client.get(url).status_code == 302


def test_the_table_follows_what_staff_change(admin_client, questionnaire):
    Questionnaire.objects.update(threshold=1, title_below="Anders")
    outcomes = admin_client.get(page("preview", questionnaire)).context["outcomes"]
    assert [outcome.title for outcome, _ in outcomes] == ["Anders", "Vanaf de drempel"]
    assert [len(scores) for _, scores in outcomes] == [1, 2]


def test_a_preview_can_be_tried_out(admin_client, questionnaire):
    url = page("preview", questionnaire)
    answers = {question.field_name: "ja" for question in questionnaire.questions.all()}
    html = body(admin_client.post(url, answers))
    assert "2 van de 2 keer" in html
    assert f'href="{url}"' in html
    assert "kies ja of nee" in body(admin_client.post(url))


def test_a_preview_is_for_who_may_see_self_tests(client, django_user_model, questionnaire):
    user = django_user_model.objects.create_user("nieuw", password="x", is_staff=True)
    sign_in(client, user)
    for method in (client.get, client.post):
        assert method(page("preview", questionnaire)).status_code == 403
    user.user_permissions.set(Permission.objects.filter(codename="view_questionnaire"))
    sign_in(client, user)  # as other rights end a session
    assert client.get(page("preview", questionnaire)).status_code == 200


def test_only_what_is_published_is_linked_on_the_site(admin_client, questionnaire):
    assert "Weergeven op website" in body(admin_client.get(page("change", questionnaire)))
    Questionnaire.objects.update(published=False)
    assert "Weergeven op website" not in body(admin_client.get(page("change", questionnaire)))


def test_the_list_says_what_is_open(admin_client, questionnaire, sign):
    html = body(admin_client.get(LIST))
    assert '<td class="field-to_sign_off">niets</td>' in html
    WarningSignFactory.create_batch(2, questionnaire=questionnaire)
    QuestionFactory(questionnaire=questionnaire)
    html = body(admin_client.get(LIST))
    assert '<td class="field-to_sign_off">2</td>' in html
    assert '<td class="field-question_count">3</td>' in html

import html
import re

import html5lib
import pytest
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch
from django.utils import timezone
from django.views.debug import ExceptionReporter

from articles.blocks import Symptom
from articles.body import compose
from selftest.models import Question
from tests.factories import (
    ArticleFactory,
    DraftFactory,
    PracticeFactory,
    QuestionFactory,
    QuestionnaireFactory,
    ReferenceFactory,
    WarningSignFactory,
    symptom,
    text,
)

pytestmark = pytest.mark.django_db

START = "/zelftest/"
PATH = "/zelftest/bekken/"


def body(response):
    return response.content.decode()


@pytest.fixture
def questionnaire():
    PracticeFactory()
    return QuestionnaireFactory(title="Bekkentest", slug="bekken", threshold=2)


def filled_in(questionnaire, yes=0, **others):
    """What a browser sends for this many times yes, from the first question on."""
    names = [question.field_name for question in questionnaire.questions.all()]
    answers = {name: "ja" if n < yes else "nee" for n, name in enumerate(names)}
    return answers | others


def headings(response):
    return re.findall(r"<h[123][^>]*>(.*?)</h[123]>", body(response))


# Finding it


def test_one_self_test_is_gone_straight_to(client, questionnaire):
    QuestionnaireFactory(published=False)
    response = client.get(START)
    assert (response.status_code, response["Location"]) == (302, PATH)


def test_several_are_listed(client, questionnaire):
    QuestionnaireFactory(title="Rugtest", slug="rug")
    page = body(client.get(START))
    assert 'href="/zelftest/bekken/"' in page
    assert 'href="/zelftest/rug/"' in page


def test_without_any_there_is_another_way(client):
    PracticeFactory()
    response = client.get(START)
    assert response.status_code == 200
    assert "geen zelftest" in body(response)
    assert "056 / 94 11 58" in body(response)


@pytest.mark.parametrize("path", ["/", "/artikels/artikel/", "/over-ons/"])
def test_other_pages_lead_to_it(client, path):
    ArticleFactory(slug="artikel")
    assert f'href="{START}"' in body(client.get(path))


def test_search_engines_are_told_of_what_is_published(client, questionnaire):
    QuestionnaireFactory(slug="geheim", published=False)
    sitemap = body(client.get("/sitemap.xml"))
    assert f"<loc>http://testserver{PATH}</loc>" in sitemap
    assert "geheim" not in sitemap


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_not_published_is_404(client, method):
    QuestionnaireFactory(slug="bekken", published=False)
    assert getattr(client, method)(PATH).status_code == 404


def test_an_old_address_leads_to_the_new_one_with_what_was_answered(client, questionnaire):
    questionnaire.slug = "bekkenbodem"
    questionnaire.save()
    assert client.get(PATH)["Location"] == "/zelftest/bekkenbodem/"
    response = client.post(PATH, filled_in(questionnaire, 3), follow=True)
    assert response.redirect_chain == [("/zelftest/bekkenbodem/", 308)]
    assert "3 van de 10" in headings(response)[0]


# The questions


def test_the_form_shows_what_it_is_the_warning_signs_and_every_question(client, questionnaire):
    WarningSignFactory(questionnaire=questionnaire, text="Er zit bloed in.")
    questionnaire.source = ReferenceFactory(authors="Barber et al.")
    questionnaire.save()
    page = body(client.get(PATH))
    shown = [
        "Bekkentest", "Voor wie dit is.", "Geen diagnose.", "Barber et al.", "Er zit bloed in.",
        *[question.text for question in questionnaire.questions.all()],
    ]  # fmt: skip
    places = [page.index(what) for what in shown]
    assert places == sorted(places)
    assert page.count("<fieldset") == page.count("<legend>") == 10


def test_nothing_is_answered_on_somebodys_behalf(client, questionnaire):
    page = body(client.get(PATH))
    assert len(re.findall(r'<input type="radio"[^>]*>', page)) == 20
    assert "checked" not in page


def test_only_a_question_that_allows_it_may_not_apply(client, questionnaire):
    QuestionFactory(questionnaire=questionnaire, may_not_apply=True, position=10_000)
    page = body(client.get(PATH))
    assert page.count("Niet van toepassing") == 1
    assert page.count('value="ja"') == 11


def test_the_page_is_kept_like_an_article(client, questionnaire):
    response = client.get(PATH)
    assert response["Cache-Control"] == "public, max-age=300"
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert "csrf" not in body(response)
    again = client.get(PATH, headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


# The result


@pytest.mark.parametrize(
    ("yes", "title", "advice"),
    [
        (0, "Je antwoordde geen enkele keer “ja”", "Onder de drempel"),
        (1, "Je antwoordde 1 van de 10 keer “ja”", "Onder de drempel"),
        (2, "Je antwoordde 2 van de 10 keer “ja”", "Vanaf de drempel"),
        (10, "Je antwoordde 10 van de 10 keer “ja”", "Vanaf de drempel"),
    ],
)
def test_the_result_says_how_often_and_what_to_do(client, questionnaire, yes, title, advice):
    WarningSignFactory(questionnaire=questionnaire, text="Er zit bloed in.")
    response = client.post(PATH, filled_in(questionnaire, yes))
    assert response.status_code == 200
    assert headings(response)[:2] == [title, advice]
    page = body(response)
    for always in ("Er zit bloed in.", "vervangt geen onderzoek", "Afspraak maken",
                   "056 / 94 11 58", "Begin opnieuw", f'href="{PATH}"'):  # fmt: skip
        assert always in page


def test_not_applicable_counts_as_no(client):
    asked = QuestionnaireFactory(slug="bekken", questions=0, threshold=1)
    question = QuestionFactory(questionnaire=asked, may_not_apply=True)
    response = client.post(PATH, {question.field_name: "niet van toepassing"})
    assert "geen enkele keer" in headings(response)[0]
    assert "Niet van toepassing." in body(response)


def test_every_yes_leads_to_its_symptom(client, questionnaire):
    ReferenceFactory(key="Mou")
    article = ArticleFactory(
        blocks=[text("<p>x</p>"), symptom("Verlies"), symptom("Drang [@Mou]"), symptom("Pijn")]
    )
    drang = Symptom.objects.get(name__startswith="Drang")
    Question.objects.filter(pk=questionnaire.questions.first().pk).update(symptom=drang)
    page = body(client.post(PATH, filled_in(questionnaire, 2)))
    link = re.search(r'<a href="([^"]*)" target="_blank">(.*?)<span', page)
    assert link.groups() == (f"{article.get_absolute_url()}#symptoom-2", "“Drang”")
    anchors = [block.anchor for block in compose(article).blocks if isinstance(block, Symptom)]
    assert anchors[1] == "symptoom-2"
    assert "#symptoom" not in body(client.post(PATH, filled_in(questionnaire, 0)))


def test_symptoms_in_one_place_are_numbered_as_on_the_page(client, questionnaire):
    article = ArticleFactory(blocks=[symptom("Verlies"), symptom("Drang")])
    Symptom.objects.update(ordering=0)
    anchors = {block.pk: block.anchor for block in compose(article).blocks}
    assert len(set(anchors.values())) == 2
    for found in Symptom.objects.all():
        questionnaire.questions.update(symptom=found)
        page = body(client.post(PATH, filled_in(questionnaire, 1)))
        assert f"#{anchors[found.pk]}" in page


def test_what_staff_type_as_text_is_shown_as_text(client, questionnaire):
    sign = WarningSignFactory(questionnaire=questionnaire)
    for row, fields in {
        questionnaire: ("title", "intro", "title_below", "title_from"),
        questionnaire.questions.first(): ("text", "explanation"),
        sign: ("text",),
    }.items():
        for field in fields:
            setattr(row, field, f"<b>{field}")
        row.save()
    pages = body(client.get(PATH)) + body(client.post(PATH, filled_in(questionnaire, 1)))
    pages += body(client.post(PATH, filled_in(questionnaire, 3))) + body(client.post(PATH))
    assert "<b>" not in pages
    assert pages.count("&lt;b&gt;explanation") == 2
    assert "&lt;b&gt;title_below" in pages
    assert "&lt;b&gt;title_from" in pages


def test_a_symptom_that_nobody_can_read_yet_is_not_linked(client, questionnaire):
    draft = DraftFactory(blocks=[symptom("Verlies")])
    questionnaire.questions.update(symptom=Symptom.objects.get(parent=draft))
    assert "symptoom-1" not in body(client.post(PATH, filled_in(questionnaire, 2)))


def test_the_result_can_be_taken_along(client, questionnaire):
    page = body(client.post(PATH, filled_in(questionnaire, 1)))
    assert "Bekkentest, ingevuld op" in page
    answers = re.search(r"<ol>(.*?)</ol>", page, re.DOTALL)[1]
    assert re.findall(r"<strong>(.*?)</strong>", answers) == ["Ja."] + ["Nee."] * 9
    for question in questionnaire.questions.all():
        assert question.text in answers


def test_the_date_on_the_result_is_the_one_in_brussels(client, questionnaire, time_machine):
    time_machine.move_to("2026-03-28T23:30:00+00:00")
    assert timezone.now().day == 28
    assert "ingevuld op 29 maart 2026" in body(client.post(PATH, filled_in(questionnaire)))


@pytest.mark.parametrize("is_complete", [True, False])
def test_what_somebody_answered_is_kept_by_nobody(client, questionnaire, is_complete):
    answers = filled_in(questionnaire, 3)
    response = client.post(PATH, answers if is_complete else dict(list(answers.items())[:5]))
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in body(response)
    assert not response.cookies
    assert 'rel="canonical" href="http://testserver/zelftest/bekken/"' in body(client.get(PATH))


def test_the_title_of_a_result_does_not_say_what_it_is_about(client, questionnaire):
    response = client.post(PATH, filled_in(questionnaire, 3))
    assert re.search(r"<title>(.*?)</title>", body(response))[1] == "Je resultaat · KineKracht"


def test_no_token_is_needed(questionnaire):
    client = Client(enforce_csrf_checks=True)
    assert client.post(PATH, filled_in(questionnaire, 3)).status_code == 200


@pytest.mark.parametrize("yes", [0, 10])
def test_form_error_and_result_are_valid_html(client, questionnaire, yes):
    questionnaire.questions.update(
        symptom=Symptom.objects.get(parent=ArticleFactory(blocks=[symptom("x")]))
    )
    for response in (
        client.get(PATH), client.post(PATH), client.post(PATH, filled_in(questionnaire, yes))
    ):  # fmt: skip
        html5lib.HTMLParser(strict=True).parse(response.content)


# What is wrong with the answers


def test_an_open_question_brings_the_page_back_with_all_that_was_answered(client, questionnaire):
    answers = filled_in(questionnaire, 1)
    names = list(answers)
    del answers[names[2]], answers[names[6]]
    response = client.post(PATH, answers)
    page = body(response)
    assert response.status_code == 400
    assert "<title>Fout: Bekkentest" in page
    assert re.findall(r'<li><a href="#([^"]*)">(.*?)</a>', page) == [
        (f"id_{names[2]}_0", "Vraag 3: kies ja of nee."),
        (f"id_{names[6]}_0", "Vraag 7: kies ja of nee."),
    ]
    for name in (names[2], names[6]):
        assert f'id="id_{name}_0"' in page
    checked = re.findall(r'name="([^"]*)" value="([^"]*)"[^>]*checked', page)
    assert dict(checked) == answers


def test_the_message_names_all_that_can_be_chosen(client):
    asked = QuestionnaireFactory(slug="bekken", questions=0, threshold=1)
    QuestionFactory(questionnaire=asked, may_not_apply=True)
    assert "Vraag 1: kies ja, nee of niet van toepassing." in body(client.post(PATH))


@pytest.mark.parametrize(
    "wrong", ["misschien", "", "JA", "niet van toepassing", "x" * 100_000, "<b>ja", "1"]
)
def test_a_value_that_is_no_answer_is_an_open_question(client, questionnaire, wrong):
    name = questionnaire.questions.first().field_name
    response = client.post(PATH, filled_in(questionnaire, 3, **{name: wrong}))
    assert response.status_code == 400
    assert headings(response)[1:3] == ["De vragen", "Beantwoord deze vraag nog"]
    if len(wrong) > 2:
        assert wrong not in body(response)
        assert html.escape(wrong) not in body(response)


def test_two_answers_to_one_question_are_none(client, questionnaire):
    name = questionnaire.questions.first().field_name
    response = client.post(PATH, filled_in(questionnaire, 3, **{name: ["nee", "ja"]}))
    assert response.status_code == 400
    assert "Vraag 1: kies ja of nee." in body(response)


def test_fields_that_nobody_asked_for_are_ignored(client, questionnaire):
    others = {f"vraag-{n}": "ja" for n in range(100_000, 101_000)} | {"threshold": "9", "naam": "x"}
    response = client.post(PATH, filled_in(questionnaire, 2, **others))
    assert "2 van de 10" in headings(response)[0]


def test_answers_follow_their_question_when_staff_change_the_order_meanwhile(client):
    asked = QuestionnaireFactory(slug="bekken", questions=2, threshold=1)
    first, second = asked.questions.all()
    Question.objects.filter(pk=first.pk).update(position=second.position + 1)
    page = body(client.post(PATH, {first.field_name: "ja", second.field_name: "nee"}))
    assert re.findall(r"<li>(.*?) <strong>(.*?)</strong>", page) == [
        (second.text, "Nee."), (first.text, "Ja.")
    ]  # fmt: skip


def test_a_question_that_staff_added_meanwhile_is_asked_after_all(client, questionnaire):
    answers = filled_in(questionnaire, 2)
    QuestionFactory(questionnaire=questionnaire, position=10_000)
    assert "Vraag 11: kies ja of nee." in body(client.post(PATH, answers))


@pytest.mark.parametrize("method", ["get", "head"])
def test_answers_in_an_address_are_refused(client, questionnaire, method):
    response = getattr(client, method)(PATH, filled_in(questionnaire, 3))
    assert response.status_code == 400
    answers = filled_in(questionnaire, 3)
    assert client.post(PATH, answers, query_params=answers).status_code == 400
    assert response["Cache-Control"] == "no-store"
    assert client.get(PATH, {"utm_source": "brief"}).status_code == 200


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace", "options"])
def test_other_methods_are_refused(client, questionnaire, method):
    assert getattr(client, method)(PATH).status_code == 405


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"x=kanarie" + b"y" * 3_000_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a=1" for _ in range(6_000)), "application/x-www-form-urlencoded"),
        (b"kanarie=ja", "application/x-www-form-urlencoded; charset=latin-1"),
        (b"--x\r\nkanarie", "multipart/form-data"),
        (b"--x\r\nkanarie", "multipart/form-data; boundary=x"),
        (b'{"vraag-1": "kanarie"}', "application/json"),
        (b"\x00\xff" * 1_000, "application/octet-stream"),
        (b"%00=%00&%ff=%fe", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_no_form_is_refused_or_leaves_all_questions_open(
    questionnaire, content, content_type, caplog
):
    client = Client(raise_request_exception=False)
    response = client.post(PATH, content, content_type=content_type)
    assert response.status_code == 400
    assert "kanarie" not in caplog.text


@pytest.mark.urls("tests.selftest.urls_without_contact")
def test_an_error_report_hides_the_answers(client, questionnaire):
    """A page that can't be made is reported with what its code had in hand."""
    with pytest.raises(NoReverseMatch) as caught:
        client.post(PATH, filled_in(questionnaire, 5))
    request = RequestFactory().post(PATH, filled_in(questionnaire, 5))
    request.sensitive_post_parameters = "__ALL__"  # as the view left it
    place = caught.tb  # first in the test client, which of course holds what it sent
    while place.tb_frame.f_code.co_name != "_get_response":
        place = place.tb_next
    report = ExceptionReporter(request, caught.type, caught.value, place)
    for text_ in (report.get_traceback_html(), report.get_traceback_text()):
        assert "render_to_string" in text_
        assert "Answer." not in text_
        assert "&#x27;ja&#x27;" not in text_
        assert "'ja'" not in text_


# Speed


@pytest.mark.parametrize("many", [1, 30])
def test_the_result_costs_what_the_form_costs_however_many_questions(
    client, django_assert_num_queries, many
):
    PracticeFactory()
    asked = QuestionnaireFactory(
        slug="bekken", questions=many, threshold=1, source=ReferenceFactory()
    )
    WarningSignFactory.create_batch(many, questionnaire=asked)
    ArticleFactory(blocks=[symptom(f"Symptoom {n}") for n in range(many)])
    for question, found in zip(asked.questions.all(), Symptom.objects.all(), strict=True):
        Question.objects.filter(pk=question.pk).update(symptom=found)
    answers = filled_in(asked, many)
    with django_assert_num_queries(4):  # the questionnaire, questions, warning signs, practice
        client.get(PATH)
    with django_assert_num_queries(4):
        assert body(client.post(PATH, answers)).count("#symptoom-") == many
    with django_assert_num_queries(4):
        client.post(PATH)


# Handing over


def test_handing_over_is_a_choice_that_shows_what_it_sends(client, questionnaire):
    page = body(client.post(PATH, filled_in(questionnaire, 2)))
    form = re.search(r'<form action="/afspraak/".*?</form>', page, re.DOTALL)[0]
    tick = re.search(r'<input type="checkbox"[^>]*>', form)[0]
    assert "required" in tick
    assert "checked" not in tick
    assert "novalidate" not in form
    sent = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", form, re.DOTALL)[1]
    first, second = questionnaire.questions.all()[:2]
    today = sent.splitlines()[0]
    assert today.startswith("Bekkentest, ")
    assert today.endswith(": 2 van 10 keer ja.")
    assert sent.splitlines()[1:] == [f"- {first.text}", f"- {second.text}"]
    # Whoever goes to the form by any other way takes nothing along.
    assert page.count(first.text) == 3
    assert "?" not in "".join(re.findall(r'href="([^"]*)"', page))

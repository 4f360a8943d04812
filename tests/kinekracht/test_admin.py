import datetime as dt
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.contrib.redirects.models import Redirect
from django.urls import reverse
from django.utils import timezone

from kinekracht.models import Practice, Practitioner
from tests.factories import (
    ArticleFactory,
    DraftFactory,
    PracticeFactory,
    PractitionerFactory,
    QuestionnaireFactory,
    ReferenceFactory,
    WarningSignFactory,
)
from tests.staff import make_staff, sign_in

pytestmark = pytest.mark.django_db

START = "/beheer/"


def body(response):
    return response.content.decode()


def test_the_admin_asks_for_a_login_in_dutch(client):
    response = client.get(START, follow=True)
    assert "Aanmelden" in body(response)
    assert "Gebruikersnaam" in body(response)


def test_the_start_page_says_what_to_do_now(admin_client):
    DraftFactory(title="Half af")
    ArticleFactory(title="Voor morgen", published_at=timezone.now() + dt.timedelta(days=1))
    ArticleFactory(title="Verouderd", review_due_on=timezone.localdate())
    ArticleFactory(title="Gewoon", review_due_on=timezone.localdate() + dt.timedelta(days=9))
    WarningSignFactory(questionnaire=QuestionnaireFactory(published=False), text="Bloed")
    tasks = {task.title: [item.title for item in task.items] for task in tasks_on(admin_client)}
    assert tasks == {
        "Aanvragen te beantwoorden": [],
        "Vandaag": [],
        "Terug te bellen": [],
        "Alarmsignalen af te tekenen": ["Bloed"],
        "Opnieuw na te lezen": ["Verouderd"],
        "Concepten": ["Half af"],
        "Ingepland": ["Voor morgen"],
    }


def tasks_on(client):
    return client.get(START).context["tasks"]


def test_a_start_page_with_nothing_to_do_says_so(admin_client):
    html = body(admin_client.get(START))
    assert "Er ligt geen concept klaar." in html
    assert "Alle artikels zijn op tijd nagelezen." in html
    assert "Er is geen alarmsignaal af te tekenen." in html
    assert "Vragen zonder symptoom" not in html


def test_many_drafts_are_summed_up(admin_client):
    DraftFactory.create_batch(10)
    html = body(admin_client.get(START))
    assert "Nog 2 meer" in html


@pytest.mark.parametrize("many", [1, 3])
def test_the_start_page_costs_the_same_queries(admin_client, django_assert_num_queries, many):
    DraftFactory.create_batch(many)
    ArticleFactory.create_batch(many, review_due_on=timezone.localdate())
    WarningSignFactory.create_batch(many, questionnaire=QuestionnaireFactory(questions=many))
    # Session, user, app, worker, two for each of eleven tasks, one for each form that may be full,
    # twice if a practice may be added.
    with django_assert_num_queries(30):
        admin_client.get(START)


def test_the_links_of_tasks_lead_to_the_same_articles(admin_client):
    DraftFactory(title="Half af")
    ArticleFactory(title="Verouderd", review_due_on=timezone.localdate())
    for task in [task for task in tasks_on(admin_client) if "/articles/" in task.url]:
        listed = admin_client.get(task.url).context["cl"].queryset
        assert [article.title for article in listed] == [item.title for item in task.items]


def test_an_account_that_may_do_nothing_sees_nothing(client, django_user_model):
    DraftFactory(title="Half af")
    user = django_user_model.objects.create_user("nieuw", password="x", is_staff=True)
    sign_in(client, user)
    html = body(client.get(START))
    assert "Half af" not in html
    assert "mag nog niets bekijken" in html


def test_the_practice_is_edited_on_one_page(admin_client):
    PracticeFactory()
    response = admin_client.get(reverse("admin:kinekracht_practice_changelist"))
    assert response["Location"] == reverse("admin:kinekracht_practice_change", args=[1])
    assert admin_client.get(reverse("admin:kinekracht_practice_add")).status_code == 403


def test_a_practice_can_be_entered_when_there_is_none(admin_client):
    response = admin_client.get(reverse("admin:kinekracht_practice_changelist"), follow=True)
    assert response.status_code == 200
    assert 'name="street"' in body(response)


def save_practice(client, **fields):
    data = {
        "name": "KineKracht",
        "telephone": "056 94 11 58",
        "mobile": "0478 93 16 61",
        "referral_valid_months": 2,
        "change_notice_hours": 24,
    }
    path = reverse("admin:kinekracht_practice_change", args=[1])
    return client.post(path, data | fields, follow=True)


@pytest.mark.parametrize(("told", "kept"), [("desk@example.com", "new@example.com"), ("", "")])
def test_an_editor_does_not_choose_who_hears_of_requests(client, told, kept):
    """Where nobody was chosen, those mails go to the address of the practice."""
    PracticeFactory(notify_email=told, email="")
    sign_in(client, make_staff("redacteur"))
    save_practice(client, notify_email="editor@example.com", email="new@example.com")
    practice = Practice.objects.get()
    assert (practice.notify_email, practice.email) == (told, kept)


def test_a_beheerder_does(client):
    PracticeFactory(notify_email="", email="")
    sign_in(client, make_staff("beheerder"))
    save_practice(client, notify_email="desk@example.com", email="new@example.com")
    practice = Practice.objects.get()
    assert (practice.notify_email, practice.email) == ("desk@example.com", "new@example.com")


def test_a_new_number_that_the_broken_page_does_not_know_is_pointed_out(admin_client):
    PracticeFactory()
    assert "foutpagina" not in body(save_practice(admin_client))
    response = save_practice(admin_client, telephone="056 60 00 00")
    words = "De foutpagina (templates/plain.html) noemt 056 / 60 00 00 nog niet"
    assert words in body(response)
    assert Practice.objects.get().telephone.as_e164 == "+3256600000"


@pytest.mark.parametrize("name", ["email", "notify_email"])
def test_an_address_is_stored_as_mail_goes_to_it(admin_client, name):
    PracticeFactory()
    given = {"reply_days": 2, name: "praktijk@\uff45xample.com"}
    save_practice(admin_client, **given)
    assert getattr(Practice.objects.get(), name) == "praktijk@example.com"
    html = body(save_practice(admin_client, **given | {name: "praktijk@\u200d.be"}))
    assert "teken waarmee we niet kunnen mailen" in html


def test_a_number_that_is_none_is_refused_in_dutch(admin_client):
    PracticeFactory()
    html = body(save_practice(admin_client, telephone="12"))
    assert "telefoonnummer" in html
    assert Practice.objects.get().telephone.as_e164 == "+3256941158"


def test_old_addresses_can_be_entered_by_hand(admin_client, client):
    admin_client.post(
        reverse("admin:redirects_redirect_add"), {"old_path": "/oud.html", "new_path": "/contact/"}
    )
    assert Redirect.objects.get().site_id == 1
    assert client.get("/oud.html")["Location"] == "/contact/"


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("/oud.html", "/contact/", "al doorverwezen"),
        ("zonder", "/contact/", "schuine streep"),
        ("/x", "https://elders.be/", "schuine streep"),
        ("/x", "//elders.be/", "schuine streep"),
        ("/x", "/\\elders.be/", "schuine streep"),
        ("/x", "/\t/elders.be/", "schuine streep"),
        ("/x", "/x", "naar zichzelf"),
        ("/x", "/oud.html", "verwijst zelf door naar /nieuw/"),
        ("/x", "", "verplicht"),
    ],
)
def test_an_address_that_leads_nowhere_or_round_in_circles_is_refused(
    admin_client, old, new, wrong
):
    Redirect.objects.create(site_id=1, old_path="/oud.html", new_path="/nieuw/")
    response = admin_client.post(
        reverse("admin:redirects_redirect_add"), {"old_path": old, "new_path": new}
    )
    assert wrong in body(response)
    assert Redirect.objects.count() == 1


@pytest.mark.parametrize(
    "model",
    ["kinekracht_practitioner", "kinekracht_treatment", "articles_category", "articles_reference",
     "articles_article", "selftest_questionnaire", "redirects_redirect", "auth_user", "auth_group"],
)  # fmt: skip
def test_every_list_and_form_opens(admin_client, model):
    ReferenceFactory()
    ArticleFactory()
    for page in ("changelist", "add"):
        assert admin_client.get(reverse(f"admin:{model}_{page}")).status_code == 200


@pytest.mark.parametrize("many", [1, 3])
def test_the_article_list_costs_the_same_queries(admin_client, django_assert_num_queries, many):
    ArticleFactory.create_batch(many)
    # Session, user, app, a savepoint, two filters, two counts, the rows, the dates, the practice.
    with django_assert_num_queries(13):
        admin_client.get(reverse("admin:articles_article_changelist"))


def test_only_forms_with_an_editor_have_the_wider_policy(admin_client):
    PracticeFactory()
    article = ArticleFactory()
    strict = admin_client.get(START)["Content-Security-Policy"]
    assert "unsafe" not in strict
    wide = admin_client.get(reverse("admin:articles_article_change", args=[article.pk]))
    assert "style-src 'self' 'unsafe-inline'" in wide["Content-Security-Policy"]
    assert "'nonce-" in wide["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe" not in wide["Content-Security-Policy"]


def test_nothing_of_the_admin_is_kept(admin_client):
    assert "no-store" in admin_client.get(START)["Cache-Control"]


def test_an_editor_needs_no_more_than_article_rights(client, django_user_model):
    DraftFactory(title="Half af")
    user = django_user_model.objects.create_user("redacteur", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="articles"))
    sign_in(client, user)
    html = body(client.get(START))
    assert "Half af" in html
    assert "Alarmsignalen" not in html


@pytest.mark.parametrize("page", ["change", "add"])
def test_who_edits_therapists_does_not_see_with_what_name_they_log_in(client, page):
    therapist = PractitionerFactory(user=make_staff(name="els.privaat"))
    address = (
        f"/beheer/kinekracht/practitioner/{'add' if page == 'add' else f'{therapist.pk}/change'}/"
    )
    sign_in(client, make_staff("redacteur"))
    shown = body(client.get(address))
    assert "els.privaat" not in shown
    assert 'name="user"' not in shown
    sign_in(client, make_staff("redacteur", "beheerder"))
    assert "els.privaat" in body(client.get(address))


def test_nor_does_it_change_by_who_edits_them(client):
    els, other = make_staff(), make_staff()
    therapist = PractitionerFactory(user=els)
    sign_in(client, make_staff("redacteur"))
    sent = {"name": "Els", "slug": therapist.slug, "role": "Kine", "biography": "<p>x</p>"}
    address = f"/beheer/kinekracht/practitioner/{therapist.pk}/change/"
    assert client.post(address, sent | {"position": 0, "user": other.pk}).status_code == 302
    therapist.refresh_from_db()
    assert (therapist.name, therapist.user) == ("Els", els)


def test_an_editor_who_saves_late_gives_nobody_back_an_account(rf):
    """Between reading a therapist and saving, a beheerder takes the account away."""
    therapist = PractitionerFactory(user=make_staff("therapeut"))
    read_before = Practitioner.objects.get(pk=therapist.pk)
    therapist.user = None
    therapist.save()
    read_before.role = "Kinesitherapeut"
    form = SimpleNamespace(changed_data=["role"])
    admin.site.get_model_admin(Practitioner).save_model(
        rf.post("/"), read_before, form, change=True
    )
    therapist.refresh_from_db()
    assert (therapist.role, therapist.user) == ("Kinesitherapeut", None)

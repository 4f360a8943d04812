import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from reversion.models import Version

from articles.blocks import BLOCKS, RichText, Symptom
from articles.history import marked
from articles.models import Article, Citation
from articles.search import search
from tests.factories import (
    ArticleFactory,
    CategoryFactory,
    DraftFactory,
    PracticeFactory,
    ReferenceFactory,
    picture_file,
    symptom,
    text,
)
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

ADD = "/beheer/articles/article/add/"


def body(response):
    return response.content.decode()


def form_data(article=None, *, blocks=(), **fields):
    """What the article form sends; ``blocks`` are (model, fields) in order."""
    data = {
        "title": "Titel",
        "slug": "titel",
        "lead": "Inleiding.",
        "category": (article.category if article else CategoryFactory()).pk,
        "status": "draft",
    } | fields
    for model in BLOCKS:
        prefix = f"articles_{model._meta.model_name}_set"
        own = [(n, values) for n, (kind, values) in enumerate(blocks) if kind is model]
        initial = sum("id" in values for _, values in own)
        data |= {f"{prefix}-TOTAL_FORMS": len(own), f"{prefix}-INITIAL_FORMS": initial}
        for form, (position, values) in enumerate(own):
            row = {"region": "main", "ordering": position * 10} | values
            if article:
                row["parent"] = article.pk
            data |= {f"{prefix}-{form}-{name}": value for name, value in row.items()}
    return data


def errors_in(response):
    adminform, formsets = response.context["adminform"], response.context["inline_admin_formsets"]
    found = dict(adminform.form.errors)
    for formset in formsets:
        for errors in formset.formset.errors:
            found |= errors
    return {name: list(messages) for name, messages in found.items()}


def change(client, article, **data):
    address = reverse("admin:articles_article_change", args=[article.pk])
    return client.post(address, form_data(article, **data))


def test_an_editor_writes_an_article_of_blocks(admin_client):
    ReferenceFactory(key="Mou")
    blocks = [
        (RichText, {"text": "<h2>Begin</h2>"}),
        (Symptom, {"name": "Drang", "definition": "x", "text": "<p>Zo is het [@mou].</p>"}),
    ]
    response = admin_client.post(ADD, form_data(blocks=blocks))
    assert response.status_code == 302
    article = Article.objects.get()
    assert article.word_count == 7
    assert Citation.objects.get().reference.key == "Mou"
    assert not search("drang")  # a draft
    assert Symptom.objects.get().ordering == 10


def test_an_unknown_citation_stops_the_saving_and_names_the_words(admin_client):
    ReferenceFactory(key="Wallace")
    blocks = [(RichText, {"text": "<p>Oefenen helpt [@Walace].</p>"})]
    response = admin_client.post(ADD, form_data(blocks=blocks))
    assert errors_in(response) == {
        "text": [
            "De bron [@Walace] bestaat niet, bij “Oefenen helpt [@Walace]”. Bedoel je [@Wallace]?"
        ]
    }
    assert "Oefenen helpt" in body(response)
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"slug": "feed"}, "slug"),
        ({"slug": "een spatie"}, "slug"),
        ({"title": ""}, "title"),
        ({"title": "x" * 141}, "title"),
        ({"published_at_0": "30-02-2026", "published_at_1": "9:00"}, "published_at"),
        ({"category": "9999"}, "category"),
        ({"status": "overal"}, "status"),
    ],
)
def test_wrong_input_is_named_and_nothing_is_written(admin_client, fields, wrong):
    response = admin_client.post(ADD, form_data(**fields))
    assert response.status_code == 200
    assert list(errors_in(response)) == [wrong]
    assert not Article.objects.exists()


def test_a_hero_that_is_no_picture_is_refused(admin_client):
    upload = picture_file()
    upload.write(b"<svg/>")
    upload.truncate(6)
    upload.seek(0)
    response = admin_client.post(ADD, form_data(hero=upload, hero_alt="x"))
    assert "geen foto die we kunnen lezen" in errors_in(response)["hero"][0]
    assert not Article.objects.exists()


def test_publishing_makes_it_readable_and_moving_leaves_a_redirect(admin_client, client):
    article = DraftFactory(slug="oud")
    assert client.get("/artikels/oud/").status_code == 404
    assert change(admin_client, article, slug="oud", status="published").status_code == 302
    assert client.get("/artikels/oud/").status_code == 200
    change(admin_client, article, slug="nieuw", status="published")
    assert client.get("/artikels/oud/")["Location"] == "/artikels/nieuw/"


# Preview


def test_a_draft_is_previewed_on_the_real_page_by_staff_only(admin_client, client):
    PracticeFactory()
    draft = DraftFactory(title="Nog geheim", blocks=[symptom("Drang")])
    address = reverse("admin:articles_article_preview", args=[draft.pk])
    response = admin_client.get(address)
    assert "Nog geheim" in body(response)
    assert 'id="symptoom-1"' in body(response)
    assert "Voorbeeld" in body(response)
    assert "no-store" in response["Cache-Control"]
    login = client.get(address)
    assert login.status_code == 302
    assert login["Location"].startswith("/beheer/login/")


def test_staff_without_article_rights_see_no_preview(client, django_user_model):
    user = django_user_model.objects.create_user("onthaal", password="x", is_staff=True)
    sign_in(client, user)
    article = DraftFactory()
    for name, args in {
        "preview": [article.pk],
        "history": [article.pk],
        "change": [article.pk],
    }.items():
        response = client.get(reverse(f"admin:articles_article_{name}", args=args))
        assert response.status_code == 403


def test_the_form_offers_preview_always_and_the_site_when_public(admin_client):
    public, draft = ArticleFactory(), DraftFactory()
    for article, linked in ((public, True), (draft, False)):
        html = body(admin_client.get(reverse("admin:articles_article_change", args=[article.pk])))
        assert "Voorbeeld bekijken" in html
        assert ("Weergeven op website" in html) is linked


# History


def test_history_says_who_changed_which_words_and_restores_blocks(admin_client, client):
    article = ArticleFactory(slug="titel", blocks=[text("<p>Eerste tekst.</p>")])
    kept = {"id": RichText.objects.get().pk, "text": "<p>Eerste tekst.</p>"}
    save = {"status": "published", "published_at_0": "01-02-2026", "published_at_1": "09:00"}
    change(admin_client, article, blocks=[(RichText, kept)], **save)
    changed = [
        (RichText, kept | {"text": "<p>Tweede tekst.</p>"}),
        (Symptom, {"name": "Erbij", "definition": "x", "text": "<p>x</p>"}),
    ]
    change(admin_client, article, blocks=changed, **save)
    newer, older = Version.objects.get_for_object(article)
    assert newer.revision.user.username == "admin"

    compare = reverse("admin:articles_article_compare", args=[article.pk, older.pk, newer.pk])
    shown = {c.label: c.html for c in admin_client.get(compare).context["changes"]}
    assert shown["Tekst: tekst"] == "<del>Eerste</del> <ins>Tweede</ins> tekst."
    assert shown["Symptoom (nieuw): naam"] == "<ins>Erbij</ins>"

    restore = reverse("admin:articles_article_revision", args=[article.pk, older.pk])
    assert "Eerste tekst." in body(admin_client.get(restore))
    assert RichText.objects.get().text == "<p>Tweede tekst.</p>"  # looking changes nothing
    response = admin_client.post(restore, form_data(article, blocks=[(RichText, kept)], **save))
    assert response.status_code == 302
    assert RichText.objects.get().text == "<p>Eerste tekst.</p>"
    assert not Symptom.objects.exists()
    assert "Erbij" not in body(client.get("/artikels/titel/"))
    assert not search("erbij")


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("<p>Zo is het.</p>", "<p>Zo is het [@Mou].</p>", "<ins>het [@Mou].</ins>"),
        (
            '<p><a href="https://a.be">x</a></p>',
            '<p><a href="https://b.be">x</a></p>',
            "x <del>(https://a.be)</del> <ins>(https://b.be)</ins>",
        ),
        ("<p>Zo is het.</p>", "<p>Zo <em>is</em> het.</p>", "Alleen de opmaak is anders."),
    ],
)
def test_a_change_of_a_source_a_link_or_markup_is_shown(admin_client, before, after, shown):
    ReferenceFactory(key="Mou")
    article = DraftFactory(blocks=[text(before)])
    block = {"id": RichText.objects.get().pk}
    for html in (before, after):
        change(admin_client, article, blocks=[(RichText, block | {"text": html})])
    newer, older = Version.objects.get_for_object(article)
    compare = reverse("admin:articles_article_compare", args=[article.pk, older.pk, newer.pk])
    (found,) = admin_client.get(compare).context["changes"]
    assert shown in found.html


def test_two_texts_that_would_take_too_long_are_shown_whole():
    old, new = (" ".join(["a", word] * 1500) for word in ("x", "y"))
    assert marked(old, new) == f"<del>{old}</del> <ins>{new}</ins>"
    assert marked("a x " * 20, "a x " * 20 + "b").endswith("<ins>b</ins>")


def test_words_of_a_version_are_text_not_html(admin_client):
    article = DraftFactory()
    change(admin_client, article, title="Gewoon")
    change(admin_client, article, title="<script>alert(1)</script>")
    newer, older = Version.objects.get_for_object(article)
    compare = reverse("admin:articles_article_compare", args=[article.pk, older.pk, newer.pk])
    assert "<script>alert" not in body(admin_client.get(compare))


def test_versions_of_another_article_cannot_be_compared(admin_client):
    one, other = DraftFactory(), DraftFactory()
    for article in (one, other):
        change(admin_client, article, slug=article.slug)
    mine, others = (Version.objects.get_for_object(a).first().pk for a in (one, other))
    address = reverse("admin:articles_article_compare", args=[one.pk, mine, others])
    assert admin_client.get(address).status_code == 404


def test_restoring_an_old_address_leaves_a_redirect(admin_client, client):
    article = ArticleFactory(slug="oud")
    save = {"status": "published", "published_at_0": "01-02-2026", "published_at_1": "09:00"}
    change(admin_client, article, slug="oud", **save)
    change(admin_client, article, slug="nieuw", **save)
    _, older = Version.objects.get_for_object(article)
    restore = reverse("admin:articles_article_revision", args=[article.pk, older.pk])
    admin_client.post(restore, form_data(article, slug="oud", **save))
    assert client.get("/artikels/oud/").status_code == 200
    assert client.get("/artikels/nieuw/")["Location"] == "/artikels/oud/"


# Sources


def test_the_form_lists_every_source_to_cite(admin_client):
    ReferenceFactory(key="Peinado-Molina")
    assert 'data-citation="[@Peinado-Molina]"' in body(admin_client.get(ADD))


def test_a_cited_source_cannot_be_deleted_in_the_admin(admin_client):
    reference = ReferenceFactory(key="Mou")
    ArticleFactory(title="Leunt erop", blocks=[text("<p>[@Mou]</p>")])
    address = reverse("admin:articles_reference_delete", args=[reference.pk])
    assert "Leunt erop" in body(admin_client.get(address))
    admin_client.post(address, {"post": "yes"})
    reference.refresh_from_db()


def test_filters_find_what_is_planned_and_what_is_due(admin_client):
    ArticleFactory(title="Gewoon")
    ArticleFactory(title="Gepland", published_at=timezone.now() + dt.timedelta(days=2))
    ArticleFactory(title="Oud", review_due_on=timezone.localdate())
    address = reverse("admin:articles_article_changelist")
    for query, title in (("ingepland=ja", "Gepland"), ("na_te_lezen=ja", "Oud")):
        listed = admin_client.get(f"{address}?{query}").context["cl"].queryset
        assert [article.title for article in listed] == [title]

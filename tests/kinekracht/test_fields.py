import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import TextField
from django.forms import modelform_factory

from kinekracht.encryption import EncryptedTextField
from kinekracht.models import Practitioner, Treatment
from tests.factories import PractitionerFactory, picture_file

pytestmark = pytest.mark.django_db

APPS = {"kinekracht", "articles", "selftest", "booking"}


def portrait_form(content):
    form = modelform_factory(Practitioner, fields=["name", "slug", "role", "portrait"])
    upload = SimpleUploadedFile("IMG_0001 (thuis).jpg", content)
    return form({"name": "Lore", "slug": "lore", "role": "x"}, {"portrait": upload})


def stored():
    return {path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()}


def test_an_upload_is_stored_as_its_variants_only():
    before = stored()
    form = portrait_form(picture_file((500, 700)).getvalue())
    assert form.is_valid(), form.errors
    portrait = form.save().portrait
    new = stored() - before
    assert {name.partition("-")[2] for name in new} == {
        "480x672.avif",
        "480x672.webp",
        "500x700.avif",
        "500x700.webp",
    }
    assert not any("thuis" in name for name in new)
    assert (portrait.width, portrait.height) == (500, 700)
    assert portrait.webp.endswith("-500x700.webp 500w")


@pytest.mark.parametrize("content", [b"<svg/>", b"tekst", picture_file().getvalue()[:100]])
def test_a_refused_upload_stores_nothing_and_says_why(content):
    before = stored()
    form = portrait_form(content)
    assert not form.is_valid()
    assert "geen foto die we kunnen lezen" in form.errors["portrait"][0]
    assert stored() == before
    assert not Practitioner.objects.exists()


def test_a_heavy_upload_is_refused(settings):
    settings.PICTURE_MAX_BYTES = 1000
    form = portrait_form(picture_file().getvalue())
    assert "te groot" in form.errors["portrait"][0]


def test_saving_again_keeps_the_picture():
    form = portrait_form(picture_file().getvalue())
    practitioner = form.save()
    name = practitioner.portrait.name
    practitioner.role = "Anders"
    practitioner.save()
    practitioner.refresh_from_db()
    assert practitioner.portrait.name == name


def test_a_name_that_is_no_stored_picture_is_an_error():
    practitioner = PractitionerFactory(portrait="vreemd.webp")
    with pytest.raises(ValueError, match="not the name of a stored picture"):
        practitioner.portrait.width  # noqa: B018


def test_white_space_between_blocks_is_not_kept():
    treatment = Treatment(
        name="x", slug="x", summary="x", body="<ul>\r\n<li>a</li>\n</ul>\n<p>b</p>"
    )
    treatment.save()
    assert treatment.body == "<ul><li>a</li></ul><p>b</p>"


def test_an_empty_editor_is_empty():
    treatment = Treatment(name="x", slug="x", summary="x", body="<p></p>")
    treatment.save()
    assert treatment.body == ""


TREATMENT = {"name": "x", "slug": "x", "summary": "x", "position": 1}


def treatment_errors(**fields):
    form = modelform_factory(Treatment, fields=["name", "slug", "summary", "position", "body"])
    return form(TREATMENT | fields).errors


@pytest.mark.parametrize("address", ["//example.be", "/\\example.be", "&sol;/example.be"])
def test_a_link_that_leads_elsewhere_than_it_says_is_refused_by_a_form(address):
    [error] = treatment_errors(body=f'<p><a href="{address}">x</a></p>')["body"]
    assert "example.be” klopt niet" in error


def test_and_taken_out_of_what_comes_by_another_road():
    treatment = Treatment(**TREATMENT, body='<p><a href="//example.be">x</a></p>')
    treatment.save()
    assert treatment.body == "<p><a>x</a></p>"


def test_a_text_has_a_limit():
    assert "body" not in treatment_errors(body="<p>" + "a" * 19_000 + "</p>")
    [error] = treatment_errors(body="<p>" + "a" * 20_000 + "</p>")["body"]
    assert "te lang: 20007 tekens" in error
    [error] = treatment_errors(summary="a" * 5_001)["summary"]
    assert "Hoogstens 5000" in error


def test_so_has_every_text_that_staff_write():
    """What patients confide has limits in the forms that ask it."""
    ours = [model for model in apps.get_models() if model.__module__.partition(".")[0] in APPS]
    unlimited = {
        f"{model.__name__}.{field.name}"
        for model in ours
        for field in model._meta.fields
        if isinstance(field, TextField) and not isinstance(field, EncryptedTextField)
        if field.editable and field.formfield().max_length is None
    }
    derived = {"SearchDocument.title", "SearchDocument.lead", "SearchDocument.body"}
    noted = {"RightsChange.before", "RightsChange.after"}  # by the site: nobody fills it in
    assert unlimited == derived | noted

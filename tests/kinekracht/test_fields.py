import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import modelform_factory

from kinekracht.models import Practitioner, Treatment
from tests.factories import PractitionerFactory, picture_file

pytestmark = pytest.mark.django_db


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

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from kinekracht import images
from tests.factories import picture_file

pytestmark = pytest.mark.once

CAMERA = Image.Exif()
CAMERA[ExifTags.Base.Orientation] = 6
CAMERA[ExifTags.Base.Make] = "x" * 50
DAMAGEABLE = {
    kind: picture_file((40, 30), kind, exif=CAMERA).getvalue()
    for kind in ("JPEG", "PNG", "WEBP", "AVIF")
}
LIMITS = images.Limits(bytes=15_000_000, pixels=25_000_000, side=12_000)


def make_variants(file, **limits):
    return images.make_variants(file, limits=LIMITS._replace(**limits))


def opened(variant):
    return Image.open(io.BytesIO(variant.content))


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_becomes_avif_and_webp_in_every_width_up_to_its_own(format_):
    file = picture_file((1000, 500), format_)
    variants = make_variants(file)
    assert [(v.width, v.height, v.format) for v in variants] == [
        (480, 240, "avif"),
        (480, 240, "webp"),
        (800, 400, "avif"),
        (800, 400, "webp"),
        (1000, 500, "avif"),
        (1000, 500, "webp"),
    ]
    assert all(opened(v).format == v.format.upper() for v in variants)
    assert all(opened(v).size == (v.width, v.height) for v in variants)


@pytest.mark.parametrize(
    ("width", "widths"),
    [(1, [1]), (480, [480]), (481, [480, 481]), (1600, [480, 800, 1200, 1600])],
)
def test_a_picture_is_never_enlarged(width, widths):
    assert images.widths_for(width) == widths


@pytest.mark.parametrize(
    ("size", "largest"),
    [((4000, 1000), (1600, 400)), ((1000, 10_000), (800, 8000)), ((1, 12_000), (1, 8000))],
)
def test_a_picture_too_large_for_a_screen_is_made_smaller(size, largest):
    variant = make_variants(picture_file(size, "PNG"))[-1]
    assert (variant.width, variant.height) == largest


def test_sixteen_bits_of_grey_keep_their_shades():
    shades = Image.linear_gradient("L").convert("I").point(lambda value: value * 257)
    buffer = io.BytesIO()
    shades.convert("I;16").save(buffer, "PNG")
    grey = opened(make_variants(buffer)[-1]).convert("L")
    assert [abs(grey.getpixel((10, y)) - y) < 6 for y in (20, 128, 230)] == [True] * 3


def test_place_camera_and_comment_are_gone_from_every_variant():
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "KANARIE-CAMERA"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (50.0, 53.0, 0.0)
    file = picture_file((600, 400), "JPEG", exif=exif, comment=b"KANARIE-COMMENTAAR")
    assert b"KANARIE-CAMERA" in file.getvalue()
    for variant in make_variants(file):
        assert b"KANARIE" not in variant.content
        assert not opened(variant).getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & opened(variant).info.keys()


def test_a_picture_on_its_side_is_set_upright():
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    (*_, largest) = make_variants(picture_file((600, 400), "JPEG", exif=exif))
    assert (largest.width, largest.height) == (400, 600)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_any_mode_of_png_can_be_shown(mode):
    buffer = io.BytesIO()
    Image.new(mode, (20, 10)).save(buffer, "PNG")
    buffer.seek(0)
    assert len(make_variants(buffer)) == 2


def test_a_print_picture_in_cmyk_can_be_shown():
    buffer = io.BytesIO()
    Image.new("CMYK", (20, 10)).save(buffer, "JPEG")
    buffer.seek(0)
    assert opened(make_variants(buffer)[-1]).mode == "RGB"


def test_a_broken_colour_profile_is_no_reason_to_refuse():
    file = picture_file((20, 10), "JPEG", icc_profile=b"geen profiel")
    assert len(make_variants(file)) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"geen foto",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%PDF-1.7",
        b"GIF89a" + b"\0" * 100,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        b"\xff\xd8\xff\xe0" + b"\0" * 50,
    ],
    ids=["empty", "text", "svg", "pdf", "gif", "half-png", "half-jpeg"],
)
def test_what_is_not_a_picture_is_refused(content):
    with pytest.raises(images.PictureError, match="geen foto die we kunnen lezen"):
        make_variants(io.BytesIO(content))


def test_half_a_picture_is_refused():
    content = picture_file((600, 400), "JPEG").getvalue()
    with pytest.raises(images.PictureError, match="beschadigd"):
        make_variants(io.BytesIO(content[: len(content) // 2]))


def test_too_many_pixels_are_refused_before_they_are_decoded():
    buffer = io.BytesIO()
    Image.new("1", (13_000, 13_000)).save(buffer, "PNG", optimize=True)
    bomb = io.BytesIO(buffer.getvalue()[:200])  # a header whose pixels never come
    with pytest.raises(images.PictureError, match="13000 × 13000"):
        make_variants(bomb)


def test_exactly_the_limit_is_accepted():
    make_variants(picture_file((50, 50)), pixels=2500)
    with pytest.raises(images.PictureError, match="te veel beeldpunten"):
        make_variants(picture_file((50, 51)), pixels=2500)


@pytest.mark.parametrize("size", [(1, 8_000_000), (8_000_000, 1), (1, 12_001)])
def test_a_side_that_is_too_long_is_refused_before_it_is_decoded(size):
    buffer = io.BytesIO()
    Image.new("1", size).save(buffer, "PNG")
    header = io.BytesIO(buffer.getvalue()[:200])
    with pytest.raises(images.PictureError, match=f"{size[0]} × {size[1]}.*hoogstens 12000"):
        make_variants(header)


def test_too_many_bytes_are_refused():
    content = io.BytesIO(b"x" * 15_000_001)
    with pytest.raises(images.PictureError, match="te groot: 16 MB"):
        make_variants(content)


def test_a_page_hidden_in_a_picture_is_not_served():
    polyglot = picture_file((20, 10), "JPEG").getvalue() + b"<script>alert(1)</script>"
    for variant in make_variants(io.BytesIO(polyglot)):
        assert b"<script>" not in variant.content


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["JPEG", "PNG", "WEBP", "AVIF"]),
    damage=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=4),
)
def test_damage_is_refused_or_survived_and_never_crashes(kind, damage):
    content = bytearray(DAMAGEABLE[kind])
    for place, value in damage:
        content[place % min(len(content), 600)] = value
    try:
        variants = make_variants(io.BytesIO(content), pixels=2_000_000)
    except images.PictureError:
        return
    assert all(variant.content for variant in variants)

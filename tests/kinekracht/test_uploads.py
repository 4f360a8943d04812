"""Whatever is uploaded in the admin: refused without a trace, or drawn anew from its pixels."""

import gzip
import io
import re
import struct
import zipfile
import zlib

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from kinekracht.fields import make_variants
from kinekracht.images import PictureError
from kinekracht.models import Practitioner
from tests.factories import picture_file

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ADD = "/beheer/kinekracht/practitioner/add/"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><script>alert(document.domain)</script>"
PHP = b"<?php system($_GET['c']); ?>"
JPEG = picture_file((40, 30), "JPEG").getvalue()
PNG = picture_file((40, 30), "PNG").getvalue()
BEFORE_PIXELS = PNG.index(b"IDAT") - 4


def chunk(kind, content):
    """A part of a PNG file."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png_with(kind, content):
    return PNG[:BEFORE_PIXELS] + chunk(kind, content) + PNG[BEFORE_PIXELS:]


def png_bomb(width, height):
    """A whole picture of one bit a pixel, all black."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes((width // 8 + 1) * height), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def animated(kind, frames, size=(16, 16)):
    shades = [Image.new("RGB", size, (n * 37 % 256, 0, 0)) for n in range(frames)]
    buffer = io.BytesIO()
    shades[0].save(buffer, kind, save_all=True, append_images=shades[1:], lossless=True)
    return buffer.getvalue()


def webp_bomb():
    """An animation that says it is as large as can be."""
    small = bytearray(animated("WEBP", 2))
    at = small.index(b"VP8X") + 12
    small[at : at + 6] = b"\xfe\x3f\x00\xfe\x3f\x00"  # 16,383 by 16,383
    return bytes(small)


def avif_bomb():
    small = bytearray(picture_file((40, 30), "AVIF").getvalue())
    at = small.index(b"ispe") + 8
    small[at : at + 8] = struct.pack(">II", 13_000, 13_000)
    return bytes(small)


def zip_with(name, content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def too_much():
    """Fifty million zeros in fifty thousand bytes."""
    return zlib.compress(bytes(50_000_000), 9)


REFUSED = {
    "png-bomb": lambda: png_bomb(13_000, 13_000),
    "tall-bomb": lambda: png_bomb(8, 20_000_000),
    "needle-bomb": lambda: png_bomb(1, 8_000_000),
    "webp-bomb": webp_bomb,
    "avif-bomb": avif_bomb,
    "gif-bomb": lambda: b"GIF89a\xff\xff\xff\xff\x80\0\0" + bytes(40),
    "gif-of-many-frames": lambda: animated("GIF", 300),
    "profile-bomb": lambda: png_with(b"iCCP", b"x\0\0" + too_much()),
    "text-bomb": lambda: png_with(b"zTXt", b"x\0\0" + too_much()),
    "international-text-bomb": lambda: png_with(b"iTXt", b"x\0\1\0\0\0" + too_much()),
    "many-text-bombs": lambda: (
        PNG[:BEFORE_PIXELS]
        + chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(1_000_000), 9)) * 100
        + PNG[BEFORE_PIXELS:]
    ),
    "svg": lambda: SVG,
    "svgz": lambda: gzip.compress(SVG),
    "html": lambda: HTML,
    "php": lambda: PHP,
    "gif-that-is-a-script": lambda: b"GIF89a=1;alert(1)//" + bytes(20),
    "bmp-that-is-a-script": lambda: b"BM=1;alert(1)//" + bytes(60),
    "bmp": lambda: picture_file((8, 8), "BMP").getvalue(),
    "tiff": lambda: picture_file((8, 8), "TIFF").getvalue(),
    "ico": lambda: picture_file((16, 16), "ICO").getvalue(),
    "postscript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n(x) run\n",
    "pdf": lambda: picture_file((8, 8), "PDF").getvalue(),
    "zip": lambda: zip_with("x.html", HTML),
    "html-before-a-picture": lambda: HTML + JPEG,
    "half-a-jpeg": lambda: JPEG[: len(JPEG) // 2],
    "half-a-png": lambda: PNG[: len(PNG) // 2],
    "half-a-webp": lambda: animated("WEBP", 1)[:-10],
    "half-an-avif": lambda: picture_file((40, 30), "AVIF").getvalue()[:-20],
    "nothing-but-a-header": lambda: b"\x89PNG\r\n\x1a\n",
}

REDRAWN = {
    "html-behind-a-png": lambda: PNG + HTML,
    "php-behind-a-jpeg": lambda: JPEG + PHP,
    "zip-behind-a-png": lambda: PNG + zip_with("x.html", HTML),
    "script-in-a-comment": lambda: picture_file((40, 30), "JPEG", comment=HTML + PHP).getvalue(),
    "script-in-a-text-chunk": lambda: png_with(b"tEXt", b"Comment\0" + HTML + PHP),
    "script-in-a-chunk-of-its-own": lambda: png_with(b"scRp", HTML + PHP),
    "script-in-the-profile": lambda: png_with(b"iCCP", b"x\0\0" + zlib.compress(HTML + PHP)),
    "webp-of-many-frames": lambda: animated("WEBP", 300),
    "avif-of-many-frames": lambda: animated("AVIF", 20),
    "png-of-many-frames": lambda: animated("PNG", 300),
}


@pytest.fixture(autouse=True)
def temporary(settings, tmp_path):
    """Where an upload is written while it comes in: here, whatever its size."""
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    return tmp_path


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = django_settings.MEDIA_ROOT / tmp_path.name
    return settings.MEDIA_ROOT


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def upload(client, content, name="foto.png", kind="image/png", **fields):
    """What the form to add somebody sends; what it says is wrong with the portrait."""
    portrait = SimpleUploadedFile(name, content, kind)
    data = {"name": "Lore", "slug": "lore", "role": "Kinesitherapeut", "position": 1} | fields
    response = client.post(ADD, data | {"portrait": portrait})
    if response.status_code == 302:
        return []
    assert response.status_code == 200
    return list(response.context["errors"])


@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_refused_and_nothing_is_left_of_it(admin_client, temporary, media, kind):
    content = REFUSED[kind]()
    assert len(content) < 200_000
    [[reason]] = upload(admin_client, content)
    assert re.match(
        "Dit bestand is geen foto die we kunnen|Deze foto (heeft te veel|is te)", reason
    )
    assert files_in(temporary) == files_in(media) == []
    assert not Practitioner.objects.exists()


@pytest.mark.parametrize("kind", REDRAWN)
def test_only_its_pixels_are_kept(admin_client, temporary, media, kind):
    content = REDRAWN[kind]()
    assert upload(admin_client, content) == []
    kept = files_in(media)
    assert {path.suffix for path in kept} == {".avif", ".webp"}
    for path in kept:
        for part in (b"<script", b"<?php", b"PK\x03\x04"):
            assert part not in path.read_bytes()
        with Image.open(path) as image:
            image.load()
            assert getattr(image, "n_frames", 1) == 1
            assert not {"exif", "xmp", "icc_profile", "comment"} & image.info.keys()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("pagina.html", "text/html"),
        ("pagina.svg", "image/svg+xml"),
        ("../../../../etc/cron.d/x.png", "image/png"),
        ("foto.php.png", "image/png"),
        ("=cmd|' /C calc'!A0.png", "image/png"),
        ("{{ 7|add:7 }}<script>.png", "image/png"),
    ],
)
def test_what_a_file_is_called_means_nothing(admin_client, media, name, kind):
    assert upload(admin_client, JPEG, name=name, kind=kind) == []
    names = [str(path.relative_to(media)) for path in files_in(media)]
    assert len(names) == 2
    assert all(re.fullmatch(r"pictures/[0-9a-f]{20}-40x30\.(avif|webp)", name) for name in names)


def test_a_good_picture_in_a_form_with_a_fault_is_not_stored(admin_client, temporary, media):
    assert upload(admin_client, JPEG, name="foto.jpg", role="")
    assert files_in(temporary) == files_in(media) == []


def test_an_upload_does_pass_through_the_temporary_folder(admin_client, temporary, monkeypatch):
    """The control: that folder is the one to look in."""
    seen = []

    def look_and_refuse(_):
        seen.extend(files_in(temporary))
        raise PictureError

    monkeypatch.setattr("kinekracht.fields.make_variants", look_and_refuse)
    assert upload(admin_client, JPEG)
    assert len(seen) == 1


def test_a_picture_is_drawn_before_the_form_is_saved_in_one_transaction(
    admin_client, media, monkeypatch, transactional_db
):
    """Drawing takes seconds, in which on SQLite nobody else could write."""
    seen = []

    def look_and_draw(file):
        seen.append(connection.in_atomic_block)
        return make_variants(file)

    monkeypatch.setattr("kinekracht.fields.make_variants", look_and_draw)
    assert upload(admin_client, JPEG) == []
    assert seen == [False]

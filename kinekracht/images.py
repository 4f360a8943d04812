"""An uploaded picture → the variants that the site serves. Pure: bytes in, bytes out.

The upload itself is never kept: what comes out is drawn anew from its pixels, so place, camera
and anything else hidden in the file stay behind.
"""

import io
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, NamedTuple

from PIL import Image, ImageCms, ImageOps

ACCEPTED = ("JPEG", "PNG", "WEBP", "AVIF")
WIDTHS = (480, 800, 1200, 1600)
LARGEST = (WIDTHS[-1], 8000)  # neither format can be taller than some 16,000 pixels
TOO_COSTLY = (
    "Deze foto vraagt te veel geheugen of rekentijd. "
    "Bewaar ze opnieuw als gewone JPEG, of kies een andere."
)
OPTIONS = {"avif": {"quality": 60, "speed": 8}, "webp": {"quality": 78}}

# open_within() has stricter limits of its own; Pillow's would only warn, and as late.
Image.MAX_IMAGE_PIXELS = None


class PictureError(ValueError):
    """The upload is refused; the message says why, in Dutch, to the person who chose it."""


class Limits(NamedTuple):
    """What an upload may have at most: bytes, pixels in all, and pixels along its longer side."""

    bytes: int
    pixels: int
    side: int


@dataclass(frozen=True)
class Variant:
    """One encoded size of a picture; width and height in pixels, format "avif" or "webp"."""

    width: int
    height: int
    format: str
    content: bytes


def make_variants(file: IO[bytes], *, limits: Limits) -> list[Variant]:
    """Every size of the picture in both formats, the smallest first, upright, in sRGB.

    Raises PictureError for anything but a whole picture within the limits. Bytes and pixels are
    counted before a pixel is decoded; but a file may say less than it holds, so strangers' files
    come here by way of ``drawing``.
    """
    check_bytes(file, limits=limits)
    try:
        return variants_of(open_within(file, limits=limits))
    except PictureError:
        raise
    except MemoryError as error:
        raise PictureError(TOO_COSTLY) from error
    except Exception as error:  # Pillow's decoders raise whatever a damaged file leads them to
        raise PictureError(
            "Dit bestand is geen foto die we kunnen lezen, of het is beschadigd. "
            "Kies een JPEG-, PNG-, WebP- of AVIF-bestand."
        ) from error
    finally:
        file.seek(0)


def check_bytes(file: IO[bytes], *, limits: Limits) -> None:
    """Raise PictureError if the file is too heavy to look at; else put it at its beginning."""
    byte_count = file.seek(0, io.SEEK_END)
    file.seek(0)
    if byte_count > limits.bytes:
        raise PictureError(
            f"Dit bestand is te groot: {megabytes(byte_count)}. "
            f"Kies een foto van hoogstens {megabytes(limits.bytes)}."
        )


def megabytes(count: int) -> str:
    """``count`` bytes in words, rounded up: 15.000.001 is "16 MB"."""
    return f"{-(-count // 1_000_000)} MB"


def open_within(file: IO[bytes], *, limits: Limits) -> Image.Image:
    """The picture in ``file``, not decoded yet; PictureError if it has too many pixels."""
    image = Image.open(file, formats=ACCEPTED)
    if image.width * image.height > limits.pixels:
        raise PictureError(
            f"Deze foto heeft te veel beeldpunten ({image.width} × {image.height}). "
            f"Hoogstens {limits.pixels // 1_000_000} miljoen is genoeg."
        )
    if max(image.size) > limits.side:
        raise PictureError(
            f"Deze foto is te lang of te breed ({image.width} × {image.height} beeldpunten). "
            f"Elke zijde mag er hoogstens {limits.side} hebben."
        )
    return image


def variants_of(image: Image.Image) -> list[Variant]:
    """The encoded sizes of a picture."""
    image = to_srgb(upright(image))
    image.thumbnail(LARGEST, Image.Resampling.LANCZOS, reducing_gap=3.0)
    variants = []
    for width in widths_for(image.width):
        size = (width, height_at(width, of=image.size))
        sized = image.resize(size, Image.Resampling.LANCZOS)
        variants += [Variant(*size, format_, encode(sized, format_)) for format_ in OPTIONS]
    return variants


def widths_for(width: int) -> list[int]:
    """The widths in which a picture of this width is served: never larger than itself."""
    return [*(w for w in WIDTHS if w < width), width]


def height_at(width: int, *, of: tuple[int, int]) -> int:
    """The height in pixels at this width of a picture of the size ``of``."""
    return max(1, round(of[1] * width / of[0]))


def upright(image: Image.Image) -> Image.Image:
    """The picture turned as its camera was held; as it is if the camera wrote nonsense."""
    image.load()
    with suppress(Exception):  # the EXIF part has a decoder of its own, as easily upset
        ImageOps.exif_transpose(image, in_place=True)
    return image


def to_srgb(image: Image.Image) -> Image.Image:
    """The same picture in the colours every screen shows, as RGB or RGBA."""
    if image.mode.startswith("I"):  # 16 bits of grey, of which a conversion would keep the lower
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    profile = image.info.get("icc_profile")
    if profile and image.mode in {"RGB", "CMYK"}:
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except (ImageCms.PyCMSError, OSError):  # a broken profile is no reason to refuse it
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def encode(image: Image.Image, format_: str) -> bytes:
    """The picture as a file of the format "avif" or "webp", with no metadata at all."""
    image.info.clear()
    buffer = io.BytesIO()
    image.save(buffer, format=format_.upper(), **OPTIONS[format_])
    return buffer.getvalue()

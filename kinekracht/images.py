"""An uploaded picture → the variants that the site serves. Pure: bytes in, bytes out.

The upload itself is never kept: what comes out is drawn anew from its pixels, so place, camera
and anything else hidden in the file stay behind.
"""

import io
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

ACCEPTED = ("JPEG", "PNG", "WEBP", "AVIF")
WIDTHS = (480, 800, 1200, 1600)
UNREADABLE = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError)
QUALITY = {"avif": 60, "webp": 78}

# inspect() has a stricter limit of its own; Pillow's would only warn, and as late.
Image.MAX_IMAGE_PIXELS = None


class PictureError(ValueError):
    """The upload is refused; the message says why, in Dutch, to the person who chose it."""


@dataclass(frozen=True)
class Variant:
    """One encoded size of a picture; width and height in pixels, format "avif" or "webp"."""

    width: int
    height: int
    format: str
    content: bytes


def inspect(file: IO[bytes], *, byte_count: int, max_bytes: int, max_pixels: int) -> None:
    """Raise PictureError unless ``file`` is a whole picture within the limits.

    Size and dimensions are checked from the header, before a pixel is decoded.
    """
    if byte_count > max_bytes:
        raise PictureError(
            f"Dit bestand is te groot: {megabytes(byte_count)}. "
            f"Kies een foto van hoogstens {megabytes(max_bytes)}."
        )
    try:
        with Image.open(file, formats=ACCEPTED) as image:
            width, height = image.size
            fits = width * height <= max_pixels
            if fits:
                image.load()
    except UNREADABLE as error:
        raise PictureError(
            "Dit bestand is geen foto die we kunnen lezen, of het is beschadigd. "
            "Kies een JPEG-, PNG-, WebP- of AVIF-bestand."
        ) from error
    finally:
        file.seek(0)
    if not fits:
        raise PictureError(
            f"Deze foto heeft te veel beeldpunten ({width} × {height}). "
            f"Hoogstens {max_pixels // 1_000_000} miljoen is genoeg."
        )


def megabytes(count: int) -> str:
    """``count`` bytes in words, rounded up: 15.000.001 is "16 MB"."""
    return f"{-(-count // 1_000_000)} MB"


def make_variants(file: IO[bytes]) -> list[Variant]:
    """Every size of the picture in both formats, the smallest first, upright, in sRGB."""
    with Image.open(file, formats=ACCEPTED) as opened:
        image = to_srgb(ImageOps.exif_transpose(opened))
    variants = []
    for width in widths_for(image.width):
        height = height_at(width, of=image.size)
        sized = image.resize((width, height), Image.Resampling.LANCZOS)
        variants += [Variant(width, height, format_, encode(sized, format_)) for format_ in QUALITY]
    return variants


def widths_for(width: int) -> list[int]:
    """The widths in which a picture of this width is served: never larger than itself."""
    largest = min(width, WIDTHS[-1])
    return [*(w for w in WIDTHS if w < largest), largest]


def height_at(width: int, *, of: tuple[int, int]) -> int:
    """The height in pixels at this width of a picture of the size ``of``."""
    return max(1, round(of[1] * width / of[0]))


def to_srgb(image: Image.Image) -> Image.Image:
    """The same picture in the colours every screen shows, as RGB or RGBA."""
    profile = image.info.get("icc_profile")
    transparent = image.has_transparency_data
    if profile and image.mode in {"RGB", "CMYK"}:
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except (
            ImageCms.PyCMSError,
            OSError,
        ):  # a broken profile is no reason to refuse the picture
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGBA" if transparent else "RGB")


def encode(image: Image.Image, format_: str) -> bytes:
    """The picture as a file of the format "avif" or "webp", with no metadata at all."""
    image.info.clear()
    buffer = io.BytesIO()
    image.save(buffer, format=format_.upper(), quality=QUALITY[format_])
    return buffer.getvalue()

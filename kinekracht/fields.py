"""What needs care wherever it stands: formatted text, pictures, and addresses to mail to."""

import hashlib
import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.fields.files import FieldFile
from django_prose_editor.fields import ProseEditorField, create_sanitizer

from kinekracht import images
from kinekracht.practice import drawing
from kinekracht.practice.addresses import refuse_odd_links, without_odd_links
from kinekracht.practice.mailboxes import one_spelling

# An address such as "a,b"@example.be is valid, and read back by mail programs as two.
unquoted = RegexValidator(
    '"', "Vul een e-mailadres in zonder aanhalingstekens.", inverse_match=True
)


class MailboxFormField(forms.EmailField):
    """An e-mail address, of which two spellings become one before it is validated."""

    def to_python(self, value: Any) -> Any:
        address = super().to_python(value) or ""
        if self.max_length is not None and len(address) > self.max_length:
            return address  # which is refused for that
        try:
            return one_spelling(address)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error


class MailboxField(models.EmailField):
    """An e-mail address that people type and mails go to."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": MailboxFormField, **kwargs})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs


class PlainTextField(models.TextField):
    """Text without markup that staff write: a few sentences, and in forms never a book."""

    longest = 5_000

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**(text_limit(self.longest) | kwargs))

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


def text_limit(longest: int) -> dict[str, Any]:
    """Options of a form field that takes so many characters."""
    message = (
        "Deze tekst is te lang: %(show_value)d tekens, opmaak inbegrepen. "
        "Hoogstens %(limit_value)d. Verdeel hem over meer velden of blokken."
    )
    return {"max_length": longest, "error_messages": {"max_length": message}}


class RichTextField(ProseEditorField):
    """HTML from the editor, reduced to the few elements the site gives a look.

    It is sanitised when a form is cleaned and once more when it is written, so that text
    that comes in by another road (a command, a script) is safe too. A link that leads elsewhere
    than it says is refused by the form, and taken out by whatever else writes it.
    """

    default_validators = [refuse_odd_links]
    # Many times the longest there is; lists within lists cost the sanitiser their square.
    longest = 20_000
    # Line ends between blocks mean nothing, and forms send them back as other characters.
    BETWEEN_BLOCKS = re.compile(r"(?<=>)[^\S\n]*+\n\s*+(?=</?(?:p|ul|ol|li|h2|h3)>)")

    def __init__(self, *args: Any, headings: bool = False, **kwargs: Any) -> None:
        kwargs["extensions"] = {
            "Bold": True,
            "Italic": True,
            "BulletList": True,
            "OrderedList": True,
            "ListItem": True,
            "HardBreak": True,
            "Link": {"enableTarget": False, "protocols": ["https", "http", "mailto", "tel"]},
        } | ({"Heading": {"levels": [2, 3]}} if headings else {})
        kwargs["sanitize"] = [without_odd_links, create_sanitizer]  # the last one first
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**(text_limit(self.longest) | kwargs))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        html = self.sanitize(super().pre_save(model_instance, add) or "")
        value = self.BETWEEN_BLOCKS.sub("", html)
        setattr(model_instance, self.attname, value)
        return value


class Picture(FieldFile):
    """A stored picture. Its name carries the size, so that showing it opens no file."""

    NAME = re.compile(r"-(?P<width>\d+)x(?P<height>\d+)\.webp$")

    def save(self, name: str, content: Any, save: bool = True) -> None:
        """Store the variants of ``content`` under a name made from what they contain."""
        variants = getattr(content, "variants", None) or make_variants(content)
        stem = "pictures/" + hashlib.sha256(variants[-1].content).hexdigest()[:20]
        for variant in variants:
            path = f"{stem}-{variant.width}x{variant.height}.{variant.format}"
            if not self.storage.exists(path):
                self.storage.save(path, ContentFile(variant.content))
        largest = variants[-1]
        self.name = f"{stem}-{largest.width}x{largest.height}.webp"
        setattr(self.instance, self.field.attname, self.name)
        self._committed = True
        if save:
            self.instance.save()

    save.alters_data = True  # type: ignore[attr-defined]

    @property
    def size_in_pixels(self) -> tuple[int, int]:
        """Width and height of the largest variant."""
        match = self.NAME.search(self.name or "")
        if match is None:
            raise ValueError(f"{self.name!r} is not the name of a stored picture")
        return int(match["width"]), int(match["height"])

    @property
    def width(self) -> int:
        return self.size_in_pixels[0]

    @property
    def height(self) -> int:
        return self.size_in_pixels[1]

    @property
    def avif(self) -> str:
        """The AVIF variants as a srcset."""
        return self.srcset("avif")

    @property
    def webp(self) -> str:
        """The WebP variants as a srcset."""
        return self.srcset("webp")

    def srcset(self, format_: str) -> str:
        stem = self.NAME.sub("", self.name or "")
        return ", ".join(
            f"{self.storage.url(f'{stem}-{width}x{height}.{format_}')} {width}w"
            for width in images.widths_for(self.width)
            for height in [images.height_at(width, of=self.size_in_pixels)]
        )


def make_variants(file: Any) -> list[images.Variant]:
    """The variants of an uploaded picture; PictureError if it breaks the limits of the settings."""
    content: Any = file.file if isinstance(file, File) else file
    limits = images.Limits(
        bytes=settings.PICTURE_MAX_BYTES,
        pixels=settings.PICTURE_MAX_PIXELS,
        side=settings.PICTURE_MAX_SIDE,
    )
    return drawing.make_variants(content, limits=limits, turn=settings.VAR_DIR / "drawing.lock")


def draw_once(file: Any) -> None:
    """Give an uploaded ``file`` its ``variants``, or the ``refusal`` that says why it has none."""
    if hasattr(file, "refusal"):
        return
    file.refusal = None
    try:
        file.variants = make_variants(file)
    except images.PictureError as error:
        file.refusal = error


class PictureFormField(forms.FileField):
    """A file input that takes nothing but a picture within the limits."""

    widget = forms.ClearableFileInput

    def to_python(self, data: Any) -> Any:
        file: Any = super().to_python(data)
        if file is not None:
            # Here and not when saved: whatever is wrong must come out in the form.
            draw_once(file)
            if file.refusal is not None:
                raise ValidationError(str(file.refusal), code="invalid_picture")
        return file

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {
            "accept": "image/jpeg,image/png,image/webp,image/avif"
        }


class PictureField(models.FileField):
    """A picture that is stored only as its AVIF and WebP variants; see ``images``."""

    attr_class = Picture

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": PictureFormField, **kwargs})

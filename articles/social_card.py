"""The picture that goes with a shared link. Pure: words in, PNG bytes out."""

import io
import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
MARGIN = 96
PAPER, INK, PINE, SAGE = "#f7f2e9", "#1d2b26", "#1f4a3d", "#c9d6c4"
FONT = Path(__file__).resolve().parent.parent / "static" / "fonts" / "heading.woff2"
TITLE_SIZES = (76, 66, 58, 50, 44)  # the largest in which the title fits
MOST_LINES = 4


def draw(title: str, name: str) -> bytes:
    """A card of 1200 × 630 pixels with the title of an article and the practice's name."""
    image = Image.new("RGB", SIZE, PAPER)
    canvas = ImageDraw.Draw(image)
    draw_bowl(canvas)
    font, lines = fit(title)
    line_height = round(font.size * 1.18)
    for n, line in enumerate(lines):
        canvas.text((MARGIN, MARGIN + n * line_height), line, font=font, fill=INK)
    canvas.text((MARGIN, SIZE[1] - MARGIN), name, font=load(40), fill=PINE, anchor="ls")
    buffer = io.BytesIO()
    image.quantize(64).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def fit(title: str) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The largest font in which ``title`` fits, and its lines; a title too long is cut off."""
    for size in TITLE_SIZES:
        font = load(size)
        lines = wrap(title, font)
        if len(lines) <= MOST_LINES:
            return font, lines
    return font, [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1] + " …"]


def wrap(text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    """``text`` in lines that fit between the margins; a word too wide has its own line."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > SIZE[0] - 2 * MARGIN:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def draw_bowl(canvas: ImageDraw.ImageDraw) -> None:
    """The hammock of lines that the site draws for the pelvic floor, rising from the corner."""
    width, height = SIZE
    for n in range(9):
        depth = 70 + n * 34
        points = [
            (x, height - 250 + n * 30 + depth * math.sin(math.pi * (x - 640) / 700))
            for x in range(640, width + 141, 8)
        ]
        canvas.line(points, fill=SAGE, width=3, joint="curve")


def load(size: int) -> ImageFont.FreeTypeFont:
    """The heading font at ``size`` pixels."""
    return ImageFont.truetype(FONT, size)

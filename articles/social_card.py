"""The picture that goes with a shared link. Pure: words in, PNG bytes out."""

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
MARGIN = 96
PAPER, INK, PINE, CLAY = "#f7f2e9", "#1d2b26", "#1f4a3d", "#a1432a"
SAGE, MIST = "#c9d6c4", "#dde5d5"
MIDDLE = 7  # the one line of the hammock in the accent colour
FONT = Path(__file__).resolve().parent.parent / "static" / "fonts" / "heading.woff2"
TITLE_SIZES = (76, 66, 58, 50, 44)  # the largest in which the title fits
MOST_LINES = 4


def draw(title: str, name: str) -> bytes:
    """A card of 1200 × 630 pixels with the title of an article and the practice's name."""
    image = Image.new("RGB", SIZE, PAPER)
    draw_bowl(image)
    canvas = ImageDraw.Draw(image)
    font, lines = fit(title)
    line_height = round(font.size * 1.18)
    top = MARGIN - 0.12 * font.size  # of the letters, not of the line they stand on
    for n, line in enumerate(lines):
        canvas.text((MARGIN, top + n * line_height), line, font=font, fill=INK)
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


def draw_bowl(image: Image.Image) -> None:
    """The hammock of lines that the site draws for the pelvic floor, hanging into the corner.

    Drawn twice as large and brought back, since Pillow's lines have no smooth edges.
    """
    lines = Image.new("RGB", (2 * SIZE[0], 2 * SIZE[1]), PAPER)
    canvas = ImageDraw.Draw(lines)
    steps = [n / 20 - 1 for n in range(41)]
    for n in range(13):
        across = [on_bowl(n / 6 - 1, v) for v in steps]
        canvas.line(across, fill=MIST, width=3, joint="curve")
    for n in range(15):
        along = [on_bowl(u, n / 7 - 1) for u in steps]
        colour, width = (CLAY, 7) if n == MIDDLE else (SAGE, 5)
        canvas.line(along, fill=colour, width=width, joint="curve")
    image.paste(lines.resize(SIZE, Image.Resampling.LANCZOS))


def on_bowl(u: float, v: float) -> tuple[float, float]:
    """Where a point of the hammock is drawn; u and v run from -1 to 1 along and across it."""
    sag = (1 - u * u) * (1 - 0.62 * v * v)
    return 1980 + 640 * (u + 0.3 * v), 800 + 640 * (0.62 * sag + 0.34 * v - 0.1 * u)


def load(size: int) -> ImageFont.FreeTypeFont:
    """The heading font at ``size`` pixels."""
    return ImageFont.truetype(FONT, size)

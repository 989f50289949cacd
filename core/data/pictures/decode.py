"""From the bytes of a PNG or JPEG file to pixels."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.data.pictures.files import BrokenFile
from core.data.pictures.limits import PictureLimits
from core.data.pictures.sizes import Fit, fitted

if TYPE_CHECKING:
    from PIL import Image

_GREY_MODES = frozenset(("1", "L", "LA", "I", "F", "I;16", "I;16B", "I;16L"))


@contextmanager
def opened(content: bytes, limits: PictureLimits) -> Iterator[Image.Image]:
    """A picture whose header has been read, and nothing else yet.

    Raises
    ------
    BrokenFile
        When it is no PNG or JPEG, damaged, far too large or moves.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
            width, height = image.size
            if width * height > limits.max_pixels:
                raise BrokenFile(_too_large(f"{width:,} × {height:,} pixels", limits))
            frames = getattr(image, "n_frames", 1)
            # a photograph may bring a small copy of itself along; the first is the picture
            if image.format == "PNG" and frames > 1:
                raise BrokenFile(f"it moves: it holds {frames} pictures")
            yield image
    except BrokenFile:
        raise
    except UnidentifiedImageError:
        raise BrokenFile("it is neither PNG nor JPEG inside, or damaged") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BrokenFile(_too_large("far more pixels", limits)) from None
    except Exception as error:  # noqa: BLE001 - whatever a damaged picture makes of the decoder
        raise BrokenFile(f"it is damaged ({type(error).__name__})") from None


def _too_large(what: str, limits: PictureLimits) -> str:
    return f"it has {what}, and at most {limits.max_pixels:,} are read"


def measure(content: bytes, limits: PictureLimits) -> tuple[tuple[int, int], bool]:
    """Height and width of a picture as it is looked at, and whether it may have colours."""
    with opened(content, limits) as image:
        width, height = image.size
        turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        return ((width, height) if turned else (height, width)), image.mode not in _GREY_MODES


def decode(
    content: bytes, size: tuple[int, int], *, fit: Fit, grey: bool, limits: PictureLimits
) -> npt.NDArray[np.uint8]:
    """A picture as bytes (h, w), or (h, w, 3) where it has a mode with colours.

    Palettes are looked up, transparent pixels lie on white, 16 bits become 8, CMYK becomes RGB,
    and a photograph that says it was taken sideways is turned.
    """
    from PIL import ImageOps

    with opened(content, limits) as image:
        if image.format != "PNG":
            # a JPEG can be read at a half, a quarter or an eighth, which is much quicker
            image.draft(None, (4 * max(size), 4 * max(size)))
        image.load()
        whole = ImageOps.exif_transpose(image)
        pixels = _plain(whole, grey=grey)
        less = min(pixels.width // (2 * size[1]), pixels.height // (2 * size[0]))
        if less > 1:
            pixels = pixels.reduce(less)
        picture: npt.NDArray[np.uint8] = fitted(np.asarray(pixels)[None], size, fit)[0]
        return picture


def _plain(image: Any, *, grey: bool) -> Image.Image:
    """The picture with 8 bits a value, as grey values ("L") or as colours ("RGB")."""
    from PIL import Image

    if image.mode in ("I;16", "I;16B", "I;16L", "I"):
        values = np.asarray(image).astype(np.int64).clip(0, 65535) // 257
        return Image.fromarray(values.astype(np.uint8))
    clear = "transparency" in image.info or image.mode in ("LA", "PA", "RGBA", "La", "RGBa")
    colours = image.mode not in _GREY_MODES
    if clear:
        over = image.convert("RGBA")
        page = Image.new("RGBA", over.size, "white")
        image = Image.alpha_composite(page, over)
    plain: Image.Image = image.convert("RGB" if colours and not grey else "L")
    return plain

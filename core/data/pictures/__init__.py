"""Pictures as data: a zip archive or folder of PNG and JPEG files by class, or NumPy arrays."""

from core.data.pictures.dataset import dataset_from_pictures
from core.data.pictures.limits import PictureLimits
from core.data.pictures.look import Look, look_at
from core.data.pictures.reading import read_pictures
from core.data.pictures.shaping import Pictures, Shaping

__all__ = [
    "Look",
    "PictureLimits",
    "Pictures",
    "Shaping",
    "dataset_from_pictures",
    "look_at",
    "read_pictures",
]

"""How much of an upload of pictures is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

from core.data.limits import in_megabytes
from core.errors import BadData

_MB = 2**20


@dataclass(frozen=True)
class PictureLimits:
    """Bounds on an upload of pictures; each is checked before or while reading, never after.

    Attributes
    ----------
    max_bytes : int
        Size of the file (or of all files of a folder), bytes.
    max_directory : int
        Size of a zip archive's list of files, bytes: listing takes memory for each.
    max_pictures : int
        Pictures.
    max_file : int
        Size of one picture's file, unpacked, bytes.
    max_unpacked : int
        Bytes that an archive may unpack to.
    max_ratio : float
        How many times its packed size an archive may unpack to. PNG and JPEG are packed already,
        and hardly become smaller in an archive.
    free_of_ratio : int
        Below so many unpacked bytes the ratio does not matter.
    max_pixels : int
        Pixels of one picture as it stands in its file.
    max_array : int
        Bytes of all pictures together once they have one size.
    max_broken : float
        Share of pictures that may be left out as broken; with more, all are refused.
    """

    max_bytes: int = 200 * _MB
    max_directory: int = 32 * _MB
    max_pictures: int = 200_000
    max_file: int = 30 * _MB
    max_unpacked: int = 1_000 * _MB
    max_ratio: float = 100.0
    free_of_ratio: int = 20 * _MB
    max_pixels: int = 50_000_000
    max_array: int = 1_000 * _MB
    max_broken: float = 0.1

    def check_count(self, count: int, name: str) -> None:
        """Refuse too many pictures.

        Raises
        ------
        BadData
            When there are more than ``max_pictures``.
        """
        if count > self.max_pictures:
            raise BadData(
                f"{name} holds {count:,} pictures; at most {self.max_pictures:,} are read.",
                hint="Bring a sample of them.",
            )

    def check_array(self, count: int, shape: tuple[int, ...], name: str) -> None:
        """Refuse pictures that take too much memory together.

        Raises
        ------
        BadData
            When they would take more than ``max_array`` bytes.
        """
        size = count
        for n in shape:
            size *= n
        if size > self.max_array:
            by = " × ".join(map(str, shape))
            raise BadData(
                f"The {count:,} pictures of {name} would take {in_megabytes(size)} at {by}; at "
                f"most {in_megabytes(self.max_array)} are kept.",
                hint="Choose a smaller size, grey pictures, or bring a sample of them.",
            )

"""Uploads of pictures that are as they should be: layouts, modes, sizes, arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.data.pictures import (
    Pictures,
    Shaping,
    dataset_from_pictures,
    look_at,
    read_pictures,
)
from core.data.pictures.sizes import capped, fitted, resized
from core.errors import BadData, BadParam, Cancelled
from core.progress import Progress
from tests.core.data.picture_files import by_class, grey, jpeg, npz, png, zipped


def read(files: dict[str, bytes], **options: Any) -> Pictures:
    return read_pictures(zipped(files), "mine.zip", shaping=Shaping(**options))


class TestLayouts:
    def test_a_folder_for_each_class(self) -> None:
        found = read(by_class(2))
        assert found.images.shape == (4, 4, 4)
        assert found.images.dtype == np.uint8
        assert found.images[:, 0, 0].tolist() == [0, 10, 1, 11]
        assert found.labels == ["a", "a", "b", "b"]
        assert found.parts is None
        assert found.files == ["a/0.png", "a/1.png", "b/0.png", "b/1.png"]
        assert (found.notes, found.kind, found.name) == ([], "zip", "mine.zip")

    def test_folders_around_everything_do_not_count(self) -> None:
        found = read({f"my data/pictures/{name}": file for name, file in by_class(1).items()})
        assert found.labels == ["a", "b"]

    def test_parts(self) -> None:
        files = {f"x/train/{n}": f for n, f in by_class(2).items()}
        files |= {f"x/test/{n}": f for n, f in by_class(1).items()}
        files |= {"x/val/a/9.png": png(grey(9)), "x/unlabelled/u.png": png(grey(7))}
        found = read(files)
        assert found.parts is not None
        told = dict(
            zip(found.files or [], zip(found.parts, found.labels, strict=True), strict=True)
        )
        assert told["x/test/b/0.png"] == ("test", "b")
        assert told["x/train/a/1.png"] == ("train", "a")
        assert told["x/val/a/9.png"] == ("validation", "a")
        assert told["x/unlabelled/u.png"] == ("train", None)
        ds = dataset_from_pictures(found, name="x")
        assert np.bincount(ds.labels[ds.test]).tolist() == [1, 1]
        assert any("validation part (1 picture)" in note for note in ds.options["notes"])

    def test_pictures_without_a_class(self) -> None:
        found = read(by_class(1) | {"top.png": png(grey(5)), "Unlabeled/u.png": png(grey(6))})
        assert found.labels == [None, "a", "b", None]
        assert "Outside of any class folder, and so without a label: 2 pictures." in found.notes

    def test_one_folder_is_no_class(self) -> None:
        found = read({f"holiday/{i}.png": png(grey(i)) for i in range(3)})
        assert found.labels == [None] * 3
        assert "none has a label" in found.notes[0]
        assert dataset_from_pictures(found, name="x").classes == ()

    def test_folders_inside_of_a_class(self) -> None:
        found = read(
            {"a/one/1.png": png(grey(1)), "a/two/2.png": png(grey(2)), "b/3.png": png(grey(3))}
        )
        assert found.labels == ["a", "a", "b"]
        assert "Folders inside of the folder of a class do not count: 2 pictures" in found.notes[0]

    def test_what_computers_leave_behind(self) -> None:
        junk = {"__MACOSX/a/._0.png": b"x", "a/.DS_Store": b"x", "a/Thumbs.db": b"x"}
        found = read(by_class(1) | junk | {"a/readme.txt": b"hello", "a/old.gif": b"GIF89a"})
        assert len(found.images) == 2
        assert found.notes == [
            "Left out, as only PNG and JPEG are read: 1 picture ('.gif').",
            "Left out, as no pictures: 1 file ('.txt').",
        ]

    def test_a_folder_on_disk(self, tmp_path: Path) -> None:
        for name, content in by_class(2).items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(content)
        (tmp_path / "a" / "link.png").symlink_to("/etc/passwd")
        found = read_pictures(tmp_path)
        assert found.labels == ["a", "a", "b", "b"]
        assert found.kind == "folder"
        np.testing.assert_array_equal(found.images, read(by_class(2)).images)


class TestPixels:
    @pytest.mark.parametrize(
        ("content", "pixel"),
        [
            (png(np.full((2, 2), 7, np.uint8)), [7]),
            (png(np.array([[True, False]] * 2)), [255]),
            (png(np.full((2, 2), 65535, np.uint16)), [255]),
            (png(np.full((2, 2), 257 * 9, np.uint16)), [9]),
            (png(Image.new("LA", (2, 2), (0, 0))), [255]),  # nothing but transparent: the page
            (png(Image.new("RGBA", (2, 2), (9, 8, 7, 255))), [9, 8, 7]),
            (png(Image.new("RGBA", (2, 2), (0, 0, 0, 0))), [255]),
            (png(Image.new("RGB", (2, 2), (9, 8, 7)).quantize(4)), [9, 8, 7]),
            (jpeg(Image.new("CMYK", (8, 8), (0, 0, 0, 255))), [0]),
            (jpeg(Image.new("RGB", (8, 8), (254, 0, 0)), quality=100), [254, 0, 0]),
        ],
    )
    def test_every_mode_of_colour(self, content: bytes, pixel: list[int]) -> None:
        found = read({"a/1.png": content, "b/2.png": content})
        expected = pixel[0] if len(pixel) == 1 else pixel
        np.testing.assert_allclose(found.images[0, 0, 0], expected, atol=1)

    def test_a_palette_with_a_transparent_colour(self) -> None:
        image = Image.new("P", (2, 2), 1)
        image.putpalette([0, 0, 0, 200, 0, 0])
        clear = png(image, transparency=1)
        found = read({"a/1.png": clear, "b/2.png": png(grey(0, (2, 2)))})
        assert found.images[0].tolist() == [[255, 255], [255, 255]]

    def test_one_coloured_picture_keeps_the_colours_of_all(self) -> None:
        files = by_class(2) | {"b/red.png": png(np.full((4, 4, 3), [200, 0, 0], np.uint8))}
        found = read(files)
        assert found.images.shape == (5, 4, 4, 3)
        assert found.images[-1, 0, 0].tolist() == [200, 0, 0]
        assert found.images[1, 0, 0].tolist() == [10, 10, 10]
        assert read(files, colour="grey").images.shape == (5, 4, 4)
        assert read(by_class(2), colour="colour").images.shape == (4, 4, 4, 3)

    def test_colours_that_are_none_are_left_out(self) -> None:
        files = {name: png(np.full((4, 4, 3), 9, np.uint8)) for name in ("a/1.png", "b/1.png")}
        assert read(files).images.shape == (2, 4, 4)

    def test_a_coloured_picture_among_thousands(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.data.pictures.reading._MEASURED", 2)
        files = by_class(3)
        files["a/1.png"] = png(np.full((4, 4, 3), [0, 90, 0], np.uint8))
        found = read(files)
        assert found.images[1, 0, 0].tolist() == [0, 90, 0]
        assert found.images[2, 0, 0].tolist() == [20, 20, 20]

    def test_a_photograph_taken_sideways_is_turned(self) -> None:
        image = Image.new("L", (8, 16))
        exif = Image.Exif()
        exif[0x0112] = 6
        files = {"a/1.jpg": jpeg(image, exif=exif), "b/1.jpg": jpeg(image, exif=exif)}
        assert read(files).images.shape == (2, 8, 16)


class TestSizes:
    def test_the_most_common_size(self) -> None:
        files = by_class(3) | {"b/large.png": png(grey(0, (6, 8)))}
        found = read(files)
        assert found.images.shape == (7, 4, 4)
        assert found.notes == [
            "All pictures were brought to 4 × 4 pixels (width × height); most had 4 × 4."
        ]
        assert read(files, side=5).images.shape == (7, 5, 5)

    def test_pictures_of_many_sizes_become_squares(self) -> None:
        files = {f"{c}/{i}.png": png(grey(i, (5 + i, 9 - i))) for c in "ab" for i in range(4)}
        found = read(files)
        assert found.images.shape == (8, 8, 8)
        assert "(width × height); they had many sizes." in found.notes[0]

    def test_large_pictures_are_capped(self) -> None:
        files = {f"{c}/1.png": png(np.full((300, 600), 50, np.uint8)) for c in "ab"}
        found = read(files)
        assert found.images.shape == (2, 32, 64)
        assert (found.images == 50).all()

    def test_exact_averages_and_lines(self) -> None:
        four = np.arange(16, dtype=np.float32).reshape(1, 4, 4)
        assert resized(four, (2, 2)).tolist() == [[[2.5, 4.5], [10.5, 12.5]]]
        two = np.array([[[0, 4], [8, 12]]], np.float32)
        assert resized(two, (4, 4))[0].tolist() == [
            [0, 1, 3, 4],
            [2, 3, 5, 6],
            [6, 7, 9, 10],
            [8, 9, 11, 12],
        ]
        three = np.array([[[0, 3, 6]]], np.float32)
        np.testing.assert_allclose(resized(three, (1, 2)), [[[1, 5]]], rtol=1e-6)
        # of three pixels each new one covers one and a half

    @settings(deadline=None, max_examples=30)
    @given(
        st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.integers(1, 9),
        st.sampled_from([(), (3,)]),
    )  # fmt: skip
    def test_any_size_to_any_other(
        self, height: int, width: int, h: int, w: int, more: tuple[int, ...]
    ) -> None:
        rng = np.random.default_rng(height * width)
        images = rng.integers(0, 256, (3, height, width, *more)).astype(np.uint8)
        out = resized(images, (h, w))
        assert out.shape == (3, h, w, *more)
        assert out.dtype == np.uint8
        assert out.min() >= images.min()
        assert out.max() <= images.max()
        # one picture at a time gives the same
        np.testing.assert_array_equal(out[1], resized(images[1:2], (h, w))[0])
        if h <= height and w <= width:
            exact = resized(images.astype(np.float32), (h, w))
            np.testing.assert_allclose(exact.mean(), images.mean(), atol=0.01)

    def test_letterbox_and_stretch(self) -> None:
        wide = np.array([[[10, 20, 30, 40]]], np.uint8)
        assert fitted(wide, (2, 4), "stretch")[0].tolist() == [[10, 20, 30, 40]] * 2
        boxed = fitted(wide, (3, 4), "letterbox")[0]
        assert boxed[1].tolist() == [10, 20, 30, 40]
        assert set(boxed[0].tolist()) == set(boxed[2].tolist()) == {25}
        tall = np.full((2, 9, 1, 3), [1, 2, 3], np.uint8)
        assert (fitted(tall, (3, 3), "letterbox") == [1, 2, 3]).all()

    def test_capped(self) -> None:
        assert capped((10, 20), 64) == (10, 20)
        assert capped((100, 200), 64) == (32, 64)
        assert capped((1, 100_000), 64) == (1, 64)

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"side": 3}, "cannot be brought to 3 pixels"),
            ({"side": 257}, "cannot be brought to 257 pixels"),
            ({"fit": "crop"}, "fit cannot be 'crop'"),
            ({"colour": "red"}, "colour cannot be 'red'"),
        ],
    )
    def test_sizes_that_will_not_do(self, options: dict[str, Any], words: str) -> None:
        with pytest.raises(BadParam, match=words):
            read(by_class(1), **options)


class TestArrays:
    def test_one_set(self) -> None:
        images = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3) + 200
        found = read_pictures(npz(X=images, y=[1, 0]), "a.npz")
        np.testing.assert_array_equal(found.images, images)
        assert found.labels == ["1", "0"]
        assert found.parts is None
        assert found.files is None

    def test_parts(self) -> None:
        a, b = np.full((3, 4, 4), 200, np.uint8), np.full((2, 4, 4), 100, np.uint8)
        found = read_pictures(
            npz(X_train=a, y_train=["x", "y", ""], X_test=b, y_test=["x", "y"], more=[1]), "a.npz"
        )
        assert found.parts == ["train"] * 3 + ["test"] * 2
        assert found.labels == ["x", "y", None, "x", "y"]
        assert found.notes == ["Arrays that were not used: 'more'."]
        ds = dataset_from_pictures(found, name="a")
        assert ds.test.tolist() == [False] * 3 + [True] * 2
        assert ds.about == "5 pictures from the arrays a.npz."

    def test_names_and_endings(self) -> None:
        images = np.full((2, 4, 4), 200, np.uint8)
        assert read_pictures(npz(images=images), "a.npz").labels == [None, None]
        # arrays are told by what is inside, too
        found = read_pictures(npz(images=images, labels=[3.0, np.nan]), "a.zip")
        assert found.labels == ["3", None]
        assert read_pictures(npz(x=images, y=[[1], [-1]]), "a.npz").labels == ["1", None]

    @pytest.mark.parametrize(
        ("values", "expected", "noted"),
        [
            (np.array([0.0, 0.5, 1.0]), [0, 128, 255], False),
            (np.array([0.0, 51.0, 255.0]), [0, 51, 255], False),
            (np.array([0, 8, 16]), [0, 128, 255], True),
            (np.array([0, 1000, 2000], np.uint16), [0, 128, 255], True),
            (np.array([-1.0, 0.0, 1.0]), [0, 128, 255], True),
            (np.array([0, 1, 1], np.uint8), [0, 255, 255], True),
            (np.array([True, False, True]), [255, 0, 255], False),
            (np.array([0, 0, 0]), [0, 0, 0], True),
        ],
    )
    def test_any_numbers_become_bytes(self, values: Any, expected: list[int], noted: bool) -> None:
        images = np.repeat(values.reshape(3, 1, 1), 16, axis=1).reshape(3, 4, 4)
        found = read_pictures(npz(X=images), "a.npz")
        assert found.images[:, 0, 0].tolist() == expected
        assert any("spread over" in note for note in found.notes) is noted

    def test_shapes(self) -> None:
        rng = np.random.default_rng(0)
        colours = rng.integers(0, 256, (2, 4, 5, 3)).astype(np.uint8)
        np.testing.assert_array_equal(read_pictures(npz(X=colours), "a.npz").images, colours)
        first = np.moveaxis(colours, 3, 1)
        np.testing.assert_array_equal(read_pictures(npz(X=first), "a.npz").images, colours)
        grey_too = colours[..., :1]
        np.testing.assert_array_equal(
            read_pictures(npz(X=grey_too), "a.npz").images, grey_too[..., 0]
        )
        four = np.concatenate([colours, colours[..., :1]], axis=3)
        found = read_pictures(npz(X=four), "a.npz")
        np.testing.assert_array_equal(found.images, colours)
        assert "fourth channel" in found.notes[0]
        flat = rng.integers(0, 256, (4, 16)).astype(np.uint8)
        found = read_pictures(npz(X=flat), "a.npz")
        assert found.images.shape == (4, 4, 4)
        assert "as pictures of 4 × 4 pixels" in found.notes[0]
        small = read_pictures(npz(X=colours), "a.npz", shaping=Shaping(side=4, colour="grey"))
        assert small.images.shape == (2, 4, 4)
        weights = np.float32([0.299, 0.587, 0.114])
        wide = read_pictures(npz(X=colours), "a.npz", shaping=Shaping(colour="grey"))
        np.testing.assert_allclose(wide.images, colours @ weights, atol=0.51)


class TestDatasets:
    def test_split_with_duplicates_on_one_side(self) -> None:
        files = by_class(10)
        files |= {f"a/copy{i}.png": files["a/3.png"] for i in range(3)}
        files["free.png"] = files["a/0.png"]
        ds = dataset_from_pictures(read(files), name="x", test_share=0.5)
        assert (ds.modality, ds.classes) == ("image", ("a", "b"))
        assert ds.extra is not None
        assert ds.extra["file"].tolist()[0] == "a/0.png"
        keys = [image.tobytes() for image in ds.rows]
        sides = {}
        for key, side in zip(keys, ds.test.tolist(), strict=True):
            assert sides.setdefault(key, side) == side
        assert np.bincount(ds.labels[ds.test & (ds.labels >= 0)]).tolist()[1] == 5

    def test_numbers_are_sorted_by_size(self) -> None:
        files = {f"{i}/{j}.png": png(grey(5 * i + j)) for i in (2, 10, 1) for j in range(2)}
        assert dataset_from_pictures(read(files), name="x").classes == ("1", "2", "10")

    def test_nothing_to_measure(self) -> None:
        with pytest.raises(BadData, match="only one picture"):
            dataset_from_pictures(read({"a/1.png": png(grey())}), name="x")
        same = {f"{c}/{i}.png": png(grey(0)) for c in "ab" for i in range(3)}
        with pytest.raises(BadData, match="test part has no labelled"):
            dataset_from_pictures(read(same), name="x")
        files = {f"train/{n}": f for n, f in by_class(2).items()} | {"test/x.png": png(grey())}
        with pytest.raises(
            BadData, match="test part has no labelled rows by the upload's own parts"
        ):
            dataset_from_pictures(read(files), name="x")
        with pytest.raises(BadParam, match="test_share"):
            dataset_from_pictures(read(by_class(2)), name="x", test_share=1.0)
        crowd = Pictures(
            np.zeros((1001, 4, 4), np.uint8), [str(i) for i in range(1001)], None, None, name="x"
        )
        with pytest.raises(BadData, match="1,001 classes"):
            dataset_from_pictures(crowd, name="x")

    def test_what_is_kept_comes_back(self, home: Path) -> None:
        from core.store import datasets

        ds = dataset_from_pictures(read(by_class(3)), name="x")
        again = datasets.load(datasets.save(ds).fingerprint)
        np.testing.assert_array_equal(again.rows, ds.rows)
        assert again.options == ds.options


class TestLooking:
    def test_before_all_is_read(self) -> None:
        files = by_class(9) | {"b/large.png": png(grey(0, (6, 8))), "free.png": png(grey(3))}
        look = look_at(zipped(files), "mine.zip")
        assert look.count == 20
        assert look.classes == {"a": 9, "b": 10}
        assert (look.unlabelled, look.test, look.coloured) == (1, 0, False)
        assert look.sizes == [((4, 4), 19), ((6, 8), 1)]
        assert look.size == (4, 4)
        assert {key: len(some) for key, some in look.samples.items()} == {"": 1, "a": 6, "b": 6}
        assert all(image.shape == (4, 4) for some in look.samples.values() for image in some)

    def test_arrays(self) -> None:
        images = np.full((3, 4, 4), 200, np.uint8)
        look = look_at(
            npz(X_train=images, y_train=[0, 1, 1], X_test=images, y_test=[0, 0, 1]), "a.npz"
        )
        assert look.classes == {"0": 3, "1": 3}
        assert look.test == 3
        assert len(look.samples["0"]) == 3


def test_progress_and_cancel() -> None:
    heard: list[float] = []
    content = zipped(by_class(40))
    read_pictures(content, "x.zip", progress=Progress(lambda share, _, __: heard.append(share)))
    assert heard == sorted(heard)
    assert len(heard) >= 3

    def stop(share: float, *_: Any) -> None:
        if share > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_pictures(content, "x.zip", progress=Progress(stop))


@pytest.mark.parametrize("name", ["usps"])
def test_real_arrays(name: str, bench_data: Path) -> None:
    found = read_pictures(bench_data / "images" / f"{name}.npz")
    assert found.images.shape == (9298, 16, 16)
    ds = dataset_from_pictures(found, name=name)
    assert ds.classes == tuple("0123456789")
    assert int(ds.test.sum()) == 2007

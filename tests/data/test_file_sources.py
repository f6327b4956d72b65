"""Archives, tables and NumPy's files as data, and a look at them before training."""

import io
import json
import stat
import struct
import sys
import tarfile
import zipfile
import zlib

import numpy as np
import pytest
from helpers import ANY_BACKEND, indices_of, numbered, save
from PIL import Image

from kerasgen.data import load
from kerasgen.data.survey import survey

pytestmark = ANY_BACKEND


def png(value, size=6, mode="RGB"):
    stream = io.BytesIO()
    Image.new(mode, (size, size), value if mode == "L" else (value,) * 3).save(stream, "PNG")
    return stream.getvalue()


def write_zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_tar(path, members, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return path


MEMBERS = {
    **{
        f"pets/{split}/{name}/{n}.png": png(10 * n + ord(name))
        for split in ("train", "test")
        for name in "ab"
        for n in range(2)
    },
    "pets/readme.txt": b"no image",
    "__MACOSX/._0.png": b"no image",
}


@pytest.mark.parametrize("name", ["pets.zip", "pets.tar", "pets.tar.gz", "pets.TGZ", "pets.tar.bz2", "pets.txz"])
def test_an_archive_is_read_like_its_folder_and_nothing_is_left_beside_it(tmp_path, name):
    kind = next((kind for kind in ("gz", "bz2", "xz") if name.lower().endswith(kind)), "")
    path = tmp_path / name
    write_zip(path, MEMBERS) if name == "pets.zip" else write_tar(path, MEMBERS, f"w:{kind}")
    batches = load(path, labels=True, batch_size=2, shuffle=False)
    assert (batches.class_names, batches.labels.tolist()) == (["a", "b"], [0, 1, 0, 1])
    assert [value for images, _ in batches for value in indices_of(images)] == [97, 98, 107, 108]
    assert load(path, "test", batch_size=1).num_images == 4
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["../a.png", "/etc/a.png", "x/../../a.png", "..\\a.png", "C:\\a.png"])
@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_names_that_lead_out_of_an_archive_are_refused(tmp_path, write, name):
    path = write(tmp_path / ("x.zip" if write is write_zip else "x.tar"), {"b.png": png(1), name: png(1)})
    with pytest.raises(ValueError, match="must not lead out of it. Received: .*a.png in"):
        load(path)


def test_links_in_archives_are_refused(tmp_path):
    link = zipfile.ZipInfo("a.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    zipped = write_zip(tmp_path / "x.zip", {"b.png": png(1)})
    with zipfile.ZipFile(zipped, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            about = tarfile.TarInfo("a.png")
            about.type, about.linkname = kind, "/etc/passwd"
            archive.addfile(about)
    for path in (zipped, tmp_path / "x.tar"):
        with pytest.raises(ValueError, match="plain files, neither links nor encrypted ones. Received: a.png in"):
            load(path)


def test_what_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = write_zip(tmp_path / "x.zip", {"a.png": bytes(2**20)})
    monkeypatch.setattr("kerasgen.data.archive.LIMIT", 2**19)
    with pytest.raises(ValueError, match="Received: 1,048,576 bytes for a.png"):
        load(path)


@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tgz", "x.npy", "x.npz", "x.parquet", "x.csv"])
def test_damaged_files_are_refused_by_their_rule(tmp_path, name):
    (tmp_path / name).write_bytes(b"\xff\x00 no such file")
    with pytest.raises(ValueError, match=rf"must .*Received: .*{name}"):
        load(tmp_path / name)
    with pytest.raises(ValueError, match="existing folder or file .*Received: .*missing"):
        load(str(tmp_path / f"missing_{name}"))


@pytest.mark.parametrize(
    "name, content", [("x.npz", b"PK\x03\x04 and no archive"), ("x.npy", b"\x93NUMPY\x01\x00\x10\x00{'descr': '|u1',\n\n")]
)
def test_damage_that_numpy_has_no_error_for_is_told_by_the_rule(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=f"must hold arrays of numbers. Received: .*{name}"):
        load(tmp_path / name)


def test_a_part_of_npz_that_is_no_array_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("images", b"no array")
    with pytest.raises(ValueError, match=r"must hold arrays of numbers. Received: .*x.npz \(images is none\)"):
        load(tmp_path / "x.npz")


def test_a_compressed_tar_that_is_cut_or_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    noise = np.random.default_rng(0).bytes(2**12)
    path = write_tar(tmp_path / "x.tar.gz", {"a.png": png(1), "b.png": noise}, "w:gz")
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    with pytest.raises(ValueError, match="must be whole. Received: .*x.tar.gz"):
        load(path)
    monkeypatch.setattr("kerasgen.data.unpacking.IN_ANY_CASE", 0)
    monkeypatch.setattr("kerasgen.data.unpacking.RATIO", 1)
    path.write_bytes(whole)
    with pytest.raises(ValueError, match="at most 1 times its size, 64 GiB, .* Received: .*x.tar.gz, of over 0.0 GiB"):
        load(path)


def test_other_files_are_refused(tmp_path):
    (tmp_path / "x.docx").write_bytes(b"")
    with pytest.raises(ValueError, match=r"existing folder or file \(.csv, .*Received: .*x.docx"):
        load(str(tmp_path / "x.docx"))


def test_a_csv_names_files_labels_and_splits(tmp_path):
    for value in range(4):
        save(tmp_path / "in" / f"{value}.png", np.full((6, 6), value, "uint8"))
    table = tmp_path / "all.csv"
    table.write_text(
        "file,split,kind,age\n" + "".join(f"in/{n}.png,{'train' if n else 'test'},{'ba'[n % 2]},{n}\n" for n in range(4))
    )
    batches = load(table, labels="kind", batch_size=3, shuffle=False)
    assert (batches.class_names, batches.labels.tolist()) == (["a", "b"], [0, 1, 0])
    assert indices_of(batches.images()) == [1, 2, 3]
    assert load(table, labels="age", batch_size=3).class_names == ["0", "1", "2", "3"]
    with pytest.raises(ValueError, match="must be a name where a set has no default label"):
        load(table, labels=True)
    table.write_text("in/1.png,10\nin/2.png,9\n")  # without names of the columns; numbers are ordered as numbers
    batches = load(table, labels=True, batch_size=2)
    assert (batches.class_names, sorted(batches.labels.tolist())) == (["9", "10"], [0, 1])
    table.write_text("path,label\nin/1.png\n")
    with pytest.raises(ValueError, match="a cell for each of path, label. Received: 1 cells for image 1"):
        load(table)
    table.write_text("name,label\nx,y\n")
    with pytest.raises(ValueError, match="must have a column of paths"):
        load(table)


def test_numpy_files(tmp_path):
    np.save(tmp_path / "x.npy", numbered(4))
    assert indices_of(load(tmp_path / "x.npy", "train[1:3]", batch_size=1, shuffle=False).images()) == [1, 2]
    np.savez(
        tmp_path / "y.npz",
        x_train=numbered(4)[..., 0],
        y_train=[[0], [1], [2], [1]],
        x_test=numbered(2)[..., 0],
        y_test=[[0], [1]],
    )
    test = load(tmp_path / "y.npz", "test", labels=True, batch_size=2)
    assert (test.class_names, test.labels.tolist(), test.image_shape) == (["0", "1", "2"], [0, 1], (4, 4, 1))
    assert survey(str(tmp_path / "y.npz")).classes == {"0": 2, "1": 3, "2": 1}
    np.savez(tmp_path / "z.npz", images=numbered(2), labels=[-1, 0])
    with pytest.raises(ValueError, match="whole numbers from 0, one an image. Received: 2 of int64 from -1 for 2 images"):
        load(tmp_path / "z.npz", labels=True, batch_size=1)
    np.save(tmp_path / "o.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(ValueError, match="must hold arrays of numbers"):
        load(tmp_path / "o.npy")
    np.save(tmp_path / "nan.npy", np.full((9, 4, 4, 1), np.nan, "float32"))
    with pytest.raises(ValueError, match="must be finite. Received: values from nan"):
        survey(str(tmp_path / "nan.npy"))


def test_parquet_folders_as_datasets_writes_them(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    features = {"image": {"_type": "Image"}, "label": {"names": ["dog", "cat"], "_type": "ClassLabel"}}
    for split, count in {"train": 3, "test": 2}.items():
        table = pyarrow.table(
            {
                "image": [{"bytes": png(number), "path": None} for number in range(count)],
                "label": [number % 2 for number in range(count)],
            }
        ).replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
        (tmp_path / "data").mkdir(exist_ok=True)
        parquet.write_table(table, tmp_path / "data" / f"{split}-00000-of-00001.parquet")
    batches = load(tmp_path, labels=True, batch_size=3, shuffle=False)
    assert (batches.class_names, batches.labels.tolist()) == (["dog", "cat"], [0, 1, 0])
    assert indices_of(batches.images()) == [0, 1, 2]
    found = survey(str(tmp_path))
    assert (found.splits, found.classes) == ({"train": 3, "test": 2}, {"dog": 3, "cat": 2})
    for note in ("[]", '{"info": {"features": {"label": 3}}}'):  # of another program
        parquet.write_table(table.replace_schema_metadata({"huggingface": note}), tmp_path / "x.parquet")
        assert load(tmp_path / "x.parquet", labels=True, batch_size=2).class_names == ["0", "1"]
    parquet.write_table(table.set_column(1, "label", [[0, 5]]), tmp_path / "x.parquet")
    with pytest.raises(ValueError, match="one of the classes that the file names. Received: 5 in .*x.parquet"):
        load(tmp_path / "x.parquet", labels=True, batch_size=2)
    parquet.write_table(pyarrow.table({"x": [1]}), tmp_path / "x.parquet")
    with pytest.raises(ValueError, match="must have a column of images"):
        load(tmp_path / "x.parquet")


def test_folders_that_save_to_disk_wrote(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    note = {"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["dog", "cat"], "_type": "ClassLabel"}}}}
    save(tmp_path / "test" / "3.png", np.full((6, 6, 3), 3, "uint8"))
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    for split, numbers in {"train": [0, 1, 2], "test": [4]}.items():
        rows = [{"bytes": png(number), "path": None} for number in numbers]
        rows += [{"bytes": None, "path": "3.png"}] if split == "test" else []
        labels = [number % 2 for number in range(len(rows))]
        table = pyarrow.table({"image": rows, "label": labels}).replace_schema_metadata({"huggingface": json.dumps(note)})
        (tmp_path / split).mkdir(exist_ok=True)
        with pyarrow.ipc.new_stream(tmp_path / split / "data-00000-of-00001.arrow", table.schema) as stream:
            stream.write_table(table, max_chunksize=2)
        state = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}], "_split": split}
        (tmp_path / split / "state.json").write_text(json.dumps(state))
    batches = load(tmp_path, labels=True, batch_size=3, shuffle=False)
    assert (batches.class_names, batches.labels.tolist()) == (["dog", "cat"], [0, 1, 0])
    assert indices_of(batches.images()) == [0, 1, 2]
    assert indices_of(load(tmp_path, "test", batch_size=2).images()) == [4, 3]
    assert load(tmp_path / "test", "train", batch_size=2).num_images == 2  # a split alone
    found = survey(str(tmp_path))
    assert (found.splits, found.classes) == ({"train": 3, "test": 2}, {"dog": 3, "cat": 2})
    arrow = tmp_path / "test" / "data-00000-of-00001.arrow"
    arrow.write_bytes(arrow.read_bytes()[:200])
    with pytest.raises(ValueError, match="Arrow file must be readable. Received: .*00001.arrow"):
        load(tmp_path, "test")
    (tmp_path / "test" / "state.json").write_text('{"_data_files": [{"filename": "../x.arrow"}]}')
    with pytest.raises(ValueError, match="name files of its own folder. Received: '../x.arrow'"):
        load(tmp_path, "test")


def test_without_pyarrow_its_name_is_told(tmp_path, monkeypatch):
    (tmp_path / "state.json").write_text("{}")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r"read by pyarrow: pip install 'kerasgen\[parquet\]'"):
        load(tmp_path)


def test_corrupt_files_are_skipped_or_all_named(tmp_path, monkeypatch):
    for value in range(6):
        save(
            tmp_path / "ab"[value % 2] / f"{value}.png", np.random.default_rng(value).integers(0, 255, (40, 40), dtype="uint8")
        )
    damaged = bytearray((tmp_path / "a" / "2.png").read_bytes())
    damaged[400:500] = bytes(100)  # its header and its end are whole
    (tmp_path / "a" / "2.png").write_bytes(damaged)
    (tmp_path / "b" / "3.png").write_text("no image")
    Image.new("F", (40, 40)).save(tmp_path / "b" / "5.png", "TIFF")
    frames = [Image.new("L", (40, 40), value) for value in (0, 200)]
    frames[0].save(tmp_path / "a" / "x.webp", save_all=True, append_images=frames[1:])
    Image.new("CMYK", (40, 40)).save(tmp_path / "a" / "y.jpg")
    Image.new("RGBA", (40, 40), (255, 255, 255, 0)).save(tmp_path / "a" / "z.png")
    batches = load(tmp_path, labels=True, batch_size=5, shuffle=False, skip_corrupt=True)
    assert batches.labels.tolist() == [0, 1, 0, 0, 0]
    assert [sum(name in fault for fault in batches.refused) for name in ("2.png", "3.png", "5.png", "x.webp")] == [1] * 4
    assert len(batches.refused) == 4 and batches.images().shape == (5, 40, 40, 3)
    monkeypatch.setattr("kerasgen.data.image_files._examined", None)  # they were decoded once
    found = survey(str(tmp_path), skip_corrupt=True)
    assert (found.num_images, found.classes, found.channels) == (5, {"a": 4, "b": 1}, 3)
    assert found.copies == 1  # white in another format
    with pytest.raises(ValueError, match="Received: 4 of 9 that are not: .*2.png.*3.png.*5.png.*mode .F.*x.webp.*animated"):
        survey(str(tmp_path))


def test_a_huge_image_is_refused_without_its_pixels(tmp_path):
    save(tmp_path / "a.png", np.zeros((6, 6), "uint8"))
    content = bytearray((tmp_path / "a.png").read_bytes())
    content[16:24] = struct.pack(">II", 30_000, 30_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    (tmp_path / "huge.png").write_bytes(content)
    with pytest.raises(ValueError, match=r"huge.png \(900,000,000 pixels\)"):
        survey(str(tmp_path))


def test_a_survey_of_built_in_sets():
    assert survey("portraits").splits == {"train": 2863, "test": 324}

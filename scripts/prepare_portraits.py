"""Write the embedded data set `portraits` from a folder of JPEG files and a table.

    python scripts/prepare_portraits.py FOLDER

FOLDER holds `images/<id>.jpg` (64 x 64 RGB) and `labels.csv` with the columns file, era, last_congress, born, tone,
gender. The result is an ordinary tensorflow-datasets data set; the bytes of the JPEG files are kept as they are. Two
runs give the same bytes.
"""

import argparse
import csv
import shutil
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

ZOO = Path(__file__).resolve().parents[1] / "zoo"

DESCRIPTION = (
    "Portraits of members of the US Congress from the Biographical Directory of the United States Congress, aligned by "
    "eyes and mouth, 64 x 64 RGB. Mostly men: a model trained on it inherits the skew."
)

README = """# portraits: {total:,} real faces, aligned, 64 x 64 RGB

An ordinary tensorflow-datasets data set: `tfds.builder_from_directory(<this folder>)` reads it, and
`kerasgen.data.load("portraits")` reads it without TensorFlow. Written by `scripts/prepare_portraits.py`.

- **What**: portraits of members of the US Congress from the Biographical Directory of the United States Congress, as
  collected by the public repository voteview/member_photos (file names are ICPSR ids), detected and aligned by eyes and
  mouth with a public 68-point landmark model (the crop of Karras et al. 2018, appendix C), resized with Lanczos to JPEG
  (quality 95, no chroma subsampling). Weak detections and crops that reach over 15% beyond the photograph are left
  out.
- **Eras**: `historical` ({historical:,}): last served up to the 71st Congress (1931), photographs, engravings and
  paintings, most of them monochrome. `modern` ({modern:,}): last served from the 105th Congress on (1997), official
  portraits, most in color. The years between were left out because their rights are less clear.
- **Rights**: historical images are in the public domain by age; modern ones are official portraits, works of the US
  federal government. Single exceptions are possible. The faces are of real office holders; no name is attached here,
  and a generated face is nobody.
- **Labels**: era; gender (F, M, unknown) from unitedstates/congress-legislators (CC0), joined by id; tone (mean
  saturation over 60 of 255 is `color`); born (year, 0 where unknown) and last_congress (number).
- **Split**: test = ids whose remainder by 10 is 0 ({test:,}), train = the rest ({train:,}). An id is a person, so
  nobody is in both. Mirror freely.
- **Skew**: it is what the archive holds: {men:,} men, {women:,} women, {unknown:,} without that label. A model card
  trained on it must say so.
"""


def read_rows(folder: Path) -> list[dict[str, str]]:
    """Gives the rows of `labels.csv`, ordered by file; an empty gender becomes `unknown`, an empty year 0, `colour` `color`."""
    with open(folder / "labels.csv", newline="") as table:
        rows = sorted(csv.DictReader(table), key=lambda row: row["file"])
    tones = {"colour": "color"}
    return [
        {
            **row,
            "gender": row["gender"] or "unknown",
            "born": row["born"] or "0",
            "tone": tones.get(row["tone"], row["tone"]),
        }
        for row in rows
    ]


def is_test(row: dict[str, str]) -> bool:
    """Tells whether the person is held out; an id is a person, so nobody is in both splits."""
    return int(Path(row["file"]).stem) % 10 == 0


class Portraits(tfds.core.GeneratorBasedBuilder):
    """The builder; `folder` is where the source files lie."""

    name = "portraits"
    VERSION = tfds.core.Version("1.0.0")

    def __init__(self, folder: Path, **kwargs):
        self.folder = folder
        self.rows = read_rows(folder)
        super().__init__(**kwargs)

    def _info(self):
        features = {
            "image": tfds.features.Image(shape=(64, 64, 3), encoding_format="jpeg"),
            "file": tfds.features.Text(),
            "born": tfds.features.Scalar(np.int32),
            "last_congress": tfds.features.Scalar(np.int32),
        }
        for label in ("era", "gender", "tone"):
            # Given by hand the names would rot when the table changes; sorted, they do not depend on its order.
            features[label] = tfds.features.ClassLabel(names=sorted({row[label] for row in self.rows}))
        return tfds.core.DatasetInfo(
            builder=self,
            description=DESCRIPTION,
            features=tfds.features.FeaturesDict(features),
            supervised_keys=("image", "era"),
            homepage="https://bioguide.congress.gov",
            license="Public domain by age (historical); works of the US federal government (modern).",
        )

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples(False), "test": self._generate_examples(True)}

    def _generate_examples(self, test):
        for row in self.rows:
            if is_test(row) == test:
                # A path, not an array: tensorflow-datasets then stores the file's bytes and encodes nothing anew.
                yield (
                    row["file"],
                    {
                        "image": str(self.folder / "images" / row["file"]),
                        **{name: row[name] for name in ("file", "era", "gender", "tone")},
                        **{name: int(row[name]) for name in ("born", "last_congress")},
                    },
                )


def rewrite(path: Path) -> None:
    """Writes the records again with sorted features: protobuf writes maps in an order that differs between runs."""
    records = [bytes(record) for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator()]
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in records:
            writer.write(tf.train.Example.FromString(record).SerializeToString(deterministic=True))


def main() -> None:
    """Builds the set beside its place and moves it there, so that an interrupted run leaves the old one whole."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds images/ and labels.csv")
    parser.add_argument("--out", type=Path, default=ZOO, help="default: %(default)s")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=arguments.out) as temporary:
        builder = Portraits(arguments.folder, data_dir=temporary)
        builder.download_and_prepare()
        rows = builder.rows
        counts = {
            "total": len(rows),
            "test": sum(is_test(row) for row in rows),
            "train": sum(not is_test(row) for row in rows),
            "historical": sum(row["era"] == "historical" for row in rows),
            "modern": sum(row["era"] == "modern" for row in rows),
            "men": sum(row["gender"] == "M" for row in rows),
            "women": sum(row["gender"] == "F" for row in rows),
            "unknown": sum(row["gender"] == "unknown" for row in rows),
        }
        version = Path(builder.data_dir)
        for path in version.glob("*.tfrecord-*"):
            rewrite(path)
        (version / "README.md").write_text(README.format(**counts))
        target = arguments.out / "portraits" / version.name
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(exist_ok=True)
        version.rename(target)
    print(f"{target}: {counts['train']} train, {counts['test']} test")


if __name__ == "__main__":
    main()

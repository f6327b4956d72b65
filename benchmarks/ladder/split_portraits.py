"""`python benchmarks/ladder/split_portraits.py FOLDER portraits128`: copies portraits of 128 pixels into `train` and `test`.

FOLDER holds `<id>.jpg`. The split is that of the embedded portraits: an id is a person, and those whose remainder by 10 is 0
are held out.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    for part in ("train", "test"):
        (options.output / part).mkdir(parents=True)
    for path in sorted(options.folder.glob("*.jpg")):
        shutil.copyfile(path, options.output / ("train" if int(path.stem) % 10 else "test") / path.name)


if __name__ == "__main__":
    main()

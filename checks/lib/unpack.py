"""Unpacks the one archive of a folder into another, without the folder that the archive begins with."""

import pathlib
import shutil
import sys
import tempfile

source, target = map(pathlib.Path, sys.argv[1:])
(archive,) = source.iterdir()
target.mkdir(parents=True, exist_ok=True)
with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
    shutil.unpack_archive(archive, scratch)
    (top,) = pathlib.Path(scratch).iterdir()
    for entry in top.iterdir():
        shutil.move(entry, target / entry.name)

"""Unpacks the one archive of a folder into another, without the folder that the archive begins with.

Not by shutil.unpack_archive: it leaves out files of a zip that have two dots in their name.
"""

import pathlib
import shutil
import sys
import tarfile
import tempfile
import zipfile

source, target = map(pathlib.Path, sys.argv[1:])
(archive,) = source.iterdir()
target.mkdir(parents=True, exist_ok=True)
opened = zipfile.ZipFile if zipfile.is_zipfile(archive) else tarfile.open
with opened(archive) as contents, tempfile.TemporaryDirectory(dir=target.parent) as scratch:
    contents.extractall(scratch)
    (top,) = pathlib.Path(scratch).iterdir()
    for entry in top.iterdir():
        shutil.move(entry, target / entry.name)

"""Whether a file holds what its own format promises: an explicit list of formats.

Each judge reads a little and answers True (it contradicts itself), False (what was read is as it
must be) or None (nobody can say). Whoever encrypts all but the header keeps no such promise.
"""

from collections.abc import Callable

from agent.integrity.ransom.structure import archives, documents, pictures, tables
from agent.integrity.ransom.structure.view import View

JUDGES: dict[str, Callable[[View], bool | None]] = {
    "zip": archives.zip_broken,
    "gzip": archives.gzip_broken,
    "tar": archives.tar_broken,
    "7z": archives.seven_zip_broken,
    "xz": archives.xz_broken,
    "jpeg": pictures.jpeg_broken,
    "png": pictures.png_broken,
    "bmp": pictures.bitmap_broken,
    "dicom": pictures.dicom_broken,
    "mp4": pictures.film_broken,
    "pdf": documents.pdf_broken,
    "ole": documents.ole_broken,
    "sqlite": tables.sqlite_broken,
}

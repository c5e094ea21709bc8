"""Files of jobs, kept in the database: any worker and any web process reaches them, and no folder has to be shared.

A file is cut into parts of a megabyte, each packed by zlib, and read part by part: its size takes no memory.
"""

import zlib
from collections.abc import Iterable, Iterator

from django.db import transaction

from voipadmin.core.models import Job, JobFile, JobFilePart

PART = 1 << 20
# Packing text hardest takes ten times as long and saves a fifth.
LEVEL = 1


class FileWriter:
    """Takes the bytes of a file piece by piece. The file is there for others when it is closed, and never in part."""

    def __init__(self, file: JobFile) -> None:
        self.file = file
        self._waiting = bytearray()
        self._position = 0

    def write(self, piece: bytes | memoryview) -> None:
        """Keep a piece."""
        self._waiting += piece
        while len(self._waiting) >= PART:
            self._keep(bytes(self._waiting[:PART]))
            del self._waiting[:PART]

    def close(self) -> JobFile:
        """Keep the rest, and make the file one of its job's."""
        if self._waiting:
            self._keep(bytes(self._waiting))
            self._waiting.clear()
        self.file.is_complete = True
        self.file.save(update_fields=["size", "is_complete", "updated_at"])
        return self.file

    def _keep(self, content: bytes) -> None:
        JobFilePart.objects.create(file=self.file, position=self._position, content=zlib.compress(content, LEVEL))
        self._position += 1
        self.file.size += len(content)


def new_result(
    job: Job, *, name: str, content_type: str, permission: str = "", is_of_all_customers: bool = True
) -> FileWriter:
    """Return the writer of a job's result; what an earlier worker left of one of that name is thrown away."""
    job.files.filter(is_result=True, name=name).delete()
    return FileWriter(
        JobFile.objects.create(
            job=job,
            name=name,
            content_type=content_type,
            permission=permission,
            is_of_all_customers=is_of_all_customers,
        )
    )


def keep_input(job: Job, *, name: str, content: Iterable[bytes]) -> JobFile:
    """Keep a file that a job needs for its work."""
    with transaction.atomic():
        writer = FileWriter(JobFile.objects.create(job=job, name=name[:200], is_result=False))
        for piece in content:
            writer.write(piece)
        return writer.close()


def parts_of(file: JobFile) -> Iterator[bytes]:
    """Yield the content of a file, a megabyte at a time."""
    position = 0
    while True:
        part = JobFilePart.objects.filter(file=file, position=position).first()
        if part is None:
            return
        yield zlib.decompress(bytes(part.content))
        position += 1


def content_of(file: JobFile) -> bytes:
    """Return a file whole."""
    return b"".join(parts_of(file))


def input_of(job: Job) -> bytes:
    """Return the content of the file that a job was given."""
    return content_of(job.files.get(is_result=False))

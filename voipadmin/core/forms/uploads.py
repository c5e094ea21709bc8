"""Files that come in: nobody fills the disk with one."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

from voipadmin.core.sheets.files import LARGEST_FILE

# The form around a file: its other fields and the marks between them.
AROUND_A_FILE = 1024 * 1024


class BoundedUpload(FileUploadHandler):
    """Refuses a form that says it is longer than the largest file that is read; leaves others to who comes after."""

    def handle_raw_input(
        self, _input_data: Any, _meta: Any, content_length: int, _boundary: Any, _encoding: Any = None
    ) -> None:
        """Look at the length before a byte of it is read."""
        if content_length > LARGEST_FILE + AROUND_A_FILE:
            raise RequestDataTooBig("The form is longer than any file that is taken.")

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> bytes:
        """Pass it on."""
        return raw_data

    def file_complete(self, _file_size: int) -> None:
        """Leave the file to those who kept it."""

"""Files are for staff: nobody else has a form to send one with."""

from typing import Any

from django.core.exceptions import BadRequest
from django.core.files.uploadhandler import FileUploadHandler


class StaffOnly(FileUploadHandler):
    """Refuses a file from anybody else, before a byte of it is written to the disk."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if not self.request.user.is_staff:  # type: ignore[union-attr]
            raise BadRequest("a file from somebody who is not staff")
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

"""Files are for staff: nobody else has a form to send one with."""

from typing import Any

from django.core.exceptions import BadRequest
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser

from kinekracht.fields import draw_once
from kinekracht.middleware import GetResponse
from kinekracht.staff.accounts import is_verified_staff


class DrawPictures:
    """Draws what was uploaded before the admin begins the transaction that saves it.

    It takes seconds, in which on SQLite nobody else could write.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        for _name, files in request.FILES.lists():
            for file in files:
                draw_once(file)


class NamesWithoutNulls(MultiPartParser):
    """Refuses what Django would silently take out of the name of a file."""

    def sanitize_file_name(self, file_name: str) -> str | None:
        if "\x00" in file_name:
            raise BadRequest("NUL byte in the name of a file")
        return super().sanitize_file_name(file_name)


class StaffOnly(FileUploadHandler):
    """Refuses a file from anybody else, before a byte of it is written to the disk."""

    has_parser = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803  Django's name
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> Any:
        if self.has_parser:  # which now asks the same
            return None
        self.has_parser = True
        handlers: Any = self.request.upload_handlers  # type: ignore[union-attr]
        return NamesWithoutNulls(META, input_data, handlers, encoding).parse()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if not is_verified_staff(self.request.user):  # type: ignore[union-attr]
            raise BadRequest("a file from somebody who is not staff")
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

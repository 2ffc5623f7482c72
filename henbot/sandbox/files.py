"""Files of the sandbox: what bots and people have sent, by file id; kept in memory, once per content."""

from __future__ import annotations

import hashlib
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from henbot.sandbox.refusals import Json, Refusal, bad_request
from henbot.sandbox.rules import Upload

MediaKind = Literal["photo", "video", "animation", "document"]

PHOTO_LIMIT_BYTES = 10 * 1024 * 1024
FILE_LIMIT_BYTES = 50 * 1024 * 1024
DOWNLOAD_LIMIT_BYTES = 20 * 1024 * 1024

_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"GIF87a", "image/gif", "gif"),
    (b"GIF89a", "image/gif", "gif"),
)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file: its ids, its bytes, and what the bytes say of themselves."""

    kind: MediaKind
    file_id: str
    path: str
    name: str
    mime: str
    width_px: int
    height_px: int
    content: bytes = field(repr=False)

    @property
    def unique_id(self) -> str:
        """The same for the same bytes, as `file_unique_id` is."""
        return hashlib.sha256(self.content).hexdigest()[:16]

    def to_json(self) -> Json:
        """Telegram's File object."""
        return {**self.identity(), "file_path": self.path}

    def identity(self) -> Json:
        """The three fields that every kind of file shares."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.content)}


class Files:
    """All files, found by file id or by path. Not locked: the sandbox's lock guards it."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._contents: dict[bytes, bytes] = {}

    def store(self, kind: MediaKind, upload: Upload) -> StoredFile:
        """Keep an upload. Raises Refusal(400 or 413) where Telegram would not take it."""
        mime, suffix = sniffed(upload.content)
        width_px, height_px = picture_size(upload.content)
        _check(kind, upload.content, mime, width_px, height_px)
        content = self._contents.setdefault(hashlib.sha256(upload.content).digest(), upload.content)
        stored = StoredFile(
            kind=kind,
            file_id=f"{kind[0].upper()}Ag{secrets.token_urlsafe(24)}",
            path=f"{kind}s/file_{len(self._by_id)}.{suffix}",
            name=upload.filename or f"file.{suffix}",
            mime=mime if mime != "application/octet-stream" else (upload.content_type or mime),
            width_px=width_px,
            height_px=height_px,
            content=content,
        )
        self._by_id[stored.file_id] = self._by_path[stored.path] = stored
        return stored

    def resolve(self, kind: MediaKind, value: Upload | str, uploads: Mapping[str, Upload]) -> StoredFile:
        """The file that a parameter means: an upload, the upload behind attach://, or one that was sent before."""
        if isinstance(value, str) and value.startswith("attach://"):
            name = value.removeprefix("attach://")
            if name not in uploads:
                raise bad_request(f'file "{name}" that attach:// names is not in the request')
            value = uploads[name]
        if isinstance(value, Upload):
            return self.store(kind, value)
        if value.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content (the sandbox fetches nothing: upload the file)")
        stored = self.by_id(value)
        if stored is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if stored.kind != kind:
            raise bad_request(f"can't use file of type {stored.kind.capitalize()} as {kind.capitalize()}")
        return stored

    def by_id(self, file_id: str) -> StoredFile | None:
        """The file with this id."""
        return self._by_id.get(file_id)

    def by_path(self, path: str) -> StoredFile | None:
        """The file that getFile gave this path for."""
        return self._by_path.get(path)


def _check(kind: MediaKind, content: bytes, mime: str, width_px: int, height_px: int) -> None:
    size = len(content)
    if size == 0:
        raise bad_request("file must be non-empty")
    if size > FILE_LIMIT_BYTES:
        raise Refusal(413, "Request Entity Too Large")
    if kind != "photo":
        return
    if size > PHOTO_LIMIT_BYTES:
        raise bad_request(
            f"file of size {size} bytes is too big for a photo; the maximum size is {PHOTO_LIMIT_BYTES} bytes"
        )
    if not mime.startswith("image/"):
        raise bad_request("IMAGE_PROCESS_FAILED")
    sides = sorted((width_px, height_px))
    if sides[0] == 0 or sum(sides) > 10_000 or sides[1] > 20 * sides[0]:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def sniffed(content: bytes) -> tuple[str, str]:
    """Media type and file suffix by the first bytes; never by what the sender claims."""
    for signature, mime, suffix in _SIGNATURES:
        if content.startswith(signature):
            return mime, suffix
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp", "webp"
    if content[4:8] == b"ftyp":
        return "video/mp4", "mp4"
    return "application/octet-stream", "bin"


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels of a JPEG, PNG, GIF or WebP; (0, 0) where they cannot be read."""
    try:
        mime, _ = sniffed(content)
        if mime == "image/png":
            width_px, height_px = struct.unpack(">II", content[16:24])
            return width_px, height_px
        if mime == "image/gif":
            width_px, height_px = struct.unpack("<HH", content[6:10])
            return width_px, height_px
        return _webp_size(content) if mime == "image/webp" else _jpeg_size(content)
    except (struct.error, IndexError):
        return 0, 0


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """From the first start-of-frame marker (ITU T.81, B.2.2)."""
    position = 2 if content.startswith(b"\xff\xd8") else len(content)
    while position + 9 < len(content):
        if content[position] != 0xFF:
            break
        marker = content[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height_px, width_px = struct.unpack(">HH", content[position + 5 : position + 9])
            return width_px, height_px
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big") if marker != 0xFF else 1
    return 0, 0


def _webp_size(content: bytes) -> tuple[int, int]:
    """Of the three forms of WebP (RFC 9649, section 2)."""
    form = content[12:16]
    if form == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if form == b"VP8 ":
        width_px, height_px = struct.unpack("<HH", content[26:30])
        return width_px & 0x3FFF, height_px & 0x3FFF
    bits = int.from_bytes(content[21:25], "little")
    return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)

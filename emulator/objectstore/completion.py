"""The checksums of an upload in parts: each part's, and the whole's, over the parts' checksums (COMPOSITE) or over all bytes.

Source: AWS, Amazon S3 User Guide, "Checking object integrity", and Amazon S3 API Reference, "CompleteMultipartUpload".
"""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from typing import Any

from emulator.objectstore.digests import ALGORITHMS, CHECKSUM, MismatchError, digest_of, wrong_digest

COMPOSITE, FULL = "COMPOSITE", "FULL_OBJECT"
DEFAULT = "CRC64NVME"


class Completion:
    """What a client says of an upload that it ends, and what is so. ``upload`` is moto's."""

    def __init__(self, upload: Any, body: bytes, headers: Mapping[str, str]) -> None:
        """Raises MismatchError when the body is no list of parts."""
        self._said = upload.metadata.get("x-amz-checksum-algorithm")
        self.algorithm = self._said or DEFAULT
        kind = upload.metadata.get("x-amz-checksum-type")
        self.kind = kind or (FULL if self.algorithm == DEFAULT else COMPOSITE)
        self._headers = headers
        self._listed = _parts(body)
        self._parts: list[str] = []
        self._size = 0
        whole = ALGORITHMS[self.algorithm]()
        for part in (upload.parts[number] for number, _ in self._listed if number in upload.parts):
            data = part.value
            digest = digest_of(self.algorithm, data)
            whole.update(digest if self.kind == COMPOSITE else data)
            self._parts.append(base64.b64encode(digest).decode())
            self._size += len(data)
        self.value = base64.b64encode(whole.digest()).decode()

    @property
    def text(self) -> str:
        """The whole's checksum, as it is answered."""
        return f"{self.value}-{len(self._parts)}" if self.kind == COMPOSITE else self.value

    def check(self) -> None:
        """Raises MismatchError when something is not as it was said. Missing parts are for others to find."""
        if len(self._parts) != len(self._listed):
            return
        self._check_parts()
        if self._headers.get("x-amz-checksum-type", self.kind) != self.kind:
            text = f"The upload was created using the {self.kind} checksum mode. The complete request must use the same checksum mode."
            raise MismatchError("InvalidRequest", text)
        name = CHECKSUM + self.algorithm.lower()
        if self._headers.get(name, self.text) not in (self.text, self.value):
            raise wrong_digest(name)
        size = self._headers.get("x-amz-mp-object-size")
        if size is not None and size != str(self._size):
            text = f"The provided 'x-amz-mp-object-size' header value {size} does not match what was computed: {self._size}"
            raise MismatchError("InvalidRequest", text)

    def _check_parts(self) -> None:
        for (number, given), found in zip(self._listed, self._parts, strict=True):
            name = f"Checksum{self.algorithm}"
            if self._said and self.kind == COMPOSITE and name not in given:
                kind = self.algorithm.lower()
                text = f"The upload was created using a {kind} checksum. The complete request must include the checksum for each part. It was missing for part {number} in the request."
                raise MismatchError("InvalidRequest", text)
            if given.get(name) not in (None, found):
                text = "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
                raise MismatchError("InvalidPart", text)

    def keep(self, key: Any) -> None:
        """Have moto's object know its checksum."""
        key.checksum_algorithm, key.checksum_value = self.algorithm, self.value
        key.checksum_type, key.checksum_parts = self.kind, len(self._parts)


def _parts(body: bytes) -> list[tuple[int, dict[str, str]]]:
    """The parts of a CompleteMultipartUpload, by number, each with its fields."""
    try:
        root = ElementTree.fromstring(body)
        items = [{field.tag.rpartition("}")[2]: field.text or "" for field in item} for item in root]
        return [(int(fields["PartNumber"]), fields) for fields in items]
    except (ElementTree.ParseError, KeyError, ValueError):
        text = "The XML you provided was not well-formed or did not validate against our published schema"
        raise MismatchError("MalformedXML", text) from None

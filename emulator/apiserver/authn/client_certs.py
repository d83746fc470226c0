"""Client certificates: the common name is the user, the organizations are the groups."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from emulator.apiserver.apimachinery import errors
from emulator.apiserver.apimachinery.users import AUTHENTICATED, UserInfo
from emulator.apiserver.authn.interface import Credentials

CACHED = 256


class ClientCertificates:
    """Reads the certificate that TLS has verified against our authority."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[datetime, UserInfo]] = {}

    def authenticate(self, credentials: Credentials) -> UserInfo | None:
        """The certificate's subject. Raises StatusError (401) when it has expired since the handshake."""
        der = credentials.certificate
        if der is None:
            return None
        known = self._known.get(der)
        if known is None:
            if len(self._known) >= CACHED:
                self._known.clear()
            known = self._known[der] = self._read(der)
        if known[0] < datetime.now(UTC):
            raise errors.unauthorized()
        return known[1]

    def _read(self, der: bytes) -> tuple[datetime, UserInfo]:
        certificate = x509.load_der_x509_certificate(der)
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        groups = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        named = tuple(str(group.value) for group in groups)
        user = UserInfo(str(names[0].value) if names else "", groups=(*named, AUTHENTICATED))
        return certificate.not_valid_after_utc, user

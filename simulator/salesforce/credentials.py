"""The connected app of the org and the user it runs as, and further apps that run as others."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key


@dataclass(frozen=True, slots=True)
class Credentials:
    """Without a public key the JWT flow lets nobody in."""

    consumer_key: str = "tandem-consumer-key"
    consumer_secret: str = "tandem-consumer-secret"  # noqa: S105 -- only opens the simulator
    username: str = "integration@example.com"
    password: str = "integration-password"  # noqa: S105 -- only opens the simulator
    public_key: str | None = None
    certificate: str | None = None

    def find_public_key(self) -> RSAPublicKey | None:
        """ValueError if the PEM text is no RSA key."""
        if self.certificate:
            key: Any = x509.load_pem_x509_certificate(self.certificate.encode()).public_key()
        elif self.public_key:
            key = load_pem_public_key(self.public_key.encode())
        else:
            return None
        if not isinstance(key, RSAPublicKey):
            raise ValueError("not an RSA key")  # noqa: TRY004 - the text is wrong, not its type
        return key


@dataclass(frozen=True, slots=True)
class FurtherApp:
    """It logs in with client credentials."""

    consumer_key: str
    consumer_secret: str
    user_id: str


def read_app(form: Mapping[str, str], authorization: str) -> tuple[str, str]:
    """The client id and secret a request carries, in its Basic header or else in its form."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, client_secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return client_id, client_secret

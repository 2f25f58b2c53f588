"""Catches the client assertion that MSAL Python would send to the token endpoint, without a network.

Arguments: a file with an unprotected throwaway key, a file with its certificate, the tenant, the client id, and
`sha256` for the assertion MSAL makes of a certificate or `sha1` for the one it makes of a thumbprint.
Prints the token without a newline.
"""

import json
import sys
from pathlib import Path

import msal
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.x509 import load_pem_x509_certificate


class Answer:
    """What MSAL reads of an HTTP response."""

    def __init__(self, body):
        self.status_code = 200
        self.headers = {}
        self.text = json.dumps(body)

    def raise_for_status(self):
        pass


class Endpoint:
    """Stands for the network: answers the discovery of an issuer and keeps what the token endpoint is sent."""

    def __init__(self, authority):
        self.authority = authority
        self.form = None

    def get(self, url, **_):
        return Answer(
            {
                "issuer": f"{self.authority}/v2.0",
                "authorization_endpoint": f"{self.authority}/oauth2/v2.0/authorize",
                "token_endpoint": f"{self.authority}/oauth2/v2.0/token",
            }
        )

    def post(self, url, data=None, **_):
        self.form = data
        return Answer({"access_token": "none", "token_type": "Bearer", "expires_in": 1})

    def close(self):
        pass


def credential(key, certificate, form):
    pem = Path(certificate).read_text()
    if form == "sha1":
        thumbprint = load_pem_x509_certificate(pem.encode()).fingerprint(SHA1()).hex().upper()
        return {"private_key": Path(key).read_text(), "thumbprint": thumbprint}
    return {"private_key": Path(key).read_text(), "public_certificate": pem}


def main():
    key, certificate, tenant, client_id, form = sys.argv[1:]
    authority = f"https://login.microsoftonline.com/{tenant}"
    endpoint = Endpoint(authority)
    application = msal.ConfidentialClientApplication(
        client_id,
        client_credential=credential(key, certificate, form),
        authority=authority,
        http_client=endpoint,
        instance_discovery=False,
    )
    application.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    assertion = endpoint.form["client_assertion"]
    sys.stdout.write(assertion.decode() if isinstance(assertion, bytes) else assertion)


if __name__ == "__main__":
    main()

"""Verifies a token from standard input with a library that is not ours.

Arguments: the library (pyjwt or joserfc), the one algorithm to accept, and a file with a certificate or a public key.
Prints {"header", "claims"} and exits 0 when the signature is good, else prints the library's reason and exits 1.
Only format and signature are judged, never the claims.
"""

import json
import sys
from pathlib import Path

import joserfc.errors
import joserfc.jwk
import joserfc.jws
import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate


def public_key(path):
    pem = Path(path).read_bytes()
    if b"-----BEGIN CERTIFICATE-----" in pem:
        return load_pem_x509_certificate(pem).public_key()
    return load_pem_public_key(pem)


def with_pyjwt(token, algorithm, key):
    options = {f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}
    decoded = jwt.decode_complete(token, key, algorithms=[algorithm], options=options)
    return decoded["header"], decoded["payload"]


def with_joserfc(token, algorithm, key):
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    registry = joserfc.jws.JWSRegistry(algorithms=[algorithm])
    registry.max_header_length = 65536  # A chain in x5c is longer than the 512 bytes it allows by itself.
    decoded = joserfc.jws.deserialize_compact(token, joserfc.jwk.RSAKey.import_key(pem), registry=registry)
    return decoded.headers(), json.loads(decoded.payload)


JUDGES = {"pyjwt": with_pyjwt, "joserfc": with_joserfc}


def main():
    library, algorithm, path = sys.argv[1:]
    try:
        header, claims = JUDGES[library](sys.stdin.read(), algorithm, public_key(path))
    except (jwt.PyJWTError, joserfc.errors.JoseError, ValueError) as error:
        print(f"{type(error).__name__}: {error}")
        return 1
    json.dump({"header": header, "claims": claims}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Reads certificates, certificate requests and PFX files with a library that is not ours.

Arguments: what the file is (certificates, request or pfx), its path, and for a PFX the password.
Prints JSON and exits 0 when every signature verifies with the key in it, else prints the library's reason and exits 1.
"""

import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from cryptography.x509 import BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectKeyIdentifier
from cryptography.x509 import load_pem_x509_certificates, load_pem_x509_csr

USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)


def told(value):
    if isinstance(value, BasicConstraints):
        return {"ca": value.ca, "path_length": value.path_length}
    if isinstance(value, KeyUsage):
        return [name for name in USAGES if getattr(value, name)]
    if isinstance(value, ExtendedKeyUsage):
        return [use.dotted_string for use in value]
    if isinstance(value, SubjectKeyIdentifier):
        return value.digest.hex()
    return type(value).__name__


def extensions(holder):
    return [[extension.oid.dotted_string, extension.critical, told(extension.value)] for extension in holder.extensions]


def certificate(one):
    one.verify_directly_issued_by(one)
    return {
        "version": one.version.name,
        "serial": f"{one.serial_number:x}",
        "subject": one.subject.rfc4514_string(),
        "issuer": one.issuer.rfc4514_string(),
        "not-before": one.not_valid_before_utc.isoformat(),
        "not-after": one.not_valid_after_utc.isoformat(),
        "algorithm": one.signature_algorithm_oid.dotted_string,
        "hash": one.signature_hash_algorithm.name,
        "key-size": one.public_key().key_size,
        "exponent": one.public_key().public_numbers().e,
        "extensions": extensions(one),
    }


def request(one):
    if not one.is_signature_valid:
        raise InvalidSignature("the request is not signed by its key")
    return {"subject": one.subject.rfc4514_string(), "extensions": extensions(one)}


def pfx(contents, password):
    opened = load_pkcs12(contents, password.encode())
    public = opened.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    leaf = opened.cert.certificate
    same = public == leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "name": opened.cert.friendly_name.decode(),
        "key-size": opened.key.key_size,
        "sha1": leaf.fingerprint(hashes.SHA1()).hex(),  # noqa: S303: what Windows calls a certificate by
        "same-key": same,
    }


def main():
    kind, path, *rest = sys.argv[1:]
    contents = Path(path).read_bytes()
    try:
        if kind == "certificates":
            result = [certificate(one) for one in load_pem_x509_certificates(contents)]
        elif kind == "request":
            result = request(load_pem_x509_csr(contents))
        else:
            result = pfx(contents, *rest)
    except (InvalidSignature, ValueError) as error:
        print(f"{type(error).__name__}: {error}")
        return 1
    json.dump(result, sys.stdout, sort_keys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

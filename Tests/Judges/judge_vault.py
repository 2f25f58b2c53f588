"""Stands in for a key vault's sign call: takes the body that is posted to it and gives the answer.

Argument: a file with an unprotected throwaway key. Standard input: {"alg": "RS256", "value": base64url of the digest}.
"""

import base64
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, utils

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def main():
    body = json.load(sys.stdin)
    if set(body) != {"alg", "value"}:
        sys.exit(f"unexpected members: {sorted(body)}")
    digest = base64.urlsafe_b64decode(body["value"] + "=" * (-len(body["value"]) % 4))
    hash_function = HASHES[body["alg"][2:]]
    if len(digest) != hash_function.digest_size:
        sys.exit(f"a digest of {len(digest)} bytes for {body['alg']}")
    scheme = padding.PKCS1v15()
    if body["alg"].startswith("PS"):
        scheme = padding.PSS(padding.MGF1(hash_function), padding.PSS.DIGEST_LENGTH)
    key = serialization.load_pem_private_key(Path(sys.argv[1]).read_bytes(), None)
    signature = key.sign(digest, scheme, utils.Prehashed(hash_function))
    value = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    print(json.dumps({"kid": "https://vault.example/keys/rollover/1", "value": value}))


if __name__ == "__main__":
    main()

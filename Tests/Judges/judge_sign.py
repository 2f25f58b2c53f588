"""Makes a token with a library that is not ours.

Arguments: the library (pyjwt, joserfc or google) and a file with an unprotected throwaway key.
Standard input: {"header": {..., "alg": "RS256"}, "claims": {...}}. Prints the token without a newline.
"""

import json
import sys
from pathlib import Path

import google.auth.crypt
import google.auth.jwt
import joserfc.jwk
import joserfc.jws
import jwt


def with_pyjwt(header, claims, key):
    # PyJWT adds `typ` unless it is told to leave it out by an explicit null.
    return jwt.encode(claims, key, algorithm=header["alg"], headers={"typ": None, **header})


def with_joserfc(header, claims, key):
    payload = json.dumps(claims, separators=(",", ":"))
    # Unregistered headers are wanted too: some tokens are wrong on purpose.
    registry = joserfc.jws.JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
    return joserfc.jws.serialize_compact(header, payload, joserfc.jwk.RSAKey.import_key(key), registry=registry)


def with_google(header, claims, key):
    # What a service account signs with: it writes typ, and kid where the key has an id.
    signer = google.auth.crypt.RSASigner.from_string(key, header.get("kid"))
    return google.auth.jwt.encode(signer, claims).decode()


SIGNERS = {"google": with_google, "pyjwt": with_pyjwt, "joserfc": with_joserfc}


def main():
    library, path = sys.argv[1:]
    wanted = json.load(sys.stdin)
    sys.stdout.write(SIGNERS[library](wanted["header"], wanted["claims"], Path(path).read_bytes()))


if __name__ == "__main__":
    main()

"""Stands in for the sign call of a key vault, on the loopback interface and for twenty minutes at most.

Arguments: a file with an unprotected throwaway key, the name and version of the key, and the access token to ask for.
Prints its port and the id of the process to end, and leaves that process behind.
"""

import base64
import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, utils

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
LIFETIME = 1200


class Refusal(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": code, "message": message}}


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Vault(BaseHTTPRequestHandler):
    def do_POST(self):
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            self.answer(200, {"kid": self.server.identifier, "value": self.signature(content)})
        except Refusal as refusal:
            self.answer(refusal.status, refusal.body)

    def signature(self, content):
        server = self.server
        if self.headers.get("Authorization") != f"Bearer {server.token}":
            raise Refusal(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.")
        if self.path != f"{server.key_path}/sign?api-version=7.4":
            raise Refusal(404, "KeyNotFound", "A key with (name/id) was not found in this key vault.")
        if self.headers.get("Content-Type") != "application/json":
            raise Refusal(415, "BadParameter", "The request is not JSON.")
        body = json.loads(content)
        if sorted(body) != ["alg", "value"] or "=" in body["value"]:
            raise Refusal(400, "BadParameter", "The request has other members, or padding.")
        algorithm, digest = body["alg"], decode(body["value"])
        hash_function = HASHES.get(algorithm[2:])
        if algorithm[:2] not in ("RS", "PS") or hash_function is None:
            raise Refusal(400, "BadParameter", f"The algorithm {algorithm} is not supported.")
        if len(digest) != hash_function.digest_size:
            raise Refusal(400, "BadParameter", "Invalid length of 'value'.")
        scheme = padding.PKCS1v15()
        if algorithm.startswith("PS"):
            scheme = padding.PSS(padding.MGF1(hash_function), padding.PSS.DIGEST_LENGTH)
        signed = server.key.sign(digest, scheme, utils.Prehashed(hash_function))
        return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()

    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def main():
    path, name, version, token = sys.argv[1:]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Vault)
    port = server.server_address[1]
    server.key = serialization.load_pem_private_key(Path(path).read_bytes(), None)
    server.key_path = f"/keys/{name}/{version}"
    server.identifier = f"http://127.0.0.1:{port}{server.key_path}"
    server.token = token
    # Connections wait from here on, so whoever reads the port can use it.
    process = os.fork()
    if process:
        print(port, process)
        return
    signal.alarm(LIFETIME)
    server.serve_forever()


if __name__ == "__main__":
    main()

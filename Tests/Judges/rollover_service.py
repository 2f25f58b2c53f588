"""The services of judge_service.py as a rollover meets them: with a clock of the test's, lag, lost answers and refusals.

Argument: a file with the JSON of judge_service.py and, where they are wanted:
    clock         a file with the time, in seconds since 1970, which the test moves
    modes         a file with JSON, read anew for each request:
        lag           so many requests with a key that was added are answered as if it was not there yet
        lost          actions of which the answer is lost after they were done: ["addKey", "removeKey", "token"]
        double        addKey adds two entries
        replicas      "even" or "odd": every second list comes from a replica that knows nothing new
        list          "forbidden": listing is answered with 403
        refuse        {"token", "addKey", "removeKey" or "list": the name of one of REFUSALS}
        skew          seconds by which the Date of answers differs from the clock
    applications  [{"client_id", "object_id", "registered"}]: so many applications in the place of the one
"""

import base64
import email.utils
import json
import re
import sys
import urllib.parse
import uuid
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding

import judge_service
from judge_service import GUID, Refusal, bad_proof, graph_refusal, token_refusal

LIST_PATH = re.compile(rf"/v1\.0/(applications|servicePrincipals)/({GUID})\?\$select=id,appId,keyCredentials")

REFUSALS = {
    "bad-proof": lambda: bad_proof("refused as told"),
    "lifetime": lambda: graph_refusal(
        400, "CredentialInvalidLifetimeAsPerAppPolicy", "Credential lifetime exceeds the max value allowed.", "as told"
    ),
    "ca-wanted": lambda: graph_refusal(
        400, "KeyCredentialsTrustedCertificateAuthorityRequired", "A trusted certificate authority is required.", "as told"
    ),
    "object-full": lambda: graph_refusal(
        400, "Directory_ResourceSizeExceeded", "The size of the object has exceeded its limit.", "as told"
    ),
    "locked": lambda: graph_refusal(
        400, "CannotUpdateLockedServicePrincipalProperty", "Property keyCredentials is locked.", "as told"
    ),
    "nothing-to-remove": lambda: graph_refusal(
        400, "Request_BadRequest", "No credentials found to be removed.", "as told"
    ),
    "denied": lambda: graph_refusal(
        403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", "as told"
    ),
    "wrong-object": lambda: graph_refusal(404, "Request_ResourceNotFound", "Resource does not exist.", "as told"),
    "throttled": lambda: graph_refusal(429, "TooManyRequests", "Too many requests.", "as told"),
    "key-ended": lambda: token_refusal(
        700027, "Client assertion contains an invalid signature. [Reason - The key used is expired.]", "as told"
    ),
}


class Lost(Exception):
    """The answer never arrives, though what was asked for was done."""


class Directory(judge_service.Directory):
    def __init__(self, settings):
        super().__init__(settings)
        self.added = {}
        self.old = dict(self.keys)
        self.asked = {}
        self.list_count = 0

    def now(self):
        return int(Path(self.settings["clock"]).read_text()) if "clock" in self.settings else super().now()

    @property
    def modes(self):
        return json.loads(Path(self.settings["modes"]).read_text()) if "modes" in self.settings else {}

    def refuse(self, action):
        name = self.modes.get("refuse", {}).get(action)
        if name:
            raise REFUSALS[name]()

    def lose(self, action):
        if action in self.modes.get("lost", []):
            raise Lost(action)

    def find(self, header):
        """A key that was added is not known to those who ask too early."""
        found = super().find(header)
        for key_id, certificate in self.added.items():
            if certificate is found:
                self.asked[key_id] = self.asked.get(key_id, 0) + 1
                if self.asked[key_id] <= self.modes.get("lag", 0):
                    return None
        return found

    def token(self, headers, body):
        self.refuse("token")
        answer = super().token(headers, body)
        # For the test, which looks where it went.
        print(json.dumps({"access_token": answer[1]["access_token"]}), flush=True)
        self.lose("token")
        return answer

    def graph(self, path, headers, body):
        parts = LIST_PATH.fullmatch(path)
        if not parts:
            return super().graph(path, headers, body)
        self.judge_access(headers)
        if parts[2] != self.settings["objects"].get(parts[1]):
            raise REFUSALS["wrong-object"]()
        if self.modes.get("list") == "forbidden":
            raise REFUSALS["denied"]()
        self.refuse("list")
        self.list_count += 1
        is_stale = self.modes.get("replicas") == ("even" if self.list_count % 2 == 0 else "odd")
        return 200, {
            "@odata.context": f"https://{self.settings['graph_host']}/v1.0/$metadata#{parts[1]}(id,appId,keyCredentials)/$entity",
            "id": parts[2],
            "appId": self.settings["client_id"],
            "keyCredentials": [self.entry(key_id, of) for key_id, of in (self.old if is_stale else self.keys).items()],
        }

    def judge_access(self, headers):
        kind, token = headers.get("Authorization", " ").split(" ", 1)
        if kind != "Bearer" or token not in self.access_tokens:
            raise graph_refusal(401, "InvalidAuthenticationToken", "Access token is empty or invalid.", "access token")

    @staticmethod
    def entry(key_id, certificate):
        return {
            "customKeyIdentifier": base64.b64encode(certificate.fingerprint(SHA1())).decode(),
            "displayName": None,
            "endDateTime": certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "key": base64.b64encode(certificate.public_bytes(Encoding.DER)).decode(),
            "keyId": key_id,
            "startDateTime": certificate.not_valid_before_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "type": "AsymmetricX509Cert",
            "usage": "Verify",
        }

    def add_key(self, request, owner):
        self.refuse("addKey")
        before = set(self.keys)
        answer = super().add_key(request, owner)
        (key_id,) = set(self.keys) - before
        self.added[key_id] = self.keys[key_id]
        if self.modes.get("double"):
            self.keys[str(uuid.uuid4())] = self.keys[key_id]
        self.lose("addKey")
        return answer

    def remove_key(self, request, owner):
        self.refuse("removeKey")
        answer = super().remove_key(request, owner)
        self.lose("removeKey")
        return answer


class Tenant:
    """Several applications, each with what is registered on it."""

    def __init__(self, settings):
        self.settings = settings
        self.by_client, self.by_object = {}, {}
        for application in settings["applications"]:
            objects = {"applications": application["object_id"]}
            directory = Directory(settings | application | {"objects": objects})
            self.by_client[application["client_id"]] = directory
            self.by_object[application["object_id"]] = directory
        self.now, self.any = directory.now, directory

    @property
    def modes(self):
        return self.any.modes

    def token(self, headers, body):
        client = dict(urllib.parse.parse_qsl(body.decode("ascii"))).get("client_id")
        if client not in self.by_client:
            raise token_refusal(700016, "Application was not found in the directory.", "client_id")
        return self.by_client[client].token(headers, body)

    def graph(self, path, headers, body):
        parts = re.search(GUID, path)
        if not parts or parts[0] not in self.by_object:
            raise REFUSALS["wrong-object"]()
        return self.by_object[parts[0]].graph(path, headers, body)


class Handler(judge_service.Handler):
    def do_GET(self):
        directory = self.server.directory
        if self.headers.get("Host") != directory.settings["graph_host"]:
            return super().do_GET()
        try:
            status, answer = directory.graph(self.path, self.headers, b"")
            finding = None
        except Refusal as refusal:
            status, answer, finding = refusal.status, refusal.body, str(refusal)
        return self.answer(status, answer, finding)

    def do_POST(self):
        try:
            super().do_POST()
        except Lost as lost:
            print(json.dumps({"path": self.path, "status": None, "finding": f"the answer to {lost} is lost"}), flush=True)
            self.close_connection = True

    def date_time_string(self, timestamp=None):
        directory = self.server.directory
        return email.utils.formatdate(directory.now() + directory.modes.get("skew", 0), usegmt=True)


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text())
    judge_service.serve((Tenant if "applications" in given else Directory)(given), Handler)

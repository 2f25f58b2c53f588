"""Stands in for Entra's token endpoint and for Microsoft Graph on the loopback, as their documents describe them.

Argument: a file with JSON:
    tls_certificate, tls_key   the files of this server's own certificate and key
    login_host, graph_host     the hosts it answers for; a request for another is answered with 421
    tenant, client_id          of the one application it knows
    objects                    {"applications": object id, "servicePrincipals": object id}, both with client_id as appId
    registered                 {keyId: file of a certificate}
    idle_seconds               half a minute by default
Prints its port, then a line of JSON for each request, with what was found. Ends when nothing was asked for so long.
"""

import base64
import binascii
import http.server
import json
import re
import secrets
import ssl
import sys
import time
import urllib.parse
import uuid
from pathlib import Path

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate

IDLE_SECONDS = 30
PROOF_AUDIENCE = "00000002-0000-0000-c000-000000000000"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
KEY_PATH = re.compile(
    rf"/(v1\.0|beta)/(applications|servicePrincipals)(?:/({GUID})|\(appId='({GUID})'\))/(addKey|removeKey)"
)


class Refusal(Exception):
    """An answer that is an error; `finding` is what was wrong in truth, for the log."""

    def __init__(self, status, body, finding):
        super().__init__(finding)
        self.status, self.body = status, body


def graph_refusal(status, code, message, finding):
    return Refusal(status, {"error": {"code": code, "message": message, "innerError": {"date": "2026-11-21T14:00:00"}}}, finding)


def bad_proof(finding):
    return graph_refusal(401, "Authentication_MissingOrMalformed", "Access Token missing or malformed.", finding)


def token_refusal(number, message, finding, error="invalid_client"):
    return Refusal(
        400 if error == "invalid_request" else 401,
        {
            "error": error,
            "error_description": f"AADSTS{number}: {message} Trace ID: {uuid.uuid4()} Correlation ID: {uuid.uuid4()}",
            "error_codes": [number],
        },
        finding,
    )


def thumbprint(certificate, algorithm):
    return base64.urlsafe_b64encode(certificate.fingerprint(algorithm)).rstrip(b"=").decode()


class Directory:
    """What is registered, and which access tokens were given out."""

    def __init__(self, settings):
        self.settings = settings
        self.keys = {
            key_id: load_pem_x509_certificate(Path(path).read_bytes())
            for key_id, path in settings["registered"].items()
        }
        self.access_tokens = set()

    def now(self):
        """Seconds since 1970."""
        return time.time()

    def claims(self, token, certificate, algorithms, **wanted):
        """What a token says once its signature, issuer and audience are right, and its window is open."""
        claims = jwt.decode(
            token, certificate.public_key(), algorithms=algorithms, **wanted | {
                "options": wanted["options"] | {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
            },
        )
        if claims["exp"] <= self.now():
            raise jwt.ExpiredSignatureError("Signature has expired")
        if claims["nbf"] > self.now():
            raise jwt.ImmatureSignatureError("The token is not yet valid (nbf)")
        return claims

    def find(self, header):
        for certificate in self.keys.values():
            if header.get("x5t#S256") == thumbprint(certificate, SHA256()):
                return certificate
            if "x5t#S256" not in header and header.get("x5t") == thumbprint(certificate, SHA1()):
                return certificate
        return None

    # The token endpoint

    def token(self, headers, body):
        if headers.get_content_type() != "application/x-www-form-urlencoded":
            raise token_refusal(900144, "The request body must be a form.", "media type", "invalid_request")
        form = urllib.parse.parse_qs(body.decode("ascii"), strict_parsing=True, keep_blank_values=True)
        if any(len(values) != 1 for values in form.values()):
            raise token_refusal(900144, "A parameter is repeated.", "repeated", "invalid_request")
        form = {name: values[0] for name, values in form.items()}
        for name, value in {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "scope": f"https://{self.settings['graph_host']}/.default",
        }.items():
            if form.get(name) != value:
                raise token_refusal(900144, f"The request body must contain {name}.", name, "invalid_request")
        if form.get("client_id") != self.settings["client_id"]:
            raise token_refusal(700016, "Application was not found in the directory.", "client_id")
        self.judge_assertion(form.get("client_assertion", ""), form["client_id"])
        access_token = secrets.token_urlsafe(48)
        self.access_tokens.add(access_token)
        return 200, {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": access_token}

    def judge_assertion(self, assertion, client_id):
        try:
            header = jwt.get_unverified_header(assertion)
        except jwt.PyJWTError as error:
            raise token_refusal(50027, "JWT token is invalid or malformed.", str(error))
        if header.get("typ") != "JWT":
            raise token_refusal(5002727, "Invalid JWT header type specified.", "typ")
        if header["alg"] not in ("RS256", "PS256"):
            raise token_refusal(5002738, "Invalid JWT token. The algorithm is not supported.", "alg")
        certificate = self.find(header)
        if certificate is None:
            sent = header.get("x5t#S256") or header.get("x5t") or ""
            received = base64.urlsafe_b64decode(sent + "=" * (-len(sent) % 4)).hex().upper()
            raise token_refusal(
                700027,
                "The certificate with identifier used to sign the client assertion is not registered on application."
                f" [Reason - The key was not found., Thumbprint of key used by client: '{received}']",
                "thumbprint",
            )
        host = self.settings["login_host"]
        tenant = self.settings["tenant"]
        audiences = [f"https://{host}/{tenant}/{form}" for form in ("oauth2/v2.0/token", "v2.0", "v2.0/", "oauth2/token")]
        try:
            claims = self.claims(
                assertion, certificate, [header["alg"]], audience=audiences,
                options={"require": ["aud", "iss", "sub", "jti", "nbf", "exp"]},
            )
        except jwt.InvalidSignatureError as error:
            raise token_refusal(
                700027, "Client assertion contains an invalid signature. [Reason - The key was used.]", str(error)
            )
        except jwt.InvalidAudienceError as error:
            raise token_refusal(700023, "Client assertion audience claim does not match Realm issuer.", str(error))
        except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
            raise token_refusal(700024, "Client assertion is not within its valid time range.", str(error))
        except jwt.PyJWTError as error:
            raise token_refusal(50027, "JWT token is invalid or malformed.", str(error))
        if not claims["iss"] == claims["sub"] == client_id:
            raise token_refusal(700021, "Client assertion application identifier doesn't match 'client_id'.", "iss or sub")

    # Graph

    def graph(self, path, headers, body):
        kind, token = headers.get("Authorization", " ").split(" ", 1)
        if kind != "Bearer" or token not in self.access_tokens:
            raise graph_refusal(401, "InvalidAuthenticationToken", "Access token is empty or invalid.", "access token")
        parts = KEY_PATH.fullmatch(path)
        if not parts:
            raise graph_refusal(400, "BadRequest", "Resource not found for the segment.", "path")
        _, collection, object_id, app_id, action = parts.groups()
        owner = self.settings["objects"].get(collection)
        if owner is None or object_id not in (None, owner) or app_id not in (None, self.settings["client_id"]):
            raise graph_refusal(404, "Request_ResourceNotFound", "Resource does not exist.", "object")
        if headers.get_content_type() != "application/json":
            raise graph_refusal(415, "UnsupportedMediaType", "The media type is not supported.", "media type")
        try:
            request = json.loads(body)
        except ValueError as error:
            raise graph_refusal(400, "BadRequest", "Unable to read JSON request payload.", str(error))
        if action == "removeKey":
            return self.remove_key(request, owner)
        return self.add_key(request, owner)

    def judge_proof(self, proof, owner):
        """Whatever is wrong with a proof, the answer is the same, and blames the access token."""
        if "=" in proof:
            raise bad_proof("padding")
        try:
            header = jwt.get_unverified_header(proof)
            certificate = self.find({"x5t": header.get("x5t")})
            if certificate is None:
                raise bad_proof("x5t is of no registered certificate")
            if certificate.not_valid_after_utc.timestamp() < self.now():
                raise bad_proof("the registered certificate has expired")
            claims = self.claims(
                proof, certificate, ["RS256"], audience=PROOF_AUDIENCE, issuer=owner,
                options={"require": ["aud", "iss", "nbf", "exp"]},
            )
        except jwt.PyJWTError as error:
            raise bad_proof(str(error))
        if claims["exp"] - claims["nbf"] > 600:
            raise bad_proof("longer than ten minutes")

    def add_key(self, request, owner):
        if set(request) != {"keyCredential", "passwordCredential", "proof"}:
            raise graph_refusal(400, "BadRequest", "Invalid parameters.", f"members {sorted(request)}")
        credential = request["keyCredential"]
        if not {"type", "usage", "key"} <= set(credential) <= {"type", "usage", "key", "displayName"}:
            raise graph_refusal(400, "BadRequest", "Invalid keyCredential.", f"members {sorted(credential)}")
        try:
            key = base64.b64decode(credential["key"], validate=True)
        except binascii.Error as error:
            message = "Cannot convert a primitive value to the expected type 'Edm.Binary'."
            raise graph_refusal(400, "BadRequest", message, str(error))
        self.judge_proof(request["proof"], owner)
        certificate = self.new_certificate(credential, key, request["passwordCredential"])
        if len(credential.get("displayName", "")) > 90:
            raise graph_refusal(400, "Request_BadRequest", "displayName is too long.", "displayName")
        key_id = str(uuid.uuid4())
        self.keys[key_id] = certificate
        return 200, {
            "@odata.context": f"https://{self.settings['graph_host']}/v1.0/$metadata#microsoft.graph.keyCredential",
            "customKeyIdentifier": base64.b64encode(certificate.fingerprint(SHA1())).decode(),
            "displayName": credential.get("displayName"),
            "endDateTime": certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "key": None,
            "keyId": key_id,
            "startDateTime": certificate.not_valid_before_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "type": credential["type"],
            "usage": credential["usage"],
        }

    def new_certificate(self, credential, key, password):
        message = "Invalid credential value. Cannot find the requested object."
        try:
            if (credential["type"], credential["usage"]) == ("X509CertAndPassword", "Sign"):
                private_key, certificate, _ = load_key_and_certificates(key, password["secretText"].encode())
                if private_key.public_key() != certificate.public_key():
                    raise ValueError("the certificate is of another key")
            elif (credential["type"], credential["usage"], password) == ("AsymmetricX509Cert", "Verify", None):
                certificate = load_der_x509_certificate(key)
            else:
                raise ValueError("type, usage and password do not go together")
        except (ValueError, TypeError, AttributeError, KeyError, UnsupportedAlgorithm) as error:
            raise graph_refusal(400, "Request_BadRequest", message, str(error))
        public_key = certificate.public_key()
        if not isinstance(public_key, RSAPublicKey) or public_key.key_size < 2048:
            raise graph_refusal(400, "Request_BadRequest", message, "the key is no RSA key of 2048 bits")
        return certificate

    def remove_key(self, request, owner):
        if set(request) != {"keyId", "proof"}:
            raise graph_refusal(400, "BadRequest", "Invalid parameters.", f"members {sorted(request)}")
        self.judge_proof(request["proof"], owner)
        if request["keyId"] not in self.keys:
            raise graph_refusal(400, "Request_BadRequest", "No credentials found to be removed.", "keyId")
        del self.keys[request["keyId"]]
        return 204, None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self):
        settings = self.server.directory.settings
        authority = f"https://{settings['login_host']}/{settings['tenant']}"
        if self.headers.get("Host") != settings["login_host"] or not self.path.endswith("/.well-known/openid-configuration"):
            return self.answer(404, {"error": "not here"}, "unknown path")
        return self.answer(
            200,
            {
                "issuer": f"{authority}/v2.0",
                "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
                "token_endpoint": f"{authority}/oauth2/v2.0/token",
            },
            "discovery",
        )

    def do_POST(self):
        directory = self.server.directory
        settings = directory.settings
        body = self.rfile.read(int(self.headers["Content-Length"]))
        host = self.headers.get("Host")
        try:
            if host == settings["login_host"] and self.path == f"/{settings['tenant']}/oauth2/v2.0/token":
                status, answer = directory.token(self.headers, body)
            elif host == settings["graph_host"]:
                status, answer = directory.graph(self.path, self.headers, body)
            else:
                raise Refusal(421, {"error": "misdirected"}, f"{host}{self.path}")
            finding = None
        except Refusal as refusal:
            status, answer, finding = refusal.status, refusal.body, str(refusal)
        self.answer(status, answer, finding)

    def answer(self, status, body, finding):
        text = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        if body is not None:
            self.send_header("Content-Type", "application/json")
        self.send_header("request-id", str(uuid.uuid4()))
        self.send_header("Content-Length", str(len(text)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(text)
        self.close_connection = True
        print(json.dumps({"path": self.path, "status": status, "finding": finding}), flush=True)

    def log_message(self, *_):
        pass


class Server(http.server.HTTPServer):
    timeout = IDLE_SECONDS
    is_idle = False

    def handle_timeout(self):
        self.is_idle = True

    def handle_error(self, request, client_address):
        print(json.dumps({"path": None, "status": None, "finding": repr(sys.exc_info()[1])}), flush=True)


def serve(directory, handler=Handler):
    settings = directory.settings
    server = Server(("127.0.0.1", 0), handler)
    server.timeout = settings.get("idle_seconds", IDLE_SECONDS)
    server.directory = directory
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings["tls_certificate"], settings["tls_key"])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_port, flush=True)
    while not server.is_idle:
        server.handle_request()


if __name__ == "__main__":
    serve(Directory(json.loads(Path(sys.argv[1]).read_text())))

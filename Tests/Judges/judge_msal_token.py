"""Has MSAL Python trade a client assertion that it is given for an access token, at a server on the loopback.

Arguments: the port, the file of the certificate to trust, the login host, the tenant, the client id and the scope.
Standard input: the assertion. Prints the access token, or the error, as JSON.
"""

import json
import sys

import msal
import requests
import urllib3.util.connection


def main():
    port, trusted, host, tenant, client_id, scope = sys.argv[1:]
    # Whatever host is asked for is on the loopback; TLS goes by its name all the same.
    connect = urllib3.util.connection.create_connection
    urllib3.util.connection.create_connection = lambda _, *rest, **options: connect(("127.0.0.1", int(port)), *rest, **options)
    session = requests.Session()
    session.trust_env = False
    session.verify = trusted
    application = msal.ConfidentialClientApplication(
        client_id,
        client_credential={"client_assertion": sys.stdin.read().strip()},
        authority=f"https://{host}/{tenant}",
        http_client=session,
        instance_discovery=False,
    )
    json.dump(application.acquire_token_for_client([scope]), sys.stdout)


if __name__ == "__main__":
    main()

extension Meanings {
  /// The second half of the table: the ids of tokens and their checks.
  static let tokenTable = """
    # Form of a token
    token-empty: an empty token
    token-too-large: a token of more than 64 KiB
    token-json-serialization: a token in JSON serialization instead of compact serialization
    token-segment-count: a token that does not have three segments
    token-unreadable-segment: a segment that is not base64url
    unreadable: a segment that cannot be decoded
    empty-segment: an empty header, payload or signature
    base64-padding: `=` where it is not allowed, or too little of it in standard base64
    base64-other-alphabet: `+` and `/` in base64url, or `-` and `_` in standard base64
    base64-whitespace: white space, which includes a line break at the end
    base64-illegal-character: a character of neither alphabet
    base64-impossible-length: a length that base64 never has
    base64-unused-bits: a second spelling of the same bytes
    json-too-large: JSON of more than 64 KiB; of more than 1 MiB in a saved answer
    json-too-deep: JSON nested deeper than 16
    json-too-many-elements: more than 1024 elements and members, counting nested ones; more than 128 in a header, \
    16384 in a saved answer
    json-invalid-encoding: not UTF-8, or with a byte order mark
    json-syntax: not JSON
    json-lone-surrogate: an escape that is half of a pair
    json-duplicate-name: a name that occurs twice in one object
    json-trailing-data: something after the value
    json-not-an-object: JSON that is not an object

    # Header and signature of a token
    critical-header: `crit`, whatever it contains
    forbidden-header: `b64`, `zip`, `jku` or `x5u`
    unknown-header: a header name that the profile does not know
    embedded-key: `jwk` in the header
    wrong-type: the wrong `typ`
    missing-type: no `typ`
    algorithm-none: `alg` is `none`: the token is not signed
    algorithm-symmetric: an `alg` that uses a shared secret
    algorithm-malformed: an `alg` that is missing or not a string
    algorithm-unknown: an `alg` that is not an RSA signature
    algorithm-not-allowed: an `alg` that is not allowed
    algorithm-unproven: an `alg` that no document names for this token
    key-unfit: a key that is not RSA
    key-broken: RSA numbers with which a signature proves nothing
    key-too-small: RSA below 2048 bits
    key-too-large: RSA above 8192 bits
    key-roca: an RSA key with the fingerprint of ROCA (CVE-2017-15361): others may be able to compute it
    key-exponent-small: an exponent below 65537
    key-not-for-algorithm: a key whose parameters, or whose JSON Web Key, forbid `alg`
    key-not-of-certificate: a certificate with another public key than the one used to verify
    key-not-given: no given key could have signed the token
    hint-missing: the header has none of the names that the service finds the certificate by
    hint-malformed: a hint that is not a string
    hint-pairing: a thumbprint that is not the one documented for this `alg`
    thumbprint-encoding: a thumbprint that is not base64url without padding
    thumbprint-hex-text: the hexadecimal text of a thumbprint instead of its bytes
    thumbprint-wrong-hash: SHA-256 in `x5t`, or SHA-1 in `x5t#S256`
    thumbprint-length: a number of bytes that no thumbprint has
    thumbprint-of-another: the thumbprint of another certificate
    thumbprint-not-comparable: a thumbprint, and only a bare key to compare it with; a failure if the service finds \
    the certificate by the thumbprint
    kid-of-another: a `kid` of another key; a warning if the service finds the certificate by its thumbprint
    kid-missing: no `kid`
    x5c-malformed: an `x5c` that is not an array of base64 certificates
    x5c-order: the signing certificate is in `x5c`, but not first
    x5c-broken-chain: a certificate in `x5c` that the next one did not issue
    x5c-of-another: an `x5c` without the key's certificate
    bad-signature: not a signature of this key over these bytes: the token was altered, or another key signed it. A \
    bad signature of a PKCS #11 token or a program is not written
    signed-by-another: the header names one of the given keys, and another of them signed
    key-not-registered: the header names none of the given certificates, and none of them signed; or the certificate \
    is not in the saved answer
    no-key-verifies: the header names none of the given keys, and none of them signed
    certificate-not-given: a registered certificate that is not in the saved answer, or cannot be used because it is \
    not RSA
    certificate-expired: the certificate has expired; a warning if it was given as a public key
    certificate-not-yet-valid: the certificate is not valid yet, or the clock is behind
    certificate-ends-early: the certificate expires before the token
    certificate-usage: a key usage without digitalSignature
    certificate-weak-signature: a certificate signed with SHA-1 or MD5
    registration-expired: the entry of the certificate has expired
    registration-not-yet-valid: the entry of the certificate is not valid yet
    registration-ends-early: the entry of the certificate expires before the token
    registration-of-another: the saved answer is of another object than `iss` names
    last-valid-registration: the entry that signed is the only valid one

    # Claims of a token
    claim-missing: a required claim that is missing
    claim-forbidden: a claim that is not allowed
    claim-malformed: a claim of the wrong kind or form
    claim-mismatch: a value that differs from the expected one
    claim-empty: an empty value
    claim-tolerated: another value that is reported to work
    claim-known-mistake: a wrong value that is in a published sample
    audience-several: several audiences
    claim-unexpected: a claim that the profile does not know
    exp-missing: no `exp`, so the token never expires
    date-malformed: a date that is not a number
    date-as-string: a date as a string
    date-fractional: a date with a fraction or exponent
    date-out-of-range: a date outside the years 0 to 9999; of a certificate, before 1950
    date-in-milliseconds: a date in milliseconds
    date-near-1970: a date in or before 1970, which looks like an offset or a duration
    not-yet-valid: `nbf` is in the future
    expired: `exp` is in the past
    issued-in-future: `iat` is in the future
    window-reversed: a window that ends before it starts
    window-too-long: a window that is longer than allowed
    window-empty: a window of zero seconds

    # Why a check was skipped, or compared nothing
    not-applicable: the check does not concern this token
    not-reached: an earlier check failed
    absent-optional: an optional part that the token does not have
    not-compared: no expected value was given to compare with; a warning for what a proof does not bind
    """
}

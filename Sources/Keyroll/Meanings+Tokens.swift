extension Meanings {
  /// The second half of the table, what tokens and their checks say, in the form of the first.
  static let tokenTable = """
    # Form of a token
    token-empty: nothing
    token-too-large: more than 64 KiB
    token-json-serialization: JSON where a compact serialization belongs
    token-segment-count: not three segments
    token-unreadable-segment: a segment that is not base64url
    unreadable: a segment that cannot be decoded
    empty-segment: an empty header, payload or signature
    base64-padding: `=` where none belongs, or too little of it in standard base64
    base64-other-alphabet: `+` and `/`, or `-` and `_`, where the other two belong
    base64-whitespace: white space, a line break at the end included
    base64-illegal-character: a character of neither alphabet
    base64-impossible-length: a length that no bytes encode to
    base64-unused-bits: a second spelling of the same bytes
    json-too-large: JSON of more than 64 KiB; of more than 1 MiB in a saved answer
    json-too-deep: nested deeper than 16
    json-too-many-elements: more than 1024 elements and members, nested ones counted; in a header more than 128, in a saved \
    answer more than 16384
    json-invalid-encoding: not UTF-8, or with a byte order mark
    json-syntax: not JSON
    json-lone-surrogate: an escape that is half of a pair
    json-duplicate-name: a name twice in one object
    json-trailing-data: something after the value
    json-not-an-object: JSON that is not an object

    # Header and signature of a token
    critical-header: `crit`, of any content
    forbidden-header: `b64`, `zip`, `jku` or `x5u`
    unknown-header: a header name that the profile does not know
    embedded-key: `jwk` in the header
    wrong-type: another `typ`
    missing-type: no `typ`
    algorithm-none: `alg` none: not signed
    algorithm-symmetric: `alg` of a shared secret
    algorithm-malformed: `alg` missing or not a string
    algorithm-unknown: an `alg` that is not an RSA signature
    algorithm-not-allowed: an `alg` that is not on the list
    algorithm-unproven: an `alg` that no document names for this token
    key-unfit: a key that is not RSA
    key-broken: RSA numbers under which a signature proves nothing
    key-too-small: RSA below 2048 bits
    key-too-large: RSA above 8192 bits
    key-roca: an RSA key with the fingerprint of ROCA (CVE-2017-15361), which others can perhaps compute
    key-exponent-small: an exponent below 65537
    key-not-for-algorithm: a key whose parameters, or whose JSON Web Key, forbid `alg`
    key-not-of-certificate: a certificate over another key than the one verified with
    key-not-given: no key that could have signed the token was given
    hint-missing: none of the header names by which the service finds the certificate
    hint-malformed: a hint that is not a string
    hint-pairing: a thumbprint that is not the one documented with this `alg`
    thumbprint-encoding: a thumbprint that is not base64url without padding
    thumbprint-hex-text: the hexadecimal text of a thumbprint instead of its bytes
    thumbprint-wrong-hash: SHA-256 in `x5t`, or SHA-1 in `x5t#S256`
    thumbprint-length: a number of bytes that no thumbprint has
    thumbprint-of-another: the thumbprint of another certificate
    thumbprint-not-comparable: a thumbprint, and only a bare key to compare it with; a failure where the service finds the \
    certificate by it
    kid-of-another: a `kid` that is not of this key; a warning where the service finds the certificate by its thumbprint
    kid-missing: no `kid`
    x5c-malformed: an `x5c` that is not an array of base64 certificates
    x5c-order: the signing certificate is in `x5c`, but not first
    x5c-broken-chain: a certificate in `x5c` that the next one did not issue
    x5c-of-another: an `x5c` without the certificate of the key
    bad-signature: not signed by this key over these bytes: an altered token, or another key. From a PKCS #11 token or a \
    program: its signature was not handed out
    signed-by-another: signed by another key that was given than the one that the header names
    key-not-registered: the header names none of those given, and none of them signed; or a certificate that the saved answer \
    does not have
    no-key-verifies: the header names none of several keys given, and none of them signed
    certificate-not-given: a certificate that is registered, but not in the saved answer, or of no use because it is not RSA
    certificate-expired: the certificate had ended; a warning where it was given as a public key
    certificate-not-yet-valid: the certificate had not begun, or the clock is behind
    certificate-ends-early: the certificate ends before the token
    certificate-usage: a key usage without digitalSignature
    certificate-weak-signature: a certificate signed by SHA-1 or MD5
    registration-expired: the entry of the certificate had ended
    registration-not-yet-valid: the entry of the certificate had not begun
    registration-ends-early: the entry of the certificate ends before the token
    registration-of-another: the saved answer is of another object than `iss` names
    last-valid-registration: no other entry would be valid without the one that signed

    # Claims of a token
    claim-missing: a claim that must be there
    claim-forbidden: a claim that must not be there
    claim-malformed: a claim of the wrong kind or form
    claim-mismatch: another value than expected
    claim-empty: an empty value
    claim-tolerated: another value that is reported to work
    claim-known-mistake: a wrong value that a published sample has
    audience-several: several audiences
    claim-unexpected: a claim that the profile does not know
    exp-missing: no `exp`, so that the token never ends
    date-malformed: a date that is not a number
    date-as-string: a date as a string
    date-fractional: a date with a fraction or exponent
    date-out-of-range: a date outside the years 0 to 9999; of a certificate, before 1950
    date-in-milliseconds: a date in milliseconds
    date-near-1970: a date in or before 1970, which looks like an offset or a duration
    not-yet-valid: `nbf` is ahead
    expired: `exp` is past
    issued-in-future: `iat` is ahead
    window-reversed: a window that ends before it starts
    window-too-long: a window longer than allowed
    window-empty: a window without length

    # Why a check was skipped, or compared nothing
    not-applicable: it does not concern this token
    not-reached: an earlier check failed
    absent-optional: what it judges is not there and need not be
    not-compared: no expected value was given to compare it with; a warning for what a proof does not bind
    """
}

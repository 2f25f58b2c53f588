/// What every error id and every reason of a check means. The tables of `docs/errors.md` are made from this one.
public enum Meanings {
  /// An id, and what was wrong as a fragment of a sentence in Markdown.
  public typealias Row = (id: String, meaning: String)

  /// Rows under one title.
  public struct Section: Sendable {
    /// The heading of the section.
    public let title: String
    /// The ids, in their order.
    public let rows: [Row]

    /// The rows as a table of `docs/errors.md`.
    public var markdown: String {
      "| id | what it means |\n|---|---|\n" + rows.map { "| `\($0.id)` | \($0.meaning) |\n" }.joined()
    }
  }

  /// In the order of `docs/errors.md`.
  public static let sections: [Section] = {
    var sections: [Section] = []
    var title = ""
    var rows: [Row] = []
    func close() { if !rows.isEmpty { sections.append(Section(title: title, rows: rows)) } }
    for line: Substring in (table + "\n" + tokenTable).split(separator: Character("\n")) {
      if let row = row(line) {
        rows.append(row)
      } else {
        close()
        title = String(line.dropFirst(2))
        rows = []
      }
    }
    close()
    return sections
  }()

  /// Every row, in the order of `docs/errors.md`.
  public static let all: [Row] = sections.flatMap(\.rows)

  /// Nil for an id that this version does not know.
  public static func meaning(of id: String) -> String? { all.first { $0.id.utf8.elementsEqual(id.utf8) }?.meaning }

  private static func row(_ line: Substring) -> Row? {
    guard line.utf8.first != UInt8(ascii: "#"), let colon = line.firstIndex(of: ":") else { return nil }
    return (String(line[..<colon]), String(line[colon...].dropFirst(2)))
  }

  /// A title after `#`, then a row to each line: the id, a colon and its meaning.
  private static let table = """
    # Key references and files
    malformed-key-reference: a key reference that names no key, or has an attribute that is unknown, repeated or \
    badly escaped
    secret-in-reference: a reference that contains a password or PIN, such as `pin-value` or `password`
    unknown-key-scheme: a scheme that keyroll does not know
    file-unreadable: a file that does not exist or cannot be read
    file-too-large: a file that is larger than keyroll reads for its kind
    unrecognised-key-file: a file that is not a key, certificate or PFX
    malformed-pem: PEM with a broken block
    malformed-key: a key whose encoding is broken
    malformed-pfx: a PFX whose structure is broken
    malformed-certificate: a certificate whose encoding is broken
    malformed-jwk: a JSON Web Key that is broken, or contains the private part
    trailing-data: bytes after the end of a key, certificate or PFX
    iteration-count-too-high: a password protection that would take too long to open; nothing was tried
    unsupported-protection: a protection by an algorithm that is not available on this machine
    damaged-file: contents that do not decrypt, although the password is right

    # Passwords
    password-required: a protected file, without a password and without a terminal to ask on
    wrong-password: the password does not open the file
    secret-unavailable: a source of a password or PIN that cannot be read, is empty, or contains a byte order mark, \
    UTF-16, a second line or a control character

    # Tokens of PKCS #11
    pin-required: a token that wants a PIN, without a PIN and without a terminal to ask on; or a token whose PIN was \
    never set
    wrong-pin: a PIN that is not the PIN of the token; it was tried once. Or a PIN of a length that the token does \
    not take; it was not tried
    pin-locked: too many wrong PINs; nothing was tried
    final-pin-try: only one try is left, and `--final-pin-try` was not given; nothing was tried
    login-unproven: another part of this process is logged in, so the token did not check the PIN
    module-unavailable: a module that is missing, is not a module, lacks functions, cannot start, or can be changed \
    by other users
    no-such-token: no token matches; the message lists the tokens that are there
    several-tokens: several tokens want a PIN; the message lists them
    mechanism-unavailable: the token does not have the algorithm
    device-failed: a call to the device failed; the message has its name and what it returned
    device-timeout: a call to the device took too long
    device-unwatched: the system did not start the thread that ends a call which takes too long, so no call was made

    # Programs that sign
    program-unavailable: a program that is missing, is not a program, cannot be executed, or can be changed by other \
    users; or its interpreter can
    program-failed: a program that could not be started safely, or did not end with status 0
    program-refused: the program answered with an error; the message has it
    program-timeout: a program that took too long; it was ended
    malformed-answer: an output that is not one line with a signature or an error

    # Keys and certificates
    no-private-key: a file without a private key
    no-such-key: no key has the name or id asked for
    several-keys: several keys, and none was chosen; the message lists them
    no-certificate: a file without a certificate
    no-public-key: a file without a public key
    several-certificates: several certificates, and none or more than one is valid when the token begins; the \
    message lists them
    certificate-mismatch: a certificate that belongs to another key
    key-not-rsa: a key that is not RSA
    rsa-key-too-small: RSA below 2048 bits
    rsa-key-too-large: RSA above 8192 bits
    rsa-exponent-too-small: a public exponent below 65537
    broken-rsa-key: numbers that are not an RSA key, or a key whose trial signature does not verify
    rsa-key-roca: an RSA key that others can compute from its public part (ROCA, CVE-2017-15361)
    key-restricted: a key whose own parameters forbid the algorithm
    cryptography-failed: OpenSSL failed for another reason
    signing-failed: the signature could not be made

    # Signing
    key-mismatch: the verifier or the draft is for another key than the signer
    token-refused: the finished token failed its verification
    malformed-profile: a profile file with a mistake
    unknown-profile: no built-in profile has that name
    missing-parameter: a parameter that the profile needs was not given
    unknown-parameter: the profile has no such parameter
    malformed-parameter: a value of the wrong form
    certificate-needed: a header name that is made from a certificate, and a key without a certificate
    key-id-needed: the profile writes `kid`, and no key id was given
    reserved-claim: `iat`, `nbf` or `exp` given as a claim

    # Saved `keyCredentials`
    malformed-key-credentials: an answer without `keyCredentials`, or with an entry that cannot be read
    several-objects: the `keyCredentials` of several applications or service principals
    incomplete-answer: one page of an answer of several pages without the others, or a `$batch` with a response that failed
    no-key-credentials: no registered key verifies signatures, or no entry has its certificate
    repeated-page: two pages with the same next page: one was saved twice, or they form a circle
    object-differs: an object in two files that do not list the same keys or secrets
    no-next-page: an answer without a next page
    foreign-next-page: a next page on another host, or of another listing, than the requested one

    # Signing elsewhere
    malformed-signing-request: a file that is not a signing request, or has an unknown member
    unsupported-signing-request: a signing request of another version
    signing-input-mismatch: a signing input that is not the encoding of the header and claims
    to-be-signed-mismatch: to-be-signed bytes of a certificate that do not match its contents and public key
    digest-mismatch: a digest that is not the digest of the signing input or of the to-be-signed bytes
    algorithm-mismatch: an algorithm that differs from the header's `alg`
    window-mismatch: a window that differs from the claims
    summary-mismatch: a summary that differs from the other parts
    profile-mismatch: a request by another profile than the expected one
    parameter-mismatch: a request with another value than the expected one
    window-beyond-horizon: a window that starts further ahead than `--horizon`
    window-before-certificate: a window that starts before the certificate of the key does
    window-after-certificate: a window that ends after the certificate of the key does
    certificate-not-of-key: a request for a certificate that is not among those that come with the key
    not-confirmed: the answer on the terminal was not `yes`; nothing was signed
    form-unavailable: a DigestInfo for a PS algorithm, which does not use one
    malformed-signature: a signature that cannot be read in any form

    # New keys
    key-size-not-offered: a key size that keyroll does not make
    destination-not-offered: a place where keyroll makes no key or stores no certificate: a program, or a file with \
    another ending
    passwords-differ: the new password was typed differently the second time; nothing was made
    key-taken: an object on the token already has the label or the id
    key-generation-failed: the key could not be made
    new-key-trial-failed: the new key was opened again and does not sign; it was not kept
    key-not-discarded: something that was made could not be removed again; the message says what
    token-write-protected: a token that is write-protected
    token-read-only: a token that cannot be written now, or not by the user who is logged in
    token-full: a token with no room for another object
    token-not-offered: a token on which only its officer makes keys, with the tools of its maker
    pin-expired: a PIN that has to be changed first
    key-generation-unavailable: a token that does not make RSA keys by the standard's mechanism
    key-size-out-of-range: a key size that the token does not make
    new-key-differs: the token made another key than was asked for; it was removed again
    new-key-unprotected: the token would give the private key away; it was removed again
    certificate-not-stored: the certificate was not put on the token; everything else is done

    # New certificates and requests for them
    subject-empty: a subject, or a part of it, that is empty
    subject-too-long: a CN of more than 64 characters, or another part longer than X.509 allows
    subject-malformed: a subject that is neither plain text nor an RFC 4514 name
    lifetime-invalid: a lifetime that is zero or negative
    lifetime-too-long: a lifetime that is longer than the limit
    lifetime-over: a lifetime that has already ended
    clock-before-build: the clock shows a time before the program was built
    serial-malformed: a serial number that is not positive, or longer than 20 bytes
    certificate-algorithm-not-offered: an algorithm that certificates are not signed with
    certificate-key-not-offered: a key that is not an unrestricted RSA key of a good size
    certificate-differs: the new certificate, read again, differs from what was asked for; nothing was written
    malformed-certificate-request: a file that is not a single certificate request
    certificate-request-unproven: a certificate request whose signature does not verify with its own key

    # A signature that does not verify
    signature-wrong-length: a signature that is not as long as the key's modulus
    signature-of-another-key: only in `assemble`: made by another key than that of the certificate, or changed on \
    the way
    signature-byte-order: the bytes in reverse, as Windows' CryptoAPI gives them
    signature-pkcs1-for-pss: PKCS #1 v1.5 where PSS was asked for
    signature-pss-for-pkcs1: PSS where PKCS #1 v1.5 was asked for
    signature-without-digest-info: PKCS #1 v1.5 over the bare digest, or over a DigestInfo without its NULL
    signature-wrong-hash: another hash function
    signature-mask-hash: PSS with MGF1 over another hash function
    signature-salt-length: PSS with a salt that is not as long as the digest
    signature-digest-hashed-again: the digest, or its DigestInfo, was hashed once more
    signature-of-hex-text: the hexadecimal text was signed instead of the bytes
    signature-of-base64-text: the base64 text was signed instead of the bytes
    signature-with-newline: a line break was signed as well
    signature-of-other-content: only in `assemble`: made by the right key over other bytes

    # Requests for another machine
    address-malformed: a configuration for an address that keyroll does not write
    host-unknown: a host that is not in any of the listed clouds; `request check` rejects it unless an option names \
    it
    host-mismatch: a request to another host than the expected one
    scope-mismatch: another scope than the expected one, or than `/.default` of the Graph of that cloud
    key-id-mismatch: a request that removes another key than the expected one
    new-certificate-mismatch: a request that adds another certificate than the expected one
    signer-mismatch: a token that was not signed with the key of a certificate given
    signer-not-named: nothing but the request itself names the signing certificate
    request-mismatch: an expected value that a request of this kind does not have
    object-mismatch: a request for another object than the expected one, or than the object of the saved \
    `keyCredentials`
    configuration-altered: a file for curl that is not, byte for byte, what keyroll writes
    body-malformed: a body that keyroll does not write, or not for this address
    request-too-large: a body of more than 64 KiB
    display-name-too-long: a display name of more than 90 characters
    key-not-base64: a `key` that is not standard base64
    key-not-certificate: a `key` that is not a certificate in DER
    private-key-in-body: a private key or a PFX where only a certificate may be
    password-not-text: a password that is not UTF-8, which JSON cannot carry
    password-not-needed: `--with-password` for a PFX that opens without one
    certificate-lifetime: a certificate that lives longer than `--max-lifetime`
    certificate-registered: a certificate that is already registered, or that signs the proof
    credential-unknown: a key to remove that is not among the saved `keyCredentials`
    credential-signs: a key to remove that signs the proof
    credential-last: a key to remove that is the last valid one
    file-missing: a file of the request that is missing or cannot be read
    file-differs: a file that does not match the request
    file-unexpected: a file in the folder that a request of this kind does not have
    file-not-regular: a link, folder, pipe, device or socket instead of a file
    file-owner: a file or folder of another user
    file-mode: a file or folder that other users can change
    sent-already: the folder has an answer, so the request was already sent
    token-rejected: a proof or an assertion that its profile rejects

    # Rollovers
    malformed-plan: `plan.json` is not what keyroll writes, or was written by a later version
    malformed-journal: a line of the journal is not what keyroll writes
    malformed-table: a table of rollovers with a mistake, at the line and column in the message
    folder-changeable: a folder that other users can change, and so choose which keys are used
    gate-closed: the old key cannot be removed yet
    step-too-early: another step has to come first
    rollover-ended: the rollover is already done or abandoned
    acknowledgement-missing: no one has confirmed that the workload uses the old key again
    evidence-unknown: an answer that is not of this rollover
    package-differs: a file of a returned package is not the one that was sent

    # The command
    usage: a command line that keyroll does not understand
    output-exists: a file that already exists
    output-unwritable: an output that cannot be written
    process-unprotected: the system refused to turn core dumps off, to occupy a closed standard stream, or to keep \
    OpenSSL from loading code that the environment names

    # QR codes
    qr-unavailable: libqrencode is not installed
    qr-not-drawable: a text with line breaks, unprintable characters or several spaces in a row; it is neither drawn \
    nor joined
    qr-too-long: a result that does not fit sixteen codes of a size that a camera reads
    qr-terminal-too-small: a terminal that is too small for a code
    qr-part-malformed: a line that is not a part of a text in several codes
    qr-parts-of-several: parts of different texts
    qr-part-missing: some parts are missing; the message lists them
    qr-checksum-mismatch: the parts do not make the text that was drawn

    # Answers of the services
    malformed-response: a saved answer that is empty, compressed, or broken in its status line or headers
    unrecognised-response: JSON that is not an answer of Graph or the token endpoint

    """
}

/// What every error id and every reason of a check means: the one table of them, from which the README's is made.
public enum Meanings {
  /// One id, with a fragment of a sentence that says what was wrong, in Markdown.
  public typealias Row = (id: String, meaning: String)

  /// The rows that stand together, and their title.
  public struct Section: Sendable {
    public let title: String
    public let rows: [Row]

    /// The rows as the README has them.
    public var markdown: String {
      "| id | what it means |\n|---|---|\n" + rows.map { "| `\($0.id)` | \($0.meaning) |\n" }.joined()
    }
  }

  /// In the order of the README.
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

  /// Every row, in the order of the README.
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
    malformed-key-reference: a key reference that names nothing, or has an attribute that is unknown, repeated or badly escaped
    secret-in-reference: a reference with a password or PIN in it, such as `pin-value` or `password`
    unknown-key-scheme: a scheme that keyroll does not know
    file-unreadable: a file that is not there or cannot be read
    file-too-large: a file larger than is read of its kind
    unrecognised-key-file: a file that is not a key, certificate or PFX
    malformed-pem: PEM whose blocks are broken
    malformed-key: a key whose encoding is broken
    malformed-pfx: a PFX whose structure is broken
    malformed-certificate: a certificate whose encoding is broken
    malformed-jwk: a JSON Web Key that is broken, or holds the private part
    trailing-data: bytes after the end of a key, certificate or PFX
    iteration-count-too-high: a password-based protection that would take too long; nothing was tried
    unsupported-protection: a protection by an algorithm that is not available here
    damaged-file: contents that do not decrypt although the password is right

    # Passwords
    password-required: a protected file, no password given and no terminal to ask on
    wrong-password: the password does not open the file
    secret-unavailable: a source of a password or PIN that cannot be read, is empty, or holds a byte order mark, UTF-16, a \
    second line or a control character

    # Tokens of PKCS #11
    pin-required: a token that wants a PIN, none given and no terminal to ask on; or a token whose PIN was never set
    wrong-pin: the PIN is not that of the token, and was tried once; or its length is not one that the token takes, and it was \
    not tried
    pin-locked: too many wrong PINs; nothing was tried
    final-pin-try: one try left, and `--final-pin-try` not given; nothing was tried
    login-unproven: somebody else in this process is logged in, so the token did not look at the PIN
    module-unavailable: a module that is missing, is not one, lacks functions, cannot start, or could be changed by other users
    no-such-token: no token matches; the message lists those there
    several-tokens: several tokens want a PIN; the message lists them
    mechanism-unavailable: the token does not have the algorithm
    device-failed: a call that failed, with its name and what it returned
    device-timeout: a call that did not come back in time
    device-unwatched: the system starts no thread that could end such a call, so none is made

    # Programs that sign
    program-unavailable: a program that is missing, is not one, cannot be executed, or could be changed by other users, or \
    whose interpreter could
    program-failed: a program that could not be started as it must be, or did not end with status 0
    program-refused: the program answered with an error, which the message holds
    program-timeout: a program that did not end in time, and was ended
    malformed-answer: an output that is not one line with a signature or an error

    # Keys and certificates
    no-private-key: a file without a private key
    no-such-key: no key of the name or id asked for
    several-keys: several keys and none chosen; the message lists them
    no-certificate: a file without a certificate
    no-public-key: a file without a public key
    several-certificates: several certificates of which not exactly one is valid when the token begins; the message lists them
    certificate-mismatch: a certificate that belongs to another key
    key-not-rsa: a key that is not RSA
    rsa-key-too-small: RSA below 2048 bits
    rsa-key-too-large: RSA above 8192 bits
    rsa-exponent-too-small: a public exponent below 65537
    broken-rsa-key: numbers that do not make an RSA key, or a key whose trial signature does not verify
    rsa-key-roca: an RSA key that others can compute from its public part (ROCA, CVE-2017-15361)
    key-restricted: a key whose own parameters forbid the algorithm
    cryptography-failed: OpenSSL failed for a reason of its own
    signing-failed: the signature could not be made

    # Signing
    key-mismatch: the verifier given, or the draft, is for another key than the signer
    token-refused: the finished token did not pass the verifier
    malformed-profile: a profile file that is wrong
    unknown-profile: no built-in profile of that name
    missing-parameter: the profile needs a parameter that was not given
    unknown-parameter: the profile has no such parameter
    malformed-parameter: a value that does not have the form it must have
    certificate-needed: a header hint that is made from a certificate, and the key has none
    key-id-needed: the profile writes `kid`, and none was given
    reserved-claim: `iat`, `nbf` or `exp` given as a claim

    # Saved `keyCredentials`
    malformed-key-credentials: an answer that holds no `keyCredentials`, or an entry that cannot be read
    several-objects: the `keyCredentials` of several applications or service principals
    incomplete-answer: one page of several, without the others, or a `$batch` with a response that failed
    no-key-credentials: nothing is registered that signatures are verified with, or no entry has its certificate
    repeated-page: two pages with the same next page: one was saved twice, or they go round in a circle
    object-differs: one object in two files that do not list the same keys or secrets
    no-next-page: an answer after which no page follows
    foreign-next-page: a next page on another host, or of another listing, than the one that was asked for

    # Signing elsewhere
    malformed-signing-request: a file that is not a signing request, or has a member that no signing request has
    unsupported-signing-request: a signing request of another version
    signing-input-mismatch: a signing input that is not the encoding of the header and claims
    to-be-signed-mismatch: to-be-signed bytes of a certificate that are not those of its contents and public key
    digest-mismatch: a digest that is not that of the signing input or of the to-be-signed bytes
    algorithm-mismatch: an algorithm that is not the header's `alg`
    window-mismatch: a window that is not that of the claims
    summary-mismatch: a summary that is not that of the other parts
    profile-mismatch: a request by another profile than the one asked for
    parameter-mismatch: a request for another value than the one expected
    window-beyond-horizon: a window that starts further ahead than `--horizon`
    window-before-certificate: a window that starts before the certificate of the key does
    window-after-certificate: a window that ends after the certificate of the key does
    certificate-not-of-key: a request for another certificate than those that come with the key
    not-confirmed: the answer on the terminal was not yes; nothing was signed
    form-unavailable: a DigestInfo for a PS algorithm, which does not use one
    malformed-signature: a signature that cannot be read in any form

    # New keys
    key-size-not-offered: a size of key that is not made
    destination-not-offered: a place where no key is made, or no certificate stored: a program, or a file of another ending
    passwords-differ: a new password that was typed differently the second time; nothing was made
    key-taken: a label or an id that an object on the token has already
    key-generation-failed: the key could not be made
    new-key-trial-failed: the new key, opened again from where it was put, does not sign; it was not kept
    key-not-discarded: something that was made could not be removed again; the message says what
    token-write-protected: a token that says that it cannot be written
    token-read-only: a token that lets nobody write now, or not who is logged in
    token-full: a token with no room for another object
    token-not-offered: a token on which only its officer makes keys, with tools of its maker
    pin-expired: a PIN that the token wants changed first
    key-generation-unavailable: a token that does not make RSA keys by the mechanism of the standard
    key-size-out-of-range: a size of key that the token does not make
    new-key-differs: the token made another key than was asked for; it was removed again
    new-key-unprotected: the token would give the private key away; it was removed again
    certificate-not-stored: the certificate was not put on the token; everything else is done

    # New certificates and requests for them
    subject-empty: a subject, or a part of it, without a character
    subject-too-long: a CN of more than 64 characters, or another part longer than X.509 allows
    subject-malformed: a subject that is neither plain text nor an RFC 4514 name
    lifetime-invalid: a life of no time at all, or of less
    lifetime-too-long: a life longer than the policy allows
    lifetime-over: a life whose last second is past
    clock-before-build: a clock that shows a time before the program was built
    serial-malformed: a serial number that is not positive, or longer than 20 bytes
    certificate-algorithm-not-offered: an algorithm that certificates are not signed with
    certificate-key-not-offered: a key that is not RSA of a good size without restriction
    certificate-differs: what was made, read again, does not say what was asked for; nothing was written
    malformed-certificate-request: a file that is not one certificate request
    certificate-request-unproven: a certificate request whose signature does not verify with its key

    # Signing elsewhere, signatures
    signature-wrong-length: not as long as the key's modulus
    signature-of-another-key: `assemble` alone: not made by the key of the certificate, or changed on its way
    signature-byte-order: the bytes in reverse, as Windows' CryptoAPI gives them
    signature-pkcs1-for-pss: PKCS #1 v1.5 where PSS was asked for
    signature-pss-for-pkcs1: PSS where PKCS #1 v1.5 was asked for
    signature-without-digest-info: PKCS #1 v1.5 over the bare digest, or over a DigestInfo without its NULL
    signature-wrong-hash: another hash function
    signature-mask-hash: PSS with MGF1 over another hash function
    signature-salt-length: PSS with a salt that is not as long as the digest
    signature-digest-hashed-again: the digest, or its DigestInfo, hashed once more
    signature-of-hex-text: the hexadecimal text instead of the bytes
    signature-of-base64-text: the base64 text instead of the bytes
    signature-with-newline: a line break was signed as well
    signature-of-other-content: `assemble` alone: made by the right key over something else

    # Requests for another machine
    address-malformed: a configuration that posts to an address that keyroll does not write
    host-unknown: a host that is in none of the clouds listed; `request check` rejects it unless an option names it
    host-mismatch: a request that is posted to another host than the one expected
    scope-mismatch: another scope than the one expected, or than `/.default` of the Graph of that cloud
    key-id-mismatch: a request that removes another key than the one expected
    new-certificate-mismatch: a request that adds another certificate than the one expected
    signer-mismatch: a token that was not signed with the key of a certificate given
    signer-not-named: a signing certificate that the request alone names
    request-mismatch: something is expected that a request of this kind does not have
    object-mismatch: a request for another object than the one expected, or than the saved `keyCredentials` are of
    configuration-altered: a file for curl that is not, byte for byte, what keyroll writes
    body-malformed: a body that is not what keyroll writes, or not for this address
    request-too-large: a body of more than 64 KiB
    display-name-too-long: a display name of more than 90 characters
    key-not-base64: a `key` that is not standard base64
    key-not-certificate: a `key` that is not a certificate in DER
    private-key-in-body: a private key or a PFX where a certificate belongs
    password-not-text: a password that is not UTF-8, which JSON cannot carry
    password-not-needed: `--with-password` for a PFX that opens without one
    certificate-lifetime: a certificate that lives longer than `--max-lifetime`
    certificate-registered: a certificate that is registered already, or signs the proof
    credential-unknown: a key to remove that is not among the saved `keyCredentials`
    credential-signs: a key to remove that signs the proof
    credential-last: a key to remove that is the last valid one
    file-missing: a file of the request that is missing or cannot be read
    file-differs: a file that does not match the request
    file-unexpected: a file in the folder that a request of this kind does not have
    file-not-regular: a link, folder, pipe, device or socket where a file belongs
    file-owner: a file or folder of another user
    file-mode: a file or folder that others may change
    sent-already: an answer in the folder: the request was sent
    token-rejected: a proof or an assertion that its profile rejects

    # Rollovers
    malformed-plan: `plan.json` is not what keyroll writes, or was written by a later version
    malformed-journal: a line of the journal is not what keyroll writes
    malformed-table: a table of rollovers with a fault, at the line and column in the message
    folder-changeable: a folder that others can change, and with it which keys are used
    gate-closed: the old key cannot be removed yet
    step-too-early: another step has to come first
    rollover-ended: the rollover is done or abandoned
    acknowledgement-missing: nobody has said that the workload is back on the old key
    evidence-unknown: what came back is not of this rollover
    package-differs: a file of a returned package is not the one that was sent

    # The command
    usage: a command line that keyroll does not understand
    output-exists: a file that already exists
    output-unwritable: an output that cannot be written
    process-unprotected: the system refused to keep the process out of core dumps, to occupy a closed standard stream, or to \
    keep OpenSSL from code that the environment names

    # QR codes
    qr-unavailable: libqrencode is not installed
    qr-not-drawable: a text with line breaks, other characters that do not print or rows of spaces: no code is drawn of it, \
    and none joined to it
    qr-too-long: a result too long for sixteen codes of a size that a camera reads
    qr-terminal-too-small: a terminal too small for a code
    qr-part-malformed: a line that is not part of a text in several codes
    qr-parts-of-several: parts of different texts
    qr-part-missing: parts that are not there; the message lists them
    qr-checksum-mismatch: parts that do not make the text that was drawn

    # Answers of the services
    malformed-response: a saved answer that is empty, compressed, or broken in its status line or headers
    unrecognised-response: JSON that is not an answer of Graph or the token endpoint

    """
}

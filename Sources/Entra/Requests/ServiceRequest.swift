import Encodings
public import Messages
import Tokens
import Signing
public import System

/// A request to Graph or to a token endpoint, for whoever has a network to send: where to, and the exact bytes.
public struct ServiceRequest: ~Copyable, Sendable {
  public let address: RequestAddress
  public let body: RequestBody
  /// As it stands in the body, escaped.
  private let escapedPassword: SecretBytes?

  /// The most bytes of a body; a real one has a tenth of that.
  public static let mostBytes = Limits.byteCount
  /// The most characters of a display name that Graph takes.
  public static let mostDisplayNameCharacters = 90

  /// Throws `body-malformed` for a body that belongs to another address, `display-name-too-long` or `request-too-large`.
  public init(_ address: RequestAddress, _ body: RequestBody) throws(RequestError) {
    try self.init(address, body, escapedPassword: nil)
  }

  /// The same for a PFX with the password that opens it; throws `password-not-text` for one that JSON cannot carry.
  public init(_ address: RequestAddress, _ body: RequestBody, password: borrowing SecretBytes) throws(RequestError) {
    guard let escaped = SecretText.escaped(password) else {
      throw RequestError(
        .passwordNotText, "the password of the PFX is not UTF-8, and JSON carries nothing else",
        hint: "export the PFX under another password")
    }
    try self.init(address, body, escapedPassword: escaped)
  }

  /// Reads the bytes of a body, and refuses all but those that are written here for the same values.
  ///
  /// Throws `body-malformed`, `key-not-base64` or `request-too-large`.
  public static func reading(_ bytes: Span<UInt8>, to address: RequestAddress) throws(RequestError) -> ServiceRequest {
    if bytes.count > mostBytes { throw tooLarge }
    let request = try values(of: bytes, to: address)
    guard request.bytes().withBytes({ $0.elementsEqual(bytes) }) else {
      throw RequestError(
        .bodyMalformed, "the body is not what keyroll writes: it has other members, another order or white space",
        hint: "make the request again")
    }
    return request
  }

  /// The password, where there is one, is cut out before the rest is read as text.
  private static func values(of bytes: Span<UInt8>, to address: RequestAddress) throws(RequestError) -> ServiceRequest {
    guard case .graph(let graph) = address, graph.action == .addKey,
      let place = SecretText.place(of: RequestBody.passwordMember.text, in: bytes)
    else { return try ServiceRequest(address, try RequestBody(bytes, to: address), escapedPassword: nil) }
    let rest = bytes.extracting(place.upperBound...)
    let blanked = [UInt8](copying: bytes.extracting(..<place.lowerBound)) + [UInt8](copying: rest)
    return try ServiceRequest(
      address, try RequestBody(blanked.span, to: address),
      escapedPassword: SecretBytes(copying: bytes.extracting(place)))
  }

  private init(
    _ address: RequestAddress, _ body: RequestBody, escapedPassword: consuming SecretBytes?
  ) throws(RequestError) {
    self.address = address
    self.body = body
    self.escapedPassword = escapedPassword
    try requireSense()
  }

  /// Media type `address.mediaType`; a password, where there is one, included.
  public borrowing func bytes() -> SecretBytes {
    let text = body.bytesWithoutPassword
    switch escapedPassword {
    case .none: return SecretBytes(copying: text.span)
    case .some(let password):
      let place = SecretText.place(of: RequestBody.passwordMember.text, in: text.span)?.lowerBound ?? text.count
      var bytes = SecretBytes(capacity: text.count + password.count)
      bytes.append(text.span.extracting(..<place))
      password.withBytes { bytes.append($0) }
      bytes.append(text.span.extracting(place...))
      return bytes
    }
  }

  /// The password of the PFX, as it opens the file; nil where none goes along, or where it is escaped in a way of others.
  public borrowing func password() -> SecretBytes? {
    switch escapedPassword {
    case .none: nil
    case .some(let password): password.withBytes { SecretText.unescaped($0) }
    }
  }

  private borrowing func requireSense() throws(RequestError) {
    let hasPassword =
      switch escapedPassword {
      case .none: false
      case .some: true
      }
    let belongs =
      switch (address, body) {
      case (.graph(let address), .certificate), (.graph(let address), .pfx): address.action == .addKey
      case (.graph(let address), .removeKey): address.action == .removeKey
      case (.token, .token): true
      default: false
      }
    guard belongs, body.hasPassword == hasPassword else {
      throw RequestError(.bodyMalformed, "the body is not one for \(address.requestName)")
    }
    if let name = body.displayName, name.text.unicodeScalars.count > Self.mostDisplayNameCharacters {
      throw RequestError(
        .displayNameTooLong,
        "the display name has \(name.text.unicodeScalars.count) characters, and Graph takes at most \(Self.mostDisplayNameCharacters)"
      )
    }
    if bytes().count > Self.mostBytes { throw Self.tooLarge }
  }

  private static var tooLarge: RequestError {
    RequestError(.requestTooLarge, "the body is longer than \(mostBytes) bytes", hint: "leave out what is not needed")
  }
}

extension Span<UInt8> {
  fileprivate func elementsEqual(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in indices where self[index] != other[index] { return false }
    return true
  }
}

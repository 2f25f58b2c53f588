import Keyroll

/// An honest token, from which hostile ones of the longest length are made.
struct HostileMould {
  /// A header or payload on its way to becoming hostile.
  struct Part {
    fileprivate var object: JSONObject
    fileprivate var added = ""

    /// Members as they are written.
    mutating func add(_ members: String) { added += "," + members }

    /// A value as it is written, in place of the honest one.
    mutating func set(_ name: String, _ value: String) {
      object[ExactText(name)] = nil
      add("\"\(name)\":\(value)")
    }

    fileprivate var bytes: [UInt8] { JSONWriter.bytes(object).dropLast() + Array(added.utf8) + [UInt8(ascii: "}")] }
  }

  let honest: [UInt8]
  /// The honest segments as they are written.
  let parts: (header: [UInt8], signature: [UInt8])
  let dot = UInt8(ascii: ".")
  private let header: JSONObject
  private let claims: JSONObject
  /// The bytes of JSON that can be added before the token is longer than the limit.
  private let room: Int

  init(_ token: CompactSerialization) throws {
    honest = token.text
    header = try JSONReader.object(token.header.span)
    claims = try JSONReader.object(token.payload.span)
    parts = (Base64.url.encode(token.header.span), Base64.url.encode(token.signature.span))
    // Less a few bytes for the punctuation around what is added and the rounding of base64.
    room = (Limits.byteCount - token.text.count) / 4 * 3 - 16
  }

  func token(_ name: String, _ change: (inout Part, inout Part, _ room: Int) -> Void) -> HostileToken {
    var (header, payload) = (Part(object: header), Part(object: claims))
    change(&header, &payload, room)
    let segments = [Base64.url.encode(header.bytes.span), Base64.url.encode(payload.bytes.span), parts.signature]
    return HostileToken(name: name, bytes: Array(segments.joined(separator: [dot])))
  }
}

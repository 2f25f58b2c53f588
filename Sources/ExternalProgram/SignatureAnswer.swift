import Encodings
import JSON
import Messages
internal import Signing

/// What a program answers: one line of JSON with a signature, or with the reason why there is none.
enum SignatureAnswer: Hashable {
  case signature([UInt8])
  case refusal(String)

  /// The longest reason that is told, in characters.
  private static let mostReasonCharacters = 500

  /// Throws `malformed-answer` for anything but one object with one member, whose subject is the program `name`.
  init(_ output: [UInt8], of name: String) throws(SigningError) {
    func malformed(_ reason: String) -> SigningError {
      SigningError(
        .malformedAnswer, "\(naming: name) \(reason)",
        hint: #"an answer is one line on standard output: {"signature":"<base64url>"} or {"error":"<reason>"}"#)
    }
    if output.isEmpty { throw malformed("ended without an answer") }
    let line = output.last == UInt8(ascii: "\n") ? Array(output.dropLast()) : output
    if line.contains(UInt8(ascii: "\n")) { throw malformed("answered with more than one line") }
    let object: JSONObject
    do throws(JSONError) {
      object = try JSONReader.object(line)
    } catch {
      throw malformed("answered with something else than a JSON object: \(error.problem), at byte \(error.offset)")
    }
    guard let member = object.members.first, object.members.count == 1 else {
      throw malformed("answered with \(object.members.count) members where one belongs")
    }
    guard let text = member.value.string else {
      throw malformed("answered with \(member.value.kind) as \(quoting: member.name)")
    }
    switch member.name {
    case "error": self = .refusal(String(text.text.prefix(Self.mostReasonCharacters)))
    case "signature":
      do throws(Base64Error) {
        self = .signature(try Base64.url.decode(text))
      } catch {
        throw malformed("answered with a signature that is not base64url without padding: \(error.message)")
      }
    default: throw malformed("answered with the member \(quoting: member.name), which means nothing here")
    }
  }
}

import Foundation
import TestSupport
import Testing

/// What one function may answer besides `CKR_OK`, from `Fixtures/pkcs11/return-values.txt`.
struct StandardAnswers: Sendable, CustomTestStringConvertible {
  let function: String
  let values: [String]

  var testDescription: String { function }

  static let all: [StandardAnswers] = {
    let text = (try? String(contentsOf: Fixtures.url("pkcs11/return-values.txt"), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let words = line.split(separator: " ").map(String.init)
      return StandardAnswers(function: words[0], values: Array(words.dropFirst()))
    }
  }()

  static func of(_ functions: String...) -> [StandardAnswers] { all.filter { functions.contains($0.function) } }

  /// All that opening a key and signing with it calls, while nothing goes wrong.
  static let usual = all.filter {
    !["C_GetSessionInfo", "C_GetInfo", "C_GetSlotInfo", "C_GetMechanismInfo"].contains($0.function)
  }
}

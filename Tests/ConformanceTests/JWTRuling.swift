/// The rulings in the README of the corpora on cases labelled `policy`.
struct JWTRuling {
  /// The answer, for a person.
  let expected: String
  let isAccepted: Bool
  /// One of these must be among the findings.
  let reasons: [String]
  private let cases: [String]

  private init(_ expected: String, isAccepted: Bool = false, because reasons: [String], _ cases: [String]) {
    self.expected = expected
    self.isAccepted = isAccepted
    self.reasons = reasons
    self.cases = cases
  }

  /// A pattern that ends in `*` stands for every id that begins like it.
  func decides(_ id: String) -> Bool {
    cases.contains { $0.last == "*" ? id.hasPrefix($0.dropLast()) : id == $0 }
  }

  /// The first one that decides counts.
  static let all = [
    JWTRuling(
      "a lone surrogate refused", because: ["json-lone-surrogate"],
      ["G-hdr-lonesurr", "G-plv0"]
        + embedded([
          "i_object_key_lone_2nd_surrogate", "i_string_1st_surrogate_but_2nd_missing",
          "i_string_1st_valid_surrogate_2nd_invalid", "i_string_incomplete_surrogate*",
          "i_string_invalid_lonely_surrogate",
          "i_string_invalid_surrogate", "i_string_inverted_surrogates*", "i_string_lone_second_surrogate",
        ])),
    JWTRuling(
      "UTF-16 or a byte order mark refused", because: ["json-invalid-encoding", "json-syntax"],
      embedded(["i_string_UTF-16LE_with_BOM", "i_string_utf16*", "i_structure_UTF-8_BOM*"])),
    JWTRuling("depth over 16 refused", because: ["json-too-deep"], embedded(["i_structure_500_nested_arrays"])),
    // All other texts of JSONTestSuite about strings are bytes that are not UTF-8.
    JWTRuling("invalid UTF-8 refused", because: ["json-invalid-encoding"], embedded(["i_string_*"])),
    JWTRuling("more than 64 KiB refused", because: ["token-too-large", "json-too-large"], ["G-plv12"]),
    JWTRuling(
      "a date beyond 9999-12-31 refused", because: ["date-out-of-range", "date-in-milliseconds"],
      ["H-exp-ms", "H-exp-int64max", "H-exp-int64max+1", "H-exp-uint64wrap"]),
    JWTRuling("iat after exp refused", because: ["window-reversed"], ["H-iat>exp"]),
    JWTRuling("iat more than five minutes ahead refused", because: ["issued-in-future"], ["H-iat-future"]),
    JWTRuling(
      "a header key other than the trusted one refused",
      because: ["x5c-of-another", "thumbprint-of-another", "thumbprint-not-comparable", "x5c-malformed"],
      ["D-own2", "D-own3", "D-own5", "D-own6", "D-own8"]),
    JWTRuling(
      "an exponent below 65537 accepted with a warning", isAccepted: true, because: ["key-exponent-small"],
      ["A-ok-e3"]),
  ]

  /// As the value of a claim, and as the whole payload.
  private static func embedded(_ names: [String]) -> [String] { names.flatMap { ["J-emb-\($0)", "J-top-\($0)"] } }
}

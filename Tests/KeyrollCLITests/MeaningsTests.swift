import Keyroll
import KeyrollCLI
import Testing

@Suite("Meanings")
struct MeaningsTests {
  @Test("Every error id of the command has a meaning")
  func commandIDs() {
    for code in CommandError.Code.allCases { #expect(Meanings.meaning(of: code.rawValue) != nil, "\(code.rawValue)") }
  }

  @Test("Every row is about an id that the library or the command gives")
  func rowsAreOfIDs() {
    var ids = Set(TokenError.ids + Check.Reason.allCases.map(\.rawValue))
    func insert<Code: RawRepresentable<String> & CaseIterable>(_ type: Code.Type) {
      for code in type.allCases { ids.insert(code.rawValue) }
    }
    insert(KeyError.Code.self)
    insert(SigningError.Code.self)
    insert(SystemError.Code.self)
    insert(JSONError.Code.self)
    insert(Base64Error.Code.self)
    insert(CompactSerializationError.Code.self)
    insert(ProfileError.Code.self)
    insert(KeyCredentialsError.Code.self)
    insert(RequestError.Code.self)
    insert(ResponseError.Code.self)
    insert(QRCodeError.Code.self)
    insert(SigningRequestError.Code.self)
    insert(SignatureTextError.Code.self)
    insert(KeyMakingError.Code.self)
    insert(CertificateError.Code.self)
    insert(RolloverError.Code.self)
    insert(SignatureFault.Code.self)
    insert(CommandError.Code.self)
    for row in Meanings.all { #expect(ids.contains(row.id), "\(row.id)") }
  }
}

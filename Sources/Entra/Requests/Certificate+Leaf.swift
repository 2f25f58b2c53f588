public import Signing

extension Certificate {
  /// The one certificate of a file that issued no other of them; nil when there are several, or none.
  public static func leaf(of certificates: [Certificate]) -> Certificate? {
    let leaves = Set(certificates).filter { candidate in
      !certificates.contains { $0.issuerDER == candidate.subjectDER && $0.issuerDER != $0.subjectDER }
    }
    return leaves.count == 1 ? leaves.first : nil
  }
}

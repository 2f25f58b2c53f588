import Foundation

/// The `openssl` command, as the judge of a token's signature.
public enum OpenSSLJudge {
  private static let path = "/usr/bin/openssl"

  /// The output of `openssl dgst -verify` for the token's signature and the key of the certificate; `Verified OK\n` for
  /// a good one.
  public static func verdict(on token: String, algorithm: String, certificate: String) throws -> String {
    let folder = try TemporaryFolder()
    let parts = token.split(separator: ".").map(String.init)
    guard parts.count == 3 else { throw SystemFailure("taking the token apart", code: EINVAL) }
    let base64 = parts[2].replacing("-", with: "+").replacing("_", with: "/")
    let padding = String(repeating: "=", count: (4 - base64.count % 4) % 4)
    guard let signature = Data(base64Encoded: base64 + padding) else {
      throw SystemFailure("decoding the signature", code: EINVAL)
    }
    try folder.write([UInt8](signature), to: "signature")
    try folder.write(Array("\(parts[0]).\(parts[1])".utf8), to: "input")
    let key = try Judge.run(path, ["x509", "-in", certificate, "-noout", "-pubkey"]).output
    try folder.write(Array(key.utf8), to: "public.pem")
    var arguments = ["dgst", "-sha\(algorithm.dropFirst(2))", "-verify", folder.path("public.pem")]
    if algorithm.hasPrefix("P") {
      arguments += ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]
    }
    return try Judge.run(path, arguments + ["-signature", folder.path("signature"), folder.path("input")]).output
  }
}

import Messages
import PKCS11
import Signing

extension FuzzTarget {
  static let pkcs11URI = FuzzTarget(
    "pkcs11-uri", "references to keys on tokens",
    seeds: {
      let texts = [
        "pkcs11:token=a;object=b;id=%01%AB?module-name=m&pin-source=file:/run/pin",
        "pkcs11:slot-id=0?module-path=/m.so",
        "pkcs11:library-version=2.101;library-manufacturer=a;library-description=b;slot-description=c;type=private",
        "pkcs11:model=a;serial=1;manufacturer=b;slot-manufacturer=c?certificate=leaf.pem", "pem:a;cert=b",
      ]
      return try texts.map { Array($0.utf8) } + Seeds.corpusLines("pkcs11-uris.txt")
    }
  ) { input in
    guard let text = String(validating: input, as: UTF8.self) else { return }
    let isSecret = text.lowercased().contains("pin-value=")
    let uri: PKCS11URI
    do throws(KeyError) { uri = try PKCS11URI(text) } catch {
      try require(
        [.malformedKeyReference, .secretInReference].contains(error.code), "a refusal is about the reference")
      if isSecret, let secret = text.lowercased().split(separator: "pin-value=").last, secret.utf8.count > 16 {
        try require(!error.message.lowercased().contains(secret), "no refusal repeats a PIN")
      }
      return
    }
    try requireSound(uri, readFrom: text)
  }

  private static func requireSound(_ uri: PKCS11URI, readFrom text: String) throws {
    let written = uri.description
    let again = try PKCS11URI(written)
    try require(again == uri, "what is written is read back the same")
    try require(again.description == written, "and is written again to the same text")
    try require(!written.lowercased().contains("pin-value="), "no reference holds a PIN")
    try require(text.utf8.count * 3 + 16 >= written.utf8.count, "a reference does not grow")
  }
}

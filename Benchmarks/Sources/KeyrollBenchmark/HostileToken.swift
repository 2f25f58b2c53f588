import Keyroll

/// A token of the longest length that is read, made to cost whoever refuses it as much work as it can.
struct HostileToken {
  let name: String
  let bytes: [UInt8]

  /// Every shape, made from an honest token so that its checks go as far as they can: the signature is always asked for.
  static func all(like token: CompactSerialization) throws -> [HostileToken] {
    let mould = try HostileMould(token)
    return mould.claimTokens() + mould.headerTokens() + mould.bothTokens() + mould.serializationTokens()
  }
}

extension HostileMould {
  /// The payload is as long as it can be.
  func claimTokens() -> [HostileToken] {
    var tokens = HostileMembers.ofClaims.all.map { name, members in
      token("claims: \(name)") { header, payload, room in payload.add(members(room)) }
    }
    tokens += HostileMembers.broken.map { name, ending in
      token("claims: many names, then \(name)") { _, payload, room in
        payload.add(HostileMembers.ofClaims.longNames(room - ending.utf8.count) + ending)
      }
    }
    for name in ["aud", "iss"] {
      tokens.append(token("claims: long \(name)") { _, payload, room in payload.set(name, HostileMembers.text(room)) })
      tokens.append(
        token("claims: \(name) of many values") { _, payload, room in
          payload.set(name, HostileMembers.ofClaims.array(room))
        })
    }
    let digits: [(String, (Int) -> String)] = [
      ("digits", { "1" + String(repeating: "0", count: $0) }),
      ("digits of a fraction", { "1700000000." + String(repeating: "1", count: $0) }),
      ("zeros before a digit", { "0." + String(repeating: "0", count: $0) + "1e\($0)" }),
      ("digits in a string", { "\"" + String(repeating: "1", count: $0) + "\"" }),
    ]
    for (name, digits) in digits {
      tokens.append(token("claims: exp of many \(name)") { _, payload, room in payload.set("exp", digits(room - 24)) })
      tokens.append(
        token("claims: three dates of many \(name)") { _, payload, room in
          for date in ["nbf", "iat", "exp"] { payload.set(date, digits(room / 3 - 32)) }
        })
    }
    return tokens
  }

  /// The header is as long as it can be.
  func headerTokens() -> [HostileToken] {
    var tokens = HostileMembers.ofHeader.all.map { name, members in
      token("header: \(name)") { header, _, room in header.add(members(room)) }
    }
    for name in ["kid", "alg", "typ", "x5t", "x5t#S256", "x5c"] {
      tokens.append(token("header: long \(name)") { header, _, room in header.set(name, HostileMembers.text(room)) })
      tokens.append(
        token("header: \(name) of many values") { header, _, room in
          header.set(name, HostileMembers.ofHeader.array(room))
        })
    }
    tokens.append(
      token("header: x5c of 16 long values") { header, _, room in
        header.set("x5c", HostileMembers.array(room, count: Limits.certificateCount))
      })
    tokens.append(
      token("header: jwk of a long key") { header, _, room in
        header.set("jwk", "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\(HostileMembers.text(room - 32))}")
      })
    return tokens
  }

  /// Header and payload share the room, and each has as many members as it may have.
  func bothTokens() -> [HostileToken] {
    zip(HostileMembers.ofHeader.all, HostileMembers.ofClaims.all).map { ofHeader, ofClaims in
      token("header and claims: \(ofClaims.name)") { header, payload, room in
        header.add(ofHeader.members(room / 2))
        payload.add(ofClaims.members(room / 2))
      }
    }
  }

  /// The text itself is at fault, at its end where that is the slowest place.
  func serializationTokens() -> [HostileToken] {
    let length = Limits.byteCount
    func run(_ text: String) -> [UInt8] { Array(String(repeating: text, count: length / text.utf8.count).utf8) }
    func segment(_ name: String, _ text: String, ending: String = "") -> HostileToken {
      let room = length - parts.header.count - parts.signature.count - 2 - ending.utf8.count
      let payload = String(repeating: text, count: room / text.utf8.count) + ending
      return HostileToken(
        name: "payload: \(name)", bytes: parts.header + [dot] + Array(payload.utf8) + [dot] + parts.signature)
    }
    return [
      HostileToken(name: "nothing but dots", bytes: run(".")),
      HostileToken(name: "no dot", bytes: run("A")),
      HostileToken(name: "white space", bytes: run(" ")),
      HostileToken(name: "white space and JSON", bytes: run(" ").dropLast() + Array("{".utf8)),
      segment("an illegal character at the end", "eyJh", ending: "\u{7F}"),
      segment("an impossible length", "eyJh", ending: "A"),
      segment("padding at the end", "eyJh", ending: "ey=="),
      segment("the other alphabet", "+/++"),
      segment("both alphabets", "+-_/"),
      segment("a line break for each character", "A\n"),
      segment("white space of each kind and one illegal character", " \t\r\n", ending: "!"),
      segment("padding alone", "="),
      HostileToken(name: "a long signature", bytes: honest + run("A").prefix(length - honest.count)),
    ]
  }
}

import Messages
import Signing
import Testing

@Suite("CertificateLife")
struct CertificateLifeTests {
  /// 2026-11-29T20:53:00Z
  private static let now: Int64 = 1_795_985_580
  private static let day: Int64 = 86_400

  private func refusal(_ make: () throws(CertificateError) -> CertificateLife) -> CertificateError.Code? {
    do throws(CertificateError) { _ = try make() } catch { return error.code }
    return nil
  }

  @Test("a life is a year less one second, from five minutes ago, both ends counted") func standard() throws {
    let life = try CertificateLife(at: Self.now)
    #expect(life.notBefore == Self.now - 300)
    #expect(life.notAfter == Self.now - 300 + 365 * Self.day - 1)
    #expect(life.seconds == 365 * Self.day)
    #expect(life.description == "2026-11-29T20:48:00Z to 2027-11-29T20:47:59Z, 365 d")
  }

  @Test(
    "a life lasts exactly what was asked for, over leap days and into GeneralizedTime",
    arguments: [1, 60, 180 * day, 365 * day, 366 * day, 30 * 365 * day])
  func exact(_ seconds: Int64) throws {
    // 2028-02-29T00:00:00Z and 2049-12-31T23:59:59Z.
    for start in [1_835_395_200, 2_524_607_999] as [Int64] {
      let life = try CertificateLife(at: start, startingAt: start, lasting: seconds)
      #expect(life.notBefore == start && life.notAfter == start + seconds - 1 && life.seconds == seconds)
    }
  }

  @Test("a leap day is a day") func leapDay() throws {
    // 2028-02-29T12:00:00Z
    let life = try CertificateLife(at: 1_835_438_400, startingAt: 1_835_438_400)
    #expect(life.description == "2028-02-29T12:00:00Z to 2029-02-28T11:59:59Z, 365 d")
  }

  @Test("a life that is zero, negative or longer than the policy is refused, each with its own id") func lifetimes() {
    #expect(
      refusal { () throws(CertificateError) in try CertificateLife(at: Self.now, lasting: 0) } == .lifetimeInvalid)
    #expect(
      refusal { () throws(CertificateError) in try CertificateLife(at: Self.now, lasting: -1) } == .lifetimeInvalid)
    let maximum = 180 * Self.day
    #expect(
      refusal { () throws(CertificateError) in try CertificateLife(at: Self.now, lasting: maximum + 1, atMost: maximum)
      }
        == .lifetimeTooLong)
    #expect(
      refusal { () throws(CertificateError) in try CertificateLife(at: Self.now, lasting: maximum, atMost: maximum) }
        == nil)
  }

  @Test("the error about a life over the policy gives it to the second") func toTheSecond() throws {
    do throws(CertificateError) {
      _ = try CertificateLife(at: Self.now, lasting: 365 * Self.day + 1200, atMost: 365 * Self.day)
    } catch {
      #expect(error.message == "the certificate would be valid for 365 d 20 min, and at most 365 d are allowed")
    }
  }

  @Test("a clock before the build, a life that is over and dates that cannot be written are refused") func dates() {
    #expect(
      refusal { () throws(CertificateError) in try CertificateLife(at: Self.now, builtAt: Self.now + 1) }
        == .clockBeforeBuild)
    #expect(
      refusal { () throws(CertificateError) in try CertificateLife(at: Self.now, startingAt: 0, lasting: 60) }
        == .lifetimeOver)
    for (start, seconds) in [
      (Self.now, .max), (-631_152_001, 100 * 365 * Self.day), (253_402_300_799, 2), (.max, 1), (.min, 1),
    ] as [(Int64, Int64)] {
      #expect(
        refusal { () throws(CertificateError) in
          try CertificateLife(at: Self.now, startingAt: start, lasting: seconds)
        } == .dateOutOfRange, "\(start) \(seconds)")
    }
    #expect(refusal { () throws(CertificateError) in try CertificateLife(at: .min) } == .dateOutOfRange)
  }

  @Test("more than 365 days, and PSS, are warnings") func warnings() throws {
    let year = try CertificateLife(at: Self.now)
    let longer = try CertificateLife(at: Self.now, lasting: 365 * Self.day + 1)
    #expect(CertificateWarning.of(year, signedBy: .rs256) == [])
    #expect(CertificateWarning.of(longer, signedBy: .rs512) == [.longLife(seconds: 365 * Self.day + 1)])
    #expect(CertificateWarning.of(nil, signedBy: .ps256) == [.pssSignature])
  }

  @Test("10,000 serial numbers are all positive, short enough and different") func serialNumbers() throws {
    var generator = SystemRandomNumberGenerator()
    var numbers: Set<[UInt8]> = []
    for _ in 0..<10_000 {
      let random = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let number = try #require(CertificateContents.serialNumber(from: random))
      #expect(number.count < 16 || number.count == 16 && number[0] < 0x80)
      #expect(number.first != 0)
      numbers.insert(number)
    }
    #expect(numbers.count == 10_000)
    #expect(CertificateContents.serialNumber(from: [UInt8](repeating: 0, count: 16)) == nil)
    #expect(CertificateContents.serialNumber(from: [0x80] + [UInt8](repeating: 0, count: 15)) == nil)
    #expect(
      CertificateContents.serialNumber(from: [UInt8](repeating: 0xFF, count: 16)) == [0x7F]
        + [UInt8](repeating: 0xFF, count: 15))
  }

  @Test("a key has one of the sizes that are offered") func sizes() throws {
    for bitCount in [2048, 3072, 4096] {
      #expect(try KeyDescription(rsaBitCount: bitCount).kind == .rsa(bitCount: bitCount))
    }
    #expect(try KeyDescription().kind == .rsa(bitCount: 3072))
    for bitCount in [0, -1, 1024, 2047, 8192, .max] {
      do throws(KeyMakingError) {
        _ = try KeyDescription(rsaBitCount: bitCount)
        Issue.record("a key of \(bitCount) bits was taken")
      } catch {
        #expect(error.code == .keySizeNotOffered)
        #expect(error.hint == "choose 2048, 3072 or 4096")
      }
    }
  }
}

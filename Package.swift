// swift-tools-version: 6.2

import PackageDescription

/// Every target of ours builds with these: Swift 6 mode comes with the tools version.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "keyroll",
  products: [
    .library(name: "Keyroll", targets: ["Keyroll"]),
    .library(name: "SigningTesting", targets: ["SigningTesting"]),
    .executable(name: "keyroll", targets: ["KeyrollCLI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // libcrypto alone: the pkg-config name `openssl` would bring libssl along.
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),

    .systemLibrary(
      name: "CP11Kit", pkgConfig: "p11-kit-1",
      providers: [.apt(["libp11-kit-dev"]), .brew(["p11-kit"])]),

    // The header alone: the library is opened when a code is drawn.
    .systemLibrary(name: "CQREncode", providers: [.apt(["libqrencode-dev"]), .brew(["qrencode"])]),

    // What Linux offers and Swift's Glibc module leaves out; headers only.
    .systemLibrary(name: "CLinux"),

    .target(name: "Signing", dependencies: ["CLinux"], swiftSettings: strict),
    .target(name: "OpenSSLCrypto", dependencies: ["Signing", "COpenSSL"], swiftSettings: strict),
    .target(name: "PKCS11", dependencies: ["Signing", "CP11Kit"], swiftSettings: strict),
    .target(name: "JOSE", dependencies: ["Signing"], swiftSettings: strict),
    .target(name: "ExternalProgram", dependencies: ["Signing", "JOSE", "CLinux"], swiftSettings: strict),
    .target(name: "JSONWebToken", dependencies: ["Signing", "JOSE"], swiftSettings: strict),
    .target(name: "Entra", dependencies: ["Signing", "JOSE", "JSONWebToken"], swiftSettings: strict),
    .target(name: "QRCodes", dependencies: ["Signing", "JOSE", "CQREncode"], swiftSettings: strict),
    .target(name: "SigningTesting", dependencies: ["Signing"], swiftSettings: strict),
    .target(
      name: "Keyroll",
      dependencies: [
        "Signing", "OpenSSLCrypto", "PKCS11", "JOSE", "ExternalProgram", "JSONWebToken", "Entra", "QRCodes",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "KeyrollCLI",
      dependencies: ["CLinux", "Keyroll", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      swiftSettings: strict),

    .target(name: "OpenSSLBaseline", linkerSettings: [.linkedLibrary("crypto")]),
    .target(name: "PKCS11Baseline", dependencies: ["CP11Kit"]),
    .executableTarget(
      name: "KeyrollBenchmark", dependencies: ["Keyroll", "OpenSSLBaseline", "PKCS11Baseline"], swiftSettings: strict),

    // Finds fixtures and corpora; tests may use Foundation, the libraries may not.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: strict),
    .testTarget(name: "SigningTests", dependencies: ["Signing", "SigningTesting"], swiftSettings: strict),
    .testTarget(
      name: "OpenSSLCryptoTests", dependencies: ["OpenSSLCrypto", "SigningTesting", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "PKCS11Tests", dependencies: ["PKCS11", "OpenSSLCrypto", "SigningTesting", "TestSupport"],
      swiftSettings: strict),
    .testTarget(name: "JOSETests", dependencies: ["JOSE", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "ExternalProgramTests",
      dependencies: ["ExternalProgram", "OpenSSLCrypto", "SigningTesting", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "JSONWebTokenTests", dependencies: ["JSONWebToken", "OpenSSLCrypto", "SigningTesting", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "EntraTests", dependencies: ["Entra", "OpenSSLCrypto", "SigningTesting", "TestSupport"],
      swiftSettings: strict),
    .target(
      name: "FuzzTargets", dependencies: ["Keyroll", "SigningTesting", "TestSupport"], path: "Tests/FuzzTargets",
      swiftSettings: strict),
    .testTarget(
      name: "FuzzTargetsTests", dependencies: ["FuzzTargets", "Keyroll", "Signing", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "QRCodesTests", dependencies: ["QRCodes", "OpenSSLCrypto", "Signing", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "ConformanceTests",
      dependencies: ["JOSE", "JSONWebToken", "OpenSSLCrypto", "PKCS11", "Signing", "SigningTesting", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "KeyrollTests", dependencies: ["Keyroll", "SigningTesting", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "KeyrollCLITests", dependencies: ["Keyroll", "KeyrollCLI", "Signing", "TestSupport"], swiftSettings: strict),
  ]
)

// Its `main` is libFuzzer's, which only scripts/fuzz.sh links.
if Context.environment["KEYROLL_FUZZER"] != nil {
  package.targets.append(
    .executableTarget(name: "Fuzzer", dependencies: ["FuzzTargets"], path: "Tests/Fuzzer", swiftSettings: strict))
}

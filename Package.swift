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

/// The commit that `keyroll --version` names, from `KEYROLL_COMMIT`, which scripts/build.sh sets; a plain `swift build` names none.
///
/// Not `Context.gitInformation`: SwiftPM keeps what a manifest gave for one environment, and would name an earlier commit.
let commit: [CSetting] = {
  guard let commit = Context.environment["KEYROLL_COMMIT"], !commit.isEmpty,
    commit.utf8.allSatisfy({ "0123456789abcdef+".utf8.contains($0) })
  else { return [] }
  return [.define("KEYROLL_COMMIT", to: commit)]
}()

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

    .target(name: "Encodings", swiftSettings: strict),
    .target(name: "Messages", dependencies: ["Encodings"], swiftSettings: strict),
    .target(name: "System", dependencies: ["Encodings", "Messages", "CLinux"], swiftSettings: strict),
    .target(name: "JSON", dependencies: ["Encodings", "Messages"], swiftSettings: strict),
    .target(name: "Signing", dependencies: ["Encodings", "Messages", "System"], swiftSettings: strict),
    .target(
      name: "OpenSSLCrypto", dependencies: ["Encodings", "Messages", "System", "Signing", "COpenSSL"],
      swiftSettings: strict),
    .target(
      name: "PKCS11", dependencies: ["Encodings", "Messages", "System", "Signing", "CP11Kit"], swiftSettings: strict),
    .target(
      name: "ExternalProgram", dependencies: ["Encodings", "Messages", "System", "JSON", "Signing"],
      swiftSettings: strict),
    .target(
      name: "Tokens", dependencies: ["Encodings", "Messages", "System", "JSON", "Signing"], swiftSettings: strict),
    .target(
      name: "Entra", dependencies: ["Encodings", "Messages", "System", "JSON", "Signing", "Tokens"],
      swiftSettings: strict),
    .target(
      name: "QRCodes", dependencies: ["Encodings", "Messages", "System", "Signing", "CQREncode"], swiftSettings: strict),
    .target(
      name: "SigningTesting", dependencies: ["Encodings", "Messages", "System", "Signing"], swiftSettings: strict),
    .target(
      name: "Keyroll",
      dependencies: [
        "Encodings", "Messages", "System", "JSON", "Signing", "OpenSSLCrypto", "PKCS11", "ExternalProgram", "Tokens",
        "Entra", "QRCodes",
      ],
      swiftSettings: strict),
    // The commit, and what lets the binary start on an older glibc than the one it was built on.
    .target(name: "CRelease", cSettings: commit),
    .executableTarget(
      name: "KeyrollCLI",
      dependencies: ["CRelease", "Keyroll", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      swiftSettings: strict),

    // Finds fixtures and corpora; tests may use Foundation, the libraries may not.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    // A process that tests can end between any two steps of making a key.
    .executableTarget(
      name: "KeyMakingDriver", dependencies: ["Keyroll"], path: "Tests/KeyMakingDriver", swiftSettings: strict),
    .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "SigningTests", dependencies: ["Encodings", "Messages", "Signing", "SigningTesting", "System"],
      swiftSettings: strict),
    .testTarget(
      name: "OpenSSLCryptoTests",
      dependencies: ["Encodings", "Messages", "OpenSSLCrypto", "Signing", "SigningTesting", "System", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "PKCS11Tests",
      dependencies: [
        "Encodings", "KeyMakingDriver", "Messages", "OpenSSLCrypto", "PKCS11", "Signing", "SigningTesting", "System",
        "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(name: "EncodingsTests", dependencies: ["Encodings", "Messages", "TestSupport"], swiftSettings: strict),
    .testTarget(name: "MessagesTests", dependencies: ["Encodings", "Messages", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "SystemTests", dependencies: ["Encodings", "Messages", "System", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "JSONTests", dependencies: ["Encodings", "JSON", "Messages", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "ExternalProgramTests",
      dependencies: [
        "Encodings", "ExternalProgram", "JSON", "Messages", "OpenSSLCrypto", "Signing", "SigningTesting", "System",
        "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "TokensTests",
      dependencies: [
        "Encodings", "JSON", "Messages", "OpenSSLCrypto", "Signing", "SigningTesting", "System", "TestSupport",
        "Tokens",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "EntraTests",
      dependencies: [
        "Encodings", "Entra", "JSON", "Messages", "OpenSSLCrypto", "Signing", "SigningTesting", "System", "TestSupport",
        "Tokens",
      ],
      swiftSettings: strict),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Encodings", "Entra", "JSON", "Keyroll", "Messages", "OpenSSLCrypto", "Signing", "SigningTesting", "System",
        "TestSupport", "Tokens",
      ], path: "Tests/FuzzTargets",
      swiftSettings: strict),
    .testTarget(
      name: "FuzzTargetsTests",
      dependencies: ["Encodings", "FuzzTargets", "JSON", "Keyroll", "Messages", "Signing", "System", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "QRCodesTests",
      dependencies: ["Encodings", "Messages", "OpenSSLCrypto", "QRCodes", "Signing", "System", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ConformanceTests",
      dependencies: [
        "Encodings", "JSON", "Messages", "OpenSSLCrypto", "PKCS11", "Signing", "SigningTesting", "System",
        "TestSupport", "Tokens",
      ],
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

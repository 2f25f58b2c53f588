// swift-tools-version: 6.2

import PackageDescription

// A package of its own: who uses the library neither resolves nor builds it. See scripts/benchmark.sh.
let package = Package(
  name: "keyroll-benchmarks",
  // By name, because the folder of the checkout may have any.
  dependencies: [.package(name: "keyroll", path: "..")],
  targets: [
    .systemLibrary(name: "CP11KitHeaders", pkgConfig: "p11-kit-1", providers: [.apt(["libp11-kit-dev"])]),
    .target(name: "OpenSSLBaseline", linkerSettings: [.linkedLibrary("crypto")]),
    .target(name: "PKCS11Baseline", dependencies: ["CP11KitHeaders"]),
    .executableTarget(
      name: "KeyrollBenchmark",
      dependencies: ["OpenSSLBaseline", "PKCS11Baseline", .product(name: "Keyroll", package: "keyroll")],
      swiftSettings: [
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ]),
  ]
)

import Testing

/// Every test that has a token in this process, one after the other: SoftHSM locks its files against other processes only.
@Suite(.serialized) enum TokenTests {}

import Testing

/// Every test that has tokens in this process; each has tokens of its own.
@Suite enum TokenTests {}

import Messages

extension JSONValue {
  /// The value for a person, on one line as `ForeignText` shows it: a string between quotation marks, so that the text `["a"]`
  /// does not look like the array.
  package var printed: String {
    if let string { return "\(quoting: string)" }
    return ForeignText(json: JSONWriter.text(self)).description
  }
}

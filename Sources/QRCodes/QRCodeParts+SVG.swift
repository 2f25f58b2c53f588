extension QRCodeParts {
  /// The codes as a picture (SVG 1.1), one below the other, with the number of each where there are several.
  public var svg: String {
    let outer = codes.map { $0.width + 2 * QRCode.quietZone }
    let label = codes.count > 1 ? 8 : 0
    let width = outer.max() ?? 0
    let height = outer.reduce(0) { $0 + $1 + label }
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      #"<svg xmlns="http://www.w3.org/2000/svg" width="\#(width * Self.scale)" height="\#(height * Self.scale)" viewBox="0 0 \#(width) \#(height)" shape-rendering="crispEdges">"#,
      #"<rect width="\#(width)" height="\#(height)" fill="white"/>"#,
    ]
    var top = 0
    for (index, code) in codes.enumerated() {
      if label > 0 {
        lines.append(
          #"<text x="\#(QRCode.quietZone)" y="\#(top + label - 2)" font-family="sans-serif" font-size="4">\#(index + 1) of \#(codes.count)</text>"#
        )
      }
      top += label
      lines.append(#"<path fill="black" d="\#(Self.path(code, top: top + QRCode.quietZone))"/>"#)
      top += code.width + 2 * QRCode.quietZone
    }
    lines.append("</svg>")
    return lines.map { $0 + "\n" }.joined()
  }

  /// Pixels for a module, where a viewer does not choose for itself.
  private static let scale = 6

  /// A bar for each run of dark modules in a row.
  private static func path(_ code: QRCode, top: Int) -> String {
    var path = ""
    for row in 0..<code.width {
      var column = 0
      while column < code.width {
        let start = column
        while code.isDark(column: column, row: row) { column += 1 }
        if column > start {
          let count = column - start
          path += "M\(start + QRCode.quietZone) \(row + top)h\(count)v1h-\(count)z"
        } else {
          column += 1
        }
      }
    }
    return path
  }
}

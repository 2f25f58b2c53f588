import Encodings
import Entra
import Messages
import Tokens

/// `README.txt` of a package: for whoever carries and sends it, in lines of at most 80 columns.
struct PackageReadme {
  let text: String

  static let fileName = "README.txt"
  private static let width = 80

  init(
    _ kind: PackageKind, _ name: String, _ plan: RolloverPlan, _ windows: [SendWindow], keyID: ExactText?
  ) {
    var lines = ["keyroll rollover of \(naming: plan.title): this package is to \(kind.purpose)", ""]
    let object = plan.object.kind == .application ? "application" : "service principal"
    lines.append("Object: \(object) \(plan.object.objectID) in \(naming: plan.object.tenant)")
    if let keyID { lines.append("It removes the key with the id \(keyID), and no other.") }
    lines += ["", "1. Take this folder to a machine that reaches these hosts:"]
    lines += ["     \(plan.object.cloud.loginHost)", "     \(plan.object.cloud.graphHost)"]
    lines += ["   It needs sh, curl 7.76 or later, sed, grep, date and sleep."]
    lines += ["   Behind a proxy set https_proxy there: files such as .curlrc are not read."]
    lines += ["2. Send it in one of these times, all in UTC:"]
    lines += windows.map { "     from \($0.start) until \($0.end)" }
    lines += ["   with"] + ["     sh run.sh"]
    lines += ["   Success looks like this:"] + Self.success(kind).map { "     \($0)" }
    lines += Self.advice(kind).map { "   \($0)" }
    lines += ["3. Bring the whole folder back, whatever happened, to where keyroll is, and there:"]
    lines += ["     keyroll rollover record FOLDER \(name)"]
    lines += ["", "The access token is never written to a disk. The files here hold no key and no password;"]
    lines += ["who has them can send the requests in the times above, and nothing else."]
    let fold = FoldedText(width: Self.width)
    text = lines.flatMap { line in
      fold.rows(of: line, indentation: line.prefix { $0 == " " || $0.isNumber || $0 == "." }.count)
    }.map { $0 + "\n" }.joined()
  }

  private static func success(_ kind: PackageKind) -> [String] {
    switch kind {
    case .add: ["token 200 · list 200 · add-key 200 · try 200 · list 200"]
    case .attempt: ["try 200 · list 200"]
    case .list: ["token 200 · list 200"]
    case .remove, .undo: ["token 200 · list shows both · remove-key 204 · list without it"]
    }
  }

  private static func advice(_ kind: PackageKind) -> [String] {
    switch kind {
    case .add:
      [
        "\"list 403\" is no failure: not every application may read itself.",
        "\"try 401\" is usual for some minutes: the script tries again, and so can you:",
        "run it again, in the same folder: there it does not add the key twice.",
        "Send one copy alone: another one knows nothing of what this one did.",
      ]
    case .list: []
    case .attempt: ["\"try 401\" is usual for ten minutes after the key was added: run it again."]
    case .remove, .undo:
      [
        "Tokens that were given before stay valid for 60 to 90 minutes.",
        "Run again, it does not remove anything twice.",
      ]
    }
  }
}

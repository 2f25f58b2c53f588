import Encodings
import Messages

/// Tells whether the pages of listings are all there, as far as that is known.
///
/// A page names the next one and not itself. A page that is missing at the end is always found. One in between is found where the
/// service was asked for the number of all objects, or if the request is known that each page answers.
struct PageCheck {
  private struct Listing {
    var objectCount: Int64 = 0
    var total: Int64?
    var pageCount = 0
    var lastPageCount = 0
    /// The file of the page that was read last and names a next one.
    var unfollowed: String?
    /// The next pages that are named; nil for one whose token cannot be read.
    var next: [SkipToken?] = []
    /// The pages that are known to begin where another one ended, each with its file.
    var continuations: [(token: SkipToken, file: String)] = []
    /// True if a page is known to be the first.
    var hasFirst = false

    /// The file of a page before which one is missing.
    var orphan: String? { continuations.first { !next.contains($0.token) }?.file }

    /// True if the pages are all there, or something is known to be missing.
    var isCertain: Bool {
      pageCount == 1 || total != nil
        || (hasFirst && next.allSatisfy { token in continuations.contains { $0.token == token } })
    }
  }

  /// By their contexts.
  private var listings: [ExactText: Listing] = [:]
  private var order: [ExactText] = []
  private var links: [ExactText: String] = [:]
  /// The two files whose pages have the same next page.
  private var repeated: (String, String)?

  init(_ pages: [(page: SavedRegistrations.Page, file: String)]) {
    for (page, file) in pages { append([page], of: file) }
  }

  /// Takes the pages of a file, and what they answer if that is known.
  mutating func append(_ pages: [SavedRegistrations.Page], of file: String, answering request: GraphListing? = nil) {
    for page in pages {
      let context = page.context ?? ""
      if listings[context] == nil { order.append(context) }
      var listing = listings[context] ?? Listing()
      listing.pageCount += 1
      listing.objectCount += Int64(page.objectCount)
      listing.total = listing.total ?? page.count
      if pages.count == 1, case .all(let token)? = request?.scope {
        if let token { listing.continuations.append((token, file)) } else { listing.hasFirst = true }
      }
      if let link = page.nextLink {
        listing.unfollowed = file
        listing.next.append(SkipToken(link: link))
        if let other = links.updateValue(file, forKey: link) { repeated = repeated ?? (other, file) }
      } else {
        listing.lastPageCount += 1
      }
      listings[context] = listing
    }
  }

  /// How many pages there are of listings of which a page in between may be missing, and nothing tells it.
  var uncertainPageCount: Int { listings.values.reduce(0) { $0 + ($1.isCertain ? 0 : $1.pageCount) } }

  func requireComplete() throws(KeyCredentialsError) {
    if let (one, other) = repeated {
      throw KeyCredentialsError(
        .repeatedPage, "two pages have the same next page: one in \(naming: one), one in \(naming: other)",
        hint: "give each page once; if the service repeats a page, begin again with the first one")
    }
    for context in order {
      guard let listing = listings[context] else { continue }
      if let file = listing.unfollowed, listing.lastPageCount == 0 {
        throw KeyCredentialsError(
          .incomplete,
          "\(naming: file) is one page of several: it ends with an @odata.nextLink, and the page that follows is missing",
          hint: "save the page that follows, too")
      }
      if let file = listing.orphan {
        throw KeyCredentialsError(
          .incomplete,
          "\(naming: file) is one page of several, and the page before it is missing: no other page names it as the next",
          hint: "give every page, from the first one on")
      }
      if let total = listing.total, listing.lastPageCount == 1, listing.objectCount < total {
        throw KeyCredentialsError(
          .incomplete, "the pages hold \(listing.objectCount) objects, and by their @odata.count there are \(total)",
          hint: "a page in between is missing: save each page that follows")
      }
    }
  }
}

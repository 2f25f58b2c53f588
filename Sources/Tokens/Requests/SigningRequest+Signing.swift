public import Messages
import Signing

/// What must hold besides the rules of the profile before a request from elsewhere is signed.
extension SigningRequest {
  /// Throws unless the window starts within `horizon` of `time` and lies within the validity of the request's certificate.
  ///
  /// The ids are `window-beyond-horizon`, `window-before-certificate` and `window-after-certificate`. A window that is over is
  /// for `judge`. A date that the claims leave out is not compared.
  public func requireWindow(startingWithin horizon: TimeSpan, of time: NumericDate) throws(SigningRequestError) {
    let latest = time + horizon
    if let start = window.start, start > latest {
      throw SigningRequestError(
        .windowBeyondHorizon,
        "the window of the signing request starts at \(start), later than \(latest), which is \(horizon) ahead",
        hint: "have it prepared closer to its use, or allow a longer horizon")
    }
    guard let (notBefore, notAfter) = certificates.first?.validity else { return }
    if let start = window.start, start < notBefore {
      throw SigningRequestError(
        .windowBeforeCertificate,
        "the window of the signing request starts at \(start), before its certificate does at \(notBefore)",
        hint: "have it prepared for a window in which the certificate is valid")
    }
    if let last = window.end ?? window.start, last > notAfter {
      throw SigningRequestError(
        .windowAfterCertificate,
        "the window of the signing request ends at \(last), after its certificate does at \(notAfter)",
        hint: "have it prepared with a certificate that is valid for the whole window")
    }
  }
}

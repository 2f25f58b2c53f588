public import Messages
import Signing

/// A request that would not do what is wanted, and was not made.
public typealias RequestError = Failure<RequestErrorCode>

/// The reasons of a `RequestError`, by their stable ids.
@nonexhaustive
public enum RequestErrorCode: String, FailureCode {
  case addressMalformed = "address-malformed"
  case objectMismatch = "object-mismatch"
  case hostUnknown = "host-unknown"
  case hostMismatch = "host-mismatch"
  case scopeMismatch = "scope-mismatch"
  case keyIDMismatch = "key-id-mismatch"
  case newCertificateMismatch = "new-certificate-mismatch"
  case signerMismatch = "signer-mismatch"
  case signerNotNamed = "signer-not-named"
  case requestMismatch = "request-mismatch"
  case configurationAltered = "configuration-altered"
  case bodyMalformed = "body-malformed"
  case requestTooLarge = "request-too-large"
  case displayNameTooLong = "display-name-too-long"
  case keyNotBase64 = "key-not-base64"
  case keyNotCertificate = "key-not-certificate"
  case privateKeyInBody = "private-key-in-body"
  case passwordNotText = "password-not-text"
  case passwordNotNeeded = "password-not-needed"
  case certificateLifetime = "certificate-lifetime"
  case certificateRegistered = "certificate-registered"
  case credentialUnknown = "credential-unknown"
  case credentialSigns = "credential-signs"
  case credentialLast = "credential-last"
  case fileMissing = "file-missing"
  case fileDiffers = "file-differs"
  case fileUnexpected = "file-unexpected"
  case fileNotRegular = "file-not-regular"
  case fileOwner = "file-owner"
  case fileMode = "file-mode"
  case sentAlready = "sent-already"
  case tokenRejected = "token-rejected"
}

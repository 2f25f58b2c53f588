@_exported public import Entra
@_exported public import ExternalProgram
@_exported public import JOSE
@_exported public import JSONWebToken
@_exported public import OpenSSLCrypto
@_exported public import PKCS11
@_exported public import QRCodes
@_exported public import Signing

internal import CP11Kit
internal import Glibc

/// A look at what a module offers, before p11-kit calls it: p11-kit takes it for granted that a list is whole.
@safe
struct FunctionList: ~Copyable {
  // Kept until p11-kit has loaded the library too, so that it is loaded once.
  private nonisolated(unsafe) let library: UnsafeMutableRawPointer?
  /// Why the module cannot be used; nil for a list that is whole, and for a library that p11-kit will refuse itself.
  let objection: String?

  /// Loads the library of this path, with the flags that p11-kit uses.
  init(ofLibraryAt path: String) {
    let library = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL)
    unsafe self.library = library
    objection = unsafe library.flatMap { unsafe Self.objection(to: $0) }
  }

  deinit { if let library = unsafe library { unsafe dlclose(library) } }

  private static func objection(to library: UnsafeMutableRawPointer) -> String? {
    guard let symbol = unsafe dlsym(library, "C_GetFunctionList") else { return nil }
    typealias Entry = @convention(c) (UnsafeMutablePointer<Module.Functions?>) -> CK_RV
    // The type is the standard's for this name (PKCS #11 2.40, section 5.4).
    let entry = unsafe unsafeBitCast(symbol, to: Entry.self)
    var list: Module.Functions?
    guard unsafe entry(&list) == CKR_OK else { return nil }
    guard let list = unsafe list?.pointee else { return "its C_GetFunctionList gives no list of functions" }
    let needed: [(name: String, isThere: Bool)] = unsafe [
      ("C_Initialize", list.C_Initialize != nil), ("C_Finalize", list.C_Finalize != nil),
      ("C_GetSlotList", list.C_GetSlotList != nil), ("C_GetTokenInfo", list.C_GetTokenInfo != nil),
      ("C_OpenSession", list.C_OpenSession != nil), ("C_CloseSession", list.C_CloseSession != nil),
      ("C_FindObjectsInit", list.C_FindObjectsInit != nil), ("C_FindObjects", list.C_FindObjects != nil),
      ("C_FindObjectsFinal", list.C_FindObjectsFinal != nil), ("C_GetAttributeValue", list.C_GetAttributeValue != nil),
      ("C_Login", list.C_Login != nil), ("C_SignInit", list.C_SignInit != nil), ("C_Sign", list.C_Sign != nil),
    ]
    let missing = needed.filter { !$0.isThere }.map(\.name)
    return missing.isEmpty ? nil : "its list of functions has no \(missing.joined(separator: ", "))"
  }
}

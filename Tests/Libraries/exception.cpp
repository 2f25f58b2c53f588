// See README.md.
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

// Counts what an exception leaves behind.
struct Witness {
  int &left;
  ~Witness() { left++; }
};

[[gnu::noinline]] void refuse(int depth, int &left) {
  Witness witness{left};
  if (depth == 0) throw std::runtime_error("thrown by the module");
  refuse(depth - 1, left);
}

// True where an exception passes ten functions of this module and one of the C++ library, ends each of them, and is caught.
bool throws_and_catches() {
  int left = 0;
  try {
    std::vector<int> numbers{2, 1};
    std::sort(numbers.begin(), numbers.end(), [&](int, int) -> bool {
      refuse(9, left);
      return false;
    });
  } catch (const std::runtime_error &error) {
    return left == 10 && std::string(error.what()) == "thrown by the module";
  }
  return false;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
  if (!throws_and_catches()) return CKR_GENERAL_ERROR;
  void *module = dlopen(std::getenv("MODULE"), RTLD_NOW);
  auto get = module ? reinterpret_cast<CK_C_GetFunctionList>(dlsym(module, "C_GetFunctionList")) : nullptr;
  return get ? get(list) : CKR_GENERAL_ERROR;
}

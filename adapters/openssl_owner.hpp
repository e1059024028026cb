#pragma once

#include <memory>

namespace carillon {

/// Frees what a C library made by that library's own function.
template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* x) const {
    Free(x);
  }
};

/// Owns an object of OpenSSL's.
template <class T, auto Free>
using owned = std::unique_ptr<T, freed_by<Free>>;

}  // namespace carillon

// The entry point of every unit test program.
#include <caf/test/unit_test_impl.hpp>

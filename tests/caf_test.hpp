#pragma once

// CAF's test framework with its deterministic scheduler. Define CAF_SUITE first and include this
// last: it takes short global names and the macros expect, inject, allow and disallow.

#include <caf/all.hpp>
#include <caf/test/unit_test.hpp>

#ifndef FAIL  // used by dsl.hpp of CAF 0.17.6 but not defined by it
#define FAIL(message) CAF_FAIL(message)
#endif

#include <caf/test/dsl.hpp>

#pragma once

#include "adapters/http/request.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace carillon::http {

/// Why a request cannot be understood; the connection ends with the answer.
struct parse_fault {
  int status{400};
  const char* why{""};
};

/// Reads one request at a time with Beast's parser, without keeping a header in memory: the known
/// fields are views into the text given.
class parser {
 public:
  parser();
  ~parser();

  /// Reads a whole header, which ends with an empty line. `text` must stay where it is while the
  /// head is used.
  std::optional<parse_fault> read_head(std::string_view text, request_head& into);

  /// Where the next bytes of the body go; called with each piece, may refuse by returning false.
  class body_sink {
   public:
    virtual ~body_sink() = default;
    virtual bool take(std::string_view piece) = 0;
  };

  struct progress {
    std::size_t consumed{0};
    bool complete{false};
    /// The sink refused.
    bool refused{false};
    std::optional<parse_fault> fault{};
  };

  /// Reads on in the body. What is not consumed must come again with more behind it.
  progress read_body(std::string_view text, body_sink& into);

  /// True when the header says that no body follows, or the body is complete.
  bool complete() const noexcept;

 private:
  class reader;
  std::unique_ptr<reader> reader_;
};

}  // namespace carillon::http

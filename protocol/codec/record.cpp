#include "protocol/codec/record.hpp"

#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace carillon::codec {

namespace {

using kind = json_value::kind;

/// Takes the parser's events and builds the value, without a document in between.
class builder {
 public:
  builder(json_value& root, const record_shape& shape) : root_(root), shape_(shape) {}

  bool null() { return scalar(kind::null, "null"); }
  bool boolean(bool x) { return scalar(kind::boolean, x ? "true" : "false"); }
  bool number_integer(std::int64_t x) { return scalar(kind::number, std::to_string(x)); }
  bool number_unsigned(std::uint64_t x) { return scalar(kind::number, std::to_string(x)); }
  bool number_float(double, const std::string& digits) { return scalar(kind::number, digits); }
  bool binary(nlohmann::json::binary_t&) { return false; }

  bool string(std::string& x) {
    if (raw_ != nullptr)
      append_json_string(separated(), x);
    else if (skip_ == none)
      take(kind::string, std::move(x));
    else
      skipped();
    return true;
  }

  bool start_object(std::size_t) { return start(kind::object); }
  bool end_object() { return end('}'); }
  bool start_array(std::size_t) { return start(kind::array); }
  bool end_array() { return end(']'); }

  bool key(std::string& name) {
    if (raw_ != nullptr) {
      append_json_string(separated(), name);
      raw_->text += ':';
    } else if (skip_ == none) {
      const bool in_record = depth_ == shape_.depth;
      const auto& wanted = in_record ? shape_.names : shape_.outer;
      const auto found = std::ranges::find(wanted, std::string_view{name});
      if (found != wanted.end()) {
        name_ = *found;
      } else {
        skip_ = depth_;
        if (auto& unknown = open_.back()->unknown;
            in_record && shape_.strict && unknown.size() < max_unknown)
          unknown.push_back(std::move(name));
      }
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    position_ = position;
    return false;
  }

  bool too_deep() const { return depth_ > max_depth; }
  std::size_t position() const { return position_; }

 private:
  static constexpr auto none = std::numeric_limits<std::size_t>::max();

  bool scalar(kind is, std::string_view text) {
    if (raw_ != nullptr)
      separated() += text;
    else if (skip_ == none)
      take(is, std::string{text});
    else
      skipped();
    return true;
  }

  bool start(kind is) {
    if (raw_ != nullptr) {
      separated() += is == kind::object ? '{' : '[';
    } else if (skip_ == none) {
      auto* to = place();
      if (to == nullptr) {
        skip_ = depth_;
      } else {
        to->is = is;
        if (depth_ < shape_.depth || (depth_ == shape_.depth && is == kind::array)) {
          open_.push_back(to);
        } else {
          raw_ = to;
          raw_depth_ = depth_;
          to->text = is == kind::object ? "{" : "[";
        }
      }
    }
    ++depth_;
    return !too_deep();
  }

  bool end(char close) {
    --depth_;
    if (raw_ != nullptr) {
      raw_->text += close;
      if (depth_ == raw_depth_)
        raw_ = nullptr;
    } else if (skip_ == none) {
      open_.pop_back();
    } else {
      skipped();
    }
    return true;
  }

  /// A value under a name nobody asked for has ended, if it was the whole of it.
  void skipped() {
    if (depth_ == skip_)
      skip_ = none;
  }

  void take(kind is, std::string text) {
    if (auto* to = place()) {
      to->is = is;
      to->text = std::move(text);
    }
  }

  /// Where the value that begins now belongs; null past the bound of an array.
  json_value* place() {
    if (open_.empty())
      return &root_;
    auto& parent = *open_.back();
    if (parent.is == kind::array) {
      if (parent.items.size() == shape_.items) {
        parent.more = true;
        return nullptr;
      }
    } else {
      const auto known = std::ranges::find(parent.names, name_);
      if (known != parent.names.end())
        return &(parent.items[known - parent.names.begin()] = json_value{});
      parent.names.push_back(name_);
    }
    return &parent.items.emplace_back();
  }

  /// The raw text, with a comma where one is due: only a bracket or a colon needs none behind it.
  std::string& separated() {
    const char last = raw_->text.back();
    if (last != '{' && last != '[' && last != ':')
      raw_->text += ',';
    return raw_->text;
  }

  json_value& root_;
  const record_shape& shape_;
  std::vector<json_value*> open_;  // those being taken apart
  std::size_t depth_ = 0;
  std::string_view name_;
  std::size_t skip_ = none;    // the depth of a member that is passed over
  json_value* raw_ = nullptr;  // the one kept as text
  std::size_t raw_depth_ = 0;
  std::size_t position_ = 0;
};

error malformed(std::string detail) {
  return {errc::malformed, std::move(detail)};
}

}  // namespace

const json_value* json_value::find(std::string_view name) const {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name)
      return &items[i];
  return nullptr;
}

result<json_value> read_json(std::string_view body, const record_shape& shape) {
  // The parser takes a zero byte for the end of its input.
  if (const auto zero = body.find('\0'); zero != std::string_view::npos)
    return malformed("the body is not JSON: a zero byte at position " + std::to_string(zero + 1));
  json_value root;
  builder sax{root, shape};
  if (nlohmann::json::sax_parse(body.begin(), body.end(), &sax))
    return root;
  if (sax.too_deep())
    return malformed("the JSON is nested deeper than " + std::to_string(max_depth));
  if (!is_utf8(body))
    return malformed("the body is not UTF-8");
  return malformed("the body is not JSON: a mistake near byte " + std::to_string(sax.position()));
}

}  // namespace carillon::codec

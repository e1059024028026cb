#pragma once

#include "protocol/delivery.hpp"
#include "protocol/operation.hpp"

#include <string>
#include <vector>

namespace carillon::storage {

// Lists that are kept as JSON in one column, and back.

std::string text_of(const std::vector<std::string>& list);
std::vector<std::string> strings_of(const std::string& text);

/// What a notification says, without its id and its audience.
std::string text_of(const notification& x);
notification notification_of(const std::string& text);

/// What a producer is shown: the ids of deliveries that are stored, and all of those that are not.
std::string text_of(const std::vector<delivery_ptr>& shown);
std::vector<std::shared_ptr<delivery>> shown_in(const std::string& text);

std::string text_of(const std::vector<failover_step>& steps);
std::vector<failover_step> steps_of(const std::string& text);

std::string text_of(const bulk_letter& letter);
bulk_letter letter_of(const std::string& text);

std::string text_of(const event_letter& letter);
event_letter event_letter_of(const std::string& text);

std::string text_of(const delivery_filter& filter);
delivery_filter filter_of(const std::string& text);

}  // namespace carillon::storage

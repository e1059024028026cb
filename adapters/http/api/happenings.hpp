#pragma once

#include "adapters/http/router.hpp"
#include "protocol/draft.hpp"

#include <string>
#include <vector>

namespace carillon::http::api {

/// Has an event planned and stored; the answer is what became of it, once where it has a key.
void tell_one(const call& c, event_draft draft, const std::string& subject);

/// The same for several, each once where it has a key; the answer, `{"events":[…]}`, comes when all
/// are over and has for each what became of it, or why it was refused. Where none went in, and all
/// for one reason, that refusal is the answer.
void tell_many(const call& c, std::vector<event_draft> drafts, const std::string& subject);

/// Has an event planned and tells what would come of it if the caller posted it now, with the same
/// key. Nothing is stored.
void rehearse(const call& c, event_draft draft);

}  // namespace carillon::http::api

#pragma once

#include "protocol/template.hpp"
#include "protocol/unit.hpp"
#include "storage/work.hpp"

#include <vector>

namespace carillon::storage {

/// Changes templates and keeps each version; the unit is refused, and nothing changed, where a
/// template is not there or its place is another one's.
void change_templates(work& w, unit& x, templating& what, uuid_source& ids);

/// Every template, by code, channel and language.
std::vector<template_ptr> read_all_templates(connection& db);

/// The versions that are kept, the newest first.
std::vector<template_ptr> read_versions_of(connection& db, const template_id& id);

}  // namespace carillon::storage

#pragma once

#include "protocol/channel.hpp"

namespace carillon::channels {

/// What an SMTP server's last reply means for the message; `command` among its headers says what
/// was replied to, as `mail_request` promises.
outcome judge_mail(const response& came);

}  // namespace carillon::channels

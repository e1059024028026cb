#pragma once

#include "adapters/channels/registry.hpp"

namespace carillon::channels {

// One line for each file of this folder.
channel_type log_type();
channel_type system_type();
channel_type webhook_type();
channel_type dingtalk_type();
channel_type telegram_type();
channel_type feishu_bot_type();
channel_type feishu_type();
channel_type wecom_type();
channel_type wecom_bot_type();
channel_type wechat_type();
channel_type wechat_mini_type();

}  // namespace carillon::channels

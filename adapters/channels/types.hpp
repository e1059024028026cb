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
channel_type email_type();
channel_type fcm_type();
channel_type apns_type();
channel_type web_push_type();
channel_type jpush_type();
channel_type aliyun_sms_type();
channel_type tencent_sms_type();
channel_type twilio_type();
channel_type slack_type();
channel_type discord_type();
channel_type teams_type();
channel_type ntfy_type();
channel_type gotify_type();

}  // namespace carillon::channels

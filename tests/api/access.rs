//! Who may ask which route: one line for each, and no route without a line.

use std::collections::{BTreeMap, BTreeSet};

use prahari_store::AuditFilter;
use reqwest::Method;
use serde_json::Value;

use crate::support::OTHER;
use crate::support::console::Client;
use crate::world::{World, operations};

/// Method and path, the body (empty for none), and the status for nobody, another user, the user, the admin, and a
/// script whose token was the user's and is revoked. Names in braces are ids of the user's things, see [`World`].
type Line = (&'static str, &'static str, [u16; 5]);

#[rustfmt::skip]
const TABLE: &[Line] = &[
    // What, and with which body                                                       nobody other user admin revoked
    ("GET /api/v1/analytics/tasks?user={user}", "",                                    [401, 404, 200, 200, 401]),
    ("GET /api/v1/system/analytics", "",                                               [401, 403, 403, 200, 401]),
    // First: an hour passes with each line, and a session ends after a week.
    ("GET /api/v1/auth/sessions", "",                                                  [401, 200, 200, 200, 401]),
    ("DELETE /api/v1/auth/sessions/{session}", "",                                     [401, 404, 204, 404, 401]),
    ("GET /api/v1/calendar/days", "",                                                  [401, 200, 200, 200, 401]),
    ("GET /api/v1/calendar/now", "",                                                   [401, 200, 200, 200, 401]),
    ("POST /api/v1/calendar/preview", "{}",                                            [401, 403, 403, 200, 401]),
    ("POST /api/v1/calendar?expected_version=1",
        r#"{"years":{"2027":{"source":"a circular","holidays":[{"date":"2027-01-26","name":"Republic Day"}]}}}"#,
        [401, 403, 403, 200, 401]),
    ("GET /api/v1/calendar/versions", "",                                              [401, 403, 403, 200, 401]),
    ("GET /api/v1/calendar/versions/{one}", "",                                        [401, 403, 403, 200, 401]),
    ("GET /api/v1/calendar/shipped", "",                                               [401, 403, 403, 200, 401]),
    ("GET /api/v1/executions", "",                                                     [401, 200, 200, 200, 401]),
    ("GET /api/v1/executions?user={user}", "",                                         [401, 404, 200, 200, 401]),
    ("GET /api/v1/executions/totals?user={user}", "",                                  [401, 404, 200, 200, 401]),
    // Its number is enough for an admin.
    ("GET /api/v1/executions/{run}", "",                                               [401, 404, 200, 200, 401]),
    ("GET /api/v1/executions/{none}", "",                                              [401, 404, 404, 404, 401]),
    ("GET /api/v1/executions/{run}?user=1", "",                                        [401, 404, 404, 404, 401]),
    ("GET /api/v1/executions/{run}?user={user}", "",                                   [401, 404, 200, 200, 401]),
    ("GET /api/v1/executions/{run}/decisions?user={user}", "",                         [401, 404, 200, 200, 401]),
    ("GET /api/v1/executions/{run}/log?user={user}", "",                               [401, 404, 200, 200, 401]),
    // It has no recording.
    ("GET /api/v1/executions/{run}/calls", "",                                         [401, 404, 409, 409, 401]),
    ("GET /api/v1/executions/{run}/calls?user={user}", "",                             [401, 404, 409, 409, 401]),
    ("POST /api/v1/executions/{run}/replay", "{}",                                     [401, 404, 409, 409, 401]),
    ("POST /api/v1/executions/{run}/replay?user={user}", "{}",                         [401, 404, 409, 409, 401]),
    ("POST /api/v1/replays", r#"{"day":"2025-03-07"}"#,                                [401, 403, 403, 200, 401]),
    ("GET /api/v1/jobs", "",                                                           [401, 200, 200, 200, 401]),
    // Nobody has asked for one.
    ("GET /api/v1/jobs/{none}", "",                                                    [401, 404, 404, 404, 401]),
    ("DELETE /api/v1/jobs/{none}", "",                                                 [401, 404, 404, 404, 401]),
    ("GET /api/v1/funds?user={user}", "",                                              [401, 404, 200, 200, 401]),
    ("GET /api/v1/logs?user={user}", "",                                               [401, 404, 200, 200, 401]),
    ("GET /api/v1/system/logs", "",                                                    [401, 403, 403, 200, 401]),
    ("GET /api/v1/system/logs?user={user}", "",                                        [401, 403, 403, 200, 401]),
    ("GET /api/v1/notifications?user={user}", "",                                      [401, 404, 200, 200, 401]),
    ("POST /api/v1/notifications/{notification}/read", "",                             [401, 404, 200, 404, 401]),
    ("POST /api/v1/notifications/read-all", "",                                        [401, 200, 200, 200, 401]),
    ("GET /api/v1/orders?user={user}", "",                                             [401, 404, 200, 200, 401]),
    ("GET /api/v1/orders?states=sent,intent", "",                                      [401, 200, 200, 200, 401]),
    ("GET /api/v1/orders/summary", "",                                                 [401, 200, 200, 200, 401]),
    ("GET /api/v1/orders/summary?user={user}", "",                                     [401, 404, 200, 200, 401]),
    ("GET /api/v1/fills", "",                                                          [401, 200, 200, 200, 401]),
    ("GET /api/v1/fills?user={user}", "",                                              [401, 404, 200, 200, 401]),
    ("GET /api/v1/decisions", "",                                                      [401, 200, 200, 200, 401]),
    ("GET /api/v1/decisions?user={user}", "",                                          [401, 404, 200, 200, 401]),
    ("GET /api/v1/system/orders/summary", "",                                          [401, 403, 403, 200, 401]),
    ("GET /api/v1/system/orders", "",                                                  [401, 403, 403, 200, 401]),
    ("GET /api/v1/system/executions", "",                                              [401, 403, 403, 200, 401]),
    ("GET /api/v1/system/market/sources", "",                                          [401, 403, 403, 200, 401]),
    ("GET /api/v1/system/market/restatements", "",                                     [401, 403, 403, 200, 401]),
    ("GET /api/v1/system/market/warming", "",                                          [401, 403, 403, 200, 401]),
    // The market is on this machine: nothing is fetched ahead.
    ("POST /api/v1/system/market/warming", r#"{"what":"held"}"#,                       [401, 403, 403, 409, 401]),
    ("GET /api/v1/system/positions", "",                                               [401, 403, 403, 200, 401]),
    // Its id is enough for an admin.
    ("GET /api/v1/orders/{order}", "",                                                 [401, 404, 200, 200, 401]),
    ("GET /api/v1/orders/{none}", "",                                                  [401, 404, 404, 404, 401]),
    ("GET /api/v1/orders/{order}?user={user}", "",                                     [401, 404, 200, 200, 401]),
    // It was not placed through the desk, which does not know it.
    ("POST /api/v1/orders/{order}/cancel", r#"{"reason":"too dear"}"#,                 [401, 404, 409, 404, 401]),
    ("POST /api/v1/orders/{order}/cancel?user={user}", r#"{"reason":"too dear"}"#,     [401, 404, 409, 409, 401]),
    ("GET /api/v1/user/orders/unknown", "",                                            [401, 200, 200, 200, 401]),
    ("GET /api/v1/user/orders/unknown?user={user}", "",                                [401, 404, 200, 200, 401]),
    ("POST /api/v1/user/orders/{order}/resolve", r#"{"outcome":"never_arrived","reason":"not in the app"}"#,
                                                                                       [401, 404, 409, 404, 401]),
    ("POST /api/v1/user/orders/{order}/resolve?user={user}", r#"{"outcome":"never_arrived","reason":"not in the app"}"#,
                                                                                       [401, 404, 409, 409, 401]),
    ("GET /api/v1/pnl/daily?user={user}", "",                                          [401, 404, 200, 200, 401]),
    ("GET /api/v1/pnl/charges?user={user}", "",                                        [401, 404, 200, 200, 401]),
    ("GET /api/v1/pnl/curve?user={user}", "",                                          [401, 404, 200, 200, 401]),
    ("GET /api/v1/pnl/summary?user={user}", "",                                        [401, 404, 200, 200, 401]),
    ("GET /api/v1/positions?user={user}", "",                                          [401, 404, 200, 200, 401]),
    ("GET /api/v1/positions?user={user}&lots=true", "",                                [401, 404, 200, 200, 401]),
    ("GET /api/v1/positions/closed?user={user}", "",                                   [401, 404, 200, 200, 401]),
    ("GET /api/v1/market/symbols", "",                                                 [401, 200, 200, 200, 401]),
    ("GET /api/v1/market/candles?symbol=NOSUCHSHARE", "",                              [401, 404, 404, 404, 401]),
    ("GET /api/v1/market/quotes?symbols=TCS", "",                                      [401, 200, 200, 200, 401]),
    ("GET /api/v1/user/differences?user={user}", "",                                   [401, 404, 200, 200, 401]),
    ("GET /api/v1/user/outside-purchases?user={user}", "",                             [401, 404, 200, 200, 401]),
    ("PUT /api/v1/user/outside-purchases?user={user}", r#"{"rule":"ignore"}"#,                [401, 404, 200, 200, 401]),
    // Paper has none.
    ("POST /api/v1/user/differences/{none}", r#"{"decision":"ignore"}"#,               [401, 404, 404, 404, 401]),
    ("GET /api/v1/user/actions?user={user}", "",                                       [401, 404, 200, 200, 401]),
    ("GET /api/v1/system/actions", "",                                                 [401, 403, 403, 200, 401]),
    ("GET /api/v1/system/actions/doubted", "",                                         [401, 403, 403, 200, 401]),
    ("POST /api/v1/system/actions/doubted/{none}/confirm", "",                         [401, 403, 403, 404, 401]),
    ("POST /api/v1/system/actions/doubted/{none}/reject", r#"{"reason":"it is wrong"}"#, [401, 403, 403, 404, 401]),
    // On a day that has not come, of a share that nobody holds: the books of later lines stay as they are.
    ("POST /api/v1/system/actions",
        r#"{"symbol":"NOSUCHSHARE","ex_day":"2026-12-15","kind":"bonus","new":1,"held":1,"confirm":true}"#,
        [401, 403, 403, 201, 401]),
    ("POST /api/v1/system/actions/import",
        r#"[{"symbol":"NOSUCHSHARE","ex_day":"2026-12-17","kind":"bonus","new":1,"held":1}]"#,
        [401, 403, 403, 200, 401]),
    ("POST /api/v1/system/actions/{one}/undo", r#"{"reason":"it was put off"}"#,      [401, 403, 403, 200, 401]),
    ("GET /api/v1/market/price-jumps", "",                                             [401, 200, 200, 200, 401]),
    // No share has jumped.
    ("POST /api/v1/market/price-jumps/{none}/explain", r#"{"explanation":"a split"}"#, [401, 403, 403, 404, 401]),
    ("GET /api/v1/signals?user={user}", "",                                            [401, 404, 200, 200, 401]),
    ("GET /api/v1/user/symbols/{symbol}/why?user={user}", "",                          [401, 404, 200, 200, 401]),
    // Nothing is called that.
    ("GET /api/v1/user/symbols/{none}/why", "",                                        [401, 404, 404, 404, 401]),
    ("POST /api/v1/signals/{signal}/reject", r#"{"reason":"too dear"}"#,               [401, 404, 200, 404, 401]),
    ("POST /api/v1/signals/reject", r#"{"ids":[999999]}"#,                             [401, 200, 200, 200, 401]),
    ("POST /api/v1/alerts/resolve", r#"{"ids":[999999],"resolution":"seen"}"#,         [401, 200, 200, 200, 401]),
    ("POST /api/v1/alerts/resolve?user={user}", r#"{"ids":[999999],"resolution":"seen"}"#,
                                                                                       [401, 404, 200, 200, 401]),
    ("POST /api/v1/system/services", r#"{"users":[999999],"action":"stop"}"#,          [401, 403, 403, 200, 401]),
    ("POST /api/v1/signals/{signal}/activate", "{}",                                   [401, 404, 200, 404, 401]),

    ("GET /api/v1/slots", "",                                                          [401, 200, 200, 200, 401]),
    ("GET /api/v1/slots?user={user}", "",                                              [401, 404, 200, 200, 401]),
    ("GET /api/v1/slots/day?user={user}", "",                                          [401, 404, 200, 200, 401]),
    ("GET /api/v1/slots/lanes", "",                                                    [401, 200, 200, 200, 401]),
    ("GET /api/v1/slots/lanes?user={user}", "",                                        [401, 404, 200, 200, 401]),
    ("GET /api/v1/system/lanes", "",                                                   [401, 403, 403, 200, 401]),
    ("GET /api/v1/system/slots", "",                                                   [401, 403, 403, 200, 401]),
    ("GET /api/v1/system/slots?user={user}", "",                                       [401, 403, 403, 200, 401]),
    ("GET /api/v1/system/slots/day", "",                                               [401, 403, 403, 200, 401]),
    ("GET /api/v1/alerts?user={user}", "",                                             [401, 404, 200, 200, 401]),
    ("POST /api/v1/alerts/{alert}/resolve", r#"{"resolution":"seen"}"#,                [401, 404, 200, 404, 401]),
    // It is resolved by then.
    ("POST /api/v1/alerts/{alert}/resolve?user={user}", r#"{"resolution":"seen"}"#,    [401, 404, 409, 409, 401]),
    ("GET /api/v1/system/alerts", "",                                                  [401, 403, 403, 200, 401]),

    ("GET /api/v1/halts?user={user}", "",                                              [401, 404, 200, 200, 401]),
    ("POST /api/v1/halts/{halt}/lift", r#"{"explanation":"it was a split"}"#,          [401, 403, 403, 200, 401]),
    ("GET /api/v1/system/halts", "",                                                   [401, 403, 403, 200, 401]),

    // While the unified service of the user is off.
    ("POST /api/v1/service/individual/start?user={user}", r#"{"task":"sell_monitor"}"#, [401, 404, 200, 200, 401]),
    ("POST /api/v1/service/individual/start?user={user}", r#"{"task":"analysis"}"#,    [401, 404, 404, 403, 401]),
    ("GET /api/v1/service/individual/status?user={user}", "",                          [401, 404, 200, 200, 401]),
    ("PUT /api/v1/service/individual/restart?user={user}", r#"{"task":"sell_monitor","restart":"never"}"#,
                                                                                       [401, 404, 200, 200, 401]),
    ("PUT /api/v1/service/individual/restart?user={user}", r#"{"task":"analysis","restart":"never"}"#,
                                                                                       [401, 404, 404, 404, 401]),
    ("POST /api/v1/service/individual/stop?user={user}", r#"{"task":"sell_monitor"}"#, [401, 404, 200, 200, 401]),
    ("POST /api/v1/user/service/start?user={user}", "",                                [401, 404, 200, 200, 401]),
    // And while it is on.
    ("POST /api/v1/service/individual/start?user={user}", r#"{"task":"sell_monitor"}"#, [401, 404, 409, 409, 401]),
    ("POST /api/v1/service/individual/stop?user={user}", r#"{"task":"sell_monitor"}"#, [401, 404, 409, 409, 401]),
    ("GET /api/v1/user/service/status?user={user}", "",                                [401, 404, 200, 200, 401]),
    ("GET /api/v1/user/service/tasks?user={user}", "",                                 [401, 404, 200, 200, 401]),
    ("GET /api/v1/user/service/logs?user={user}", "",                                  [401, 404, 200, 200, 401]),
    ("POST /api/v1/user/service/restart?user={user}", "",                              [401, 404, 200, 200, 401]),
    ("POST /api/v1/user/service/stop?user={user}", "",                                 [401, 404, 200, 200, 401]),
    // The admin comes less than two minutes after the user.
    ("POST /api/v1/service/individual/run-once?user={user}", r#"{"task":"eod_cleanup"}"#, [401, 404, 202, 409, 401]),
    ("POST /api/v1/service/individual/run-once", r#"{"task":"analysis"}"#,             [401, 404, 404, 202, 401]),
    // The same analysis, too soon.
    ("POST /api/v1/service/analysis/run", "",                                          [401, 403, 403, 409, 401]),
    ("GET /api/v1/service/status", "",                                                 [401, 403, 403, 200, 401]),
    ("POST /api/v1/service/restart", "",                                               [401, 403, 403, 200, 401]),

    // Each change makes the next version of the schedules.
    ("GET /api/v1/service/schedules", "",                                              [401, 200, 200, 200, 401]),
    ("GET /api/v1/service/schedules/{task}/history", "",                               [401, 200, 200, 200, 401]),
    ("GET /api/v1/service/schedules/test-run?date=2025-03-10", "",                     [401, 200, 200, 200, 401]),
    ("POST /api/v1/service/schedules/{task}/preview", r#"{"rule":{"kind":"at","time":"17:00"}}"#,
                                                                                       [401, 403, 403, 200, 401]),
    ("PUT /api/v1/service/schedules/{task}",
        r#"{"expected_version":1,"rule":{"kind":"at","time":"17:00"},"enabled":true}"#, [401, 403, 403, 200, 401]),
    ("POST /api/v1/service/schedules/{task}/disable", r#"{"expected_version":2}"#,     [401, 403, 403, 200, 401]),
    ("POST /api/v1/service/schedules/{task}/enable", r#"{"expected_version":3}"#,      [401, 403, 403, 200, 401]),
    ("POST /api/v1/service/schedules/bulk", r#"{"expected_version":4,"tasks":["analysis"],"enabled":false}"#,
                                                                                       [401, 403, 403, 200, 401]),

    ("GET /api/v1/user/config?user={user}", "",                                        [401, 404, 200, 200, 401]),
    ("PATCH /api/v1/user/config?user={user}", r#"{"values":{"rsi_period":12}}"#,       [401, 404, 200, 200, 401]),
    ("POST /api/v1/user/config/reset?user={user}", "{}",                               [401, 404, 200, 200, 401]),
    ("GET /api/v1/user/config/schema", "",                                             [401, 200, 200, 200, 401]),
    ("GET /api/v1/user/tasks/{task}/settings?user={user}", "",                         [401, 404, 200, 200, 401]),
    // The task describes no settings.
    ("PUT /api/v1/user/tasks/{task}/settings?user={user}", r#"{"values":{}}"#,         [401, 404, 400, 400, 401]),
    ("GET /api/v1/user/tasks/{task}/settings/history?user={user}", "",                 [401, 404, 200, 200, 401]),
    ("GET /api/v1/user/limits?user={user}", "",                                        [401, 404, 200, 200, 401]),
    ("PATCH /api/v1/user/limits?user={user}", r#"{"values":{"max_positions":3}}"#,     [401, 404, 200, 200, 401]),
    ("GET /api/v1/user/notifications/preferences?user={user}", "",                     [401, 404, 200, 200, 401]),
    ("PATCH /api/v1/user/notifications/preferences?user={user}", r#"{"values":{}}"#,   [401, 404, 200, 200, 401]),
    ("GET /api/v1/user/price-runs?user={user}", "",                                    [401, 404, 200, 200, 401]),
    ("PUT /api/v1/user/price-runs?user={user}", r#"{"tasks":["sell_monitor"]}"#,       [401, 404, 200, 200, 401]),
    ("GET /api/v1/user/capital?user={user}", "",                                       [401, 404, 200, 200, 401]),
    ("PUT /api/v1/user/capital?user={user}", r#"{"capital_paise":200000000}"#,         [401, 404, 200, 200, 401]),
    ("GET /api/v1/user/kill-switch?user={user}", "",                                   [401, 404, 200, 200, 401]),
    ("POST /api/v1/user/kill-switch?user={user}", r#"{"on":true}"#,                    [401, 404, 200, 200, 401]),
    ("GET /api/v1/user/trading-state", "",                                             [401, 200, 200, 200, 401]),
    ("PUT /api/v1/user/trading-state", r#"{"state":"reduce_only","reason":"a rest"}"#, [401, 200, 200, 200, 401]),
    ("GET /api/v1/users/{user}/trading-state", "",                                     [401, 403, 403, 200, 401]),
    ("PUT /api/v1/users/{user}/trading-state", r#"{"state":"reduce_only","reason":"a rest"}"#,
                                                                                       [401, 403, 403, 200, 401]),
    ("GET /api/v1/system/kill-switch", "",                                             [401, 200, 200, 200, 401]),
    ("POST /api/v1/system/kill-switch", r#"{"on":true}"#,                              [401, 403, 403, 200, 401]),
    ("GET /api/v1/user/broker/credentials", "",                                        [401, 200, 200, 200, 401]),
    ("PUT /api/v1/user/broker/credentials", r#"{"mpin":"271828"}"#,                    [401, 200, 200, 200, 401]),
    ("DELETE /api/v1/user/broker/credentials", "",                                     [401, 204, 204, 204, 401]),
    ("GET /api/v1/user/broker", "",                                                    [401, 200, 200, 200, 401]),
    // On paper nobody logs in.
    ("POST /api/v1/user/broker/login", "{}",                                           [401, 409, 409, 409, 401]),
    ("POST /api/v1/user/broker/unblock?user={user}", "",                               [401, 404, 409, 409, 401]),

    ("GET /api/v1/user/channels", "",                                                  [401, 200, 200, 200, 401]),
    ("POST /api/v1/user/channels/webhooks", r#"{"name":"of a test","url":"https://hooks.example.org/"}"#,
                                                                                       [401, 201, 201, 201, 401]),
    // The installation has no bot, and Telegram is not asked by tests.
    ("POST /api/v1/user/channels/telegram", r#"{"name":"phone"}"#,                     [401, 409, 409, 409, 401]),
    ("GET /api/v1/system/carriers", "",                                                [401, 403, 403, 200, 401]),
    ("PUT /api/v1/system/carriers/telegram", r#"{"token":"1:ABCDEFGHIJ"}"#,            [401, 403, 403, 409, 401]),
    ("DELETE /api/v1/system/carriers/telegram", "",                                    [401, 403, 403, 204, 401]),
    ("POST /api/v1/user/channels/email", r#"{"name":"mail","address":"asha@example.org"}"#,
                                                                                       [401, 409, 409, 409, 401]),
    ("POST /api/v1/user/channels/email/confirm", r#"{"code":"k3vq-7hdm-2xzp-a4tn"}"#,  [401, 409, 409, 409, 401]),
    // Not on the internet, and the operator allows no other.
    ("PUT /api/v1/system/carriers/email", r#"{"host":"127.0.0.1","port":465,"security":"tls","from":"prahari@example.org"}"#,
                                                                                       [401, 403, 403, 400, 401]),
    ("DELETE /api/v1/system/carriers/email", "",                                       [401, 403, 403, 204, 401]),
    ("POST /api/v1/user/channels/{channel}/test", "",                                  [401, 404, 202, 404, 401]),
    ("GET /api/v1/user/deliveries", "",                                                [401, 200, 200, 200, 401]),
    ("GET /api/v1/user/deliveries?channel={channel}&state=waiting", "",                [401, 200, 200, 200, 401]),
    ("DELETE /api/v1/user/channels/{channel}", "",                                     [401, 404, 204, 404, 401]),

    ("GET /api/v1/tasks", "",                                                          [401, 200, 200, 200, 401]),
    ("GET /api/v1/tasks/{task}", "",                                                   [401, 200, 200, 200, 401]),
    // No component and no manifest: both are read, and refused.
    ("POST /api/v1/tasks", "{}",                                                       [401, 403, 403, 400, 401]),
    ("PUT /api/v1/tasks/{task}", "{}",                                                 [401, 403, 403, 400, 401]),
    ("POST /api/v1/tasks/{task}/accept", r#"{"version":1}"#,                           [401, 403, 403, 200, 401]),
    ("DELETE /api/v1/tasks/{task}", "",                                                [401, 403, 403, 409, 401]),

    ("GET /api/v1/modules", "",                                                        [401, 403, 403, 200, 401]),
    ("GET /api/v1/modules/{task}/history", "",                                         [401, 403, 403, 200, 401]),
    // No component: it is read, and refused.
    ("POST /api/v1/modules/{task}", "{}",                                              [401, 403, 403, 400, 401]),
    ("POST /api/v1/modules/{task}/{one}/activate", "{}",                               [401, 403, 403, 200, 401]),
    ("GET /api/v1/modules/{task}/{one}/shadow", "",                                    [401, 403, 403, 200, 401]),
    ("GET /api/v1/modules/{task}/{none}/shadow", "",                                   [401, 403, 403, 404, 401]),
    ("POST /api/v1/modules/{task}/{one}/shadow", r#"{"days":1}"#,                      [401, 403, 403, 200, 401]),
    ("POST /api/v1/modules/{task}/{one}/shadow/accept", "",                            [401, 403, 403, 204, 401]),
    // Nothing else was ever active.
    ("POST /api/v1/modules/{task}/rollback", "{}",                                     [401, 403, 403, 409, 401]),
    ("PUT /api/v1/modules/{task}/pins/{user}", r#"{"version":1}"#,                     [401, 403, 403, 204, 401]),
    ("DELETE /api/v1/modules/{task}/pins/{user}", "",                                  [401, 403, 403, 204, 401]),
    ("DELETE /api/v1/modules/{task}/{one}", "",                                        [401, 403, 403, 409, 401]),
    ("DELETE /api/v1/modules/{task}/{none}", "",                                       [401, 403, 403, 404, 401]),

    ("GET /api/v1/grants", "",                                                         [401, 403, 403, 200, 401]),
    ("GET /api/v1/grants/used?user={user}", "",                                        [401, 404, 200, 200, 401]),
    ("PUT /api/v1/grants/{task}?user={user}",
        r#"{"capabilities":["log"],"cpu_ms":10,"memory_bytes":9999999,"calls":10}"#,   [401, 403, 403, 200, 401]),
    ("DELETE /api/v1/grants/{task}?user={user}", "",                                   [401, 403, 403, 204, 401]),

    ("GET /api/v1/system/health", "",                                                  [200, 200, 200, 200, 200]),
    ("GET /api/v1/system/metrics", "",                                                 [401, 403, 403, 200, 401]),
    ("GET /api/v1/system/connections", "",                                             [401, 403, 403, 200, 401]),
    ("GET /api/v1/system/retention", "",                                               [401, 403, 403, 200, 401]),
    ("PUT /api/v1/system/retention", r#"{"recordings_days":7,"plain_ticks_days":30,"logs_days":30}"#,
                                                                                       [401, 403, 403, 200, 401]),
    ("GET /api/v1/audit/verify", "",                                                   [401, 403, 403, 200, 401]),
    ("GET /api/v1/audit", "",                                                          [401, 403, 403, 200, 401]),
    // Not as a WebSocket.
    ("GET /api/v1/live", "",                                                           [401, 400, 400, 400, 401]),
    ("GET /api/v1/live?user={user}&types=order,changed&heartbeats=false", "",          [401, 404, 400, 400, 401]),
    ("GET /api/v1/live?user={user}&types=quote", "",                                   [401, 404, 400, 400, 401]),

    ("GET /api/v1/auth/me", "",                                                        [401, 200, 200, 200, 401]),
    ("POST /api/v1/auth/login", r#"{"name":"-","password":"-"}"#,                      [401, 401, 401, 401, 401]),
    ("POST /api/v1/auth/setup", r#"{"token":"x","name":"n","password":"four words are enough"}"#,
                                                                                       [409, 409, 409, 409, 409]),
    ("POST /api/v1/auth/reset", r#"{"token":"x","password":"four words are enough"}"#, [409, 409, 409, 409, 409]),
    ("POST /api/v1/auth/password", r#"{"password":"-","new_password":"four words are enough"}"#,
                                                                                       [401, 403, 403, 403, 401]),
    ("POST /api/v1/auth/totp/begin", r#"{"password":"-"}"#,                            [401, 403, 403, 403, 401]),
    ("POST /api/v1/auth/totp/enable", r#"{"code":"000000"}"#,                          [401, 409, 409, 409, 401]),
    ("POST /api/v1/auth/totp/disable", r#"{"password":"-"}"#,                          [401, 403, 403, 403, 401]),
    ("GET /api/v1/auth/tokens", "",                                                    [401, 200, 200, 200, 401]),
    ("POST /api/v1/auth/tokens", r#"{"name":"another script","scope":"read"}"#,        [401, 201, 201, 201, 401]),
    ("DELETE /api/v1/auth/tokens/{token}", "",                                         [401, 404, 204, 404, 401]),
    ("POST /api/v1/auth/logout", "",                                                   [401, 204, 204, 204, 401]),

    ("GET /api/v1/users", "",                                                          [401, 403, 403, 200, 401]),
    ("GET /api/v1/users?sort=name&role=user&active=true&q=u", "",                      [401, 403, 403, 200, 401]),
    ("GET /api/v1/system/users", "",                                                   [401, 403, 403, 200, 401]),
    ("POST /api/v1/users", r#"{"name":"newcomer","role":"user"}"#,                     [401, 403, 403, 201, 401]),
    ("GET /api/v1/users/{user}", "",                                                   [401, 403, 403, 200, 401]),
    ("GET /api/v1/users/{none}", "",                                                   [401, 403, 403, 404, 401]),
    ("PATCH /api/v1/users/{user}", r#"{"active":true}"#,                               [401, 403, 403, 200, 401]),
    ("GET /api/v1/users/{user}/broker", "",                                            [401, 403, 403, 200, 401]),
    ("PUT /api/v1/users/{user}/broker", r#"{"broker":"paper"}"#,                       [401, 403, 403, 200, 401]),
    ("GET /api/v1/users/{user}/chaos", "",                                             [401, 403, 403, 200, 401]),
    ("PUT /api/v1/users/{user}/chaos", r#"{"lose_every":1000}"#,                       [401, 403, 403, 200, 401]),
    ("DELETE /api/v1/users/{user}/chaos", "",                                          [401, 403, 403, 204, 401]),
    ("GET /api/v1/users/{user}/doctor", "",                                            [401, 403, 403, 200, 401]),
    ("GET /api/v1/users/{none}/doctor", "",                                            [401, 403, 403, 404, 401]),
    ("GET /api/v1/user/doctor?user={user}", "",                                        [401, 404, 200, 200, 401]),
    ("GET /api/v1/user/doctor/mornings?user={user}", "",                               [401, 404, 200, 200, 401]),
    ("GET /api/v1/users/{user}/sessions", "",                                          [401, 403, 403, 200, 401]),
    ("GET /api/v1/users/{none}/sessions", "",                                          [401, 403, 403, 404, 401]),
    ("DELETE /api/v1/users/{user}/sessions", "",                                       [401, 403, 403, 200, 401]),
    ("POST /api/v1/users/{user}/reset-link", "{}",                                     [401, 403, 403, 201, 401]),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_each_caller_as_the_table_says() {
    let world = World::new().await;
    let document = world.document().await;
    let mut wrong = missing(&document);
    let mut audited = BTreeSet::new();
    for (request, body, expected) in TABLE {
        let console = &world.console;
        // Log-ins that failed are forgotten, and as some requests end sessions, each line has its own.
        console.pass_seconds(3_601).await;
        let callers = [
            console.nobody(),
            console.other_user().await,
            console.user().await,
            console.admin().await,
            console.revoked(OTHER).await,
        ];
        for ((who, caller), expected) in
            ["nobody", "other user", "user", "admin", "revoked"].into_iter().zip(callers).zip(expected)
        {
            let before = Before::look(&world, request).await;
            let (status, text) = ask(&caller, &world.fill(request), body).await;
            if status != *expected {
                wrong.push(format!("{request} as {who}: {status} instead of {expected}: {text}"));
            }
            match before.accounts_for_itself(&world, status).await {
                Ok(true) => _ = audited.insert(*request),
                Ok(false) => {}
                Err(why) => wrong.push(format!("{request} as {who}: {status}, and {why}")),
            }
        }
    }
    for (method, path, _) in operations(&document).iter().filter(|(method, ..)| method != "GET") {
        let is_this = |request: &&str| {
            request.split_once(' ').is_some_and(|(of, call)| of == method && is_call_of(call, path))
        };
        let elsewhere = ELSEWHERE.iter().chain(&CHANGE_NOTHING).any(&is_this);
        if !elsewhere && !audited.iter().any(is_this) {
            wrong.push(format!("{method} {path} leaves no entry in the audit log"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Sent as changes are, because of their bodies; they only show something.
const CHANGE_NOTHING: [&str; 5] = [
    "DELETE /api/v1/jobs/{id}",
    "POST /api/v1/calendar/preview",
    "POST /api/v1/executions/{run}/replay",
    "POST /api/v1/replays",
    "POST /api/v1/service/schedules/{task}/preview",
];

/// They succeed for nobody in the table; `differences.rs` and `corporate_actions.rs` here, `tests/auth`, `tests/channels.rs`, `tests/serve.rs`, `tests/tasks` and `tests/settings` look for their entries.
const ELSEWHERE: [&str; 13] = [
    "POST /api/v1/system/actions/doubted/{id}/confirm",
    "POST /api/v1/system/actions/doubted/{id}/reject",
    "POST /api/v1/user/differences/{id}",
    "PUT /api/v1/system/carriers/email",
    "PUT /api/v1/tasks/{task}",
    "PUT /api/v1/user/tasks/{task}/settings",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/setup",
    "POST /api/v1/auth/reset",
    "POST /api/v1/auth/password",
    "POST /api/v1/auth/totp/begin",
    "POST /api/v1/auth/totp/enable",
    "POST /api/v1/auth/totp/disable",
];

/// How things stand before a request.
struct Before {
    changes: bool,
    entries: u64,
    /// Of a request that changes nothing: every table.
    tables: Option<BTreeMap<String, String>>,
}

impl Before {
    async fn look(world: &World, request: &str) -> Self {
        let harmless = CHANGE_NOTHING.iter().any(|other| {
            let (method, path) = other.split_once(' ').unwrap();
            request.split_once(' ').is_some_and(|(of, call)| of == method && is_call_of(call, path))
        });
        let tables = if harmless { Some(tables(world).await) } else { None };
        let changes = !harmless && !request.starts_with("GET ");
        Self { changes, entries: entries(world).await, tables }
    }

    /// Whether there is a new entry. A change without one is an error, and so is a change by what should make none.
    async fn accounts_for_itself(self, world: &World, status: u16) -> Result<bool, &'static str> {
        if self.tables.is_some() {
            return if self.tables == Some(tables(world).await) {
                Ok(false)
            } else {
                Err("it changed something")
            };
        }
        let new = entries(world).await > self.entries;
        let changed = self.changes && (200..300).contains(&status);
        if changed && !new { Err("it is not in the audit log") } else { Ok(new) }
    }
}

/// The number of the newest entry of the audit log.
async fn entries(world: &World) -> u64 {
    let newest = AuditFilter {
        user: None,
        action: None,
        since: None,
        until: None,
        resource: None,
        before: None,
        limit: 1,
    };
    let entries = world.console.daemon.store.system().audit(newest).await.unwrap();
    entries.first().map_or(0, |entry| entry.id)
}

async fn tables(world: &World) -> BTreeMap<String, String> {
    let daemon = &world.console.daemon;
    daemon.background.finish().await;
    daemon.store.flush().await.unwrap();
    let mut tables = daemon.store.system().table_digests().await.unwrap();
    // When a session or a token was last used.
    tables.retain(|name, _| !["sessions", "api_tokens"].contains(&name.as_str()));
    tables
}

async fn ask(caller: &Client, request: &str, body: &'static str) -> (u16, String) {
    let (method, path) = request.split_once(' ').unwrap();
    let mut request = caller.request(Method::from_bytes(method.as_bytes()).unwrap(), path);
    if !body.is_empty() {
        request = request.header("content-type", "application/json").body(body);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Routes that have no line, and lines that have no route.
fn missing(document: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let operations = operations(document);
    let is_line_of = |line: &Line, method: &str, path: &str| {
        let (of, call) = line.0.split_once(' ').unwrap();
        of == method && is_call_of(call, path)
    };
    for (method, path, _) in &operations {
        if !TABLE.iter().any(|line| is_line_of(line, method, path)) {
            wrong.push(format!("{method} {path} has no line in the table"));
        }
    }
    for line in TABLE {
        if !operations.iter().any(|(method, path, _)| is_line_of(line, method, path)) {
            wrong.push(format!("{} is no route", line.0));
        }
    }
    wrong
}

/// Whether a path of the table is one of a path of the document: the same but for the names in braces.
fn is_call_of(call: &str, path: &str) -> bool {
    let call = call.split('?').next().unwrap();
    let is_id = |part: &str| part.starts_with('{');
    call.split('/').count() == path.split('/').count()
        && call.split('/').zip(path.split('/')).all(|(a, b)| a == b || (is_id(a) && is_id(b)))
}

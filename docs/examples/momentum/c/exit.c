// Sells what the momentum buyer bought: at a target, at a stop, or after some days, by settings of its own.

#include "rule.h"
#include "task.h"

static const char schema[] = JSON({
    "type": "object",
    "additionalProperties": false,
    "properties": {
        "target_percent": { "type": "number", "exclusiveMinimum": 0, "maximum": 1000, "default": 8 },
        "stop_percent": { "type": "number", "exclusiveMinimum": 0, "maximum": 100, "default": 5 },
        "days": {
            "type": "integer", "minimum": 1, "maximum": 365, "default": 10,
            "description": "Days after which a position is left"
        }
    }
});

static const char manifest[] = JSON({
    "name": "momentum_exit",
    "title": "Momentum exit",
    "description": "Sells what the momentum buyer bought",
    "shared": false,
    "audience": "everyone",
    "strategy": "momentum",
    "rank": 200,
    "schedule": {
        "rules": [{ "at": { "time": "10:00" } }],
        "bounds": { "kinds": ["at"], "earliest": "09:20", "latest": "15:20" }
    },
    "late": { "window": { "millis": 120000 } },
    "capabilities": ["market", "broker-read", "broker-trade", "config", "decision"]
});

void exports_prahari_task_manifest_manifest(text *answer) {
    *answer = owned(manifest);
}

void exports_task_with_manifest_describe(task_with_manifest_task_info_t *info) {
    describe_task("momentum_exit", "10:00 on trading days", schema, info);
}

static bool read_own(struct leaving *leaving, task_error *ended) {
    struct setting own[] = {{.name = "target_percent"}, {.name = "stop_percent"}, {.name = "days", .whole = true}};
    if (!get_settings(own, sizeof own / sizeof *own, ended)) {
        return false;
    }
    *leaving = (struct leaving){
        .target_percent = own[0].value,
        .stop_percent = own[1].value,
        .days = (uint32_t)own[2].value,
    };
    return true;
}

// The positions that are not in an order already.
static bool list_held(prahari_task_broker_list_position_t *held, task_error *ended) {
    prahari_task_broker_list_order_t ordered;
    host_error error;
    if (!prahari_task_broker_orders(PRAHARI_TASK_BROKER_ORDER_FILTER_ACTIVE, &ordered, &error) ||
        !prahari_task_broker_positions(held, &error)) {
        return pass_on(&error, ended);
    }
    size_t kept = 0;
    for (size_t i = 0; i < held->len; i++) {
        bool offered = false;
        for (size_t at = 0; at < ordered.len && !offered; at++) {
            offered = is_same(&ordered.ptr[at].symbol, &held->ptr[i].symbol);
        }
        if (!offered) {
            held->ptr[kept] = held->ptr[i];
            kept++;
        }
    }
    held->len = kept;
    return true;
}

static bool get_quotes(const prahari_task_broker_list_position_t *held, prahari_task_market_list_option_quote_t *quotes,
                       task_error *ended) {
    task_with_manifest_list_string_t symbols = {allocate(held->len, sizeof *symbols.ptr), held->len};
    for (size_t i = 0; i < held->len; i++) {
        symbols.ptr[i] = held->ptr[i].symbol;
    }
    host_error error;
    if (!prahari_task_market_quotes(&symbols, quotes, &error)) {
        return pass_on(&error, ended);
    }
    return quotes->len == held->len || end_invalid("the host did not answer each symbol", ended);
}

bool exports_task_with_manifest_run(task_with_manifest_run_context_t *context,
                                    task_with_manifest_summary_t *summary, task_error *ended) {
    struct leaving leaving;
    prahari_task_broker_list_position_t held;
    prahari_task_market_list_option_quote_t quotes;
    if (!read_own(&leaving, ended) || !list_held(&held, ended) || !get_quotes(&held, &quotes, ended)) {
        return false;
    }
    struct trade *sells = allocate(held.len, sizeof *sells);
    size_t count = 0;
    for (size_t i = 0; i < held.len; i++) {
        const prahari_task_broker_position_t *position = &held.ptr[i];
        // A position without a price stays.
        int64_t last = quotes.ptr[i].is_some ? quotes.ptr[i].val.last : 0;
        const char *reason = leave(position->average_price, last, position->opened_on, context->day, &leaving);
        if (reason != NULL) {
            sells[count].symbol = position->symbol;
            sells[count].quantity = position->quantity;
            sells[count].reason = reason;
            count++;
        }
    }
    size_t placed;
    if (!place_all(PRAHARI_TASK_TYPES_SIDE_SELL, sells, count, &placed, ended)) {
        return false;
    }
    summarise(placed, held.len, " positions are sold", summary);
    return true;
}

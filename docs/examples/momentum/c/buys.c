// Buys the shares that rose most over a look-back, by the settings that the user has for this task.

#include "rule.h"
#include "task.h"

static const char schema[] = JSON({
    "type": "object",
    "additionalProperties": false,
    "properties": {
        "lookback": {
            "type": "integer", "minimum": 2, "maximum": 250, "default": 20,
            "description": "Sessions over which a rise is measured"
        },
        "least_rise_percent": { "type": "number", "exclusiveMinimum": 0, "maximum": 100, "default": 5 },
        "most_buys": { "type": "integer", "minimum": 1, "maximum": 10, "default": 3, "description": "Buys of one day" },
        "money_paise": {
            "type": "integer", "minimum": 100000, "maximum": 100000000, "default": 2500000,
            "description": "Money for one buy"
        }
    }
});

static const char manifest[] = JSON({
    "name": "momentum_buys",
    "title": "Momentum buys",
    "description": "Buys the shares that rose most",
    "shared": false,
    "audience": "everyone",
    "strategy": "momentum",
    "rank": 210,
    "schedule": {
        "rules": [{ "at": { "time": "11:00" } }],
        "bounds": { "kinds": ["at"], "earliest": "09:20", "latest": "15:20" }
    },
    "late": { "window": { "millis": 120000 } },
    "capabilities": ["market", "broker-read", "broker-trade", "config", "decision"]
});

void exports_prahari_task_manifest_manifest(text *answer) {
    *answer = owned(manifest);
}

void exports_task_with_manifest_describe(task_with_manifest_task_info_t *info) {
    describe_task("momentum_buys", "11:00 on trading days", schema, info);
}

static bool read_own(struct buying *buying, task_error *ended) {
    struct setting own[] = {
        {.name = "lookback", .whole = true},
        {.name = "least_rise_percent"},
        {.name = "most_buys", .whole = true},
        {.name = "money_paise", .whole = true},
    };
    if (!get_settings(own, sizeof own / sizeof *own, ended)) {
        return false;
    }
    *buying = (struct buying){
        .lookback = (uint32_t)own[0].value,
        .least_rise_percent = own[1].value,
        .most_buys = (uint32_t)own[2].value,
        .money_paise = (uint32_t)own[3].value,
    };
    return buying->lookback < UINT32_MAX || end_invalid("the look-back is too long", ended);
}

// The symbols that are neither held nor in an order.
static bool list_free(task_with_manifest_list_string_t *symbols, task_error *ended) {
    prahari_task_broker_list_position_t held;
    prahari_task_broker_list_order_t ordered;
    host_error error;
    if (!prahari_task_broker_positions(&held, &error) ||
        !prahari_task_broker_orders(PRAHARI_TASK_BROKER_ORDER_FILTER_ACTIVE, &ordered, &error) ||
        !prahari_task_market_universe(symbols, &error)) {
        return pass_on(&error, ended);
    }
    size_t kept = 0;
    for (size_t i = 0; i < symbols->len; i++) {
        bool taken = false;
        for (size_t at = 0; at < held.len && !taken; at++) {
            taken = is_same(&held.ptr[at].symbol, &symbols->ptr[i]);
        }
        for (size_t at = 0; at < ordered.len && !taken; at++) {
            taken = is_same(&ordered.ptr[at].symbol, &symbols->ptr[i]);
        }
        if (!taken) {
            symbols->ptr[kept] = symbols->ptr[i];
            kept++;
        }
    }
    symbols->len = kept;
    return true;
}

// What the rule has to know of each share.
static bool look_at(task_with_manifest_list_string_t *symbols, uint32_t lookback, struct share **shares, task_error *ended) {
    prahari_task_market_list_list_candle_t history;
    prahari_task_market_list_option_quote_t quotes;
    host_error error;
    if (!prahari_task_market_candles(symbols, PRAHARI_TASK_MARKET_INTERVAL_DAILY, lookback + 1, false, &history, &error) ||
        !prahari_task_market_quotes(symbols, &quotes, &error)) {
        return pass_on(&error, ended);
    }
    if (history.len != symbols->len || quotes.len != symbols->len) {
        return end_invalid("the host did not answer each symbol", ended);
    }
    *shares = allocate(symbols->len, sizeof **shares);
    for (size_t i = 0; i < symbols->len; i++) {
        const prahari_task_market_list_candle_t *candles = &history.ptr[i];
        struct share *share = &(*shares)[i];
        share->at = i;
        share->before = candles->len > lookback ? candles->ptr[candles->len - 1 - lookback].close : 0;
        share->last = quotes.ptr[i].is_some ? quotes.ptr[i].val.last : 0;
    }
    return true;
}

// A rise in percent; one that was chosen is above 0.
static struct line in_percent(int64_t rise) {
    struct line line = {.length = 0};
    add_number(&line, (uint64_t)rise / 100);
    add(&line, ".");
    add_number(&line, (uint64_t)rise / 10 % 10);
    add_number(&line, (uint64_t)rise % 10);
    return line;
}

bool exports_task_with_manifest_run(task_with_manifest_run_context_t *context,
                                    task_with_manifest_summary_t *summary, task_error *ended) {
    (void)context;
    struct buying buying;
    task_with_manifest_list_string_t symbols;
    struct share *shares;
    if (!read_own(&buying, ended) || !list_free(&symbols, ended) || !look_at(&symbols, buying.lookback, &shares, ended)) {
        return false;
    }
    size_t chosen = choose(shares, symbols.len, &buying);
    struct trade *buys = allocate(chosen, sizeof *buys);
    for (size_t i = 0; i < chosen; i++) {
        buys[i].symbol = symbols.ptr[shares[i].at];
        buys[i].quantity = shares[i].quantity;
        buys[i].reason = "momentum";
        buys[i].rise = in_percent(shares[i].rise);
    }
    size_t placed;
    if (!place_all(PRAHARI_TASK_TYPES_SIDE_BUY, buys, chosen, &placed, ended)) {
        return false;
    }
    summarise(placed, symbols.len, " shares are bought", summary);
    return true;
}

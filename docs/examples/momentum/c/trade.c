// Orders at the market, and the decisions that say what became of them.

#include "task.h"

// The names that the codes have in the WIT, in the order of the enum.
static const char *const refusals[] = {
    "kill-switch",    "order-value",     "orders-per-day", "orders-per-run", "daily-loss", "position-size",
    "position-count", "price-band",      "tick-size",      "freeze-quantity", "quantity",  "symbol",
    "duplicate",      "holdings",        "funds",          "market-orders-frozen", "session-closed", "unsettled",
    "unknown-order",  "state",           "broker",
};

_Static_assert(sizeof refusals / sizeof *refusals == PRAHARI_TASK_TYPES_REFUSAL_CODE_BROKER + 1, "a name for each code");

static prahari_task_broker_order_request_t request(prahari_task_types_side_t side, const struct trade *trade) {
    // What is not named here is zero: none.
    prahari_task_broker_order_request_t request = {
        .symbol = trade->symbol,
        .side = side,
        .quantity = trade->quantity,
        .kind = {.tag = PRAHARI_TASK_BROKER_ORDER_KIND_MARKET},
        .variety = PRAHARI_TASK_BROKER_VARIETY_REGULAR,
        .product = PRAHARI_TASK_BROKER_PRODUCT_DELIVERY,
        .purpose = {.tag = PRAHARI_TASK_BROKER_PURPOSE_ENTRY},
    };
    if (side == PRAHARI_TASK_TYPES_SIDE_SELL) {
        request.purpose.tag = PRAHARI_TASK_BROKER_PURPOSE_EXIT;
        request.purpose.val.exit = borrowed(trade->reason);
    }
    return request;
}

// Records a decision for each order; its answer says whether it was placed.
static bool record(prahari_task_types_side_t side, const struct trade *trades,
                   const prahari_task_broker_list_result_string_refusal_t *answers, task_error *ended) {
    prahari_task_decision_list_entry_t entries = {allocate(answers->len, sizeof *entries.ptr), answers->len};
    prahari_task_decision_evidence_t *rises = allocate(answers->len, sizeof *rises);
    for (size_t i = 0; i < answers->len; i++) {
        bool refused = answers->ptr[i].is_err;
        prahari_task_decision_entry_t *entry = &entries.ptr[i];
        entry->symbol = trades[i].symbol;
        entry->action = borrowed(refused ? "skip" : side == PRAHARI_TASK_TYPES_SIDE_SELL ? "sell" : "buy");
        entry->reason = borrowed(refused ? refusals[answers->ptr[i].val.err.code] : trades[i].reason);
        if (trades[i].rise.length > 0) {
            rises[i].name = borrowed("rise_percent");
            rises[i].value = borrowed(trades[i].rise.words);
            entry->evidence.ptr = &rises[i];
            entry->evidence.len = 1;
        }
    }
    host_error error;
    return prahari_task_decision_record(&entries, &error) || pass_on(&error, ended);
}

bool place_all(prahari_task_types_side_t side, const struct trade *trades, size_t count, size_t *placed, task_error *ended) {
    *placed = 0;
    if (count == 0) {
        return true;
    }
    prahari_task_broker_list_order_request_t requests = {allocate(count, sizeof *requests.ptr), count};
    for (size_t i = 0; i < count; i++) {
        requests.ptr[i] = request(side, &trades[i]);
    }
    prahari_task_broker_list_result_string_refusal_t answers;
    host_error error;
    if (!prahari_task_broker_place(&requests, &answers, &error)) {
        return pass_on(&error, ended);
    }
    if (answers.len != count) {
        return end_invalid("the host did not answer each order", ended);
    }
    for (size_t i = 0; i < count; i++) {
        *placed += answers.ptr[i].is_err ? 0 : 1;
    }
    return record(side, trades, &answers, ended);
}

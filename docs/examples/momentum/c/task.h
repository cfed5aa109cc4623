// What both tasks need around their rules: texts, errors, settings, orders.

#ifndef TASK_H
#define TASK_H

#include "settings.h"
#include "task_with_manifest.h"

typedef task_with_manifest_string_t text;
typedef task_with_manifest_task_error_t task_error;
typedef prahari_task_types_host_error_t host_error;

// A JSON document as it is written, without a backslash before each quote.
#define JSON(...) #__VA_ARGS__

// Zeroed memory. Nothing here is given back: each run is a fresh instance, whose memory ends with it. A run that needs more than
// its grant has stops here, as a fault.
void *allocate(size_t count, size_t size);

// A text for a call, which the host copies.
text borrowed(const char *words);

// A text for an answer, which the bindings free once the host has it: a constant must not stand there.
text owned(const char *words);

bool is_same(const text *one, const text *other);

// A line that is put together; what does not fit is cut.
struct line {
    char words[200];
    size_t length;
};

void add(struct line *line, const char *words);
void add_number(struct line *line, uint64_t number);

// Both end the run: what the host answered instead goes on to whoever runs the task. They answer false, as `run` does then.
bool pass_on(const host_error *error, task_error *ended);
bool end_invalid(const char *problem, task_error *ended);

// Reads the settings that the user has for this task.
bool get_settings(struct setting *settings, size_t count, task_error *ended);

// What `describe` says of a task of this strategy.
void describe_task(const char *name, const char *schedule, const char *schema, task_with_manifest_task_info_t *info);

// What the run did: how many orders were placed for how many shares.
void summarise(size_t placed, size_t looked_at, const char *words, task_with_manifest_summary_t *summary);

// One order at the market, and why.
struct trade {
    text symbol;
    uint32_t quantity;
    const char *reason;
    struct line rise;  // in percent, for the buyer
};

// Places the orders and records a decision for each.
bool place_all(prahari_task_types_side_t side, const struct trade *trades, size_t count, size_t *placed, task_error *ended);

#endif

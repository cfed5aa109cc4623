#include "task.h"

#include <stdlib.h>
#include <string.h>

void *allocate(size_t count, size_t size) {
    // For nothing at all `calloc` may answer NULL, which is no failure.
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

text borrowed(const char *words) {
    text set;
    task_with_manifest_string_set(&set, words);
    return set;
}

text owned(const char *words) {
    text copy;
    task_with_manifest_string_dup(&copy, words);
    return copy;
}

bool is_same(const text *one, const text *other) {
    return one->len == other->len && (one->len == 0 || memcmp(one->ptr, other->ptr, one->len) == 0);
}

void add(struct line *line, const char *words) {
    for (; *words != '\0' && line->length < sizeof line->words - 1; words++) {
        line->words[line->length] = *words;
        line->length++;
    }
    line->words[line->length] = '\0';
}

void add_number(struct line *line, uint64_t number) {
    // `snprintf` would do, but brings files of WASI along, which a module of this kind cannot import.
    char digits[21];
    size_t first = sizeof digits - 1;
    digits[first] = '\0';
    do {
        first--;
        digits[first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    add(line, digits + first);
}

// Two variants with the same cases, in another order.
bool pass_on(const host_error *error, task_error *ended) {
    switch (error->tag) {
        case PRAHARI_TASK_TYPES_HOST_ERROR_DENIED:
            ended->tag = TASK_WITH_MANIFEST_TASK_ERROR_DENIED;
            ended->val.denied = error->val.denied;
            break;
        case PRAHARI_TASK_TYPES_HOST_ERROR_INVALID:
            ended->tag = TASK_WITH_MANIFEST_TASK_ERROR_INVALID;
            ended->val.invalid = error->val.invalid;
            break;
        default:
            ended->tag = TASK_WITH_MANIFEST_TASK_ERROR_UNAVAILABLE;
            ended->val.unavailable = error->val.unavailable;
    }
    return false;
}

bool end_invalid(const char *problem, task_error *ended) {
    ended->tag = TASK_WITH_MANIFEST_TASK_ERROR_INVALID;
    ended->val.invalid = owned(problem);
    return false;
}

bool get_settings(struct setting *settings, size_t count, task_error *ended) {
    text told;
    host_error error;
    if (!prahari_task_settings_get(&told, &error)) {
        return pass_on(&error, ended);
    }
    const char *problem = read_settings((const char *)told.ptr, told.len, settings, count);
    return problem == NULL || end_invalid(problem, ended);
}

void describe_task(const char *name, const char *schedule, const char *schema, task_with_manifest_task_info_t *info) {
    static const prahari_task_types_capability_t wanted[] = {
        PRAHARI_TASK_TYPES_CAPABILITY_MARKET,       PRAHARI_TASK_TYPES_CAPABILITY_BROKER_READ,
        PRAHARI_TASK_TYPES_CAPABILITY_BROKER_TRADE, PRAHARI_TASK_TYPES_CAPABILITY_CONFIG,
        PRAHARI_TASK_TYPES_CAPABILITY_DECISION,
    };
    info->name = owned(name);
    info->version = owned("1.0.0");
    info->kind = TASK_WITH_MANIFEST_TASK_KIND_SCHEDULED;
    info->capabilities.len = sizeof wanted / sizeof *wanted;
    info->capabilities.ptr = allocate(1, sizeof wanted);
    memcpy(info->capabilities.ptr, wanted, sizeof wanted);
    info->default_schedule = owned(schedule);
    info->config_schema = owned(schema);
}

void summarise(size_t placed, size_t looked_at, const char *words, task_with_manifest_summary_t *summary) {
    struct line line = {.length = 0};
    add_number(&line, placed);
    add(&line, " of ");
    add_number(&line, looked_at);
    add(&line, words);
    summary->text = owned(line.words);
    summary->counters.len = 1;
    summary->counters.ptr = allocate(1, sizeof *summary->counters.ptr);
    summary->counters.ptr->name = owned("placed");
    summary->counters.ptr->value = (int64_t)placed;
}

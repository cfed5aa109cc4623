#include "rule.h"

#include <stdlib.h>

bool rise_of(int64_t from, int64_t to, int64_t *rise) {
    if (from <= 0 || to <= 0) {
        return false;
    }
    // Neither price is below 0, so the difference fits; ten thousand times as much may not.
    int64_t scaled;
    if (__builtin_mul_overflow(to - from, (int64_t)10000, &scaled)) {
        return false;
    }
    *rise = scaled / from;
    return true;
}

static double percent(int64_t rise) {
    return (double)rise / 100;
}

// How many shares the money buys.
static uint32_t affordable(uint32_t money, int64_t price) {
    return price > 0 ? (uint32_t)(money / price) : 0;
}

static int stronger_first(const void *one, const void *other) {
    const struct share *a = one;
    const struct share *b = other;
    if (a->rise != b->rise) {
        return a->rise > b->rise ? -1 : 1;
    }
    return (a->at > b->at) - (a->at < b->at);
}

size_t choose(struct share *shares, size_t count, const struct buying *settings) {
    size_t risen = 0;
    for (size_t i = 0; i < count; i++) {
        struct share share = shares[i];
        if (!rise_of(share.before, share.last, &share.rise) || percent(share.rise) < settings->least_rise_percent) {
            continue;
        }
        share.quantity = affordable(settings->money_paise, share.last);
        if (share.quantity > 0) {
            // Never ahead of `i`: what is overwritten has been looked at.
            shares[risen] = share;
            risen++;
        }
    }
    if (risen > 1) {
        qsort(shares, risen, sizeof *shares, stronger_first);
    }
    return risen < settings->most_buys ? risen : settings->most_buys;
}

const char *leave(int64_t average_price, int64_t last, int32_t opened_on, int32_t today, const struct leaving *settings) {
    int64_t change;
    if (!rise_of(average_price, last, &change)) {
        return NULL;
    }
    if (percent(change) >= settings->target_percent) {
        return "target_reached";
    }
    if (percent(change) <= -settings->stop_percent) {
        return "stop_reached";
    }
    return (int64_t)today - opened_on >= settings->days ? "held_long_enough" : NULL;
}

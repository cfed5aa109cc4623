// What the two tasks decide, without the host. Prices are whole paise, and a rise is in hundredths of a percent, so that it is a
// whole number as well.

#ifndef RULE_H
#define RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a user sets for the buyer.
struct buying {
    uint32_t lookback;
    double least_rise_percent;
    uint32_t most_buys;
    uint32_t money_paise;
};

// What a user sets for the exit task.
struct leaving {
    double target_percent;
    double stop_percent;
    uint32_t days;
};

// A share that may be bought.
struct share {
    size_t at;          // its place in the list of symbols that the host was asked about
    int64_t before;     // its close at the beginning of the look-back; 0 when it has no such history
    int64_t last;       // its last price; 0 when it has none
    int64_t rise;       // set by `choose`
    uint32_t quantity;  // set by `choose`
};

// How far a price is above another one; false when that cannot be said.
bool rise_of(int64_t from, int64_t to, int64_t *rise);

// Puts the shares to buy first, the strongest first of all, and answers how many they are. Of two that rose alike, the one that
// stands earlier in the list of symbols goes first.
size_t choose(struct share *shares, size_t count, const struct buying *settings);

// Why a position is left today; NULL when it stays.
const char *leave(int64_t average_price, int64_t last, int32_t opened_on, int32_t today, const struct leaving *settings);

#endif

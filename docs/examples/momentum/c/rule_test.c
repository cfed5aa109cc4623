// The rules and the reading of settings, built for the machine that they are written on: one sentence a test.

#include <stdio.h>
#include <string.h>

#include "rule.h"
#include "settings.h"

static int held = 0;
static int failed = 0;

static void check(bool holds, const char *sentence) {
    if (holds) {
        held++;
        return;
    }
    printf("does not hold: %s\n", sentence);
    failed++;
}

static bool is(const char *got, const char *expected) {
    return got != NULL && strcmp(got, expected) == 0;
}

static void test_buys(void) {
    const struct buying settings = {.lookback = 2, .least_rise_percent = 5, .most_buys = 2, .money_paise = 100000};
    struct share shares[] = {{0, 100, 106, 0, 0}, {1, 100, 120, 0, 0}, {2, 100, 104, 0, 0}, {3, 100, 107, 0, 0}};
    check(choose(shares, 4, &settings) == 2 && shares[0].at == 1 && shares[0].rise == 2000 && shares[0].quantity == 833 &&
              shares[1].at == 3 && shares[1].rise == 700 && shares[1].quantity == 934,
          "the strongest are bought, as many as are wanted, each for its money");

    struct share alike[] = {{0, 100, 110, 0, 0}, {1, 1000, 1100, 0, 0}, {2, 10, 12, 0, 0}};
    check(choose(alike, 3, &settings) == 2 && alike[0].at == 2 && alike[1].at == 0, "of equal shares the earlier one is bought");

    struct share unfit[] = {{0, 0, 120, 0, 0}, {1, 100000, 120000, 0, 0}, {2, 100, 0, 0, 0}, {3, 1, INT64_MAX, 0, 0}};
    check(choose(unfit, 4, &settings) == 0 && choose(NULL, 0, &settings) == 0,
          "a share without the history, without a price, or too dear for the money is left alone");
}

static void test_exits(void) {
    const struct leaving settings = {.target_percent = 8, .stop_percent = 5, .days = 10};
    check(is(leave(10000, 10800, 100, 101, &settings), "target_reached"), "a position is left at its target");
    check(is(leave(10000, 9500, 100, 101, &settings), "stop_reached"), "a position is left at its stop");
    check(is(leave(10000, 10000, 100, 110, &settings), "held_long_enough"), "a position is left after its days");
    check(leave(10000, 10799, 100, 109, &settings) == NULL, "any other position stays");
    check(leave(0, 100, 100, 200, &settings) == NULL && leave(100, 0, 100, 200, &settings) == NULL,
          "a position without a price stays");
}

// What is wrong with a text that should set two settings.
static const char *problem(const char *text, struct setting *settings) {
    settings[0] = (struct setting){.name = "days", .whole = true};
    settings[1] = (struct setting){.name = "stop_percent"};
    return read_settings(text, strlen(text), settings, 2);
}

static void test_settings(void) {
    struct setting settings[2];
    check(problem("{\"days\":10,\"more\":-1e3,\"stop_percent\":5.25}", settings) == NULL && settings[0].value == 10 &&
              settings[1].value == 5.25,
          "settings are read by their names");
    check(problem(" { \"stop_percent\" : 5 , \"days\" : 7 } ", settings) == NULL && settings[0].value == 7,
          "their order and the spaces between them do not count");
    check(is(problem("{\"days\":10}", settings), "a setting without a default is not set"), "a missing setting is a problem");
    static const char *const fractions[] = {"1.5", "-1", "4294967296", "1e999"};
    for (size_t i = 0; i < sizeof fractions / sizeof *fractions; i++) {
        char text[64];
        snprintf(text, sizeof text, "{\"days\":%s,\"stop_percent\":5}", fractions[i]);
        check(is(problem(text, settings), "a setting that has to be a whole number is not one"), text);
    }
    static const char *const others[] = {
        "",           "{",           "[]",            "{}{",           "{\"da\\",         "{\"days\"",         "{\"days\":",
        "{\"days\":1", "{\"days\":1,}", "{\"days\":--1}", "{\"days\":0x1}", "{\"days\":inf}", "{\"days\":\"1\"}",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        check(is(problem(others[i], settings), "the settings are not an object of numbers"), others[i]);
    }
}

int main(void) {
    test_buys();
    test_exits();
    test_settings();
    printf("%d sentences about the rules hold, %d do not\n", held, failed);
    return failed == 0 ? 0 : 1;
}

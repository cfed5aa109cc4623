// Reads the answer of `settings.get`. The schemas of these tasks have numbers only, so the answer is a flat object of numbers
// and needs no JSON library.

#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

// A setting that a task knows.
struct setting {
    const char *name;
    bool whole;    // whether it has to be a whole number that fits a `uint32_t`
    double value;  // set by `read_settings`
    bool is_set;   // false at first
};

// Reads the text into the settings, all of which must stand in it. NULL, or what is wrong with it.
const char *read_settings(const char *text, size_t length, struct setting *settings, size_t count);

#endif

#include "settings.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *const wrong = "the settings are not an object of numbers";

// What is left to read. The text has no zero at its end, so each step looks at `end` first.
struct reader {
    const char *at;
    const char *end;
};

// Whether a character is one of a set.
static bool is_one_of(char character, const char *set) {
    return character != '\0' && strchr(set, character) != NULL;
}

static void skip_spaces(struct reader *reader) {
    while (reader->at < reader->end && is_one_of(*reader->at, " \t\r\n")) {
        reader->at++;
    }
}

// Goes past this character, and past spaces before it; false when another one stands there.
static bool take(struct reader *reader, char expected) {
    skip_spaces(reader);
    if (reader->at == reader->end || *reader->at != expected) {
        return false;
    }
    reader->at++;
    return true;
}

// Reads a name in quotes. None of ours has an escape, so one that has is read to its end and matches none.
static bool read_name(struct reader *reader, const char **name, size_t *length) {
    if (!take(reader, '"')) {
        return false;
    }
    *name = reader->at;
    while (reader->at < reader->end && *reader->at != '"') {
        reader->at += *reader->at == '\\' && reader->end - reader->at > 1 ? 2 : 1;
    }
    *length = (size_t)(reader->at - *name);
    return take(reader, '"');
}

static bool read_number(struct reader *reader, double *value) {
    // `strtod` needs a zero at the end, and reads words such as `inf` as well: it is given nothing that JSON has not.
    char digits[64];
    size_t length = 0;
    skip_spaces(reader);
    while (reader->at < reader->end && is_one_of(*reader->at, "+-.0123456789Ee") && length < sizeof digits - 1) {
        digits[length] = *reader->at;
        length++;
        reader->at++;
    }
    digits[length] = '\0';
    if (!is_one_of(digits[0], "-0123456789")) {
        return false;
    }
    char *end;
    *value = strtod(digits, &end);
    return end == digits + length;
}

// NULL, or what is wrong with the value.
static const char *set(struct setting *setting, double value) {
    if (setting->whole && !(value >= 0 && value <= UINT32_MAX && value == (double)(uint32_t)value)) {
        return "a setting that has to be a whole number is not one";
    }
    setting->value = value;
    setting->is_set = true;
    return NULL;
}

static const char *read_one(struct reader *reader, struct setting *settings, size_t count) {
    const char *name;
    size_t length;
    double value;
    if (!read_name(reader, &name, &length) || !take(reader, ':') || !read_number(reader, &value)) {
        return wrong;
    }
    for (size_t i = 0; i < count; i++) {
        if (strlen(settings[i].name) == length && memcmp(settings[i].name, name, length) == 0) {
            return set(&settings[i], value);
        }
    }
    return NULL;
}

const char *read_settings(const char *text, size_t length, struct setting *settings, size_t count) {
    if (length == 0) {
        return wrong;
    }
    struct reader reader = {text, text + length};
    if (!take(&reader, '{')) {
        return wrong;
    }
    if (!take(&reader, '}')) {
        do {
            const char *problem = read_one(&reader, settings, count);
            if (problem != NULL) {
                return problem;
            }
        } while (take(&reader, ','));
        if (!take(&reader, '}')) {
            return wrong;
        }
    }
    skip_spaces(&reader);
    if (reader.at != reader.end) {
        return wrong;
    }
    for (size_t i = 0; i < count; i++) {
        if (!settings[i].is_set) {
            return "a setting without a default is not set";
        }
    }
    return NULL;
}

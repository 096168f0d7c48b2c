/* config: from health.json, and from the options' words, to checks that can run. */
#ifndef CONFIG_H
#define CONFIG_H

#include "check.h"
#include "json.h"

enum {
	CONFIG_LIMIT = 65536, /* bytes of health.json */
	CONFIG_DEPTH = 32,
	CONFIG_STRING_LIMIT = 8192, /* after expansion */
	CONFIG_NAME_LIMIT = 64,
	CONFIG_TIMEOUT_MS = 4000,
};

/* There is one configuration; it is read once. */
extern struct config {
	/* what comes of it */
	struct check *first, **end;
	uint64_t count;
	int64_t timeout_ms;

	/* where the reading is, for the functions that take a value and for errors */
	struct arena *arena;           /* borrowed: everything that is made lives in it */
	const struct check_kind *kind; /* of the check being made; NULL: it has none, yet */
	const char *key;               /* NULL: at none */
	struct slice header;           /* of the key "headers"; empty: at none */
	bool in_check;                 /* it is number count */
	bool word;                     /* the value is an option's word, json.raw */
	enum json_event event;         /* begins the value to be taken */
	struct json json;
} config;

/* Begins anew, with memory from the arena. */
void config_open(struct arena *);
/* Reads a whole health.json, or refuses it. The text may be longer than CONFIG_LIMIT; then
 * that is wrong at the first byte too many, unless something is before it. */
void config_read(struct slice text);
/* Adds a check that has nothing but its target, as the options --http, --tcp and --file do;
 * or refuses it. */
void config_add(const struct check_kind *, struct slice target);
/* "checks[2].tcp: ": where the reading is, nothing at the top level */
void config_print_path(struct text *);

/* The value that the reading has come to, or they refuse it. */
struct slice config_string(void); /* expanded, a NUL behind it */
struct slice config_text(void);   /* a string that is not empty */
bool config_bool(void);
int64_t config_duration(void);     /* in ms */
uint64_t config_whole(void);       /* a whole number */
struct pair *config_headers(void); /* an object of strings that fit in HTTP fields */
void config_ignored(void *);       /* a string, which is not expanded */
void config_later(void *);         /* of a later version: refused */
_Noreturn void config_wrong_type(const char *wanted);

#endif

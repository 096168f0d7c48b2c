#include <string.h>

#include "clock.h"
#include "options.h"

enum option_id {
	OPTION_CONFIG,
	OPTION_TIMEOUT,
	OPTION_OUTPUT,
	OPTION_ONCE,
	OPTION_ROLE,
	OPTION_VALIDATE,
	OPTION_WAIT,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_COUNT, /* and from here on, in their order, the kinds of check */
};

static const struct option {
	char letter; /* 0: it has none */
	char name[10];
	char argument[10]; /* empty: it takes none */
	char help[60];     /* empty: it belongs to a later version */
} table[OPTION_COUNT] = {
	[OPTION_CONFIG] = { 'c', "config", "FILE", "read FILE, - for standard input" },
	[OPTION_TIMEOUT] = { 't', "timeout", "DURATION", "deadline of the whole run, such as 4s or 500ms" },
	[OPTION_OUTPUT] = { 'o', "output", "FORMAT", "text" },
	[OPTION_ONCE] = { 0, "once", "", "print a line for every check" },
	[OPTION_ROLE] = { 0, "role", "NAME", "" },
	[OPTION_VALIDATE] = { 0, "validate", "", "check the configuration and nothing else" },
	[OPTION_WAIT] = { 0, "wait", "DURATION", "" },
	[OPTION_HELP] = { 'h', "help", "", "print this" },
	[OPTION_VERSION] = { 'V', "version", "", "print the version" },
};

/* an option as it was found among the words */
struct found {
	unsigned id;
	const char *name;
	bool takes_value;
	struct slice value; /* bytes is NULL where there was none */
};

static bool
fail(struct error *error, const char *name, const char *words)
{
	struct text *text = error_begin(error);

	text_string(text, "--");
	text_string(text, name);
	text_string(text, ": ");
	text_string(text, words);
	return false;
}

static bool
unknown(struct error *error, struct slice word, struct slice name)
{
	struct text *text = error_begin(error);
	const char *best = NULL;

	text_string(text, "unknown option ");
	text_quoted(text, word);
	for (unsigned id = 0; id < OPTION_COUNT && !best; id++) {
		if (slice_resembles(name, slice_of(table[id].name)))
			best = table[id].name;
	}
	for (const struct check_kind *const *kind = check_kinds; *kind && !best; kind++) {
		if (slice_resembles(name, slice_of((*kind)->name)))
			best = (*kind)->name;
	}
	if (best) {
		text_string(text, ", did you mean --");
		text_string(text, best);
	} else {
		text_string(text, ", see probe --help");
	}
	return false;
}

static bool
find_long(struct slice name, struct found *found)
{
	for (unsigned id = 0; id < OPTION_COUNT; id++) {
		if (slice_equal(name, slice_of(table[id].name))) {
			found->id = id;
			found->name = table[id].name;
			found->takes_value = table[id].argument[0];
			return true;
		}
	}
	for (unsigned i = 0; check_kinds[i]; i++) {
		if (slice_equal(name, slice_of(check_kinds[i]->name))) {
			found->id = OPTION_COUNT + i;
			found->name = check_kinds[i]->name;
			found->takes_value = true;
			return true;
		}
	}
	return false;
}

/* "-c", "-cFILE": the letter's option, with what follows the letter as its value */
static bool
find_letter(struct slice word, struct found *found)
{
	for (unsigned id = 0; id < OPTION_COUNT; id++) {
		if (table[id].letter && table[id].letter == word.bytes[1]) {
			found->id = id;
			found->name = table[id].name;
			found->takes_value = table[id].argument[0];
			if (word.length > 2)
				found->value = slice_after(word, 2);
			return true;
		}
	}
	return false;
}

static bool
find(struct slice word, struct found *found, struct error *error)
{
	struct slice name = slice_after(word, 2);
	size_t equals = slice_find(name, '=');

	if (word.bytes[1] != '-')
		return find_letter(word, found) || unknown(error, word, slice_after(word, 1));
	if (equals < name.length)
		found->value = slice_after(name, equals + 1);
	name.length = equals;
	return find_long(name, found) || unknown(error, word, name);
}

static bool
take_output(struct slice value, struct error *error)
{
	if (slice_equal(value, SLICE("text")))
		return true;
	fail(error, "output", "");
	if (slice_equal(value, SLICE("json")) || slice_equal(value, SLICE("prometheus"))) {
		text_slice(&error->words, value);
		text_string(&error->words, " is not supported by this version, only text");
	} else {
		text_string(&error->words, "the format must be text, got ");
		text_quoted(&error->words, value);
	}
	return false;
}

static bool
take_timeout(struct slice value, int64_t *timeout_ms, struct error *error)
{
	struct error duration;

	if (duration_parse(value, timeout_ms, &duration))
		return true;
	fail(error, "timeout", "");
	text_slice(&error->words, (struct slice){ duration.words.bytes, duration.words.length });
	return false;
}

static bool
take_check(struct options *options, const struct found *found, struct arena *arena,
	struct error *error)
{
	struct option_check *check = arena_take(arena, sizeof(*check)), **end = &options->checks;

	if (!check)
		return fail(error, found->name, "out of memory");
	while (*end)
		end = &(*end)->next;
	*check = (struct option_check){ NULL, check_kinds[found->id - OPTION_COUNT], found->value };
	*end = check;
	return true;
}

static bool
apply(struct options *options, const struct found *found, struct arena *arena, struct error *error)
{
	switch (found->id) {
	case OPTION_CONFIG:
		options->config = found->value.bytes;
		return found->value.length > 0 || fail(error, found->name, "a file's name must not be empty");
	case OPTION_TIMEOUT:
		return take_timeout(found->value, &options->timeout_ms, error);
	case OPTION_OUTPUT:
		return take_output(found->value, error);
	case OPTION_ONCE:
		options->once = true;
		return true;
	case OPTION_VALIDATE:
		options->validate = true;
		return true;
	case OPTION_ROLE:
	case OPTION_WAIT:
		return fail(error, found->name, "not supported by this version");
	case OPTION_HELP:
		options->help = true;
		return true;
	case OPTION_VERSION:
		options->version = true;
		return true;
	}
	return take_check(options, found, arena, error);
}

bool
options_parse(struct options *options, char **argv, struct arena *arena, struct error *error)
{
	bool words_only = false;

	*options = (struct options){ 0 };
	while (*argv && *++argv && !options->help && !options->version) {
		struct slice word = slice_of(*argv);
		struct found found = { 0 };

		if (slice_equal(word, SLICE("--")) && !words_only) {
			words_only = true;
			continue;
		}
		if (words_only || word.length < 2 || word.bytes[0] != '-') {
			text_string(error_begin(error), "unexpected argument ");
			text_quoted(&error->words, word);
			text_string(&error->words, ", see probe --help");
			return false;
		}
		if (!find(word, &found, error))
			return false;
		if (!found.takes_value && found.value.bytes)
			return fail(error, found.name, "takes no value");
		if (found.takes_value && !found.value.bytes) {
			if (!argv[1])
				return fail(error, found.name, "needs a value");
			found.value = slice_of(*++argv);
		}
		if (!apply(options, &found, arena, error))
			return false;
	}
	return true;
}

static void
print_option(struct text *text, char letter, const char *name, const char *argument, const char *help)
{
	size_t start = text->length;

	text_string(text, letter ? "  -" : "   ");
	text_char(text, letter ? letter : ' ');
	text_string(text, letter ? ", --" : "  --");
	text_string(text, name);
	text_char(text, ' ');
	text_string(text, argument);
	while (text->length < start + 26)
		text_char(text, ' ');
	text_string(text, help);
	text_char(text, '\n');
}

void
options_print_help(struct text *text)
{
	text_string(text, "usage: probe [-c FILE] [-t DURATION] [--once] [--http URL] ...\n"
			  "Runs the checks of health.json together and exits 0 when the service is\n"
			  "healthy, else 1.\n\n");
	for (unsigned id = 0; id < OPTION_COUNT; id++) {
		if (table[id].help[0])
			print_option(text, table[id].letter, table[id].name, table[id].argument,
				table[id].help);
	}
	for (const struct check_kind *const *kind = check_kinds; *kind; kind++)
		print_option(text, 0, (*kind)->name, (*kind)->argument, (*kind)->help);
	text_string(text, "\nWithout -c, --http, --tcp or --file it reads $PROBE_CONFIG, else the first of\n"
			  "./health.json, /health.json and /etc/health.json.\n");
}

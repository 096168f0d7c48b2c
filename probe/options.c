#include <stddef.h>

#include "clock.h"
#include "options.h"

struct option {
	char letter; /* 0: it has none */
	const char *name;
	const char *argument; /* NULL: it takes none, and sets the bool at flag */
	const char *help;     /* NULL: it is of a later version */
	size_t flag;
};

enum { CONFIG, TIMEOUT, OUTPUT };

static const struct option table[] = {
	[CONFIG] = { 'c', "config", "FILE", "the checks, - is standard input", 0 },
	[TIMEOUT] = { 't', "timeout", "DURATION", "the whole run's deadline, as in 4s", 0 },
	[OUTPUT] = { 'o', "output", "FORMAT", "text", 0 },
	{ 0, "once", NULL, "print a line for every check", offsetof(struct options, once) },
	{ 0, "validate", NULL, "read the configuration, check nothing", offsetof(struct options, validate) },
	{ 'h', "help", NULL, "print this", offsetof(struct options, help) },
	{ 'V', "version", NULL, "print the version", offsetof(struct options, version) },
	{ 0, "role", "NAME", NULL, 0 },
	{ 0, "wait", "DURATION", NULL, 0 },
	{ 0, NULL, NULL, NULL, 0 },
};

static void
add_check(struct options *options, const struct check_kind *kind, struct slice target,
	struct arena *arena)
{
	struct option_check *check = arena_take(arena, sizeof(*check)), **end = &options->checks;

	if (!check)
		fail("out of memory");
	while (*end)
		end = &(*end)->next;
	check->kind = kind;
	check->target = target;
	*end = check;
}

static const struct check_kind *
find_kind(struct slice name)
{
	const struct check_kind *const *kind = check_kinds;

	while (*kind && !slice_is(name, (*kind)->fields->name))
		kind++;
	return *kind;
}

static _Noreturn void
unknown(struct slice word, struct slice name)
{
	const char *meant = NULL;

	for (const struct option *option = table; option->name && !meant; option++)
		meant = slice_resembles(name, option->name) ? option->name : NULL;
	for (unsigned i = 0; check_kinds[i] && !meant; i++) {
		if (slice_resembles(name, check_kinds[i]->fields->name))
			meant = check_kinds[i]->fields->name;
	}
	fail(meant ? "unknown option %q, did you mean --%s?" : "unknown option %q, see probe --help", word,
		meant);
}

static void
take_value(struct options *options, const struct option *option, struct slice value)
{
	if (!option->help)
		fail("not supported by this version");
	if (option == &table[OUTPUT] && !slice_is(value, "text"))
		fail("this version has only the format text, got %q", value);
	if (option == &table[TIMEOUT])
		options->timeout_ms = duration_parse(value);
	if (option == &table[CONFIG])
		options->config = value.length > 0 ? value.bytes : NULL;
	if (option == &table[CONFIG] && value.length == 0)
		fail("must not be empty");
}

/* Takes the option that *argv is, and its value; the last word that was taken. */
static char **
take_option(struct options *options, char **argv, struct arena *arena)
{
	struct slice word = slice_of(*argv), value = slice_after(word, 2), name = slice_after(word, 1);
	bool attached = value.length > 0;
	const struct option *option = table;
	const struct check_kind *kind = NULL;

	if (word.bytes[1] == '-') {
		attached = slice_has(value, '=');
		name = slice_cut(&value, '=');
		kind = find_kind(name);
	} else {
		name.length = 1;
	}
	while (option->name && (word.bytes[1] == '-' ? !slice_is(name, option->name)
						     : option->letter != word.bytes[1]))
		option++;
	if (!kind && !option->name)
		unknown(word, name);
	options->reading = kind ? kind->fields->name : option->name;
	if (kind || option->argument) {
		if (!attached && !*++argv)
			fail("needs a value");
		if (!attached)
			value = slice_of(*argv);
		if (kind)
			add_check(options, kind, value, arena);
		else
			take_value(options, option, value);
	} else if (attached) {
		fail("takes no value");
	} else {
		*(bool *)((char *)options + option->flag) = true;
	}
	options->reading = NULL;
	return argv;
}

void
options_parse(struct options *options, char **argv, struct arena *arena)
{
	bool ended = false;

	while (*argv && *++argv && !options->help && !options->version) {
		struct slice word = slice_of(*argv);

		if (ended || word.length < 2 || word.bytes[0] != '-')
			fail("unexpected argument %q, see probe --help", word);
		ended = slice_is(word, "--");
		if (!ended)
			argv = take_option(options, argv, arena);
	}
}

static void
print_option(struct text *text, char letter, const char *name, const char *argument, const char *help)
{
	size_t start = text->length;

	text_print(text, letter ? "  -%c, --%s %s" : "   %c  --%s %s", letter ? letter : ' ', name, argument);
	while (text->length < start + 26)
		text_char(text, ' ');
	text_print(text, "%s\n", help);
}

void
options_print_help(struct text *text)
{
	text_print(text, "usage: probe [-c FILE] [-t DURATION] [--once] [--http URL] ...\n"
			 "Runs the checks of health.json together; exits 0 if the service is healthy, else 1.\n\n");
	for (const struct option *option = table; option->name; option++) {
		if (option->help)
			print_option(text, option->letter, option->name,
				option->argument ? option->argument : "", option->help);
	}
	for (unsigned i = 0; check_kinds[i]; i++)
		print_option(text, 0, check_kinds[i]->fields->name, check_kinds[i]->argument,
			check_kinds[i]->help);
	text_print(text, "\nWithout -c or a check it reads $PROBE_CONFIG, else the first there is of\n"
			 "./health.json, /health.json and /etc/health.json.\n");
}

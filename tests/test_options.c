#include "options.h"
#include "unit.h"

enum { WORDS = 8 };

static struct options options;

static void
call(void *argument)
{
	static struct arena arena;

	arena = unit_arena();
	options_parse(&options, argument, &arena);
}

/* Whether the words are in order. */
static bool
parses(const char *const *words)
{
	static char *argv[WORDS + 2];
	static char copies[WORDS + 1][128];
	size_t count = 0;

	argv[count++] = strcpy(copies[0], "probe");
	for (; *words; words++, count++)
		argv[count] = strcpy(copies[count], *words);
	argv[count] = NULL;
	options = (struct options){ 0 };
	return !unit_fails(call, argv);
}

/* what was understood, in words */
static void
print(struct text *text)
{
	static const struct {
		enum option option;
		const char *name;
	} flags[] = {
		{ OPTION_ONCE, " once" },
		{ OPTION_VALIDATE, " validate" },
		{ OPTION_HELP, " help" },
		{ OPTION_VERSION, " version" },
	};

	if (options.config)
		text_print(text, "config=%s", options.config);
	if (options.timeout_ms)
		text_print(text, " timeout=%u", (uint64_t)options.timeout_ms);
	for (size_t i = 0; i < COUNT(flags); i++) {
		if (option_given(&options, flags[i].option))
			text_print(text, flags[i].name);
	}
	for (const struct option_check *at = options.checks; at; at = at->next)
		text_print(text, " %s=%r", at->kind->fields->name, at->target);
}

static void
good(void **state)
{
	static const struct {
		int line;
		const char *words[WORDS];
		const char *understood;
	} rows[] = {
		{ __LINE__, { NULL }, "" },
		{ __LINE__, { "--" }, "" },
		{ __LINE__, { "-c", "a.json" }, "config=a.json" },
		{ __LINE__, { "-ca.json" }, "config=a.json" },
		{ __LINE__, { "--config", "a.json" }, "config=a.json" },
		{ __LINE__, { "--config=a.json" }, "config=a.json" },
		{ __LINE__, { "--config=a=b" }, "config=a=b" },
		{ __LINE__, { "-c", "-" }, "config=-" },
		{ __LINE__, { "-c-" }, "config=-" },
		{ __LINE__, { "-c", "a", "--config=b" }, "config=b" },
		{ __LINE__, { "-t", "4s" }, " timeout=4000" },
		{ __LINE__, { "-t500ms" }, " timeout=500" },
		{ __LINE__, { "--timeout", "1m30s" }, " timeout=90000" },
		{ __LINE__, { "--timeout=1.5s" }, " timeout=1500" },
		{ __LINE__, { "-o", "text" }, "" },
		{ __LINE__, { "-otext" }, "" },
		{ __LINE__, { "--output", "text" }, "" },
		{ __LINE__, { "--output=text" }, "" },
		{ __LINE__, { "--once" }, " once" },
		{ __LINE__, { "--once", "--once" }, " once" },
		{ __LINE__, { "--validate" }, " validate" },
		{ __LINE__, { "-h" }, " help" },
		{ __LINE__, { "--help" }, " help" },
		{ __LINE__, { "-V" }, " version" },
		{ __LINE__, { "--version" }, " version" },
		{ __LINE__, { "--http", "http://db/" }, " http=http://db/" },
		{ __LINE__, { "--http=http://db/?a=b" }, " http=http://db/?a=b" },
		{ __LINE__, { "--tcp", "db:1" }, " tcp=db:1" },
		{ __LINE__, { "--tcp=db:1" }, " tcp=db:1" },
		{ __LINE__, { "--file", "/a b" }, " file=/a b" },
		{ __LINE__, { "--file=/a" }, " file=/a" },
		{ __LINE__, { "--file=" }, " file=" },
		{ __LINE__, { "--file", "" }, " file=" },
		{ __LINE__, { "--file", "--once" }, " file=--once" },
		{ __LINE__, { "--file", "--" }, " file=--" },
		{ __LINE__, { "--tcp", "a:1", "--http=http://b", "--tcp=c:2", "--once" },
			" once tcp=a:1 http=http://b tcp=c:2" },
		{ __LINE__, { "-c", "x", "-t", "1s", "--once", "--tcp=a:1" },
			"config=x timeout=1000 once tcp=a:1" },
		/* the first of these ends the reading */
		{ __LINE__, { "--once", "-h", "--nonsense", "words" }, " once help" },
		{ __LINE__, { "-V", "--help" }, " version" },
	};
	char bytes[512];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct text text = UNIT_TEXT(bytes);

		if (!parses(rows[i].words))
			row_text(rows[i].line, error.words, "(no error)");
		print(&text);
		row_text(rows[i].line, text, rows[i].understood);
	}
}

#define SEE ", see probe --help"
#define LATER "not supported by this version"

static void
bad(void **state)
{
	static const struct {
		int line;
		const char *words[WORDS];
		const char *error;
	} rows[] = {
		{ __LINE__, { "x" }, "unexpected argument \"x\"" SEE },
		{ __LINE__, { "" }, "unexpected argument \"\"" SEE },
		{ __LINE__, { "-" }, "unexpected argument \"-\"" SEE },
		{ __LINE__, { "--once", "health.json" },
			"unexpected argument \"health.json\"" SEE },
		{ __LINE__, { "--", "--once" }, "unexpected argument \"--once\"" SEE },
		{ __LINE__, { "--", "--" }, "unexpected argument \"--\"" SEE },
		{ __LINE__, { "a\x1b[1m" }, "unexpected argument \"a\\x1b[1m\"" SEE },
		{ __LINE__, { "-x" }, "unknown option \"-x\"" SEE },
		{ __LINE__, { "-x4s" }, "unknown option \"-x4s\"" SEE },
		{ __LINE__, { "--nonsense" }, "unknown option \"--nonsense\"" SEE },
		{ __LINE__, { "--=x" }, "unknown option \"--=x\"" SEE },
		{ __LINE__, { "--onec" }, "unknown option \"--onec\", did you mean --once?" },
		{ __LINE__, { "-once" },
			"--output: this version has only the format text, got \"nce\"" },
		{ __LINE__, { "--confg=x" },
			"unknown option \"--confg=x\", did you mean --config?" },
		{ __LINE__, { "--time-out", "4s" },
			"unknown option \"--time-out\", did you mean --timeout?" },
		{ __LINE__, { "--htpp", "http://db" },
			"unknown option \"--htpp\", did you mean --http?" },
		{ __LINE__, { "--files" }, "unknown option \"--files\", did you mean --file?" },
		{ __LINE__, { "--Once" }, "unknown option \"--Once\", did you mean --once?" },
		{ __LINE__, { "-c" }, "--config: needs a value" },
		{ __LINE__, { "--config" }, "--config: needs a value" },
		{ __LINE__, { "--once", "--tcp" }, "--tcp: needs a value" },
		{ __LINE__, { "-t" }, "--timeout: needs a value" },
		{ __LINE__, { "--once=yes" }, "--once: takes no value" },
		{ __LINE__, { "--once=" }, "--once: takes no value" },
		{ __LINE__, { "--validate=1" }, "--validate: takes no value" },
		{ __LINE__, { "-hx" }, "--help: takes no value" },
		{ __LINE__, { "--version=2" }, "--version: takes no value" },
		{ __LINE__, { "-t", "5" }, "--timeout: 5 has no unit, write \"5s\" or \"5ms\"" },
		{ __LINE__, { "-t=5s" },
			"--timeout: a duration is 1ms to 24h, as \"4s\" or \"1m30s\", got \"=5s\"" },
		{ __LINE__, { "--timeout=" },
			"--timeout: a duration is 1ms to 24h, as \"4s\" or \"1m30s\", got \"\"" },
		{ __LINE__, { "-t", "25h" },
			"--timeout: a duration is 1ms to 24h, as \"4s\" or \"1m30s\", got \"25h\"" },
		{ __LINE__, { "-o", "json" },
			"--output: this version has only the format text, got \"json\"" },
		{ __LINE__, { "--output=prometheus" },
			"--output: this version has only the format text, got \"prometheus\"" },
		{ __LINE__, { "-o", "yaml" },
			"--output: this version has only the format text, got \"yaml\"" },
		{ __LINE__, { "--output=" },
			"--output: this version has only the format text, got \"\"" },
		{ __LINE__, { "-o" }, "--output: needs a value" },
		{ __LINE__, { "--role", "web" }, "--role: " LATER },
		{ __LINE__, { "--role=web" }, "--role: " LATER },
		{ __LINE__, { "--wait", "10s" }, "--wait: " LATER },
		{ __LINE__, { "--wait=10s", "--", "true" }, "--wait: " LATER },
		/* the first one */
		{ __LINE__, { "-o", "yaml", "-t", "x", "y" },
			"--output: this version has only the format text, got \"yaml\"" },
		{ __LINE__, { "-x", "--help" }, "unknown option \"-x\"" SEE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char bytes[512];
		struct text text = UNIT_TEXT(bytes);

		row_true(rows[i].line, !parses(rows[i].words));
		/* main puts the option's name before it */
		text_print(&text, options.reading.length > 0 ? "--%r: %r" : "%r%r", options.reading,
			unit_written(&error.words));
		row_text(rows[i].line, text, rows[i].error);
	}
}

/* a space is no option's letter */
static void
space(void **state)
{
	(void)state;
	assert_false(parses((const char *const[]){ "- ", NULL }));
}

static void
empty(void **state)
{
	char *nothing[] = { NULL };

	(void)state;
	options = (struct options){ 0 };
	assert_false(unit_fails(call, nothing));
	assert_null(options.checks);
}

static void
call_without_memory(void *argument)
{
	struct arena arena = { 0 };

	options_parse(&options, argument, &arena);
}

static void
memory(void **state)
{
	char *argv[] = { (char[]){ "probe" }, (char[]){ "--tcp=db:1" }, NULL };

	(void)state;
	options = (struct options){ 0 };
	assert_true(unit_fails(call_without_memory, argv));
	assert_text(error.words, "out of memory");
	assert_slice(options.reading, "tcp");
}

static void
help(void **state)
{
	static const char *const wanted[] = { "-c, --config FILE ", "-t, --timeout DURATION ",
		"-o, --output FORMAT ", "    --once ", "    --validate ", "-h, --help ",
		"-V, --version ", "    --http URL ", "    --tcp ADDRESS ", "    --file PATH ",
		"PROBE_CONFIG", "/etc/health.json", "usage: probe " };
	char bytes[4096];
	struct text text = UNIT_TEXT(bytes);
	size_t column = 0;

	(void)state;
	options_print_help(&text);
	assert_false(text.cut);
	for (size_t i = 0; i < text.length; i++) {
		column = bytes[i] == '\n' ? 0 : column + 1;
		assert_true(column <= 80);
	}
	assert_int_equal(bytes[text.length - 1], '\n');
	text_char(&text, '\0');
	for (size_t i = 0; i < COUNT(wanted); i++) {
		if (!strstr(bytes, wanted[i]))
			fail_msg("no %s", wanted[i]);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bad),
		cmocka_unit_test(space),
		cmocka_unit_test(empty),
		cmocka_unit_test(memory),
		cmocka_unit_test(help),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}

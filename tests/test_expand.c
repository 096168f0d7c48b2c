#include "expand.h"
#include "guard.h"
#include "unit.h"

static int
environment(void **state)
{
	(void)state;
	return setenv("UNIT_PORT", "8080", 1) || setenv("UNIT_EMPTY", "", 1) ||
		setenv("UNIT_NESTED", "${UNIT_PORT} $$ $x", 1) || setenv("_u9", "under", 1) ||
		setenv("UNIT_PORT_LONG", "long", 1) || setenv("UNIT_RAW", "\x1b\xff", 1) ||
		unsetenv("UNIT_UNSET") || unsetenv("UNIT_POR");
}

struct expansion {
	struct slice in;
	struct text out;
};

static void
call(void *argument)
{
	struct expansion *expansion = argument;

	expand(expansion->in, &expansion->out);
}

static void
expands(void **state)
{
	static const struct {
		int line;
		const char *in, *out;
	} rows[] = {
		{ __LINE__, "", "" },
		{ __LINE__, "plain", "plain" },
		{ __LINE__, "${UNIT_PORT}", "8080" },
		{ __LINE__, "a${UNIT_PORT}b${UNIT_PORT_LONG}c", "a8080blongc" },
		{ __LINE__, "${_u9}", "under" },
		{ __LINE__, "${UNIT_EMPTY}", "" },
		{ __LINE__, "${UNIT_RAW}", "\x1b\xff" },
		{ __LINE__, "${UNIT_PORT:-1}", "8080" },
		{ __LINE__, "${UNIT_UNSET:-1}", "1" },
		{ __LINE__, "${UNIT_EMPTY:-1}", "1" },
		{ __LINE__, "${UNIT_UNSET:-}", "" },
		{ __LINE__, "${UNIT_EMPTY:-}x", "x" },
		{ __LINE__, "${UNIT_UNSET:-:-}", ":-" },
		{ __LINE__, "${UNIT_UNSET:-a b:c/d?e=\"f\"}", "a b:c/d?e=\"f\"" },
		{ __LINE__, "${UNIT_UNSET:-a}b}", "ab}" },
		{ __LINE__, "${UNIT_UNSET:-${UNIT_PORT}}",
			"${UNIT_PORT}" }, /* the first '}' ends it */
		{ __LINE__, "${UNIT_UNSET:-$$}", "$$" },
		{ __LINE__, "${UNIT_POR:-x}", "x" }, /* no part of a name is a name */
		{ __LINE__, "${UNIT_NESTED}", "${UNIT_PORT} $$ $x" },
		{ __LINE__, "$$", "$" },
		{ __LINE__, "$$$$", "$$" },
		{ __LINE__, "$$$", "$$" },
		{ __LINE__, "$${UNIT_PORT}", "${UNIT_PORT}" },
		{ __LINE__, "$$${UNIT_PORT}", "$8080" },
		{ __LINE__, "$", "$" },
		{ __LINE__, "a$", "a$" },
		{ __LINE__, "$UNIT_PORT", "$UNIT_PORT" },
		{ __LINE__, "$1 $(x) $}", "$1 $(x) $}" },
		{ __LINE__, "{UNIT_PORT}", "{UNIT_PORT}" },
	};
	struct guard guard;
	char bytes[64];

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct slice in = guard_string(&guard, slice_of(rows[i].in));
		struct expansion expansion = { in, UNIT_TEXT(bytes) };

		row_true(rows[i].line, !unit_fails(call, &expansion));
		row_text(rows[i].line, expansion.out, rows[i].out);
	}
	guard_close(&guard);
}

#define ACCEPTED "accepted are ${NAME}, ${NAME:-text} and $$, got "
#define NOT_SET(name) "the variable " name " is not set"

static void
refuses(void **state)
{
	static const struct {
		int line;
		const char *in, *words;
	} rows[] = {
		{ __LINE__, "${UNIT_UNSET}", NOT_SET("UNIT_UNSET") },
		{ __LINE__, "ok ${UNIT_PORT} ${UNIT_POR} ${", NOT_SET("UNIT_POR") },
		{ __LINE__, "${unit_port}", NOT_SET("unit_port") },
		{ __LINE__, "${", "\"${\" without its '}'" },
		{ __LINE__, "${}", ACCEPTED "\"${}\"" },
		{ __LINE__, "x${} y", ACCEPTED "\"${}\"" },
		{ __LINE__, "${UNIT_PORT", "\"${\" without its '}'" },
		{ __LINE__, "${UNIT_PORT:", "\"${\" without its '}'" },
		{ __LINE__, "${UNIT_PORT:}", ACCEPTED "\"${UNIT_PORT:}\"" },
		{ __LINE__, "${UNIT_PORT:-", "\"${\" without its '}'" },
		{ __LINE__, "${UNIT_PORT:-8", "\"${\" without its '}'" },
		{ __LINE__, "${UNIT_PORT-8}", ACCEPTED "\"${UNIT_PORT-8}\"" },
		{ __LINE__, "${UNIT_PORT:=8}", ACCEPTED "\"${UNIT_PORT:=8}\"" },
		{ __LINE__, "${UNIT_PORT:?no}", ACCEPTED "\"${UNIT_PORT:?no}\"" },
		{ __LINE__, "${UNIT_PORT }", ACCEPTED "\"${UNIT_PORT }\"" },
		{ __LINE__, "${ UNIT_PORT}", ACCEPTED "\"${ UNIT_PORT}\"" },
		{ __LINE__, "${1}", ACCEPTED "\"${1}\"" },
		{ __LINE__, "${9A}", ACCEPTED "\"${9A}\"" },
		{ __LINE__, "${:-x}", ACCEPTED "\"${:-x}\"" },
		{ __LINE__, "${UNIT-PORT}", ACCEPTED "\"${UNIT-PORT}\"" },
		{ __LINE__, "${\xc3\xa9}", ACCEPTED "\"${\xc3\xa9}\"" },
		{ __LINE__, "${@}", ACCEPTED "\"${@}\"" },
		{ __LINE__, "${a[0]}", ACCEPTED "\"${a[0]}\"" },
		{ __LINE__, "${a`}", ACCEPTED "\"${a`}\"" },
		{ __LINE__, "${\x1b}", ACCEPTED "\"${\\x1b}\"" },
		{ __LINE__, "${${UNIT_PORT}}", ACCEPTED "\"${${UNIT_PORT}\"" },
		{ __LINE__, "${file:/run/secrets/token}",
			"\"${file:/run/secrets/token}\" is not supported by this version" },
	};
	struct guard guard;
	char bytes[64];

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct slice in = guard_string(&guard, slice_of(rows[i].in));
		struct expansion expansion = { in, UNIT_TEXT(bytes) };

		row_true(rows[i].line, unit_fails(call, &expansion));
		row_text(rows[i].line, error.words, rows[i].words);
	}
	guard_close(&guard);
}

static void
bounded(void **state)
{
	char bytes[8];
	struct expansion expansion = { SLICE("1234${UNIT_PORT}"), UNIT_TEXT(bytes) };

	(void)state;
	assert_false(unit_fails(call, &expansion));
	assert_false(expansion.out.cut);
	expansion = (struct expansion){ SLICE("12345${UNIT_PORT}"), UNIT_TEXT(bytes) };
	assert_false(unit_fails(call, &expansion));
	assert_true(expansion.out.cut);
	assert_text(expansion.out, "12345808");
}

static void
variables(void **state)
{
	(void)state;
	assert_string_equal(expand_variable(SLICE("UNIT_PORT")), "8080");
	assert_string_equal(expand_variable(SLICE("UNIT_EMPTY")), "");
	assert_null(expand_variable(SLICE("UNIT_UNSET")));
	assert_null(expand_variable(SLICE("UNIT_POR")));
	assert_null(expand_variable(SLICE("UNIT_PORT=8080")));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(expands),
		cmocka_unit_test(refuses),
		cmocka_unit_test(bounded),
		cmocka_unit_test(variables),
	};

	return cmocka_run_group_tests_name("expand", tests, environment, NULL);
}

#include "config.h"
#include "unit.h"

static void
fields(void **state)
{
	static const char *const names[] = { "http", "method", "headers", "basic_auth", "body",
		"status", "contains", "json" };
	const struct field *field = unit_kind("http")->fields;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++, field++)
		assert_string_equal(field->name, names[i]);
	assert_null(field->name);
}

/* each key alone and all of them together, with values that are in order */
static void
takes(void **state)
{
	static const struct {
		int line;
		const char *keys;
		bool good;
	} rows[] = {
		{ __LINE__, "\"http\":\"http://db/\"", true },
		{ __LINE__, "\"method\":\"OPTIONS\",\"http\":\"http://db/\"", true },
		{ __LINE__, "\"headers\":{},\"http\":\"http://db/\"", true },
		{ __LINE__, "\"body\":\"\",\"http\":\"http://db/\"", true },
		{ __LINE__, "\"body\":\"\\u0000\",\"http\":\"http://db/\"", true },
		{ __LINE__, "\"status\":204,\"http\":\"http://db/\"", true },
		{ __LINE__, "\"status\":\"2xx,304\",\"http\":\"http://db/\"", true },
		{ __LINE__, "\"contains\":\"\\u0000\",\"http\":\"http://db/\"", true },
		{ __LINE__,
			"\"http\":\"http://db/\",\"method\":\"PUT\",\"headers\":{\"A\":\"b\"},\"body\":\"x\","
			"\"status\":\"2xx\",\"contains\":\"y\"",
			true },
		{ __LINE__, "\"http\":\"\"", false },
		{ __LINE__, "\"http\":\"http://db/\",\"method\":\"G\\u0000T\"", false },
		{ __LINE__, "\"http\":\"http://db/\",\"status\":700", false },
		{ __LINE__, "\"http\":\"http://db/\",\"contains\":\"\"", false },
		{ __LINE__, "\"http\":\"http://db/\",\"json\":{}", false },
		{ __LINE__, "\"http\":\"http://db/\",\"basic_auth\":\"a:b\"", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char bytes[512];
		struct text text = UNIT_TEXT(bytes);
		struct slice whole;

		text_print(&text, "{\"checks\":[{%s}]}", rows[i].keys);
		whole = unit_written(&text);
		row_equal(rows[i].line, !unit_fails(unit_read_config, &whole), rows[i].good);
		row_true(rows[i].line, !rows[i].good || config.first->kind == unit_kind("http"));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(takes),
	};

	return cmocka_run_group_tests_name("check_http", tests, NULL, NULL);
}

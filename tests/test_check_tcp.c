#include "config.h"
#include "unit.h"

static void
fields(void **state)
{
	static const char *const names[] = { "tcp", "send", "contains" };
	const struct field *field = unit_kind("tcp")->fields;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++, field++)
		assert_string_equal(field->name, names[i]);
	assert_null(field->name);
}

static void
takes(void **state)
{
	static const struct {
		int line;
		const char *keys;
		bool good;
	} rows[] = {
		{ __LINE__, "\"tcp\":\"db:5432\"", true },
		{ __LINE__, "\"tcp\":\"unix:/run/x\"", true },
		{ __LINE__, "\"tcp\":\"db:1\",\"send\":\"\"", true },
		{ __LINE__, "\"send\":\"PING\\r\\n\\u0000\",\"tcp\":\"db:1\"", true },
		{ __LINE__, "\"tcp\":\"db:1\",\"contains\":\"+PONG\",\"send\":\"x\"", true },
		{ __LINE__, "\"tcp\":\"db\"", false },
		{ __LINE__, "\"tcp\":\"db:1\",\"contains\":\"\"", false },
		{ __LINE__, "\"tcp\":\"db:1\",\"send\":1", false },
		{ __LINE__, "\"tcp\":\"db:1\",\"body\":\"x\"", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char bytes[512];
		struct text text = UNIT_TEXT(bytes);
		struct slice whole;

		text_print(&text, "{\"checks\":[{%s}]}", rows[i].keys);
		whole = unit_written(&text);
		row_equal(rows[i].line, !unit_fails(unit_read_config, &whole), rows[i].good);
		row_true(rows[i].line, !rows[i].good || config.first->kind == unit_kind("tcp"));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(takes),
	};

	return cmocka_run_group_tests_name("check_tcp", tests, NULL, NULL);
}

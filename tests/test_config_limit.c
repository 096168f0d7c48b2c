#include "config.h"
#include "guard.h"
#include "unit.h"

static struct arena arena;

static void
call(void *argument)
{
	config_read(*(struct slice *)argument);
}

static bool
reads(struct slice text)
{
	arena = unit_arena();
	config_open(&arena);
	return !unit_fails(call, &text);
}

static struct slice
path(void)
{
	static char bytes[512];
	struct text text = UNIT_TEXT(bytes);

	config_print_path(&text);
	return unit_written(&text);
}

static int
environment(void **state)
{
	(void)state;
	return setenv("UNIT_PORT", "8080", 1) || setenv("UNIT_EMPTY", "", 1) ||
		setenv("UNIT_DOLLAR", "$$ ${UNIT_PORT}", 1) || unsetenv("UNIT_UNSET");
}

/* a truncated configuration is an error, wherever it ends */
static void
cut(void **state)
{
	static const char text[] =
		"{\"timeout\":\"4s\",\"checks\":[{\"name\":\"a\\u0062\xc3\xbc\",\"http\":"
		"\"http://db:${UNIT_PORT}/\",\"headers\":{\"X\":\"y\"},\"status\":204,"
		"\"roles\":[\"w\"]},{\"file\":\"/x\",\"min_size\":1,\"optional\":true}]}";
	struct slice whole = slice_of(text);
	struct guard guard;

	(void)state;
	guard_open(&guard, sizeof(text));
	assert_true(reads(guard_string(&guard, whole)));
	for (size_t length = 0; length < whole.length; length++) {
		if (reads(guard_string(&guard, slice_first(whole, length))))
			fail_msg("cut at %zu", length);
		assert_true(error.offset <= length);
		assert_true(error.words.length > 0);
	}
	guard_close(&guard);
}

static void
many_checks(void **state)
{
	(void)state;
	for (unsigned count = CHECK_LIMIT - 1; count <= CHECK_LIMIT + 1; count++) {
		static char bytes[CONFIG_LIMIT];
		struct text text = UNIT_TEXT(bytes);
		size_t last = 0;

		text_print(&text, "{\"checks\":[");
		for (unsigned i = 0; i < count; i++) {
			text_print(&text, i > 0 ? "," : "");
			last = text.length;
			text_print(&text, "{\"name\":\"%u\",\"tcp\":\"db:1\"}", (uint64_t)i);
		}
		text_print(&text, "]}");
		assert_false(text.cut);
		assert_int_equal(reads(unit_written(&text)), count <= CHECK_LIMIT);
		if (count <= CHECK_LIMIT) {
			assert_int_equal(config.count, count);
			continue;
		}
		assert_text(error.words, "there must be at most 1024 checks");
		assert_slice(path(), "checks[1024]: ");
		assert_int_equal(error.offset, last);
	}
}

static struct slice
sized(size_t size, const char *start, const char *end)
{
	static char bytes[2 * CONFIG_LIMIT];
	struct text text = UNIT_TEXT(bytes);

	text_print(&text, start);
	while (text.length + strlen(end) < size)
		text_char(&text, ' ');
	text_print(&text, end);
	return unit_written(&text);
}

/* Main hands over a few bytes more than there may be, and an error past the limit is for it
 * that limit. So what is within it is to be reported as what it is, and nothing else is. */
static void
text_limit(void **state)
{
	static const char start[] = "{\"checks\":[{\"file\":\"a\"}]", over[] = "(past the limit)";
	static const struct {
		int line;
		size_t size;
		const char *end, *words; /* NULL: good */
		size_t offset;
	} rows[] = {
		{ __LINE__, CONFIG_LIMIT, "}", NULL, 0 },
		{ __LINE__, CONFIG_LIMIT + 1, "}", over, 0 },
		{ __LINE__, CONFIG_LIMIT + 1, "} ", over, 0 },
		{ __LINE__, CONFIG_LIMIT + 16, "}", over, 0 },
		{ __LINE__, CONFIG_LIMIT + 16, "}x", over, 0 },
		{ __LINE__, CONFIG_LIMIT + 1, "x}", "expected ',' or '}', found \"x\"",
			CONFIG_LIMIT - 1 },
		{ __LINE__, CONFIG_LIMIT + 2, "x}", over, 0 },
		{ __LINE__, CONFIG_LIMIT + 16, ",\"notes\":\"ab", over, 0 },
		{ __LINE__, CONFIG_LIMIT + 16, ",\"notes\":\"aaaaaaaaaaaaaaaaa", over, 0 },
		{ __LINE__, CONFIG_LIMIT + 16, ",\"notez\":\"aaaaaaaaaaaaaaaaaaaaaaaa",
			"unknown key \"notez\", did you mean \"notes\"?", CONFIG_LIMIT + 16 - 33 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		row_equal(rows[i].line, reads(sized(rows[i].size, start, rows[i].end)),
			!rows[i].words);
		if (rows[i].words == over)
			row_true(rows[i].line, error.offset >= CONFIG_LIMIT);
		else if (rows[i].words)
			row_text(rows[i].line, error.words, rows[i].words);
		if (rows[i].offset)
			row_equal(rows[i].line, error.offset, rows[i].offset);
	}
}

/* the same where the cut goes through a character or an escape: it is not the file's fault */
static void
text_limit_in_a_string(void **state)
{
	static const char *const ends[] = { "aaaaaaaaaaaaaaaaaaaa\\", "aaaaaaaaaaaaaaaaaaaa\\u00",
		"aaaaaaaaaaaaaaaaaaaa\\ud83d\\ude", "aaaaaaaaaaaaaaaaaaaa\xe2\x82" };

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		char end[64];

		snprintf(end, sizeof(end), ",\"notes\":\"%s", ends[i]);
		assert_false(reads(sized(CONFIG_LIMIT + 16, "{\"checks\":[{\"file\":\"a\"}]",
			end)));
		assert_true(error.offset >= CONFIG_LIMIT);
	}
}

static void
string_limit(void **state)
{
	static const struct {
		int line;
		const char *start;
		size_t filled, expanded; /* 0: too long */
	} rows[] = {
		{ __LINE__, "", 8192, 8192 },
		{ __LINE__, "", 8193, 0 },
		{ __LINE__, "", 60000, 0 },
		{ __LINE__, "${UNIT_PORT}", 8188, 8192 },
		{ __LINE__, "${UNIT_PORT}", 8189, 0 },
		{ __LINE__, "$$", 8191, 8192 },
		{ __LINE__, "$$$$", 8191, 0 },
		{ __LINE__, "\\u0041", 8191, 8192 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		static char bytes[CONFIG_LIMIT + 100];
		struct text text = UNIT_TEXT(bytes);
		size_t offset;

		text_print(&text, "{\"checks\":[{\"file\":");
		offset = text.length;
		text_char(&text, '"');
		text_print(&text, rows[i].start);
		for (size_t j = 0; j < rows[i].filled; j++)
			text_char(&text, 'x');
		text_print(&text, "\"}]}");
		row_equal(rows[i].line, reads(unit_written(&text)), rows[i].expanded > 0);
		if (rows[i].expanded > 0) {
			row_equal(rows[i].line, config.first->target.length, rows[i].expanded);
			continue;
		}
		row_text(rows[i].line, error.words, "must be at most 8 KiB after expansion");
		row_slice(rows[i].line, path(), SLICE("checks[0].file: "));
		row_equal(rows[i].line, error.offset, offset);
	}
}

static struct arena small;

static void
read_small(void *argument)
{
	(void)argument;
	config_open(&small);
	config_read(SLICE("{\"checks\":[{\"http\":\"http://db/\",\"headers\":{\"A\":\"b\"},"
			  "\"contains\":\"\\u0041\",\"status\":200},{\"tcp\":\"db:1\"}]}"));
}

/* however little memory there is */
static void
memory(void **state)
{
	_Alignas(max_align_t) static char bytes[8192];
	size_t size = 0;

	(void)state;
	do {
		assert_true(size <= sizeof(bytes));
		small = (struct arena){ bytes, bytes + size };
		size += 8;
	} while (unit_fails(read_small, NULL));
	assert_true(size > 512);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut),
		cmocka_unit_test(many_checks),
		cmocka_unit_test(text_limit),
		cmocka_unit_test(text_limit_in_a_string),
		cmocka_unit_test(string_limit),
		cmocka_unit_test(memory),
	};

	return cmocka_run_group_tests_name("config: limits", tests, environment, NULL);
}

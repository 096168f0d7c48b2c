#include "guard.h"
#include "unit.h"

static void
slices(void **state)
{
	struct slice slice = SLICE("health.json"), rest;

	(void)state;
	assert_slice(slice_of("abc"), "abc");
	assert_slice(slice_after(slice, 7), "json");
	assert_slice(slice_after(slice, slice.length), "");
	assert_slice(slice_first(slice, 6), "health");

	assert_true(slice_is(slice, "health.json"));
	assert_false(slice_is(slice, "health.jso"));
	assert_false(slice_is(slice, "Health.json"));
	assert_false(slice_is(SLICE("a\0b"), "a"));
	assert_true(slice_is(SLICE(""), ""));

	assert_true(slice_same(SLICE("Content-LENGTH"), SLICE("content-length")));
	assert_true(slice_same(SLICE("a\0B"), SLICE("A\0b")));
	assert_false(slice_same(SLICE("a\0b"), SLICE("a\0c")));
	assert_false(slice_same(SLICE("a"), SLICE("ab")));
	assert_true(slice_same(SLICE(""), SLICE("")));
	assert_true(slice_like(SLICE("CHUNKED"), "chunked"));
	assert_false(slice_like(SLICE("["), "{"));
	assert_false(slice_like(SLICE("@"), "`"));
	assert_false(slice_like(SLICE("\xc4"), "\xe4"));

	assert_true(slice_starts(slice, "health"));
	assert_true(slice_starts(slice, "HEALTH.json"));
	assert_true(slice_starts(slice, ""));
	assert_false(slice_starts(SLICE("heal"), "health"));

	assert_int_equal(slice_find(slice, '.'), 6);
	assert_int_equal(slice_find(slice, 'h'), 0);
	assert_int_equal(slice_find(slice, '\0'), slice.length);
	assert_int_equal(slice_find((struct slice){ NULL, 0 }, 'x'), 0);
	assert_true(slice_has(slice, 'n'));
	assert_false(slice_has(slice, 'x'));
	assert_false(slice_has(SLICE(""), 'x'));

	rest = SLICE("a,,b");
	assert_slice(slice_cut(&rest, ','), "a");
	assert_slice(slice_cut(&rest, ','), "");
	assert_slice(slice_cut(&rest, ','), "b");
	assert_slice(rest, "");
	assert_slice(slice_cut(&rest, ','), "");
}

static void
resembling(void **state)
{
	static const struct {
		int line;
		const char *written, *meant;
		bool resembles;
	} rows[] = {
		{ __LINE__, "status", "status", true },
		{ __LINE__, "statsu", "status", true },
		{ __LINE__, "staus", "status", true },
		{ __LINE__, "statuss", "status", true },
		{ __LINE__, "sstatus", "status", true },
		{ __LINE__, "tatus", "status", true },
		{ __LINE__, "statu", "status", true },
		{ __LINE__, "stctus", "status", true },
		{ __LINE__, "Status", "status", true },
		{ __LINE__, "tsatus", "status", true },
		{ __LINE__, "satsu", "status", false },
		{ __LINE__, "tsatsu", "status", false },
		{ __LINE__, "status12", "status", false },
		{ __LINE__, "stop", "status", false },
		{ __LINE__, "nmae", "name", true },
		{ __LINE__, "naem", "name", true },
		{ __LINE__, "aname", "name", true },
		{ __LINE__, "nnname", "name", false },
		{ __LINE__, "eman", "name", false },
		{ __LINE__, "tpc", "tcp", true },
		{ __LINE__, "", "tcp", false },
		{ __LINE__, "", "t", true },
		{ __LINE__, "12345678901234567890x", "12345678901234567890", true },
	};
	struct guard guard;

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct slice written = guard_copy(&guard, slice_of(rows[i].written));

		row_equal(rows[i].line, slice_resembles(written, slice_of(rows[i].meant)),
			rows[i].resembles);
	}
	guard_close(&guard);
}

static void
decimals(void **state)
{
	static const struct {
		int line;
		const char *string;
		uint64_t limit, value;
	} rows[] = {
		{ __LINE__, "0", 0, 0 },
		{ __LINE__, "1", 0, UINT64_MAX },
		{ __LINE__, "5", 5, 5 },
		{ __LINE__, "7", 5, UINT64_MAX },
		{ __LINE__, "65535", 65535, 65535 },
		{ __LINE__, "65536", 65535, UINT64_MAX },
		{ __LINE__, "0000000000000000000000000000080", 65535, 80 },
		{ __LINE__, "922337203685477580", INT64_MAX / 10, 922337203685477580 },
		{ __LINE__, "922337203685477581", INT64_MAX / 10, UINT64_MAX },
		{ __LINE__, "1844674407370955160", UINT64_MAX / 10 - 1, 1844674407370955160 },
		{ __LINE__, "18446744073709551615", UINT64_MAX / 10 - 1, UINT64_MAX },
		{ __LINE__, "18446744073709551616", UINT64_MAX / 10 - 1, UINT64_MAX },
		{ __LINE__, "18446744073709551617", 10, UINT64_MAX },
		{ __LINE__, "99999999999999999999999999999999", UINT64_MAX / 10 - 1, UINT64_MAX },
		{ __LINE__, "", 9, UINT64_MAX },
		{ __LINE__, "+1", 9, UINT64_MAX },
		{ __LINE__, "-1", 9, UINT64_MAX },
		{ __LINE__, " 1", 9, UINT64_MAX },
		{ __LINE__, "1 ", 9, UINT64_MAX },
		{ __LINE__, "1a", 99, UINT64_MAX },
		{ __LINE__, "/", 99, UINT64_MAX },
		{ __LINE__, ":", 99, UINT64_MAX },
		{ __LINE__, "\xff", 999, UINT64_MAX },
		{ __LINE__, "\xb1", 999, UINT64_MAX },
	};
	struct guard guard;

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(rows); i++)
		row_true(rows[i].line,
			slice_decimal(guard_copy(&guard, slice_of(rows[i].string)),
				rows[i].limit) == rows[i].value);
	guard_close(&guard);
}

static void
characters(void **state)
{
	static const struct {
		int line;
		const char *bytes;
		int32_t code; /* 0: not valid */
	} rows[] = {
		{ __LINE__, "a", 'a' },
		{ __LINE__, "\x7f", 0x7f },
		{ __LINE__, "\xc2\x80", 0x80 },
		{ __LINE__, "\xdf\xbf", 0x7ff },
		{ __LINE__, "\xe0\xa0\x80", 0x800 },
		{ __LINE__, "\xed\x9f\xbf", 0xd7ff },
		{ __LINE__, "\xee\x80\x80", 0xe000 },
		{ __LINE__, "\xef\xbf\xbf", 0xffff },
		{ __LINE__, "\xf0\x90\x80\x80", 0x10000 },
		{ __LINE__, "\xf4\x8f\xbf\xbf", 0x10ffff },
		{ __LINE__, "\x80", 0 }, /* a continuation alone */
		{ __LINE__, "\xbf", 0 },
		{ __LINE__, "\xc0\x80", 0 }, /* longer than need be */
		{ __LINE__, "\xc1\xbf", 0 },
		{ __LINE__, "\xe0\x9f\xbf", 0 },
		{ __LINE__, "\xf0\x8f\xbf\xbf", 0 },
		{ __LINE__, "\xed\xa0\x80", 0 }, /* surrogates */
		{ __LINE__, "\xed\xbf\xbf", 0 },
		{ __LINE__, "\xf4\x90\x80\x80", 0 }, /* past U+10FFFF */
		{ __LINE__, "\xf5\x80\x80\x80", 0 },
		{ __LINE__, "\xf8\x88\x80\x80\x80", 0 },
		{ __LINE__, "\xfe", 0 },
		{ __LINE__, "\xff", 0 },
		{ __LINE__, "\xc3", 0 }, /* cut short */
		{ __LINE__, "\xe2\x82", 0 },
		{ __LINE__, "\xf0\x9f\x98", 0 },
		{ __LINE__, "\xc3(", 0 },
		{ __LINE__, "\xe2\x28\xa1", 0 },
		{ __LINE__, "\xe2\x82(", 0 },
		{ __LINE__, "\xf0\x9f\x98(", 0 },
		{ __LINE__, "\xc3\xc3", 0 },
	};
	struct guard guard;

	(void)state;
	guard_open(&guard, 16);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct slice slice = guard_copy(&guard, slice_of(rows[i].bytes));
		const char *at = slice.bytes, *end = at + slice.length;

		/* one byte is taken off where there is no character */
		row_equal(rows[i].line, utf8_take(&at, end), rows[i].code ? rows[i].code : -1);
		row_true(rows[i].line, at == (rows[i].code ? end : slice.bytes + 1));
	}
	guard_close(&guard);
}

static void
arenas(void **state)
{
	_Alignas(max_align_t) char memory[256];
	struct arena arena = { memory + 1, memory + sizeof(memory) };
	char *first, *second;
	struct slice kept;
	struct text text;

	(void)state;
	memset(memory, 0xa5, sizeof(memory));
	first = arena_take(&arena, 3);
	second = arena_take(&arena, 40);
	assert_int_equal((uintptr_t)first % _Alignof(max_align_t), 0);
	assert_int_equal((uintptr_t)second % _Alignof(max_align_t), 0);
	assert_true(first >= memory + 1 && second >= first + 3);
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(second[i], 0);
	assert_null(arena_take(&arena, sizeof(memory)));
	assert_non_null(arena_take(&arena, 0));

	text_open(&text, &arena, SIZE_MAX);
	text_print(&text, "kept");
	kept = text_keep(&arena, &text);
	assert_slice(kept, "kept");
	assert_int_equal(kept.bytes[4], '\0');
	second = arena_take(&arena, 1);
	assert_true(second > kept.bytes + 4);

	text_open(&text, &arena, 3);
	text_print(&text, "kept");
	assert_true(text.cut);
	assert_slice(text_keep(&arena, &text), "kep");

	/* the last bytes */
	arena.next = arena.end - 2;
	text_open(&text, &arena, SIZE_MAX);
	text_print(&text, "xy");
	assert_true(text.cut);
	assert_slice(text_keep(&arena, &text), "x");
	assert_ptr_equal(arena.next, arena.end);
	assert_null(arena_take(&arena, 1));
	text_open(&text, &arena, SIZE_MAX);
	text_char(&text, 'x');
	assert_true(text.cut);
	assert_slice(text_keep(&arena, &text), "");
	assert_ptr_equal(arena.next, arena.end);
}

static void
bounded(void **state)
{
	char bytes[5] = "....";
	struct text text = { bytes, 0, 4, false };

	(void)state;
	text_print(&text, "abc");
	assert_false(text.cut);
	text_char(&text, 'd');
	text_slice(&text, SLICE(""));
	assert_false(text.cut);
	assert_text(text, "abcd");
	text_print(&text, "e");
	assert_true(text.cut);
	assert_text(text, "abcd");
	assert_int_equal(bytes[4], '\0');

	text = (struct text){ bytes, 0, 4, false };
	text_slice(&text, SLICE("longer than that"));
	assert_true(text.cut);
	assert_text(text, "long");
}

static void
formats(void **state)
{
	char bytes[128];
	struct text text = UNIT_TEXT(bytes);

	(void)state;
	text_print(&text, "%u %u %u|", UINT64_C(0), UINT64_C(10), UINT64_MAX);
	text_print(&text, "%s|%c|%%|%r|%e|%q", "a%s", 'b', SLICE("c\n%u"), SLICE("d\n%u"),
		SLICE("e\n\""));
	row_slice(__LINE__, unit_written(&text),
		SLICE("0 10 18446744073709551615|a%s|b|%|c\n%u|d\\x0a%u|\"e\\x0a\"\""));
	text = UNIT_TEXT(bytes);
	text_print(&text, "");
	assert_text(text, "");
}

static void
escaped(void **state)
{
	static const struct {
		int line;
		struct slice in;
		const char *out;
	} rows[] = {
		{ __LINE__, BYTES(""), "" },
		{ __LINE__, BYTES("plain text, \"quotes\" and \\"),
			"plain text, \"quotes\" and \\" },
		{ __LINE__, BYTES("a\0b"), "a\\x00b" },
		{ __LINE__, BYTES("\x1b[31m"), "\\x1b[31m" },
		{ __LINE__, BYTES("\r\n\t"), "\\x0d\\x0a\\x09" },
		{ __LINE__, BYTES("\x7f"), "\\x7f" },
		{ __LINE__, BYTES("\xc2\x80\xc2\x9b\xc2\x9f"), "\\xc2\\x80\\xc2\\x9b\\xc2\\x9f" },
		{ __LINE__, BYTES("\xc2\xa0"), "\xc2\xa0" },
		{ __LINE__, BYTES("\xe2\x80\xae"), "\\xe2\\x80\\xae" }, /* U+202E */
		{ __LINE__, BYTES("\xe2\x80\xaa"), "\\xe2\\x80\\xaa" }, /* U+202A */
		{ __LINE__, BYTES("\xe2\x81\xa6"), "\\xe2\\x81\\xa6" }, /* U+2066 */
		{ __LINE__, BYTES("\xe2\x81\xa9"), "\\xe2\\x81\\xa9" }, /* U+2069 */
		{ __LINE__, BYTES("\xe2\x80\xa6\xe2\x82\xac"), "\xe2\x80\xa6\xe2\x82\xac" },
		{ __LINE__, BYTES("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"),
			"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80" },
		{ __LINE__, BYTES("\xff\xfe"), "\\xff\\xfe" },
		{ __LINE__, BYTES("\xc3"), "\\xc3" },
		{ __LINE__, BYTES("\xe2\x82x"), "\\xe2\\x82x" },
		{ __LINE__, BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80" },
		{ __LINE__, BYTES("\xc0\xaf"), "\\xc0\\xaf" },
	};
	struct guard guard;
	char bytes[1024];

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct text text = UNIT_TEXT(bytes);

		text_print(&text, "%e", guard_copy(&guard, rows[i].in));
		row_text(rows[i].line, text, rows[i].out);
		text = UNIT_TEXT(bytes);
		text_print(&text, "%q", guard_copy(&guard, rows[i].in));
		row_equal(rows[i].line, text.length, strlen(rows[i].out) + 2);
		row_true(rows[i].line, bytes[0] == '"' && bytes[text.length - 1] == '"');
	}
	guard_close(&guard);
}

static void
cut_long(void **state)
{
	char in[TEXT_SHOWN + 2], bytes[1024];
	struct text text = UNIT_TEXT(bytes);

	(void)state;
	memset(in, 'x', sizeof(in));
	text_print(&text, "%e", (struct slice){ in, TEXT_SHOWN });
	assert_int_equal(text.length, TEXT_SHOWN);
	assert_memory_equal(bytes, in, TEXT_SHOWN);

	text = UNIT_TEXT(bytes);
	text_print(&text, "%e", (struct slice){ in, TEXT_SHOWN + 1 });
	assert_int_equal(text.length, TEXT_SHOWN + 3);
	assert_memory_equal(bytes + TEXT_SHOWN, "...", 3);

	/* not in the middle of a character */
	memcpy(in + TEXT_SHOWN - 1, "\xe2\x82\xac", 3);
	text = UNIT_TEXT(bytes);
	text_print(&text, "%e", (struct slice){ in, sizeof(in) });
	assert_int_equal(text.length, TEXT_SHOWN - 1 + 3);
	assert_memory_equal(bytes + TEXT_SHOWN - 1, "...", 3);
}

static void
fails(void *argument)
{
	error.offset = 7;
	refuse("%s %u", argument, UINT64_C(5));
}

static void
fails_long(void *argument)
{
	struct arena arena = unit_arena();

	(void)argument;
	refuse("%r", unit_repeat(&arena, 'x', 5000));
}

static void
goes_well(void *argument)
{
	(void)argument;
}

static void
errors(void **state)
{
	(void)state;
	assert_true(unit_fails(fails, (char[]){ "first" }));
	assert_text(error.words, "first 5");
	assert_int_equal(error.offset, 7);
	assert_true(unit_fails(fails, (char[]){ "anew" }));
	assert_text(error.words, "anew 5");
	assert_false(unit_fails(goes_well, NULL));
	assert_true(unit_fails(fails_long, NULL));
	assert_int_equal(error.words.length, error.words.capacity);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices),
		cmocka_unit_test(resembling),
		cmocka_unit_test(decimals),
		cmocka_unit_test(characters),
		cmocka_unit_test(arenas),
		cmocka_unit_test(bounded),
		cmocka_unit_test(formats),
		cmocka_unit_test(escaped),
		cmocka_unit_test(cut_long),
		cmocka_unit_test(errors),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}

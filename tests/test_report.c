#include "report.h"
#include "unit.h"

/* A check in words: "P name target", P passed, F failed, W a warning; "-" no name. */
struct row {
	int line;
	const char *checks[6];
	int64_t elapsed_us;
	const char *text, *once;
};

static struct check *
make(struct check *list, const char *const *words, size_t count)
{
	size_t made = 0;

	for (; made < count && words[made]; made++) {
		struct slice rest = slice_after(slice_of(words[made]), 2);
		size_t name = slice_find(rest, ' ');
		char verdict = words[made][0];

		list[made] = (struct check){
			.name = slice_first(rest, rest.bytes[0] == '-' ? 0 : name),
			.target = slice_after(rest, name + 1),
			.optional = verdict == 'W' || verdict == 'p',
			.elapsed_us = (int64_t)made * 1234,
			.verdict = { OUTCOME_STATUS_REFUSED, SLICE("status 503, want 2xx") },
		};
		if (verdict == 'P' || verdict == 'p')
			list[made].verdict =
				(struct verdict){ OUTCOME_STATUS, SLICE("status 200") };
		if (made > 0)
			list[made - 1].next = &list[made];
	}
	return list;
}

#define FAILED ": status 503, want 2xx"

static void
reports(void **state)
{
	static const struct row rows[] = {
		{ __LINE__, { "P - a", "P - b", "P x c" }, 2345,
			"healthy: 3 checks passed in 2 ms\n",
			"PASS a: status 200 in 0.0 ms\nPASS b: status 200 in 1.2 ms\n"
			"PASS x c: status 200 in 2.4 ms\n" },
		{ __LINE__, { "P - a" }, 999, "healthy: 1 check passed in 0 ms\n",
			"PASS a: status 200 in 0.0 ms\n" },
		{ __LINE__, { "P - a", "W beat /tmp/b" }, 2000,
			"healthy: 1 check passed, 1 warning in 2 ms\nWARN beat /tmp/b" FAILED "\n",
			"PASS a: status 200 in 0.0 ms\nWARN beat /tmp/b" FAILED " in 1.2 ms\n" },
		{ __LINE__, { "W - a", "W - b" }, 0,
			"healthy: 0 checks passed, 2 warnings in 0 ms\nWARN a" FAILED
			"\nWARN b" FAILED "\n",
			"WARN a" FAILED " in 0.0 ms\nWARN b" FAILED " in 1.2 ms\n" },
		{ __LINE__, { "F - a" }, 1002000,
			"unhealthy: 1 of 1 check failed in 1002 ms\nFAIL a" FAILED "\n",
			"FAIL a" FAILED " in 0.0 ms\n" },
		{ __LINE__, { "P - a", "W w b", "F x c", "P - d", "F - e" }, 1002999,
			"unhealthy: 2 of 5 checks failed, 1 warning in 1002 ms\n"
			"FAIL x c" FAILED "\nFAIL e" FAILED "\nWARN w b" FAILED "\n",
			"PASS a: status 200 in 0.0 ms\nWARN w b" FAILED " in 1.2 ms\n"
			"FAIL x c" FAILED " in 2.4 ms\nPASS d: status 200 in 3.7 ms\n"
			"FAIL e" FAILED " in 4.9 ms\n" },
		{ __LINE__, { "p opt a", "F - b" }, 0,
			"unhealthy: 1 of 2 checks failed in 0 ms\nFAIL b" FAILED "\n",
			"PASS opt a: status 200 in 0.0 ms\nFAIL b" FAILED " in 1.2 ms\n" },
		/* bytes of the environment are not printed raw */
		{ __LINE__, { "F n\x1b\xff t\r\n\xe2\x80\xae" }, 0,
			"unhealthy: 1 of 1 check failed in 0 ms\n"
			"FAIL n\\x1b\\xff t\\x0d\\x0a\\xe2\\x80\\xae" FAILED "\n",
			"FAIL n\\x1b\\xff t\\x0d\\x0a\\xe2\\x80\\xae" FAILED " in 0.0 ms\n" },
	};
	char bytes[4096], wanted[4096];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct check list[6], *checks = make(list, rows[i].checks, COUNT(list));
		struct text text = UNIT_TEXT(bytes);
		size_t head = strcspn(rows[i].text, "\n") + 1;

		row_equal(rows[i].line, report(&text, checks, rows[i].elapsed_us, false),
			rows[i].text[0] == 'h');
		row_text(rows[i].line, text, rows[i].text);

		/* the same first line, then its own */
		text = UNIT_TEXT(bytes);
		row_equal(rows[i].line, report(&text, checks, rows[i].elapsed_us, true),
			rows[i].text[0] == 'h');
		snprintf(wanted, sizeof(wanted), "%.*s%s", (int)head, rows[i].text, rows[i].once);
		row_text(rows[i].line, text, wanted);
	}
}

/* count failing checks, then warnings, each line that long */
static struct text
many(struct arena *arena, unsigned failing, unsigned warnings, size_t line, int64_t elapsed_us,
	bool once)
{
	struct check *list = arena_take(arena, (failing + warnings) * sizeof(*list));
	size_t overhead = strlen("FAIL : status 503, want 2xx\n");
	struct slice target = unit_repeat(arena, 't', line);
	struct text text;

	for (unsigned i = 0; i < failing + warnings; i++) {
		size_t name = line - overhead > TEXT_SHOWN ? (line - overhead) / 2 : 0;

		list[i] = (struct check){
			.next = i + 1 < failing + warnings ? &list[i + 1] : NULL,
			.name = slice_first(target, name),
			.target = slice_first(target, line - overhead - name - (name > 0)),
			.optional = i >= failing,
			.verdict = { OUTCOME_STATUS_REFUSED, SLICE("status 503, want 2xx") },
		};
	}
	text_open(&text, arena, SIZE_MAX);
	report(&text, list, elapsed_us, once);
	return text;
}

static unsigned
lines(const struct text *text)
{
	unsigned count = 0;

	for (size_t i = 0; i < text->length; i++)
		count += text->bytes[i] == '\n';
	return count;
}

static bool
ends_with(const struct text *text, const char *end)
{
	size_t length = strlen(end);

	return text->length >= length &&
		memcmp(text->bytes + text->length - length, end, length) == 0;
}

/* for each number of checks and length of line: nothing too much, nothing lost */
static void
docker_limit(void **state)
{
	static const unsigned counts[] = { 1, 2, 10, 11, 17, 18, 19, 40, 99, 100, 101, 130, 1000,
		1024 };

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++) {
		for (size_t line = 30; line < 400; line++) {
			struct arena arena = unit_arena();
			unsigned warnings = counts[i] / 3, shown;
			struct text text =
				many(&arena, counts[i] - warnings, warnings, line, 0, false);
			char more[64];

			assert_true(text.length <= REPORT_DOCKER_LIMIT);
			shown = lines(&text) - 1;
			if (shown == counts[i] && !memmem(text.bytes, text.length, "... and ", 8))
				continue;
			shown--;
			snprintf(more, sizeof(more), "\n... and %u more\n", counts[i] - shown);
			if (!ends_with(&text, more))
				fail_msg("%u checks, lines of %zu: %.*s", counts[i], line,
					(int)text.length, text.bytes);
			/* one line more would not have had room, with the longest such end */
			assert_true(text.length - strlen(more + 1) + line + 18 >
				REPORT_DOCKER_LIMIT);
		}
	}
}

/* 44 bytes of the first line and 46 times 86 */
static void
docker_limit_exactly(void **state)
{
	struct arena arena = unit_arena();
	struct text text = many(&arena, 46, 0, 86, 100000, false);

	(void)state;
	assert_int_equal(text.length, REPORT_DOCKER_LIMIT);
	assert_int_equal(lines(&text), 47);
	text = many(&arena, 47, 0, 86, 100000, false);
	assert_true(ends_with(&text, "\n... and 2 more\n"));
	assert_int_equal(lines(&text), 47);
}

static void
once_has_no_limit(void **state)
{
	struct arena arena = unit_arena();
	struct text text = many(&arena, 1024, 0, 300, 0, true);

	(void)state;
	assert_false(text.cut);
	assert_int_equal(lines(&text), 1025);
}

/* a line is as long as it may be, and still one, and there */
static void
longest_line(void **state)
{
	struct arena arena = unit_arena();
	struct slice control = unit_repeat(&arena, '\x01', 8192);
	struct check check = {
		.name = slice_first(control, 64),
		.target = control,
		.verdict = { OUTCOME_CONTENT_TOO_LONG, unit_repeat(&arena, 'x', CHECK_WORDS) },
	};
	struct text text;

	(void)state;
	text_open(&text, &arena, SIZE_MAX);
	report(&text, &check, INT64_C(86400000000), false);
	assert_true(text.length <= REPORT_DOCKER_LIMIT);
	assert_int_equal(lines(&text), 2);
	assert_true(ends_with(&text, "xxx\n"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports),
		cmocka_unit_test(docker_limit),
		cmocka_unit_test(docker_limit_exactly),
		cmocka_unit_test(once_has_no_limit),
		cmocka_unit_test(longest_line),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}

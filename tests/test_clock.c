#include "clock.h"
#include "guard.h"
#include "unit.h"

static const int64_t day_ms = 24 * 3600 * 1000;

struct duration {
	struct slice words;
	int64_t ms;
};

static void
parse(void *argument)
{
	struct duration *duration = argument;

	duration->ms = duration_parse(duration->words);
}

static void
good_durations(void **state)
{
	static const struct {
		int line;
		const char *string;
		int64_t ms;
	} rows[] = {
		{ __LINE__, "1ms", 1 },
		{ __LINE__, "250ms", 250 },
		{ __LINE__, "4s", 4000 },
		{ __LINE__, "1m30s", 90000 },
		{ __LINE__, "1.5s", 1500 },
		{ __LINE__, "2h", 7200000 },
		{ __LINE__, "0.001s", 1 },
		{ __LINE__, "1.0009s", 1000 },
		{ __LINE__, "1.9999999999999999999999s", 1999 },
		{ __LINE__, "1.5ms", 1 },
		{ __LINE__, "0.5ms0.5ms", 1 },
		{ __LINE__, "0s1ms", 1 },
		{ __LINE__, "1h2m3s4ms", 3723004 },
		{ __LINE__, "1.5m", 90000 },
		{ __LINE__, "0.25h", 900000 },
		{ __LINE__, "007s", 7000 },
		{ __LINE__, "24h", 86400000 },
		{ __LINE__, "24.000h", 86400000 },
		{ __LINE__, "1440m", 86400000 },
		{ __LINE__, "86400s", 86400000 },
		{ __LINE__, "86400000ms", 86400000 },
		{ __LINE__, "23h59m60s", 86400000 },
	};
	struct guard guard;

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct duration duration = { guard_string(&guard, slice_of(rows[i].string)), -1 };

		row_true(rows[i].line, !unit_fails(parse, &duration));
		row_equal(rows[i].line, duration.ms, rows[i].ms);
	}
	guard_close(&guard);
}

#define WITHOUT(number) number " has no unit, write \"" number "s\" or \"" number "ms\""
#define REFUSED "a duration is 1ms to 24h, as \"4s\" or \"1m30s\", got "

static void
bad_durations(void **state)
{
	static const struct {
		int line;
		const char *string, *words;
	} rows[] = {
		{ __LINE__, "5", WITHOUT("5") },
		{ __LINE__, "1.5", WITHOUT("1.5") },
		{ __LINE__, "", REFUSED "\"\"" },
		{ __LINE__, "s", REFUSED "\"s\"" },
		{ __LINE__, "ms", REFUSED "\"ms\"" },
		{ __LINE__, "5 s", REFUSED "\"5 s\"" },
		{ __LINE__, " 5s", REFUSED "\" 5s\"" },
		{ __LINE__, "5s ", REFUSED "\"5s \"" },
		{ __LINE__, "1m 30s", REFUSED "\"1m 30s\"" },
		{ __LINE__, "-5s", REFUSED "\"-5s\"" },
		{ __LINE__, "+5s", REFUSED "\"+5s\"" },
		{ __LINE__, "1e3s", REFUSED "\"1e3s\"" },
		{ __LINE__, "5S", REFUSED "\"5S\"" },
		{ __LINE__, "1.", REFUSED "\"1.\"" },
		{ __LINE__, "5sec", REFUSED "\"5sec\"" },
		{ __LINE__, "5us", REFUSED "\"5us\"" },
		{ __LINE__, "1d", REFUSED "\"1d\"" },
		{ __LINE__, "1.s", REFUSED "\"1.s\"" },
		{ __LINE__, ".5s", REFUSED "\".5s\"" },
		{ __LINE__, "1..5s", REFUSED "\"1..5s\"" },
		{ __LINE__, "1.5.5s", REFUSED "\"1.5.5s\"" },
		{ __LINE__, "1m30", WITHOUT("1m30") },
		{ __LINE__, "5\n", REFUSED "\"5\\x0a\"" },
		{ __LINE__, "0ms", REFUSED "\"0ms\"" },
		{ __LINE__, "0s", REFUSED "\"0s\"" },
		{ __LINE__, "0.5ms", REFUSED "\"0.5ms\"" },
		{ __LINE__, "0.0009s", REFUSED "\"0.0009s\"" },
		{ __LINE__, "24h1ms", REFUSED "\"24h1ms\"" },
		{ __LINE__, "25h", REFUSED "\"25h\"" },
		{ __LINE__, "25h1s", REFUSED "\"25h1s\"" },
		{ __LINE__, "1s25h", REFUSED "\"1s25h\"" },
		{ __LINE__, "12h12h1ms", REFUSED "\"12h12h1ms\"" },
		{ __LINE__, "24.1h", REFUSED "\"24.1h\"" },
		{ __LINE__, "86401s", REFUSED "\"86401s\"" },
		{ __LINE__, "18446744073709551616ms", REFUSED "\"18446744073709551616ms\"" },
		{ __LINE__, "99999999999999999999999h", REFUSED "\"99999999999999999999999h\"" },
	};
	struct guard guard;

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct duration duration = { guard_string(&guard, slice_of(rows[i].string)), -1 };

		row_true(rows[i].line, unit_fails(parse, &duration));
		row_text(rows[i].line, error.words, rows[i].words);
	}
	guard_close(&guard);
}

/* units are written small: "5S" is none, and so "5MS" is none */
static void
large_units(void **state)
{
	static const char *const words[] = { "5MS", "5Ms", "5mS", "5H", "5M", "5S" };

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		struct duration duration = { slice_of(words[i]), 0 };

		if (!unit_fails(parse, &duration))
			fail_msg("%s is %jd ms", words[i], (intmax_t)duration.ms);
	}
}

static void
waits(void **state)
{
	int64_t now = clock_monotonic_us();

	(void)state;
	assert_int_equal(clock_wait_ms(0), 0);
	assert_int_equal(clock_wait_ms(now), 0);
	assert_int_equal(clock_wait_ms(now - 1000000), 0);
	/* a day from then, less what passes here; rounded up */
	assert_true(clock_wait_ms(now + day_ms * 1000) <= day_ms);
	assert_true(clock_wait_ms(now + day_ms * 1000) > day_ms / 2);
	/* a moment ahead is never 0: that would be busy waiting */
	for (int64_t ahead = 500; ahead > 0; ahead--) {
		int64_t then = clock_monotonic_us() + ahead;
		int wait = clock_wait_ms(then);

		assert_true(wait > 0 || clock_monotonic_us() >= then);
	}
}

static void
times(void **state)
{
	int64_t before = clock_monotonic_us();

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		int64_t now = clock_monotonic_us();

		assert_true(now >= before);
		before = now;
	}
	assert_true(clock_wall_ms() / day_ms > 19000); /* days since 1970 by early 2022 */
	assert_true(clock_wall_ms() / day_ms < 200000);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_durations),
		cmocka_unit_test(bad_durations),
		cmocka_unit_test(large_units),
		cmocka_unit_test(waits),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}

#include <limits.h>
#include <time.h>

#include "clock.h"

static int64_t
now_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_monotonic_us(void)
{
	return now_us(CLOCK_MONOTONIC);
}

int64_t
clock_wall_ms(void)
{
	return now_us(CLOCK_REALTIME) / 1000;
}

int
clock_wait_ms(int64_t then_us)
{
	int64_t left_ms = (then_us - clock_monotonic_us() + 999) / 1000;

	if (left_ms < 0)
		return 0;
	return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

/* The microseconds of a unit, which is taken off; 0: it is none. */
static int64_t
take_unit(struct slice *text)
{
	int64_t us = 0;

	if (slice_starts(*text, "ms")) {
		*text = slice_after(*text, 2);
		return 1000;
	}
	if (text->length > 0) {
		switch (text->bytes[0]) {
		case 'h':
			us = INT64_C(3600) * 1000000;
			break;
		case 'm':
			us = INT64_C(60) * 1000000;
			break;
		case 's':
			us = 1000000;
			break;
		}
		*text = slice_after(*text, us > 0);
	}
	return us;
}

static struct slice
take_digits(struct slice *text)
{
	struct slice digits = slice_first(*text, 0);

	while (text->length > 0 && text->bytes[0] >= '0' && text->bytes[0] <= '9') {
		digits.length++;
		*text = slice_after(*text, 1);
	}
	return digits;
}

int64_t
duration_parse(struct slice slice)
{
	static const int64_t longest_us = INT64_C(24) * 3600 * 1000000;
	struct slice rest = slice;
	int64_t sum = 0;

	do {
		struct slice whole = take_digits(&rest), fraction = { "", 0 };
		uint64_t count = slice_decimal(whole, (uint64_t)longest_us / 1000);
		int64_t unit;

		if (slice_starts(rest, ".")) {
			rest = slice_after(rest, 1);
			fraction = take_digits(&rest);
			if (fraction.length == 0)
				whole.length = 0;
		}
		if (whole.length > 0 && rest.length == 0)
			fail("a duration has a unit, got %e, write \"%es\" or \"%ems\"", slice, slice, slice);
		unit = take_unit(&rest);
		if (whole.length == 0 || unit == 0)
			fail("a duration is like \"250ms\", \"4s\" or \"1m30s\", got %q", slice);
		if (count > (uint64_t)(longest_us / unit))
			sum = longest_us + 1;
		else
			sum += (int64_t)count * unit;
		for (size_t i = 0; i < fraction.length; i++)
			sum += (fraction.bytes[i] - '0') * (unit /= 10);
	} while (rest.length > 0 && sum <= longest_us);
	if (sum < 1000 || sum > longest_us)
		fail("a duration must be 1ms to 24h, got %q", slice);
	return sum / 1000;
}

void
duration_print(struct text *text, int64_t ms)
{
	bool whole = ms % 1000 == 0;

	text_print(text, whole ? "%u s" : "%u ms", (uint64_t)(whole ? ms / 1000 : ms));
}

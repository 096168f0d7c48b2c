#include <time.h>

#include "clock.h"

enum { DAY_MS = 24 * 3600 * 1000 };

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

	return left_ms < 0 ? 0 : (int)left_ms;
}

static const char *
after_digits(const char *at)
{
	while (is_digit(*at))
		at++;
	return at;
}

/* The microseconds of a unit, which is taken off; 0: it is none. */
static int64_t
take_unit(const char **at)
{
	switch (*(*at)++) {
	case 'h':
		return INT64_C(3600) * 1000000;
	case 'm':
		if (**at != 's')
			return 60 * 1000000;
		++*at;
		return 1000;
	case 's':
		return 1000000;
	}
	return 0;
}

static _Noreturn void
malformed(struct slice slice)
{
	refuse("a duration is 1ms to 24h, as \"4s\" or \"1m30s\", got %q", slice);
}

int64_t
duration_parse(struct slice slice)
{
	const char *at = slice.bytes, *end = at + slice.length;
	int64_t sum_us = 0, unit_us;

	do {
		const char *start = at, *point = after_digits(at), *fraction = point + 1, *unit;
		uint64_t count =
			slice_decimal((struct slice){ start, (size_t)(point - start) }, DAY_MS);

		unit = at = *point == '.' ? after_digits(fraction) : point;
		if (count > DAY_MS || unit == fraction)
			malformed(slice);
		if (unit == end)
			refuse("%e has no unit, write \"%es\" or \"%ems\"", slice, slice, slice);
		unit_us = take_unit(&at);
		if (unit_us == 0)
			malformed(slice);
		sum_us += (int64_t)count * unit_us;
		while (fraction < unit)
			sum_us += (*fraction++ - '0') * (unit_us /= 10);
		if (sum_us > DAY_MS * INT64_C(1000))
			malformed(slice);
	} while (at < end);
	if (sum_us < 1000)
		malformed(slice);
	return sum_us / 1000;
}

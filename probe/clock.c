#include <limits.h>
#include <time.h>

#include "clock.h"

static const int64_t longest_ms = INT64_C(24) * 60 * 60 * 1000;

int64_t
clock_monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int
clock_wait_ms(int64_t now_us, int64_t then_us)
{
	int64_t left;

	if (then_us == CLOCK_NEVER)
		return -1;
	if (then_us <= now_us)
		return 0;
	left = (then_us - now_us + 999) / 1000;
	return left > INT_MAX ? INT_MAX : (int)left;
}

static int64_t
unit_us(struct slice unit)
{
	if (slice_equal(unit, SLICE("ms")))
		return 1000;
	if (slice_equal(unit, SLICE("s")))
		return 1000000;
	if (slice_equal(unit, SLICE("m")))
		return INT64_C(60) * 1000000;
	if (slice_equal(unit, SLICE("h")))
		return INT64_C(3600) * 1000000;
	return 0;
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t
digits(struct slice slice)
{
	size_t count = 0;

	while (count < slice.length && digit(slice.bytes[count]))
		count++;
	return count;
}

/* "1.5" times scale, the fraction truncated; false past the longest duration */
static bool
scaled(struct slice whole, struct slice fraction, int64_t scale, int64_t *us)
{
	uint64_t value;

	if (!slice_decimal(whole, (uint64_t)(longest_ms * 1000 / scale), &value))
		return false;
	*us = (int64_t)value * scale;
	for (size_t i = 0; i < fraction.length && scale > 1; i++) {
		scale /= 10;
		*us += (fraction.bytes[i] - '0') * scale;
	}
	return true;
}

static bool
not_a_duration(struct slice slice, struct error *error)
{
	struct text *words = error_begin(error);
	size_t number = digits(slice);

	if (number < slice.length && slice.bytes[number] == '.')
		number += 1 + digits(slice_after(slice, number + 1));
	text_string(words, "a duration has a unit, as in \"250ms\", \"4s\" or \"1m30s\", got ");
	text_quoted(words, slice);
	if (number > 0 && number == slice.length && number < 20) {
		text_string(words, ", write \"");
		text_slice(words, slice);
		text_string(words, "s\" or \"");
		text_slice(words, slice);
		text_string(words, "ms\"");
	}
	return false;
}

bool
duration_parse(struct slice slice, int64_t *ms, struct error *error)
{
	struct slice rest = slice;
	int64_t sum = 0;
	bool in_range = true;

	do {
		struct slice whole = slice_first(rest, digits(rest)), fraction = { "", 0 }, unit;
		int64_t scale, us;

		rest = slice_after(rest, whole.length);
		if (rest.length > 0 && rest.bytes[0] == '.') {
			rest = slice_after(rest, 1);
			fraction = slice_first(rest, digits(rest));
			if (fraction.length == 0)
				return not_a_duration(slice, error);
			rest = slice_after(rest, fraction.length);
		}
		unit = slice_first(rest, 0);
		while (unit.length < rest.length && !digit(rest.bytes[unit.length]))
			unit.length++;
		rest = slice_after(rest, unit.length);
		scale = unit_us(unit);
		if (whole.length == 0 || scale == 0)
			return not_a_duration(slice, error);
		if (!scaled(whole, fraction, scale, &us))
			in_range = false;
		else if ((sum += us) > longest_ms * 1000)
			in_range = false;
		if (!in_range)
			sum = 0;
	} while (rest.length > 0);
	if (!in_range || sum < 1000) {
		struct text *words = error_begin(error);

		text_string(words, "a duration must be 1ms to 24h, got ");
		text_quoted(words, slice);
		return false;
	}
	*ms = sum / 1000;
	return true;
}

void
duration_print(struct text *text, int64_t ms)
{
	bool whole = ms % 1000 == 0;

	text_decimal(text, (uint64_t)(whole ? ms / 1000 : ms));
	text_string(text, whole ? " s" : " ms");
}
